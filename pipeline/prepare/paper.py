"""Where the paper ends and the dark bed of the scanner begins."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.model import Grey8

_DARK = 90
_MAX_BORDER_PART = 6
_NARROW = 0.02
"""Share of the side up to which a dark strip is a border whatever it looks like: no picture is so
slim."""
_EVEN, _DENSE = 16.0, 0.6
"""Standard deviation of grey up to which the dark of a wider strip is a bed and no picture, and
the least share of it that is dark. Beds of 300 sides of real scans deviate by 14 at most, with 0.69
dark or more; the dark of a photograph by 25."""
_PAPER = 120
"""Median of grey beyond a bed: paper begins there."""
_BED_LONG_SIDE = 500
_BED, _SHEET, _SQUARE = 0.12, 0.3, 0.9
"""Share of a scan that is bed beside a sheet at least, and that is sheet; share of its box that the
sheet covers."""
_BED_SIDES = 2
"""Sides of a sheet on which there is bed: a dark picture at one side of a page is no bed."""
_FINGER = 0.04
"""Share of the short side: what is up to three times as wide at the edge of a sheet is no paper."""


def find_paper(grey: Grey8) -> Box:
    """Return the page in ``grey`` (H, W) without the scanner's dark border.

    A side is cut while its rows (or columns) are mostly dark, a small gap of the scanner's noise
    bridged. What is still dark after a sixth of the page, or is no even dark, or has no paper
    beyond it, is a picture without a margin: nothing is cut there.
    """
    height, width = grey.shape
    if min(height, width) < 64:
        return Box(0, 0, width, height)
    on_bed = _sheet_on_bed(grey)
    if on_bed is not None:
        return on_bed
    if (grey < _DARK).mean() > 0.6:
        return Box(0, 0, width, height)
    top, bottom = _border(grey), _border(grey[::-1])
    left, right = _border(grey.T), _border(grey.T[::-1])
    return Box(left, top, width - right, height - bottom)


def _border(grey: Grey8) -> int:
    """Return how many of the first rows of ``grey`` are border."""
    cut = _dark_rows((grey < _DARK).mean(axis=1))
    if cut <= _NARROW * len(grey):
        return cut
    strip = grey[:cut]
    dark = strip[strip < _DARK]
    beyond = grey[cut : cut + max(4, len(grey) // 60)]
    is_bed = dark.std() <= _EVEN and dark.size >= _DENSE * strip.size
    return cut if is_bed and np.median(beyond) >= _PAPER else 0


def _sheet_on_bed(grey: Grey8) -> Box | None:
    """Return the sheet that lies whole on a dark bed, with a chart or a ruler beside it, or None.

    The largest light piece is opened first: what a finger or a clamp adds at its edge is no paper.
    """
    scale = min(1.0, _BED_LONG_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    is_light = (small >= _DARK).astype(np.uint8)
    reach = round(_FINGER * min(small.shape)) | 1
    closed = cv2.morphologyEx(is_light, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3 * reach, 3 * reach), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(opened)
    if len(boxes) < 2:
        return None
    number = 1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, area = map(int, boxes[number])
    is_bed = np.ones(small.shape, bool)
    is_bed[top : top + height, left : left + width] = False
    if area < _SHEET * small.size or area < _SQUARE * width * height:
        return None
    box = Box(left, top, left + width, top + height)
    sides = (top, left, small.shape[0] - box.bottom, small.shape[1] - box.right)
    if sum(side > _NARROW * max(small.shape) for side in sides) < _BED_SIDES:
        return None
    rows, columns = np.nonzero(is_bed)
    bed = grey[(rows / scale).astype(int), (columns / scale).astype(int)]
    dark = bed[bed < _DARK]
    if bed.size < _BED * small.size or dark.size < _DENSE * bed.size or dark.std() > _EVEN:
        return None
    corners = [(box.left / scale, box.top / scale), (box.right / scale, box.bottom / scale)]
    return Box.around(corners).clipped(grey.shape[1], grey.shape[0])


def _dark_rows(darkness: NDArray[np.float64]) -> int:
    """Return how many rows are dark; none where the dark does not end: that is a picture."""
    limit = len(darkness) // _MAX_BORDER_PART
    bridge = max(2, len(darkness) // 150)
    cut, light = 0, 0
    for at, dark in enumerate(darkness[: limit + bridge + 1]):
        if dark > 0.5:
            cut, light = at + 1, 0
        else:
            light += 1
            if light > bridge:
                break
    return cut if cut <= limit else 0
