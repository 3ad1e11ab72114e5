"""Worker processes on this machine.

Workers come from a fork server that has imported our modules but never used torch or Numba: a
fork of a process that has used either hangs or dies. The parent knows which worker has which
order, so a worker that dies costs its own order only.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from tasks.executors.environment import cores
from tasks.executors.protocol import Finished, Order, Result, WorkerDied
from tasks.executors.worker import serve

_log = logging.getLogger(__name__)

_END_S = 10.0
"""Seconds to wait for a killed worker; the kernel needs milliseconds."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    order: Order | None = None
    deadline: float = 0.0

    def begin(self, order: Order) -> None:
        self.order, self.deadline = order, time.monotonic() + order.timeout_s
        with contextlib.suppress(OSError):  # it has died: its sentinel tells
            self.connection.send(order)

    def kill(self) -> None:
        """End the worker and every process it started; it leads their process group."""
        assert self.process.pid
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:  # gone, or just starting and without a group yet
            self.process.kill()
        self.process.join(_END_S)
        self.connection.close()


class LocalExecutor:
    """Up to ``processes`` workers; they start when needed and stay until ``close``.

    ``preload`` names the modules that the fork server imports once for all workers; ``memory_mb``
    is the most address space that a worker may have, 0 for no limit.
    """

    def __init__(self, processes: int, preload: Sequence[str] = (), *, memory_mb: int = 0) -> None:
        self._memory_mb = memory_mb
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._processes = processes
        self._waiting: deque[Order] = deque()
        self._workers: list[_Worker] = []

    def submit(self, order: Order) -> None:
        """Queue ``order``."""
        self._waiting.append(order)

    def results(self) -> Iterator[Result]:
        """Yield one result for every order, until no order is left."""
        while self._waiting or self._busy():
            self._assign()
            yield from self._collect()

    def close(self) -> None:
        """Drop every order; end all workers and the processes they started."""
        self._waiting.clear()
        while self._workers:
            self._workers.pop().kill()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.order is not None]

    def _assign(self) -> None:
        idle = [worker for worker in self._workers if worker.order is None]
        while self._waiting and (idle or len(self._workers) < self._processes):
            worker = idle.pop() if idle else self._start()
            worker.begin(self._waiting.popleft())

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, _log.getEffectiveLevel(), self._memory_mb), daemon=True
        )
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def _collect(self) -> Iterator[Result]:
        """Wait until a worker answers, dies or reaches its deadline; yield what came of it."""
        busy = self._busy()
        nearest = min(worker.deadline for worker in busy)
        sources = [source for w in busy for source in (w.connection, w.process.sentinel)]
        ready = wait(sources, timeout=max(0.0, nearest - time.monotonic()))
        for worker in busy:
            if worker.connection in ready or worker.process.sentinel in ready:
                result = self._receive(worker)
            elif worker.deadline <= time.monotonic():
                result = self._bury(worker, timed_out=True)
            else:
                continue
            if result is not None:
                yield result

    def _receive(self, worker: _Worker) -> Result | None:
        """Return the worker's result; None if it sent a log record."""
        try:
            if not worker.connection.poll():
                return self._bury(worker, timed_out=False)
            message = worker.connection.recv()
        except (EOFError, OSError):
            return self._bury(worker, timed_out=False)
        if isinstance(message, logging.LogRecord):
            logging.getLogger(message.name).handle(message)
            return None
        order, worker.order = worker.order, None
        assert order is not None
        return Finished(order, *message)

    def _bury(self, worker: _Worker, *, timed_out: bool) -> Result:
        self._workers.remove(worker)
        worker.kill()
        assert worker.order is not None
        return WorkerDied(worker.order, timed_out)


_EXECUTORS: dict[tuple[int, int, int], LocalExecutor] = {}


def local_executor(
    processes: int, preload: Sequence[str] = (), *, memory_mb: int = 0
) -> LocalExecutor:
    """Return this process's executor; 0 takes every core. It is kept until ``close_executors``."""
    key = (os.getpid(), processes or cores(), memory_mb)
    if key not in _EXECUTORS:
        _EXECUTORS[key] = LocalExecutor(key[1], preload, memory_mb=memory_mb)
    return _EXECUTORS[key]


def close_executors() -> None:
    """End the workers of this process."""
    for key in [key for key in _EXECUTORS if key[0] == os.getpid()]:
        _EXECUTORS.pop(key).close()


def close_executors_of_child() -> None:
    """End the workers if this process is itself a child, such as one of ``luigi --workers 2``.

    Luigi ends such a process without running its exit handlers.
    """
    if multiprocessing.parent_process() is not None:
        close_executors()


atexit.register(close_executors)
