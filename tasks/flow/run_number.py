"""The number of the run at work, by which the ledger knows what a run did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_number: ContextVar[int | None] = ContextVar("run number", default=None)


def run_number() -> int | None:
    """Return the number of the run at work in this process; None outside of one."""
    return _number.get()


@contextmanager
def numbered(number: int) -> Iterator[None]:
    """Enter what is written to the ledger under ``number`` while the body lasts."""
    token = _number.set(number)
    try:
        yield
    finally:
        _number.reset(token)
