"""Part a page of comics into its panels.

A gutter is a straight band of paper that runs from side to side between two edges: frames, or
tints that end there. White that runs through a drawing has no such edges.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

_SOLID = 0.75
"""Share of its rectangle that a sheet of panels covers at least."""
_LARGE = 0.12
"""Share of the page that such a sheet has at least."""
_PAPER_STEP = 12
"""Grey by which paper may differ from the lightest of the page."""
_BARE, _EDGE = 0.97, 0.7
"""Share of a gutter that is paper, and of the lines beside it that is not."""
_NARROWEST, _WIDEST = 0.004, 0.06
"""Width of a gutter, and _SMALLEST of a panel, as a share of the longer side of the page."""
_SMALLEST = 0.08
_BESIDE = 0.006


def panels(part: NDArray[np.uint8], page: NDArray[np.uint8]) -> Iterable[NDArray[np.uint8]]:
    """Yield the panels of a picture, or the picture itself, each as an (h, w) mask.

    ``part`` (h, w) is the mask of a picture, ``page`` (h, w) the grey page on the same grid.
    """
    left, top, width, height = cv2.boundingRect(part)
    window = np.s_[top : top + height, left : left + width]
    is_sheet = part[window].mean() >= _SOLID and width * height >= _LARGE * part.size
    paper = float(np.percentile(page, 95))
    boxes = _cut(page[window] < paper - _PAPER_STEP, max(part.shape)) if is_sheet else []
    if len(boxes) < 2:
        yield part
        return
    for rows, columns in boxes:
        panel = np.zeros_like(part)
        panel[_moved(rows, top), _moved(columns, left)] = 1
        yield panel


def _cut(is_ink: NDArray[np.bool_], long_side: int) -> list[tuple[slice, slice]]:
    """Return the rectangles (rows, columns) into which gutters cut (h, w) ink, again and again."""
    height, width = is_ink.shape
    for is_across in (True, False):
        lines = is_ink if is_across else is_ink.T
        gutters = _gutters(lines, long_side)
        if not gutters:
            continue
        starts = [0, *(stop for _, stop in gutters)]
        stops = [*(start for start, _ in gutters), len(lines)]
        cut_boxes = []
        for start, stop in zip(starts, stops, strict=True):
            inner = is_ink[start:stop] if is_across else is_ink[:, start:stop]
            for rows, columns in _cut(inner, long_side):
                down, across = (start, 0) if is_across else (0, start)
                cut_boxes.append((_moved(rows, down), _moved(columns, across)))
        return cut_boxes
    return [(slice(0, height), slice(0, width))]


def _moved(place: slice, by: int) -> slice:
    return slice(place.start + by, place.stop + by)


def _gutters(lines: NDArray[np.bool_], long_side: int) -> list[tuple[int, int]]:
    """Return first and last (exclusive) line of each gutter across ``lines`` (h, w) of ink."""
    bare = lines.mean(axis=1) <= 1 - _BARE
    steps = np.flatnonzero(np.diff(np.concatenate([[0], bare, [0]])))
    smallest, beside = round(_SMALLEST * long_side), max(2, round(_BESIDE * long_side))
    gutters = []
    for start, stop in steps.reshape(-1, 2).tolist():
        is_wide = _NARROWEST * long_side <= stop - start <= _WIDEST * long_side
        if not is_wide or start < smallest or len(lines) - stop < smallest:
            continue
        edges = lines[start - beside : start].any(axis=0), lines[stop : stop + beside].any(axis=0)
        if all(edge.mean() >= _EDGE for edge in edges):
            gutters.append((start, stop))
    return gutters
