"""Pages of one stage, spread over worker processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import PageError
from schemas.model import PageId
from tasks.executors import local as pool

if TYPE_CHECKING:
    from tasks.flow.page_stage import PageStage


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker process is asked to do; small, so that it travels quickly."""

    stage: str
    issue: str
    config: Path
    pages: tuple[PageId, ...]


def work_on(
    stage: PageStage, pages: Sequence[PageId], *, advance: Callable[[int], None]
) -> dict[PageId, float]:
    """Bring ``pages`` to an outcome; return the seconds each took.

    Raises:
        EngineError, SystemicError: no page would fare better; the run stops.
    """
    size = stage.batch
    orders = [
        Order(stage.stage, str(stage.issue), Path(stage.config), tuple(pages[at : at + size]))
        for at in range(0, len(pages), size)
    ]
    try:
        return _spread(orders, stage.settings.run.processes, advance)
    except BrokenProcessPool:
        return _one_by_one(stage, pages, advance)
    finally:
        pool.drop_in_child()


def _spread(
    orders: Sequence[Order], processes: int, advance: Callable[[int], None]
) -> dict[PageId, float]:
    seconds: dict[PageId, float] = {}
    futures: dict[Future[float], Order] = {
        pool.pool(processes).submit(work, order): order for order in orders
    }
    try:
        for future in as_completed(futures):
            order, taken = futures[future], future.result()
            seconds.update(dict.fromkeys(order.pages, taken / len(order.pages)))
            advance(len(order.pages))
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return seconds


def _one_by_one(
    stage: PageStage, pages: Sequence[PageId], advance: Callable[[int], None]
) -> dict[PageId, float]:
    """Find the page that kills its worker (out of memory, a crash in C) without losing the rest."""
    seconds: dict[PageId, float] = {}
    for page in pages:
        order = Order(stage.stage, str(stage.issue), Path(stage.config), (page,))
        if stage.is_settled(page):
            continue
        try:
            pool.drop()
            seconds |= _spread([order], 1, advance)
        except BrokenProcessPool:
            pool.drop()
            stage.fail(page, PageError(f"{page}: the {stage.stage} process died on this page"))
    return seconds


def work(order: Order) -> float:
    """Do ``order`` in this process; return the seconds it took."""
    import tasks.flow.stages  # noqa: F401 - registers the stages; imports this module in turn
    from tasks.flow.page_stage import PageStage

    task = PageStage.stages[order.stage](issue=order.issue, config=order.config)
    started = time.monotonic()
    task.build_batch(order.pages)
    pool.give_back_memory()
    return time.monotonic() - started
