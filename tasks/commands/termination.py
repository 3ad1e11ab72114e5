"""SIGTERM, as systemd's stop and ``kill`` send it, becomes an exception that unwinds the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The process was asked to stop.

    A KeyboardInterrupt, so that whoever lets Ctrl-C through, Luigi among them, lets this through.
    """


@contextmanager
def raising_on_sigterm() -> Iterator[None]:
    """Raise ``Terminated`` at the first SIGTERM while the body lasts, and ignore further ones.

    Only the main thread receives signals; in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what unwinds must not be interrupted
    raise Terminated
