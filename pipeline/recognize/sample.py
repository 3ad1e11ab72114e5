"""The few lines of a region that say most of it: where its strokes stand closest."""

from __future__ import annotations

import cv2
import numpy as np

from schemas.geometry import Box
from schemas.model import Grey8


def densest(grey: Grey8, box: Box, *, width: int, height: int) -> Grey8:
    """Return the window of ``box`` with most strokes, at most ``width`` by ``height`` pixels.

    Changes between ink and paper are counted, so that neither a blanked picture nor a black
    margin is taken for type.
    """
    crop = grey[box.top : box.bottom, box.left : box.right]
    width, height = min(crop.shape[1], width), min(crop.shape[0], height)
    _, ink = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    strokes = np.zeros_like(ink)
    strokes[:, 1:] = ink[:, 1:] != ink[:, :-1]
    summed = cv2.integral(strokes)  # (H + 1, W + 1) int32
    top, left = max(
        ((top, left) for top in _steps(crop.shape[0], height)
         for left in _steps(crop.shape[1], width)),
        key=lambda at: int(
            summed[at[0] + height, at[1] + width] - summed[at[0], at[1] + width]
            - summed[at[0] + height, at[1]] + summed[at[0], at[1]]
        ),
    )  # fmt: skip
    return np.ascontiguousarray(crop[top : top + height, left : left + width])


def _steps(whole: int, window: int) -> list[int]:
    """Return where windows begin: half a window apart, and one at the end."""
    return [*range(0, whole - window, max(1, window // 2)), whole - window]
