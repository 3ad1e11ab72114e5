"""Worker processes for pages.

Workers come from a fork server that has imported our modules but never used torch or Numba: a
fork of a process that has used either hangs or dies. A worker whose parent was killed ends
itself, so a killed run leaves no process behind for long.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

_POOLS: dict[tuple[int, int], ProcessPoolExecutor] = {}

ENVIRONMENT = {
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "NUMBA_THREADING_LAYER": "workqueue",
}
"""One thread a process: pages run side by side, and threads inside them only get in the way."""


_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
"""Of glibc's malloc.h."""


def set_environment() -> None:
    """Set the thread limits; before numpy, torch or Numba are imported."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0))


def pool(processes: int) -> ProcessPoolExecutor:
    """Return this process's pool; 0 takes every core. Made once, kept until ``drop``."""
    key = (os.getpid(), processes or cores())
    if key not in _POOLS:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tasks.flow.publish"])
        _POOLS[key] = ProcessPoolExecutor(key[1], mp_context=context, initializer=_die_with_parent)
    return _POOLS[key]


def drop() -> None:
    """Forget this process's pools, as after a worker was killed; the next call makes new ones."""
    for key in [key for key in _POOLS if key[0] == os.getpid()]:
        _POOLS.pop(key).shutdown(wait=False, cancel_futures=True)


def drop_in_child() -> None:
    """Drop the pool if this process is itself a worker, such as one of ``luigi --workers 2``.

    A worker ends only when all its own children have ended, and pool processes wait for work.
    """
    if multiprocessing.parent_process() is not None:
        drop()


def give_back_memory() -> None:
    """Return freed memory to the system, where its C library can.

    A worker lives as long as the run and would hold on to the most that any page of it took.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_freed_memory() -> None:
    """Let this process keep what it frees, in huge pages, where its C library can; before torch.

    A training step frees and takes gigabytes. Mapped anew each time, the kernel zeroes every page
    of it, a good part of the step (mallopt(3); torch's ``THP_MEM_ALLOC_ENABLE``).
    For a process that trains and ends; a page worker would hold the memory of its largest page.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def _die_with_parent() -> None:
    set_environment()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


atexit.register(drop)
