"""The few lines of a region that say what it is printed in: type, and not what was blanked."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.model import Grey8

_FULL = 0.5
"""Share of the most strokes of any window from which on one is full of type. Small type has more
strokes than large: the fullest window is often a footnote, and those may be in another script."""


def lines_of(grey: Grey8, box: Box, *, width: int, height: int) -> Grey8:
    """Return the window nearest the middle of ``box`` that is full of type.

    It has at most ``width`` by ``height`` pixels. Changes between ink and paper are counted, so
    that neither a blanked picture nor a black margin is taken for type.
    """
    crop = grey[box.top : box.bottom, box.left : box.right]
    width, height = min(crop.shape[1], width), min(crop.shape[0], height)
    strokes = _strokes(crop)
    places = [(top, left) for top in _steps(crop.shape[0], height)
              for left in _steps(crop.shape[1], width)]  # fmt: skip
    counts = [
        int(strokes[top + height, left + width] - strokes[top, left + width]
            - strokes[top + height, left] + strokes[top, left])
        for top, left in places
    ]  # fmt: skip
    top, left = next(
        place for place, n in zip(places, counts, strict=True) if n >= _FULL * max(counts)
    )
    return np.ascontiguousarray(crop[top : top + height, left : left + width])


def _strokes(crop: Grey8) -> NDArray[np.int32]:
    """Return how often ink begins or ends along the rows, summed from the top left (H+1, W+1)."""
    _, ink = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    changes = np.zeros_like(ink)
    changes[:, 1:] = ink[:, 1:] != ink[:, :-1]
    return np.asarray(cv2.integral(changes), dtype=np.int32)


def _steps(whole: int, window: int) -> list[int]:
    """Return where windows begin, half a window apart: from the middle one outwards."""
    middle, step = (whole - window) // 2, max(1, window // 2)
    starts = {0, whole - window, *range(middle, -1, -step), *range(middle, whole - window, step)}
    return sorted(starts, key=lambda start: (abs(start - middle), start))
