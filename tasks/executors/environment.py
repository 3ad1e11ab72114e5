"""Threads, cores and memory of the processes that work on pages or train."""

from __future__ import annotations

import contextlib
import ctypes
import os

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
