"""One run at a time in an archive, on whatever machine."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import BusyError, ConfigError

_BUSY = (BlockingIOError, PermissionError)
"""POSIX leaves it open which of the two says that somebody else holds a lock."""


@contextmanager
def hold_lock(
    root: Path, what: str, *, shared: bool = False, waits: bool = False
) -> Iterator[None]:
    """Hold the archive at ``root`` for ``what`` ("run", "rerun", "ingest") while the body lasts.

    With ``shared``, others that share may hold it too; with ``waits``, wait until it is free. A
    record lock (fcntl(2)) ends with its process however that dies, worker processes do not
    inherit it, and NFS carries it to other machines.

    Raises:
        BusyError: another process is at it.
        ConfigError: the disk knows no locks.
    """
    path = root / f".{what}.lock"
    root.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with path.open("a+") as file:
        try:
            fcntl.lockf(file, kind | (0 if waits else fcntl.LOCK_NB))
        except _BUSY as error:
            file.seek(0)
            raise BusyError(
                f"{root}: another {what} is at work ({file.read().strip() or 'unknown'}); "
                "wait until it has ended, or stop it"
            ) from error
        except OSError as error:
            raise ConfigError(
                f"{path}: cannot be locked ({error.strerror}); mount the disk with locks"
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
