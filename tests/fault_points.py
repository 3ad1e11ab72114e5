"""A switch for tests: the n-th write, fsync, rename or statement of the catalog fails, or kills.

In this process: ``with failing("rename", 3) as point: …``. In a process of its own, which it kills:
``python -m tests.fault_points statement 7 nightly --config config.ini``.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from archive.catalog.catalog import Catalog

OPERATIONS = {
    "write": (
        (Path, "write_bytes"),
        (Path, "write_text"),
        (shutil, "copyfile"),
        (os, "link"),
        (Image.Image, "save"),
    ),
    "fsync": ((os, "fsync"),),
    "rename": ((Path, "replace"),),
    "ledger": ((Catalog, "record"),),
}
"""What is counted, besides the statements of the catalog; ``ledger`` ends every stage."""


@dataclass(slots=True)
class FaultPoint:
    """Counts operations; at the ``at``-th one ``fault`` is called, once or from then on."""

    at: int
    fault: Callable[[], None]
    lasts: bool = False
    passed: int = 0

    @property
    def was_reached(self) -> bool:
        """Whether there were so many operations."""
        return self.passed >= self.at

    def passes(self) -> None:
        """Count one operation, before it is done."""
        self.passed += 1
        if self.passed == self.at or (self.lasts and self.passed > self.at):
            self.fault()


@contextmanager
def failing(kind: str, at: int, *, lasts: bool = False) -> Iterator[FaultPoint]:
    """Let the ``at``-th operation of ``kind`` fail as on a full disk; with ``lasts`` all after it."""
    with watched(kind, FaultPoint(at, _no_statement if kind == "statement" else _full, lasts)) as p:
        yield p


@contextmanager
def watched(kind: str, point: FaultPoint) -> Iterator[FaultPoint]:
    """Count the operations of ``kind`` at ``point`` while the body lasts."""
    if kind == "statement":
        listener = lambda *_: point.passes()  # noqa: E731 - an event is removed by its function
        event.listen(Engine, "before_cursor_execute", listener)
        try:
            yield point
        finally:
            event.remove(Engine, "before_cursor_execute", listener)
        return
    with ExitStack() as stack:
        for owner, name in OPERATIONS[kind]:
            stack.enter_context(patch.object(owner, name, _counted(getattr(owner, name), point)))
        yield point


def _counted(operation: Callable[..., Any], point: FaultPoint) -> Callable[..., Any]:
    def counted(*args: Any, **keywords: Any) -> Any:
        point.passes()
        return operation(*args, **keywords)

    return counted


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _no_statement() -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise OperationalError("", None, full)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from tasks.__main__ import main

    with watched(sys.argv[1], FaultPoint(int(sys.argv[2]), _kill)):
        sys.exit(main(sys.argv[3:]))
