"""What a page that fails costs: itself, and never the run."""

from __future__ import annotations

import pytest

from schemas.errors import EngineError
from schemas.ledger import StageState
from schemas.model import IssueId, PageId
from tasks.__main__ import main
from tasks.flow.page_stage import build_pages
from tasks.flow.stages import Prepare, Separate

ISSUE = "other-1909"
FIRST, SECOND = (PageId(IssueId(ISSUE), number) for number in (1, 2))


@pytest.fixture
def ingested(home, config):
    assert main(["ingest", str(home / "incoming"), "--config", str(config)]) == 0
    return config


def test_any_exception_of_a_page_is_that_pages_with_a_traceback_in_the_log(
    ingested, monkeypatch, caplog
):
    def build(stage, page, target):
        if page == FIRST:
            raise ZeroDivisionError("no width")
        target.mkdir()
        return StageState.DONE

    monkeypatch.setattr(Prepare, "build", build)
    build_pages(Prepare, ISSUE, ingested, (FIRST, SECOND))
    stage = Prepare(issue=ISSUE, config=ingested)
    assert stage.outcome(FIRST).state is StageState.FAILED
    assert "ZeroDivisionError: no width" in stage.outcome(FIRST).message
    assert stage.outcome(SECOND).state is StageState.DONE
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info[0] is ZeroDivisionError
    assert (record.issue, record.page, record.stage) == (ISSUE, str(FIRST), "prepare")


def test_an_exception_of_a_batch_costs_only_the_page_that_raises_it(ingested, monkeypatch):
    def build_batch(stage, pages):
        if FIRST in pages:
            raise ValueError("a shape nobody foresaw")
        for page in pages:
            stage.settle(page, build)

    def build(target):
        target.mkdir()
        return StageState.EMPTY

    monkeypatch.setattr(Separate, "build_batch", build_batch)
    build_pages(Separate, ISSUE, ingested, (FIRST, SECOND))
    stage = Separate(issue=ISSUE, config=ingested)
    assert stage.outcome(FIRST).state is StageState.FAILED
    assert stage.outcome(SECOND).state is StageState.EMPTY


def test_a_missing_engine_still_stops_the_run(ingested, monkeypatch):
    def build(stage, page, target):
        raise EngineError("not installed")

    monkeypatch.setattr(Prepare, "build", build)
    with pytest.raises(EngineError):
        build_pages(Prepare, ISSUE, ingested, (FIRST,))
    assert not Prepare(issue=ISSUE, config=ingested).is_settled(FIRST)
