"""Take illustrations off a page before it is read: Tesseract reads words out of hatching."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import CLASSES, ClassMap, Grey8

ILLUSTRATION = CLASSES.index("illustration")


def blank_illustrations(grey: Grey8, class_map: ClassMap) -> Grey8:
    """Return ``grey`` (H, W) with illustrations painted in the page's paper.

    ``class_map`` (h, w) covers the page at any size. Nothing is painted beyond the class map's own
    outline: a line of type lost is worse than a few strokes read as letters.
    """
    mask = (class_map == ILLUSTRATION).astype(np.uint8)
    if not mask.any():
        return grey
    full = cv2.resize(mask, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_NEAREST) > 0
    outside = grey[~full]
    paper = (
        int(np.percentile(outside[:: max(1, outside.size // 100_000)], 80)) if outside.size else 255
    )
    return np.where(full, np.uint8(paper), grey)


def halved(grey: Grey8) -> NDArray[np.uint8]:
    """Return ``grey`` at half its size, for a second try on a page that took too long."""
    return np.asarray(
        cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )
