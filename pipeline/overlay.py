"""A class map laid over its page, for people."""

from __future__ import annotations

import cv2
import numpy as np

from schemas.model import RGB8, ClassMap

COLORS = np.array(
    [[255, 255, 255], [226, 62, 62], [60, 170, 75], [240, 200, 40], [70, 110, 220]], np.uint8
)
"""Background, illustration, caption, header, text."""


def overlay(page: RGB8, class_map: ClassMap, *, strength: float = 0.5) -> RGB8:
    """Return ``page`` (H, W, 3) tinted by class; the map may have any size."""
    full = cv2.resize(class_map, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_NEAREST)
    tint = COLORS[full].astype(np.float32) / 255
    return np.round(page * (1 - strength + strength * tint)).astype(np.uint8)
