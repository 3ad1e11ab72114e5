"""Pages of one stage, spread over workers; a page that kills its worker is found and named."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from schemas.errors import PageError, ProcessDiedError
from schemas.model import PageId
from tasks.executors.protocol import Executor, Finished, Order, WorkerDied

_log = logging.getLogger(__name__)

_TRIES = 2
"""How often a page has to kill a worker of its own, nothing beside it, before it is blamed."""


class PageWork(Protocol):
    """The work to do on pages, and where to record that a page was lost."""

    def order(self, pages: Sequence[PageId]) -> Order:
        """Return the order that brings ``pages`` to an outcome."""

    def is_settled(self, page: PageId) -> bool:
        """Say whether ``page`` has an outcome."""

    def fail(self, page: PageId, error: PageError) -> None:
        """Write down that ``page`` is lost."""


def work_on(
    work: PageWork,
    pages: Sequence[PageId],
    executor: Executor,
    *,
    batch: int,
    advance: Callable[[int], None],
) -> dict[PageId, float]:
    """Bring ``pages`` to an outcome; return the seconds each took.

    Pages whose worker died or reached its time limit are tried again alone.

    Raises:
        EngineError, SystemicError: no page would fare better; the run stops.
    """
    seconds: dict[PageId, float] = {}
    orders = [work.order(pages[at : at + batch]) for at in range(0, len(pages), batch)]
    lost = list(_run(orders, executor, seconds, advance))
    for result in lost:
        if result.timed_out and len(result.order.pages) == 1:
            _fail_at_limit(work, result.order)
    for page in (page for result in lost for page in result.order.pages):
        if not work.is_settled(page):
            _try_alone(work, page, executor, seconds)
        advance(1)
    return seconds


def _run(
    orders: Sequence[Order],
    executor: Executor,
    seconds: dict[PageId, float],
    advance: Callable[[int], None],
) -> Iterator[WorkerDied]:
    """Carry out ``orders``; enter the seconds; yield those whose worker died."""
    for order in orders:
        executor.submit(order)
    try:
        for result in executor.results():
            if isinstance(result, WorkerDied):
                _log.warning("worker died", extra={"page": str(result.order.pages[0])})
                yield result
                continue
            _enter(result, seconds)
            advance(len(result.order.pages))
    except BaseException:
        executor.close()
        raise


def _enter(result: Finished, seconds: dict[PageId, float]) -> None:
    if result.error is not None:
        raise result.error
    pages = result.order.pages
    seconds.update(dict.fromkeys(pages, result.seconds / len(pages)))


def _try_alone(
    work: PageWork, page: PageId, executor: Executor, seconds: dict[PageId, float]
) -> None:
    """Work on ``page`` while no other is worked on; blame it if it kills its worker each time."""
    for _ in range(_TRIES):
        lost = list(_run([work.order((page,))], executor, seconds, lambda _: None))
        if not lost:
            return
        if lost[0].timed_out:
            _fail_at_limit(work, lost[0].order)
            return
    died = f"{page}: the worker process died on this page, {_TRIES} times"
    work.fail(page, ProcessDiedError(died))


def _fail_at_limit(work: PageWork, order: Order) -> None:
    (page,) = order.pages
    if not work.is_settled(page):
        limit = f"not done after {order.timeout_s:g} s and stopped"
        work.fail(page, PageError(f"{page}: {limit}; raise [run] page_timeout_s or mend the scan"))
