"""A class map laid over its page, for people."""

from __future__ import annotations

from collections.abc import Sequence

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


def judged_view(
    page: RGB8,
    class_map: ClassMap,
    shapes: Sequence[tuple[Sequence[tuple[float, float]], bool]],
    size: tuple[int, int],
    *,
    long_side: int,
) -> RGB8:
    """Return a reduced ``page`` with its class map and the outlines that an annotator drew.

    ``shapes`` lie in a page of ``size`` (width, height); those that are wanted are drawn in black,
    others in grey.
    """
    scale = long_side / max(page.shape[:2])
    width, height = (max(1, round(side * scale)) for side in (page.shape[1], page.shape[0]))
    small = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    view = overlay(np.asarray(small, dtype=np.uint8), class_map, strength=0.6)
    factor = np.array([width / size[0], height / size[1]])
    for outline, is_wanted in shapes:
        points = (np.array(outline) * factor).round().astype(np.int32)
        color = (0, 0, 0) if is_wanted else (120, 120, 120)
        cv2.polylines(view, [points], isClosed=True, color=color)
    return view
