"""A page that does not fit into memory, or ends its process, costs itself: by name, and not the night."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

import pytest
from PIL import Image

from archive.catalog.catalog import Catalog
from schemas.errors import PageError, ProcessDiedError
from schemas.ledger import StageState
from schemas.model import IssueId, PageId
from tasks.__main__ import main
from tasks.config_file import load
from tasks.executors.bounded import BoundedProcess
from tasks.executors.local import LocalExecutor
from tasks.executors.protocol import Order
from tasks.flow import nightly
from tasks.flow.page_stage import build_pages
from tasks.flow.stages import Describe, Prepare

ISSUE = IssueId("lantern-1908")
FIRST = PageId(ISSUE, 1)


def run(config, *args):
    return main([*args, "--config", str(config)])


def catalog(config):
    return Catalog.open(load(config).archive.catalog_url)


def take_memory(pages=()):
    return len(bytearray(8 * 2**30))


def end_process():
    os.kill(os.getpid(), signal.SIGKILL)


def refuse():
    raise PageError("torn")


@pytest.fixture
def bounded():
    process = BoundedProcess(memory_mb=2000, timeout_s=20)
    yield process
    process.close()


@pytest.mark.parametrize(
    ("function", "message"),
    [(take_memory, "does not fit into memory"), (end_process, "the process that read it died")],
)
def test_a_call_that_ends_its_process_is_named_and_the_next_one_works(bounded, function, message):
    with pytest.raises(ProcessDiedError, match=f"p1.tif: {message}"):
        bounded.call(function, name="p1.tif")
    assert bounded.call(partial(int, "7"), name="p2.tif") == 7
    with pytest.raises(PageError, match="torn"):
        bounded.call(refuse, name="p3.tif")


def test_a_call_that_takes_too_long_is_ended():
    process = BoundedProcess(memory_mb=0, timeout_s=0.5)
    with pytest.raises(ProcessDiedError, match="not done after 0.5 s"):
        process.call(partial(time.sleep, 60), name="p1.tif")
    process.close()


def test_workers_have_a_bound():
    executor = LocalExecutor(1, memory_mb=2000)
    executor.submit(Order(take_memory, (FIRST,), 60))
    (result,) = executor.results()
    executor.close()
    assert isinstance(result.error, MemoryError)


@pytest.mark.slow
def test_a_small_file_of_a_large_page_is_refused_by_name_and_the_others_come_in(
    home, config, capsys
):
    """18 kB that decode to 289 megapixels, under a bound of 1 GB."""
    config.write_text(config.read_text().replace("[run]", "[run]\nmemory_mb = 1000"))
    large = home / "incoming" / "Lantern 1908" / "p2.tif"
    Image.new("1", (17_000, 17_000), 1).save(large, compression="group4", dpi=(600, 600))
    assert run(config, "ingest", str(home / "incoming")) == 1
    output = capsys.readouterr().out
    assert "quarantined  p2.tif: does not fit into memory; raise [run] memory_mb" in output
    assert "lantern-1908  version 1  2 pages" in output
    assert "other-1909  version 1  2 pages" in output
    assert run(config, "ingest", str(home / "incoming")) == 0  # known, and not read again


def test_a_page_that_does_not_fit_costs_itself(home, config, monkeypatch):
    def build(stage, page, target):
        if page == FIRST:
            raise MemoryError
        target.mkdir()
        return StageState.DONE

    assert run(config, "ingest", str(home / "incoming")) == 0
    monkeypatch.setattr(Prepare, "build", build)
    second = PageId(ISSUE, 2)
    build_pages(Prepare, str(ISSUE), config, (FIRST, second))
    stage = Prepare(issue=str(ISSUE), config=config)
    assert "does not fit into memory" in stage.outcome(FIRST).message
    assert stage.outcome(second).state is StageState.DONE


@pytest.fixture
def dying(config, monkeypatch):
    """Nights in which the process of the first page dies, as long as the list is not empty."""
    config.write_text(config.read_text().replace("[run]", "[run]\nattempts = 2"))
    dies = [True]

    def run_issues(issues, config, **_):
        stage = Describe(issue=str(ISSUE), config=config).task_of("prepare")
        due = [page for page in stage.asked() if not stage.is_settled(page)]
        for page in due:
            if page.sequence == 1 and dies:
                stage.fail(page, ProcessDiedError("the worker process died on this page"))
            else:
                stage.settle(page, lambda target: target.mkdir() or StageState.DONE)
        if due:
            stage._enter(due, [stage.outcome(page) for page in due], {}, 0.0)
        return {}

    monkeypatch.setattr(nightly, "run_issues", run_issues)
    assert run(config, "ingest", str(config.parent / "incoming")) == 0
    return dies


def state(config):
    row = next(row for row in catalog(config).ledger(ISSUE, stage="prepare") if row.sequence == 1)
    return row.state


def test_a_page_whose_process_died_is_tried_again_up_to_a_limit(config, dying, capsys):
    assert run(config, "nightly") == 1
    assert state(config) is StageState.FAILED
    assert run(config, "nightly") == 1
    assert state(config) is StageState.QUARANTINED
    again = "died in 2 runs, not tried again until bilderbogen rerun lantern-1908 --page 1"
    assert again in capsys.readouterr().out
    assert run(config, "nightly") == 0  # left alone
    dying.clear()
    assert run(config, "nightly") == 0
    assert state(config) is StageState.QUARANTINED
    assert run(config, "rerun", str(ISSUE), "--page", "1") == 0  # released
    assert state(config) is StageState.DONE


def test_a_page_that_is_made_the_next_night_is_good(config, dying):
    assert run(config, "nightly") == 1
    dying.clear()
    assert run(config, "nightly") == 0
    assert state(config) is StageState.DONE
    root = load(config).archive.root
    assert not list(root.rglob("*.tried.json"))


def test_a_released_page_has_all_its_attempts_again(config, dying):
    for _ in range(2):
        assert run(config, "nightly") == 1
    assert run(config, "rerun", str(ISSUE), "--page", "1") == 1
    assert state(config) is StageState.FAILED
