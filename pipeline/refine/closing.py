"""Gaps of a mask closed by a large disk, in time that does not grow with the disk."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALL = 8
"""Radius in pixels up to which OpenCV's own closing is as fast. Its ellipse is fuller than a disk,
which is seen in pictures of a few dozen pixels."""


def closed_by_disk(mask: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """Return ``mask`` (H, W), 0 or 1, closed by a disk of ``radius`` pixels, as 0 or 1.

    What lies outside the mask counts as 0, so gaps towards its sides stay open.

    >>> row = np.array([[0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]] * 12, np.uint8)
    >>> closed_by_disk(row, 2)[6].tolist()
    [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
    """
    if radius <= _SMALL:
        side = 2 * int(radius) + 1
        ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        around = cv2.copyMakeBorder(mask, *(side,) * 4, cv2.BORDER_CONSTANT)
        closed_around = cv2.morphologyEx(around, cv2.MORPH_CLOSE, ellipse)
        return np.ascontiguousarray(closed_around[side:-side, side:-side])
    margin = int(np.ceil(radius)) + 1
    around = cv2.copyMakeBorder(mask, *(margin,) * 4, cv2.BORDER_CONSTANT)
    grown = (_distance(1 - around) <= radius).astype(np.uint8)
    closed = _distance(grown)[margin:-margin, margin:-margin] > radius
    return closed.astype(np.uint8)


def _distance(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the distance of every 1 of ``mask`` to its nearest 0, in pixels."""
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
