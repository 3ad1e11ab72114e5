"""Captions and running heads as annotators draw them: a strip of lines is its box.

A separator's edges run up and down along the letters, and a word in the middle may be lost.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import CLASSES, ClassMap

_LINE = {"caption": 1 / 3, "header": 1 / 2}
"""Share of a strip's width that its first and last line have at least, or they are a bump.

The last line of a caption is often short; a running head is one line.
"""
_RAGGED = 0.3
"""Share of a strip's height over which the edge of one line runs up and down at most."""
_GAP = 0.02
"""Share of the page's width that may be missing between two pieces of a strip."""
_FILLED = 0.5
"""Share of its rectangle that a strip covers at least; else it lies askew, or is several."""


def boxed_strips(class_map: ClassMap) -> ClassMap:
    """Return ``class_map`` (h, w) with captions and headers as rectangles, on background only."""
    boxed = class_map.copy()
    for name, line in _LINE.items():
        label = CLASSES.index(name)
        boxes = _boxed(class_map == label, line)
        boxed[(class_map == label) & ~boxes] = 0
        boxed[(class_map == 0) & boxes] = label
    return boxed


def _boxed(strips: NDArray[np.bool_], line: float) -> NDArray[np.bool_]:
    reach = round(strips.shape[1] * _GAP) | 1
    padded = np.pad(strips.astype(np.uint8), ((0, 0), (reach, reach)))
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats(joined[:, reach:-reach])
    boxed = np.zeros_like(strips)
    for number in range(1, count):
        left, top, width, height = boxes[number, :4]
        window = np.s_[top : top + height, left : left + width]
        own = pieces[window] == number
        if own.mean() < _FILLED:
            boxed[window] |= own & strips[window]
            continue
        above, below = _ragged(own, line), _ragged(own[::-1], line)
        boxed[top + above : top + height - below, left : left + width] = True
    return boxed


def _ragged(strip: NDArray[np.bool_], line: float) -> int:
    """Return the rows above the middle of the ragged upper edge of the first line of ``strip``."""
    white = strip.argmax(axis=0)[strip.any(axis=0)]
    near = white[white < _RAGGED * strip.shape[0]]
    return int(np.median(near if len(near) >= line * len(white) else white))
