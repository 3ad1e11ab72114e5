"""One picture of what the pipeline does: a page, its class map, its cut-outs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.overlay import overlay
from schemas.model import RGB8, ClassMap

_GAP = 24


def showcase(
    page: RGB8, class_map: ClassMap, cut_outs: Sequence[NDArray[np.uint8]], *, height: int = 760
) -> RGB8:
    """Return (height, W, 3): ``page``, its class map laid over it, and RGBA ``cut_outs``.

    The cut-outs stand on a checkerboard, so that their transparency shows.
    """
    width = round(page.shape[1] * height / page.shape[0])
    small = np.asarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA))
    column = np.full((height, width, 3), 255, np.uint8)
    room = height // max(1, len(cut_outs))
    for at, picture in enumerate(cut_outs):
        scale = min(width / picture.shape[1], (room - _GAP) / picture.shape[0], 1.0)
        size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
        reduced = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
        top, left = at * room, (width - size[0]) // 2
        column[top : top + size[1], left : left + size[0]] = on_checkerboard(reduced)
    gap = np.full((height, _GAP, 3), 255, np.uint8)
    return np.hstack([small, gap, overlay(small, class_map, strength=0.65), gap, column])


def on_checkerboard(rgba: NDArray[np.uint8], *, square: int = 10) -> RGB8:
    """Return (H, W, 3) of an RGBA picture on a light checkerboard."""
    rows, cols = np.mgrid[: rgba.shape[0], : rgba.shape[1]] // square
    board = np.where((rows + cols) % 2 == 0, 235, 200).astype(np.float32)[..., None]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.round(rgba[..., :3] * alpha + board * (1 - alpha)).astype(np.uint8)
