"""Who is told how far a stage is: nobody, unless a program asks to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Protocol

from schemas.ledger import LedgerRow


class ProgressListener(Protocol):
    """Is told what stages do; the command line shows bars, a web page might show its own."""

    def stage(
        self, issue: str, stage: str, pages: int
    ) -> AbstractContextManager[Callable[[int], None]]:
        """Return a context for a stage at work; the function takes the pages just finished."""

    def finished(self, issue: str, stage: str, rows: Sequence[LedgerRow], wall_s: float) -> None:
        """Take how a stage ended; ``wall_s`` are seconds."""


class Quiet:
    """Shows nothing."""

    def stage(
        self, issue: str, stage: str, pages: int
    ) -> AbstractContextManager[Callable[[int], None]]:
        """Return a context that does nothing."""
        return nullcontext(lambda _: None)

    def finished(self, issue: str, stage: str, rows: Sequence[LedgerRow], wall_s: float) -> None:
        """Show nothing."""


_listener: ContextVar[ProgressListener] = ContextVar("progress listener", default=Quiet())  # noqa: B039 - Quiet has no state


def progress() -> ProgressListener:
    """Return who is told in this process."""
    return _listener.get()


@contextmanager
def telling(listener: ProgressListener) -> Iterator[None]:
    """Tell ``listener`` what stages do while the body lasts, in this process and its forks."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
