"""What a run leaves behind for people: the report."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from schemas.model import Quarantined
from tasks.__main__ import main
from tasks.intake import Intake
from tasks.night import Night
from tasks.report import summary


def a_night(**changes):
    night = Night(datetime(1908, 3, 1, tzinfo=UTC), 1.0, Intake(), (), (), (), {})
    return replace(night, **changes)


def test_a_night_that_only_refused_writes_a_report_and_says_whom(home, config, capsys):
    for folder in (home / "incoming").iterdir():
        for page in folder.iterdir():
            page.write_bytes(b"")
    assert main(["nightly", "--config", str(config)]) == 1
    said = capsys.readouterr().out
    assert "2 refused: " in said and "Nothing to do" not in said and "report: " in said
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
    said = summary(a_night(intake=Intake(refused=refused)))
    assert "5 refused: /in/a, /in/b, /in/c and 2 more" in said
