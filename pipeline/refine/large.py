"""Very large pictures: alpha is solved on a reduced picture, color stays the master's own."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box, Polygon
from schemas.model import RGB8

MOST_PIXELS = 8_000_000
"""Pixels of a picture that alpha is solved for at full size; about 60 bytes of memory each."""

_OPAQUE = 250
_STRIP = 128
"""Rows that are worked on at a time."""


def matting_scale(box: Box, *, most: int = MOST_PIXELS) -> float:
    """Return the factor 0..1 by which a picture is reduced for matting; 1 for nearly all."""
    return min(1.0, math.sqrt(most / box.area))


def reduced_size(box: Box, scale: float) -> tuple[int, int]:
    """Return width and height in pixels of ``box`` reduced by ``scale``."""
    return max(1, round(box.width * scale)), max(1, round(box.height * scale))


def resized(crop: RGB8, size: tuple[int, int]) -> RGB8:
    """Return (H, W, 3) at ``size`` (width, height), which is smaller."""
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def in_page(local: Box, box: Box, scale: float) -> Box:
    """Return a box of the reduced picture in pixels of the page, inside the picture's ``box``."""
    return Box(
        box.left + math.floor(local.left / scale),
        box.top + math.floor(local.top / scale),
        min(box.right, box.left + math.ceil(local.right / scale)),
        min(box.bottom, box.top + math.ceil(local.bottom / scale)),
    )


def polygon_in_page(polygon: Polygon, box: Box, scale: float) -> Polygon:
    """Return a polygon of the reduced picture in pixels of the page."""
    return tuple((box.left + x / scale, box.top + y / scale) for x, y in polygon)


def enlarged(rgba: NDArray[np.uint8], crop: RGB8) -> NDArray[np.uint8]:
    """Return a reduced cut-out at the size of its ``crop`` (H, W, 3) of the master, as RGBA.

    Where it is opaque its color is the master's own; at soft edges the estimate is enlarged.
    """
    height, width = crop.shape[:2]
    if rgba.shape[:2] == (height, width):
        return rgba
    full = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, _STRIP):  # floats of a whole page would take gigabytes
        rows = full[top : top + _STRIP]
        rows[:] = _enlarged_rows(rgba, (width, height), top, top + len(rows))
        opaque = rows[..., 3] >= _OPAQUE
        rows[opaque, :3] = crop[top : top + _STRIP][opaque]
        rows[rows[..., 3] == 0] = (255, 255, 255, 0)
    return full


def _enlarged_rows(
    rgba: NDArray[np.uint8], size: tuple[int, int], top: int, bottom: int
) -> NDArray[np.float32]:
    """Return rows ``top`` to ``bottom`` of ``rgba`` at ``size`` (width, height), in whole numbers.

    Color is weighted by its alpha, or the white of clear pixels would run into soft edges.
    """
    across, down = rgba.shape[1] / size[0], rgba.shape[0] / size[1]
    first = max(0, math.floor((top + 0.5) * down - 0.5))
    part = rgba[first : math.ceil((bottom - 0.5) * down + 0.5)].astype(np.float32)
    part[..., :3] *= part[..., 3:] / 255
    # matches pixel centers as cv2.resize does, which cannot begin between two rows of its source
    matrix = np.array(
        [[across, 0, 0.5 * across - 0.5], [0, down, (top + 0.5) * down - 0.5 - first]]
    )
    grown = cv2.warpAffine(
        part,
        matrix,
        (size[0], bottom - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    grown[..., :3] *= 255 / np.maximum(grown[..., 3:], 0.5)
    return np.asarray(np.clip(np.rint(grown, out=grown), 0, 255, out=grown), dtype=np.float32)
