"""A picture with a printed border ends there: what stands beyond it, across bare paper, is type."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import RGB8

_LONG_SIDE = 500
"""Pixels at which borders are looked for."""
_BEYOND = 0.2
"""Share of the picture's side that may lie beyond its border."""
LINE, _BARE = 0.85, 0.004
"""Share of its length that a border has ink on, and bare paper at most."""
_REACH = 2
_DARK = 0.4
TURNS = (0.0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0)
"""Degrees by which a printed line may be turned on a skewed scan."""


def within_border(crop: RGB8, probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``probability`` (H, W) without what stands beyond a printed border.

    On each side: a line of ink along the whole picture, turned by two degrees at most, and beyond
    it a strip of bare paper. What that strip parts from the picture (a heading, a catchword, a
    plate's number) is not part of it. Without such a line, nothing is taken away: the soft end of a
    vignette has no border.
    """
    height, width = probability.shape
    ink, likely = ink_of(crop, probability, long_side=_LONG_SIDE)
    if likely.sum() < 100:
        return probability
    ink *= likely
    beyond = np.zeros(ink.shape, np.uint8)
    for turns in range(4):
        beyond |= np.rot90(_beyond_top(np.ascontiguousarray(np.rot90(ink, turns))), -turns)
    if not beyond.any():
        return probability
    return np.where(cv2.resize(beyond, (width, height)) > 0, 0, probability).astype(np.float32)


def ink_of(
    crop: RGB8, probability: NDArray[np.float32], *, long_side: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return where ``crop`` (H, W, 3) has ink, 0 or 1, and where the picture is, made smaller.

    Both are (h, w) with at most ``long_side`` pixels. Ink is a share of the way from paper to the
    darkest ink of the picture.
    """
    height, width = probability.shape
    scale = min(1.0, long_side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    grey = cv2.cvtColor(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    likely = cv2.resize((probability >= 0.5).astype(np.uint8), size) > 0
    paper = float(np.percentile(grey, 92))
    dark = float(np.percentile(grey[likely], 2)) if likely.any() else paper
    ink = grey < paper - _DARK * max(40.0, paper - dark)
    return np.asarray(ink, dtype=np.uint8), np.asarray(likely)


def _beyond_top(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what lies above the border at the top of ``ink`` (H, W), 0 or 1."""
    height, width = ink.shape
    columns = np.flatnonzero(ink.any(axis=0))
    rows = np.flatnonzero(ink.any(axis=1))
    nothing = np.zeros_like(ink)
    if len(columns) < 20 or len(rows) < 20:
        return nothing
    for degrees in TURNS:
        slope = math.tan(math.radians(degrees))
        shear = np.array([[1, 0, 0], [slope, 1, -slope * width / 2]], np.float32)
        level = cv2.warpAffine(ink, shear, (width, height), flags=cv2.INTER_NEAREST)
        edge = _bare_row(level[:, columns[0] : columns[-1] + 1])
        if edge is not None:
            upper = np.zeros_like(ink)
            upper[: edge + 1] = 1
            back = cv2.warpAffine(
                upper, shear, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
            return np.asarray(back, dtype=np.uint8)
    return nothing


def _bare_row(ink: NDArray[np.uint8]) -> int | None:
    """Return the lowest bare row above the border, if ink stands above it, else None."""
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows):
        return None
    covered = cv2.dilate(ink, np.ones((2 * _REACH + 1, 1), np.uint8)).mean(axis=1)
    lines = np.flatnonzero(covered >= LINE)
    last = rows[0] + _BEYOND * (rows[-1] - rows[0])
    if not len(lines) or lines[0] > last:
        return None
    is_bare = ink[: lines[0] + 1].mean(axis=1) <= _BARE
    bare = np.flatnonzero(is_bare[1:] & is_bare[:-1]) + 1  # two rows; one is a gap in hatching
    bare_below = bare[bare > rows[0]]
    return int(bare_below[-1]) if len(bare_below) and ink[: bare_below[-1]].any() else None
