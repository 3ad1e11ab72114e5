"""A worker process: takes orders from a pipe until the pipe closes."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import resource
import signal
import threading
import time
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue

from tasks.executors.environment import give_back_memory, set_environment
from tasks.executors.kernels import set_kernel_folder
from tasks.executors.protocol import Order

_log = logging.getLogger(__name__)


def begin_worker(memory_mb: int) -> None:
    """Make this process a worker that may have ``memory_mb`` of address space, 0 for no limit.

    It leads its own process group, so that whoever kills the group ends its Tesseract too. It
    ignores SIGTERM and SIGINT: systemd sends them to every process of a service, and only the
    parent may decide what becomes of the page at work. It ends with its parent.
    """
    set_environment()
    set_kernel_folder()
    if memory_mb:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = memory_mb * 2**20
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()


def serve(connection: Connection, log_level: int, memory_mb: int = 0) -> None:
    """Work on the orders that come through ``connection``; send back seconds and error of each."""
    begin_worker(memory_mb)
    logging.getLogger().handlers = [_SendToParent(connection)]
    logging.getLogger("tasks").setLevel(log_level)
    while True:
        try:
            order = connection.recv()
        except EOFError:
            return
        connection.send(_carry_out(order))


def _carry_out(order: Order) -> tuple[float, Exception | None]:
    started = time.monotonic()
    error: Exception | None = None
    try:
        order.work(order.pages)
    except Exception as raised:  # noqa: BLE001 - whatever it was, the parent decides
        _log.debug("order of %s ended with an error", order.pages[0], exc_info=True)
        error = picklable(raised)
    give_back_memory()
    return time.monotonic() - started, error


def picklable(error: Exception) -> Exception:
    """Return ``error``, or its text as a RuntimeError where it cannot travel between processes."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - a foreign exception may fail in any way
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


class _SendToParent(QueueHandler):
    """Sends log records through the worker's pipe; the parent writes them to its own log."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(SimpleQueue())
        self._connection = connection

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send ``record``."""
        self._connection.send(record)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os.killpg(0, signal.SIGKILL)
