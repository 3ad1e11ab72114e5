"""What ``status`` and a quiet night ask, and what they say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.store import write_whole
from schemas.decisions import Decision, Field, Numbered
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId, PageId
from tasks.__main__ import main
from tasks.config_file import load
from tests.issues import published


@pytest.fixture
def book(config):
    """Two issues that are known; one page failed, and a decision is about what is not found."""
    settings = load(config)
    catalog, layout = Catalog.open(settings.archive.catalog_url), Layout(settings.archive.root)
    for name in ("a-1", "b-2"):
        issue = IssueId(name)
        write_whole(layout.issue_record(issue), b"{}")
        pages = [PageId(issue, n) for n in (1, 2)]
        numbers = tuple(Numbered(page, 1, 0.1, 0.1, 0.9, 0.9) for page in pages)
        catalog.publish(replace(published(name), numbers=numbers))
        result = Decision(str(numbers[1]), Field.CAPTION, f"The lamp of {name}", "curator")
        catalog.decisions.decide(issue, result)
        catalog.publish(replace(published(name), numbers=numbers[:1]))
        states = (StageState.DONE, StageState.EMPTY if name == "a-1" else StageState.FAILED)
        catalog.record([
            LedgerRow(issue, str(page), stage, state, message="too dark", sequence=page.sequence)
            for stage, item in (("ingest", (StageState.DONE,) * 2), ("prepare", states))
            for page, state in zip(pages, item, strict=True)
        ])  # fmt: skip
    catalog.record([LedgerRow(IssueId("no-more-3"), "x", "ingest", StageState.QUARANTINED)])
    catalog.publish(published("no-more-3"))
    return catalog


def said_by(config, capsys, *args):
    code = main(["status", *args, "--config", str(config)])
    return code, capsys.readouterr().out


def test_status_names_pages_that_failed_and_decisions_that_are_lost(book, config, capsys):
    code, output = said_by(config, capsys)
    assert code == 1
    cells = [
        [c.strip() for c in line.split("│")[1:4]] for line in output.splitlines() if "│" in line
    ]
    assert cells == [["a-1", "2", "2"], ["b-2", "2", "1 (1)"]]
    assert output[output.index("b-2_0002") :].splitlines() == [
        "b-2_0002  prepare  failed: too dark",
        "a-1_0002_i01  not found any more; decided was: caption The lamp of a-1",
        "b-2_0002_i01  not found any more; decided was: caption The lamp of b-2",
    ]
    code, output = said_by(config, capsys, "--json")
    assert code == 1 and list(json.loads(output)) == ["a-1", "b-2"]
    assert json.loads(output)["b-2"]["prepare"] == {"done": 1, "failed": 1}
    assert json.loads(output)["b-2"]["publish"] == {}
    worst = json.loads(said_by(config, capsys, "--json", "--worst", "9")[1])
    assert [item["page"] for item in worst["a-1"]["worst"]] == ["a-1_0001", "a-1_0002"]


def test_status_of_some_issues_keeps_their_order(book, config, capsys):
    assert said_by(config, capsys, "a-1")[0] == 0
    result = said_by(config, capsys, "b-2", "a-1", "--worst", "9")[1]
    lost = [line for line in result.splitlines() if "not found any more" in line]
    assert [line[:3] for line in lost] == ["b-2", "a-1"]
    assert result.count("mean confidence") == 4
    assert said_by(config, capsys, "a-1", "--worst", "9")[1].count("mean confidence") == 2


def test_status_asks_no_more_of_more_issues(book, config, capsys):
    """Neither a query an issue nor a query that names all: a database allows only so many."""
    asked = []

    def listen(connection, cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        said_by(config, capsys, "--worst", "1")
        few = list(asked)
        layout = Layout(load(config).archive.root)
        for number in range(40):
            write_whole(layout.issue_record(IssueId(f"more-{number}")), b"{}")
        asked.clear()
        assert "more-39" in said_by(config, capsys, "--worst", "1")[1]
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert few == asked
    assert not any("ledger.message" in item and "WHERE" not in item for item, _ in asked)
