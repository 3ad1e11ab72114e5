"""Pictures with rules around them: what the rules enclose is the picture, its bare paper too."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.refine.borders import LINE, TURNS, ink_of
from schemas.model import RGB8, Matte

_LONG_SIDE = 1000
"""Pixels at which rules are looked for; with fewer a hairline is too pale."""
_NEAR = 0.05
"""Share of the picture's side within which its rule lies, on either side of the outline's end."""
_CORNER = 0.04
"""Share of a rule's length that a rounded or broken corner takes."""
_FILL_OF_THREE = 0.8
"""What the outline fills of its box at least where one side has no rule: it may lie in the fold."""

_Side = tuple[float, float]
"""Rows in which a side begins and ends, seen with this side on top."""
_Corners = NDArray[np.float64]


def ruled_frame(crop: RGB8, probability: NDArray[np.float32]) -> Matte | None:
    """Return the four-sided alpha (H, W) of a picture with rules around it, else None.

    Where the outline wavers across a hairline, ink no longer encloses the sky of the picture; its
    rules do, each turned by two degrees at most. A side without one ends where the outline does.
    """
    ink, likely = ink_of(crop, probability, long_side=_LONG_SIDE)
    columns, rows = np.flatnonzero(likely.any(axis=0)), np.flatnonzero(likely.any(axis=1))
    if len(columns) < 20 or len(rows) < 20:
        return None
    left, right = int(columns[0]), int(columns[-1]) + 1
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    height, width = ink.shape
    boxes = (
        (left, top, right, bottom),
        (top, width - right, bottom, width - left),
        (width - right, height - bottom, width - left, height - top),
        (height - bottom, left, height - top, right),
    )
    rules = [_rule_on_top(np.rot90(ink, turns), box) for turns, box in enumerate(boxes)]
    missing = sum(rule is None for rule in rules)
    if missing > 1 or (missing and likely[top:bottom, left:right].mean() < _FILL_OF_THREE):
        return None
    sides = [rule or (float(box[1]), float(box[1])) for rule, box in zip(rules, boxes, strict=True)]
    return _drawn(_corners(sides, boxes, ink.shape), ink.shape, probability.shape)


def _rule_on_top(ink: NDArray[np.uint8], box: tuple[int, int, int, int]) -> _Side | None:
    """Return the outer edge of the rule at the top of ``box`` (left, top, right, bottom)."""
    left, top, right, bottom = box
    length = right - left
    reach = max(4, round(_NEAR * (bottom - top)))
    corner = round(_CORNER * length)
    best, best_line = math.nextafter(LINE, 0.0), None
    for degrees in TURNS:
        slope = math.tan(math.radians(degrees))
        drop = abs(slope) * length / 2
        first = max(0, int(top - reach - drop))
        part = np.ascontiguousarray(ink[first : math.ceil(top + reach + drop), left:right])
        shear = np.array([[1, 0, 0], [slope, 1, -slope * length / 2]], np.float32)
        level = cv2.warpAffine(part, shear, part.shape[::-1], flags=cv2.INTER_NEAREST)
        thick = cv2.dilate(level, np.ones((3, 1), np.uint8))
        covered = thick[:, corner : length - corner].mean(axis=1)
        if covered.max() > best:
            best = float(covered.max())
            row = first + int(np.flatnonzero(covered >= max(LINE, best - 0.02))[0]) + 1
            best_line = row + slope * length / 2, row - slope * length / 2
    return best_line


def _corners(
    sides: Sequence[_Side], boxes: Sequence[tuple[int, int, int, int]], shape: tuple[int, ...]
) -> _Corners:
    """Return where each side meets the next, (4, 2) x and y, of sides seen turn by turn."""
    height, width = shape[:2]
    lines = []
    for turns, ((begin, end), box) in enumerate(zip(sides, boxes, strict=True)):
        ends = [_turned_back(x, y, turns, height, width) for x, y in
                ((box[0], begin), (box[2], end))]  # fmt: skip
        lines.append(np.cross([*ends[0], 1.0], [*ends[1], 1.0]))
    meets = [np.cross(line, lines[number - 1]) for number, line in enumerate(lines)]
    return np.array([point[:2] / point[2] for point in meets])


def _turned_back(x: float, y: float, turns: int, height: int, width: int) -> tuple[float, float]:
    return ((x, y), (width - y, x), (width - x, height - y), (y, height - x))[turns]


def _drawn(corners: _Corners, seen: tuple[int, ...], shape: tuple[int, ...]) -> Matte:
    height, width = shape[:2]
    scale = np.array([width / seen[1], height / seen[0]])
    pixels = np.round((corners * scale - 0.5) * 16).astype(np.int32)  # sixteenths of a pixel
    drawn = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(drawn, pixels, 255, cv2.LINE_AA, shift=4)
    return drawn / 255.0
