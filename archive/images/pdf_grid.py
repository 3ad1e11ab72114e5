"""Images along one side of a page, set onto whole pixels."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

SLACK = 1.0
"""Points by which the box of a page and the edge of its scan may differ by rounding."""
ROUNDED = 0.75
"""Points by which the place of a strip or tile may be rounded."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where an image begins and ends along a side, in points, and its pixels there."""

    low: float
    high: float
    pixels: int


@dataclass(frozen=True, slots=True)
class FittedSide:
    """A side of a page in pixels of its scan.

    ``start`` is the place in points of pixel 0, ``scale`` pixels a point, ``first`` the pixel at
    which each image begins.
    """

    start: float
    scale: float
    length: int
    first: tuple[int, ...]


def fitted(spans: Sequence[Span], page: float, scale: float) -> FittedSide:
    """Return the side of a page of ``page`` points whose images have about ``scale``.

    Where page and scan begin or end together but for rounding, the page is the scan. Where an image
    begins at the end of another, its pixels do.

    >>> fitted([Span(0, 99.5, 200), Span(100, 200, 200)], 200.4, 2.02)
    FittedSide(start=0, scale=2.0, length=400, first=(0, 200))
    """
    low, high = min(span.low for span in spans), max(span.high for span in spans)
    start = low if abs(low) <= SLACK else low - round(low * scale) / scale
    first = [0] * len(spans)
    ends: list[tuple[float, int]] = []
    for at in sorted(range(len(spans)), key=lambda at: spans[at].low):
        before = _nearest(ends, spans[at].low)
        first[at] = round((spans[at].low - start) * scale) if before is None else before
        insort(ends, (spans[at].high, first[at] + spans[at].pixels))
    last = max(pixel for _, pixel in ends)
    length = last if abs(high - page) <= SLACK else max(1, round((page - start) * scale))
    return FittedSide(start, (last - min(first)) / (high - low), length, tuple(first))


def _nearest(ends: list[tuple[float, int]], place: float) -> int | None:
    """Return the pixel of the end that is nearest to ``place``, if it is there but for rounding."""
    first = bisect_left(ends, (place - ROUNDED, 0))
    after = bisect_left(ends, (place + ROUNDED, 0))
    near = min(ends[first:after], key=lambda end: abs(end[0] - place), default=None)
    return None if near is None else near[1]
