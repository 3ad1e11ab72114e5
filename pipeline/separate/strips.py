"""Captions and running heads as annotators draw them: a strip of lines is its box.

A separator's edges run up and down along the letters, and a word in it may be lost or taken for
text.
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
_GAP = {"caption": 0.0, "header": 0.02}
"""Share of the page's width that may be missing between two pieces of a strip.

Captions that stand so close are those of two pictures.
"""
_FILLED = 0.5
"""Share of its rectangle that a strip covers at least; else it lies askew, or is several."""


def boxed_strips(class_map: ClassMap) -> ClassMap:
    """Return ``class_map`` (h, w) with captions and headers as rectangles.

    They take what was background or text.
    """
    is_free = (class_map == 0) | (class_map == CLASSES.index("text"))
    boxed = class_map.copy()
    for name, line in _LINE.items():
        label = CLASSES.index(name)
        boxes = _boxed(class_map == label, line, round(class_map.shape[1] * _GAP[name]))
        boxed[(class_map == label) & ~boxes] = 0
        boxed[is_free & boxes] = label
    return boxed


def _boxed(strips: NDArray[np.bool_], line: float, gap: int) -> NDArray[np.bool_]:
    padded = np.pad(strips.astype(np.uint8), ((0, 0), (gap, gap)))
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap + 1), np.uint8))
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats(
        joined[:, gap : gap + strips.shape[1]]
    )
    boxed = np.zeros_like(strips)
    for number in range(1, count):
        left, top, width, height = boxes[number, :4]
        window = np.s_[top : top + height, left : left + width]
        mask = pieces[window] == number
        rows = np.flatnonzero(mask.mean(axis=1) >= line)
        if mask.mean() < _FILLED or not len(rows):
            boxed[window] |= mask & strips[window]
            continue
        boxed[top + rows[0] : top + rows[-1] + 1, left : left + width] = True
    return boxed
