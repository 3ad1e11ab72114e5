"""One worker process for calls that may need any amount of memory or time, such as decoding."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar, cast

from schemas.errors import ProcessDiedError
from tasks.executors.worker import begin_worker, picklable

T = TypeVar("T")
_END_S = 10.0
"""Seconds to wait for a killed process; the kernel needs milliseconds."""


class BoundedProcess:
    """Calls functions in a process of its own, which is started when it is needed.

    ``memory_mb`` is the most address space it may have (0: as much as this process may),
    ``timeout_s`` the seconds a call may take.
    """

    def __init__(self, *, memory_mb: int, timeout_s: float) -> None:
        self._memory_mb, self._timeout_s = memory_mb, timeout_s
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def call(self, function: Callable[[], T], *, name: str) -> T:
        """Return what ``function`` returns, or raise what it raises; it must be picklable.

        Raises:
            ProcessDiedError: ``name`` does not fit into memory, takes too long or ends the process.
        """
        connection = self._started()
        try:
            connection.send(function)
            if not connection.poll(self._timeout_s):
                self.close()
                raise ProcessDiedError(f"{name}: not done after {self._timeout_s:g} s and stopped")
            result, error = connection.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as died:
            self.close()
            raise ProcessDiedError(f"{name}: the process that read it died") from died
        if isinstance(error, MemoryError):
            raise ProcessDiedError(f"{name}: does not fit into memory; {MORE}") from error
        if error is not None:
            raise error
        return cast(T, result)

    def close(self) -> None:
        """End the process and all that it started."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is not None and process.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.join(_END_S)
        if connection is not None:
            connection.close()

    def _started(self) -> Connection:
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=_answer, args=(theirs, self._memory_mb), daemon=True
            )
            self._process.start()
            theirs.close()
        return self._connection


MORE = "raise [run] memory_mb, or give the machine more"


def _answer(connection: Connection, memory_mb: int) -> None:
    begin_worker(memory_mb)
    while True:
        try:
            function = connection.recv()
        except EOFError:
            return
        connection.send(_result_of(function))


def _result_of(function: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return function(), None
    except Exception as error:  # noqa: BLE001 - whatever it was, the caller decides
        return None, picklable(error)
