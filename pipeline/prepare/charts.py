"""Color charts that are photographed beside a page, or alone as a target.

A chart is a dozen squares or more of one size, each of one flat color, several of them vivid.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.model import RGB8

_LONG_SIDE = 1000
_EDGE = 18
"""Difference of neighboring pixels in a channel that parts two fields."""
_SMALLEST, _LARGEST = 5, 0.15
"""Pixels, and share of the long side, across a field."""
_SQUARE, _FILLED, _FLAT = 1.5, 0.8, 10.0
"""Most that a field is longer than wide; least share of its box it covers; most its gray deviates.
"""
_ALIKE = 1.35
_FEWEST, _FEWEST_VIVID, _VIVID = 12, 4, 60
"""Fields of a chart, and those of them whose channels differ by so much."""


def find_chart(rgb: RGB8) -> Box | None:
    """Return the box round the color chart in ``rgb`` (H, W, 3), or None."""
    scale = min(1.0, _LONG_SIDE / max(rgb.shape[:2]))
    small = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    fields = _fields(small)
    if not fields:
        return None
    sizes = np.sqrt([box.area for box, _ in fields])
    alike = [
        [field for field, other in zip(fields, sizes, strict=True) if _is_alike(other, size)]
        for size in sizes
    ]
    chart = max(alike, key=len)
    vivid = sum(is_vivid for _, is_vivid in chart)
    if len(chart) < _FEWEST or vivid < _FEWEST_VIVID:
        return None
    box = reduce(Box.union, [box for box, _ in chart]).grown(_SMALLEST)
    corners = [(box.left / scale, box.top / scale), (box.right / scale, box.bottom / scale)]
    return Box.around(corners).clipped(rgb.shape[1], rgb.shape[0])


def _is_alike(first: float, other: float) -> bool:
    return max(first, other) <= _ALIKE * min(first, other)


def _fields(small: RGB8) -> Sequence[tuple[Box, bool]]:
    """Return the boxes of flat squares, and whether each is of a vivid color."""
    step = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats((step < _EDGE).astype(np.uint8))
    largest = _LARGEST * max(small.shape)
    fields = []
    for number in range(1, count):
        left, top, width, height, area = map(int, boxes[number])
        if min(width, height) < _SMALLEST or max(width, height) > largest:
            continue
        box = Box(left, top, left + width, top + height)
        is_square = max(width, height) <= _SQUARE * min(width, height)
        if is_square and area >= _FILLED * box.area:
            window = np.s_[box.top : box.bottom, box.left : box.right]
            colors = small[window][pieces[window] == number].astype(np.float64)
            if colors.std(axis=0).max() <= _FLAT:
                fields.append((box, _is_vivid(colors)))
    return fields


def _is_vivid(colors: NDArray[np.float64]) -> bool:
    mean = colors.mean(axis=0)
    return bool(mean.max() - mean.min() >= _VIVID)
