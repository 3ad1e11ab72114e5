"""What a run leaves behind for people: the report, and the sheet of a comparison."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from archive.catalog.catalog import Catalog
from pipeline.training.evaluation import Summary
from schemas.ledger import LedgerRow, StageState
from schemas.model import Quarantined
from tasks.__main__ import main
from tasks.flow.ingest import Intake
from tasks.flow.report import summary, write_report
from tasks.flow.run_result import RunResult
from tasks.workshop.comparison import Result, write_sheet
from tests.packages import small_issue


def a_night(**changes):
    night = RunResult(1, datetime(1908, 3, 1, tzinfo=UTC), 1.0, Intake(), (), (), (), {})
    return replace(night, **changes)


def test_a_night_that_only_refused_writes_a_report_and_says_whom(home, config, capsys):
    for folder in (home / "incoming").iterdir():
        for page in folder.iterdir():
            page.write_bytes(b"")
    assert main(["nightly", "--config", str(config)]) == 1
    output = capsys.readouterr().out
    assert "2 refused: " in output and "Nothing to do" not in output and "report: " in output
    (report,) = (home / "archive" / "reports").iterdir()
    facts = json.loads((report / "report.json").read_text())
    assert facts["exit"] == 1 and len(facts["refused"]) == 2
    shown = (report / "index.html").read_text()
    assert "no page could be accepted" in shown and "<h2>Stages</h2>" not in shown


def test_an_idle_night_has_nothing_to_tell(home, config, capsys):
    assert "Nothing to do" in summary(a_night())
    config.write_text(config.read_text().replace("incoming = incoming", ""))
    assert main(["nightly", "--config", str(config)]) == 0
    assert not (home / "archive" / "reports").exists()


def test_a_long_list_of_refused_sources_is_cut_in_the_summary():
    refused = tuple(Quarantined(f"/in/{name}", "bad") for name in "abcde")
    result = summary(a_night(intake=Intake(refused=refused)))
    assert "5 refused: /in/a, /in/b, /in/c and 2 more" in result


def test_a_picture_without_a_caption_has_its_name_as_text(tmp_path):
    issue, layout = small_issue(tmp_path)
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    catalog.publish(replace(issue, pages=tuple(map(without_caption, issue.pages))))
    name = issue.issue.issue
    done = (LedgerRow(name, f"{name}_0001", "publish", StageState.DONE, sequence=1),)
    page = html.parse(write_report(a_night(issues=(name,), done=done), layout, catalog))
    pictures = page.findall(".//a/img")
    assert [picture.get("alt") for picture in pictures] == [f"{name}_0001_i01", f"{name}_0002_i01"]


def without_caption(page):
    pictures = tuple(
        replace(illustration, caption=None) for illustration in page.description.illustrations
    )
    small = [replace(file, use="THUMBNAIL") for file in page.files if file.use == "VIEW"]
    described = replace(page.description, illustrations=pictures)
    return replace(page, description=described, files=(*page.files, *small))


@pytest.mark.parametrize("name", ["p#1", "p?x", "%41", "a b"])
def test_a_sheet_finds_its_pictures_whatever_pages_are_called(tmp_path, name):
    none = Summary(**dict.fromkeys(Summary.__dataclass_fields__))
    result = Result("a", "a", {"ALL": none}, {name: ("x", 0.5)}, (), 1.0, 1.0, ())
    write_sheet(tmp_path / "compare.html", [result])
    (address,) = html.parse(tmp_path / "compare.html").xpath("//img/@src")
    assert unquote(urlsplit(address).path) == f"a/{name}.jpg"
