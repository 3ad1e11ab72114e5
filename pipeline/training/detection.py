"""Boxes of illustrations judged: matches, F1 and average precision.

Average precision is COCO's: 101 recalls, mean over IoU thresholds 0.50 to 0.95 (Lin et al.,
"Microsoft COCO", ECCV 2014, and its evaluation code's definition).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes predicted on a page, with a confidence 0..1 each, and those the truth has."""

    predicted: tuple[Rectangle, ...]
    confidences: tuple[float, ...]
    expected: tuple[Rectangle, ...]


def matches(predicted: Sequence[Rectangle], expected: Sequence[Rectangle], least: float) -> int:
    """Return how many boxes pair up, best overlap first, each box once."""
    pairs = sorted(
        ((box_iou(p, e), i, j) for i, p in enumerate(predicted) for j, e in enumerate(expected)),
        reverse=True,
    )
    used_predicted: set[int] = set()
    used_expected: set[int] = set()
    for iou, i, j in pairs:
        if iou >= least and i not in used_predicted and j not in used_expected:
            used_predicted.add(i)
            used_expected.add(j)
    return len(used_predicted)


def box_iou(first: Rectangle, other: Rectangle) -> float:
    """Return the intersection over union of two boxes."""
    width = min(first[2], other[2]) - max(first[0], other[0])
    height = min(first[3], other[3]) - max(first[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (first, other))
    return shared / (areas - shared) if areas > shared else 0.0


def average_precision(pages: Sequence[Detections], threshold: float) -> float | None:
    """Return the area under precision over recall at one IoU threshold; None if nothing is there.

    Boxes of all pages are ranked by confidence; each takes the best box that is still free on its
    page.
    """
    total = sum(len(page.expected) for page in pages)
    if not total:
        return None
    ranked = sorted(
        ((c, at, n) for at, page in enumerate(pages) for n, c in enumerate(page.confidences)),
        key=lambda entry: -entry[0],
    )
    used: set[tuple[int, int]] = set()
    hits = np.zeros(len(ranked), bool)
    for rank, (_, at, number) in enumerate(ranked):
        best = _best_free(pages[at], number, at, used, threshold)
        if best is not None:
            used.add((at, best))
            hits[rank] = True
    return _area(hits, total)


def mean_average_precision(pages: Sequence[Detections]) -> float | None:
    """Return the mean of ``average_precision`` over COCO's ten thresholds."""
    values = [average_precision(pages, threshold) for threshold in THRESHOLDS]
    return None if values[0] is None else float(np.mean([v for v in values if v is not None]))


def _best_free(
    page: Detections, number: int, at: int, used: set[tuple[int, int]], threshold: float
) -> int | None:
    overlaps = [
        (box_iou(page.predicted[number], box), -other)
        for other, box in enumerate(page.expected)
        if (at, other) not in used
    ]
    best = max(overlaps, default=(0.0, 0))
    return -best[1] if overlaps and best[0] >= threshold else None


def _area(hits: NDArray[np.bool_], total: int) -> float:
    if not len(hits):
        return 0.0
    good = np.cumsum(hits)
    precision = good / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(good / total, _RECALLS, side="left")
    return float(np.mean(np.where(at < len(precision), np.r_[precision, 0.0][at], 0.0)))
