"""CPU seconds of a command with everything it started, whoever that was handed on to."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

_SET_CHILD_SUBREAPER = 36
"""prctl(2): orphans below this process become its children instead of those of process 1."""
_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """User and system seconds of a command and all its descendants; MB of the largest of them."""

    cpu_s: float
    largest_mb: float = 0.0


def cost_of(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Cost:
    """Run ``command`` to its end and return what it cost.

    The fork server of our workers outlives its parent for a moment and is nobody's child then, so
    that ``time`` misses it and all workers. Here it is waited for, too.
    """
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)
    others, before, largest = _children(), _children_s(), 0.0
    run = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(_EVERY_S)
            break
        largest = max(largest, _largest_mb())
    while left := _children() - others:
        for child in left:
            os.waitpid(child, 0)
    return Cost(_children_s() - before, largest)


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _largest_mb() -> float:
    sizes = [0.0]
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            sizes.append(process.memory_info().rss / 2**20)
    return max(sizes)
