"""What an executor is: orders go in, results come out in whatever order they are ready.

Nothing here knows stages or Luigi: an order carries the function it runs. A distributed executor
is one more class with these methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from schemas.model import PageId


@dataclass(frozen=True, slots=True)
class Order:
    """Pages for a worker process, and the function that builds them there.

    ``work`` must be picklable by reference: a function of a module, or a partial of one.
    ``timeout_s`` is the limit for the whole order.
    """

    work: Callable[[tuple[PageId, ...]], None]
    pages: tuple[PageId, ...]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The worker came to the end of ``order``, with ``error`` if the function raised one."""

    order: Order
    seconds: float
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """The worker ended in the middle of ``order``, or was killed at its time limit."""

    order: Order
    timed_out: bool


Result = Finished | WorkerDied


class Executor(Protocol):
    """Runs orders in other processes."""

    def submit(self, order: Order) -> None:
        """Queue ``order``."""

    def results(self) -> Iterator[Result]:
        """Yield one result for every order, until no order is left."""

    def close(self) -> None:
        """Drop every order; end all workers and the processes they started."""
