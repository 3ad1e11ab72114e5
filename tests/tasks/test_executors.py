"""Workers that die or hang cost the page that did it, and no other."""

from __future__ import annotations

import logging
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from schemas.errors import EngineError
from schemas.model import IssueId, PageId
from tasks.executors import kernels
from tasks.executors.local import LocalExecutor
from tasks.executors.pages import work_on
from tasks.executors.protocol import Finished, Order

FIRST, SECOND, THIRD = (PageId(IssueId("a-1"), number) for number in (1, 2, 3))


def settle(folder: Path, behavior: dict[PageId, str], pages: tuple[PageId, ...]) -> None:
    """Write an outcome a page, unless ``behavior`` says what else happens to it."""
    for page in pages:
        with (folder / f"{page}.tries").open("a") as file:
            file.write("x")
        tries = (folder / f"{page}.tries").stat().st_size
        match behavior.get(page, ""):
            case "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            case "dies twice" if tries <= 2:  # beside others, and once alone
                os.kill(os.getpid(), signal.SIGKILL)
            case "hangs":
                child = os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "60")
                (folder / "child").write_text(str(child))
                time.sleep(60)
            case "no engine":
                raise EngineError("no engine")
            case "logs":
                logging.getLogger("tests.worker").warning("of the worker")
        (folder / str(page)).write_text("done")


class Work:
    def __init__(self, folder, behavior, timeout_s=30.0):
        self.folder, self.behavior, self.timeout_s = folder, behavior, timeout_s
        self.failed = {}

    def order(self, pages):
        work = partial(settle, self.folder, self.behavior)
        return Order(work, tuple(pages), self.timeout_s)

    def is_settled(self, page):
        return (self.folder / str(page)).exists() or page in self.failed

    def fail(self, page, error):
        self.failed[page] = str(error)


@pytest.fixture
def executor():
    made = LocalExecutor(2)
    yield made
    made.close()


def carried_out(work, executor, *, batch=1):
    count = []
    work_on(work, (FIRST, SECOND, THIRD), executor, batch=batch, advance=count.append)
    assert sum(count) == 3
    return {page for page in (FIRST, SECOND, THIRD) if (work.folder / str(page)).exists()}


@pytest.mark.parametrize("batch", [1, 3])
def test_a_page_that_kills_its_worker_twice_alone_is_blamed_and_no_other(tmp_path, executor, batch):
    work = Work(tmp_path, {SECOND: "dies"})
    assert carried_out(work, executor, batch=batch) == {FIRST, THIRD}
    assert list(work.failed) == [SECOND] and "process died" in work.failed[SECOND]


def test_a_page_whose_worker_is_killed_once_while_it_is_alone_is_not_blamed(tmp_path, executor):
    work = Work(tmp_path, {SECOND: "dies twice"})
    assert carried_out(work, executor) == {FIRST, SECOND, THIRD}
    assert not work.failed and (tmp_path / f"{SECOND}.tries").stat().st_size == 3


@pytest.mark.parametrize("batch", [1, 3])
def test_a_page_past_its_limit_fails_by_name_and_leaves_no_process(tmp_path, executor, batch):
    work = Work(tmp_path, {SECOND: "hangs"}, timeout_s=2.0)
    assert carried_out(work, executor, batch=batch) == {FIRST, THIRD}
    assert "page_timeout_s" in work.failed[SECOND]
    with pytest.raises(ProcessLookupError):
        wait_for_end(int((tmp_path / "child").read_text()))


def wait_for_end(process):
    """Return after a second at most; raises as soon as ``process`` is gone or waits to be reaped."""
    for _ in range(20):
        os.kill(process, 0)
        if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError
        time.sleep(0.05)


def test_an_error_that_every_page_would_meet_stops_the_run(tmp_path, executor):
    with pytest.raises(EngineError, match="no engine"):
        carried_out(Work(tmp_path, {FIRST: "no engine"}), executor)


def test_what_a_worker_logs_is_in_the_log_of_the_parent(tmp_path, executor, caplog):
    carried_out(Work(tmp_path, {FIRST: "logs"}), executor)
    assert "of the worker" in caplog.text


def unpicklable(pages):
    class LocalError(Exception):
        pass

    raise LocalError("only here")


def test_an_error_that_cannot_travel_arrives_by_its_text(executor):
    executor.submit(Order(unpicklable, (FIRST,), 30.0))
    (result,) = executor.results()
    assert isinstance(result, Finished) and "LocalError: only here" in str(result.error)


@pytest.mark.parametrize(
    ("writable", "mode", "is_set"),
    [(True, 0o700, False), (False, 0o700, True), (False, 0o777, False)],
)
def test_a_service_that_may_write_nowhere_has_a_folder_of_its_own_for_compiled_kernels(
    writable, mode, is_set, monkeypatch, tmp_path
):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")  # so that it is put back afterwards
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(kernels, "_is_writable", lambda folder: writable)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / f"bilderbogen-kernels-{os.getuid()}"
    folder.mkdir()
    folder.chmod(mode)
    kernels.set_kernel_folder()
    assert (os.environ.get("NUMBA_CACHE_DIR") == str(folder)) is is_set


def test_a_folder_for_compiled_kernels_that_is_named_by_hand_is_kept(monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/named/by/hand")
    monkeypatch.setattr(kernels, "_is_writable", lambda folder: False)
    kernels.set_kernel_folder()
    assert os.environ["NUMBA_CACHE_DIR"] == "/named/by/hand"
