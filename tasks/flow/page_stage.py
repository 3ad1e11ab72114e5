"""What every stage shares: an issue, a configuration and a loop over pages.

Luigi retries issues, we resume pages. A task is one stage of one issue; inside it every page
ends in an *outcome* (done, empty or failed) that is written after the page's own file. The list
of all outcomes, written last, is what Luigi looks for.
"""

from __future__ import annotations

import logging
import math
import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import luigi

from archive.store import digests_in, whole, write_whole
from schemas.codec import to_json
from schemas.errors import (
    ArchiveError,
    DocumentError,
    EngineError,
    PageError,
    PagesFailedError,
    ProcessDiedError,
    SystemicError,
    is_systemic,
)
from schemas.ledger import StageState
from schemas.model import PageId
from tasks.executors.bounded import MORE
from tasks.executors.environment import cores
from tasks.executors.local import close_executors_of_child, local_executor
from tasks.executors.pages import work_on
from tasks.executors.protocol import Order
from tasks.flow.carry_over import carry_over
from tasks.flow.graph import last_common
from tasks.flow.issue import PageOutcome
from tasks.flow.outcomes import StageOutcomes
from tasks.flow.progress import progress
from tasks.flow.run_number import run_number

_PRELOAD = ("tasks.flow.export",)
"""What the fork server of the workers imports once: it brings all stages."""

_log = logging.getLogger(__name__)


class BatchStage(StageOutcomes):
    """One stage over the pages of an issue, several pages at once.

    A subclass names its ``stage``, a row of ``tasks.flow.graph``, its ``suffix`` (empty for a
    folder a page), and brings pages to their outcomes in ``build_batch``. A page that fails does
    not stop the others; an error that would hit every page alike stops the run.
    """

    @property
    def batch_size(self) -> int:
        """How many pages a worker is given at once, at most."""
        return 1

    def output(self) -> luigi.LocalTarget:
        """The list of outcomes, written last."""
        return luigi.LocalTarget(str(self._list))

    def run(self) -> None:
        """Build the pages that have no outcome yet, then write the list."""
        asked = self.asked()
        carry_over(self, [page for page in asked if not self.is_settled(page)])
        due = [page for page in asked if not self.is_settled(page)]
        started = time.monotonic()
        event = {"issue": self.issue, "stage": self.stage}
        _log.info("stage started", extra=event | {"pages": len(due)})
        with progress().stage(self.issue, self.stage, len(due)) as bar:
            seconds = self._work_on(due, bar)
        outcomes = tuple(self.outcome(page) for page in asked)
        failed = sum(outcome.state is StageState.FAILED for outcome in outcomes)
        _log.info("stage ended", extra=event | {"pages": len(asked), "failed": failed})
        self._enter(asked, outcomes, seconds, time.monotonic() - started, tried=frozenset(due))
        self._check_share(outcomes)
        listed = tuple(replace(outcome, digests={}) for outcome in outcomes)
        write_whole(self._list, to_json(listed))

    def _work_on(self, pages: Sequence[PageId], bar: Callable[[int], None]) -> dict[PageId, float]:
        processes = self.settings.run.processes or cores()
        share = math.ceil(len(pages) / processes)  # no worker is idle while another has a batch
        batch = max(1, min(self.batch_size, share))
        executor = local_executor(processes, _PRELOAD, memory_mb=self.settings.run.memory_mb)
        try:
            return work_on(self, pages, executor, batch=batch, advance=bar)
        finally:
            close_executors_of_child()

    def order(self, pages: Sequence[PageId]) -> Order:
        """Return the order that builds ``pages`` in a worker process."""
        work = partial(build_pages, type(self), self.issue, Path(self.config))
        return Order(work, tuple(pages), self.settings.run.page_timeout_s * len(pages))

    def asked(self) -> Sequence[PageId]:
        """The pages this stage has to look at: those that no stage before has lost.

        Raises:
            ArchiveError: another run has dropped the list of the stage before.
        """
        pages = [scan.page for scan in self.record.scans]
        before = last_common(self.stage)
        if before is None:
            return pages
        outcomes = self.outcomes_of(before)
        left = {outcome.sequence for outcome in outcomes if outcome.state is not StageState.FAILED}
        return [page for page in pages if page.sequence in left]

    @abstractmethod
    def build_batch(self, pages: Sequence[PageId]) -> None:
        """Bring every page of ``pages`` to an outcome; runs in a worker process."""

    def settle(self, page: PageId, build: Callable[[Path], StageState]) -> None:
        """Build one page and write its outcome, unless another process has meanwhile.

        ``build`` writes the page's file or folder to the path it is given; it says done or empty.
        """
        if self.is_settled(page):
            return
        state: StageState | None = None
        digests: dict[str, str] = {}
        with self.risking(page), whole(self.target(page)) as draft:
            state = build(draft)
            digests = digests_in(draft)
        if state is not None:
            self._write(page, PageOutcome(page.sequence, state, digests=digests))
            _log.info("page done", extra=self._fields(page) | {"state": str(state)})

    @contextmanager
    def risking(self, page: PageId) -> Iterator[None]:
        """Write down that ``page`` is lost where what is done here fails for it alone.

        Raises:
            EngineError, SystemicError: it would fail for every page.
        """
        try:
            yield
        except PageError as error:
            self.fail(page, error)
        except (OSError, DocumentError) as error:
            if is_systemic(error):
                stops = "the run stops here, nothing is lost"
                raise SystemicError(f"{page}: {error}; {stops}") from error
            if isinstance(error, PermissionError):  # of a folder, which other pages share
                raise EngineError(f"{page}: {error}") from error
            again = f"bilderbogen rerun {page.issue} --page {page.sequence}"
            self.fail(page, PageError(f"{page}: {error}; {again}"))
        except MemoryError:
            self.fail(page, ProcessDiedError(f"{page}: does not fit into memory; {MORE}"))
        except ArchiveError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours costs the page that met it
            _log.exception("fault of the program", extra=self._fields(page))
            fault = f"{type(error).__name__}: {error}"
            self.fail(page, PageError(f"{page}: a fault of the program in {self.stage}: {fault}"))

    def _enter(
        self,
        asked: Sequence[PageId],
        outcomes: Sequence[PageOutcome],
        seconds: dict[PageId, float],
        wall_s: float,
        *,
        tried: Collection[PageId] | None = None,
    ) -> None:
        """Tell the ledger how the pages left the stage; ``tried`` were worked on (None: all)."""
        rows = [self._ledger_row(*pair) for pair in zip(asked, outcomes, strict=True)]
        built = [
            replace(row, seconds=seconds.get(page, 0.0))
            for row, page in zip(rows, asked, strict=True)
            if tried is None or page in tried
        ]
        self.catalog.record(built, run=run_number())
        self.catalog.record(self.untold(rows), run=run_number(), is_tried=False)
        known = {row.name for row in self.catalog.ledger(self.issue_id, stage=self.stage)}
        self.catalog.forget(self.issue_id, [self.stage], known - {row.name for row in rows})
        progress().finished(self.issue, self.stage, rows, wall_s)

    def _check_share(self, outcomes: Sequence[PageOutcome]) -> None:
        failed = {
            str(PageId(self.issue_id, o.sequence)): PageError(o.message)
            for o in outcomes
            if o.state is StageState.FAILED
        }
        if failed and len(failed) > self.may_fail(len(outcomes)):
            raise PagesFailedError(failed)

    def may_fail(self, pages: int) -> float:
        """Return how many of ``pages`` this stage may lose before the issue is not published.

        One page never stops an issue that has others; the loss of all does.
        """
        return min(pages - 1, max(1.0, self.settings.run.max_failed_share * pages))


def build_pages(
    stage: type[BatchStage], issue: str, config: Path, pages: tuple[PageId, ...]
) -> None:
    """Bring ``pages`` to an outcome in this process; what a worker is told to call.

    An unforeseen error of a batch is met again by each page alone, and costs that page.

    Raises:
        EngineError, SystemicError: no page would fare better.
    """
    task = stage(issue=issue, config=config)
    try:
        task.build_batch(pages)
    except (ArchiveError, OSError):
        raise
    except Exception:  # noqa: BLE001 - of any library; each page is tried by itself
        _log.warning("batch failed, its pages are tried one by one", exc_info=True)
        for page in pages:
            with task.risking(page):
                task.build_batch((page,))


class PageStage(BatchStage):
    """One stage over the pages of an issue, page by page; a subclass writes one in ``build``."""

    @abstractmethod
    def build(self, page: PageId, target: Path) -> StageState:
        """Write this stage's file or folder for ``page`` to ``target``; say done or empty.

        Raises:
            PageError: this page cannot be made; the others go on.
        """

    def build_batch(self, pages: Sequence[PageId]) -> None:
        """Bring every page of ``pages`` to an outcome, one after the other."""
        for page in pages:
            self.settle(page, partial(self.build, page))
