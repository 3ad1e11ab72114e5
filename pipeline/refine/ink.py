"""The ink matte: paper between the lines of an engraving becomes transparent.

Every pixel is taken for a mixture of the ink and of the paper around it, and is un-mixed along the
line between the two colors (the two-color case of Smith and Blinn, "Blue Screen Matting",
SIGGRAPH 1996). Paper is estimated locally: stains and shadows of the gutter are paper too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import pixels_of
from schemas.model import RGB8, Matte

_PAPER_MM = 3.0
"""Widest stroke that is still taken for ink when the paper below it is estimated."""
_REDUCED = 4
_INK_SHARE = 4.0
"""Percentile of darkness that is ink."""
_CLEAR, _FULL = 0.06, 0.94
"""Un-mixed shares below and above which a pixel is paper, or ink, alone."""
_TONES = (0.15, 0.85)
_FLAT, _STEEP = 0.2, 0.35
_MOST_TONED = 0.1
"""Measured on 1,600 pictures of ten books: grounds of tone make at most 0.1 of what is printed in
line work and from 0.11 in photographs and washes; the median step between neighboring pixels is
from 0.38 in the one and up to 0.35 in the other (20th to 80th percentile of most books)."""
_MEASURED_DPI = 250.0
_LEAST_PIXELS = 64
_STRIP = 512
"""Rows that are un-mixed at a time."""
_MOST_SAMPLES = 2_000_000
"""Pixels that the color of the ink is told from."""


def ink_matte(crop: RGB8, inside: NDArray[np.bool_], *, dpi: float) -> tuple[Matte, RGB8]:
    """Return alpha (H, W) 0..1 and the ink's color (H, W, 3) of a picture in its ``crop``.

    ``inside`` (H, W) is the picture; alpha is 0 outside. The crop is uint8; cost is linear.
    """
    paper = paper_of(crop, dpi=dpi)
    ink = _ink_color(crop, paper, inside)
    alpha = np.zeros(inside.shape)
    color = np.empty_like(crop)
    for top in range(0, len(crop), _STRIP):  # a dozen floats a pixel would take gigabytes
        rows = slice(top, top + _STRIP)
        alpha[rows], color[rows] = _unmixed(crop[rows], paper[rows], ink, inside[rows])
    return alpha, color


def _unmixed(
    crop: RGB8, paper: NDArray[np.float32], ink: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[Matte, RGB8]:
    away = paper - ink
    span = np.maximum((away * away).sum(axis=2), 1.0)
    share = ((paper - crop.astype(np.float32)) * away).sum(axis=2) / span
    alpha = np.clip((share - _CLEAR) / (_FULL - _CLEAR), 0.0, 1.0)
    alpha[~inside] = 0.0
    seen = np.maximum(alpha, 0.05)[..., None]
    unmixed = (crop.astype(np.float32) - (1 - seen) * paper) / seen
    color = np.where(alpha[..., None] > 0.5, np.clip(unmixed, 0, 255), ink)
    return alpha.astype(np.float64), np.round(color).astype(np.uint8)


def paper_of(crop: RGB8, *, dpi: float) -> NDArray[np.float32]:
    """Return the paper below the ink, (H, W, 3) float32 0..255, at every place of ``crop``."""
    height, width = crop.shape[:2]
    small = cv2.resize(
        crop,
        (max(1, width // _REDUCED), max(1, height // _REDUCED)),
        interpolation=cv2.INTER_AREA,
    )
    reach = max(3, round(pixels_of(_PAPER_MM, dpi) / _REDUCED)) | 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, disk, borderType=cv2.BORDER_REPLICATE)
    # where ink is wider than that, paper is what it is elsewhere
    usual = np.percentile(small.reshape(-1, 3), 85, axis=0)
    is_ink = closed.mean(axis=2) < 0.75 * usual.mean()
    closed = np.where(is_ink[..., None], usual, closed).astype(np.float32)
    soft = cv2.GaussianBlur(closed, (0, 0), reach / 2)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))


def is_line_art(crop: RGB8, inside: NDArray[np.bool_], *, dpi: float) -> bool:
    """Say whether a picture is drawn in lines: hardly any ground of tone, and steep edges.

    A halftone scanned in black and white has neither tones nor soft edges; it counts as lines.
    """
    if inside.sum() < _LEAST_PIXELS:
        return False
    scale = min(1.0, _MEASURED_DPI / dpi)
    size = (max(8, round(crop.shape[1] * scale)), max(8, round(crop.shape[0] * scale)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    paper, dark = np.percentile(grey, 95), np.percentile(grey[mask], 2) if mask.any() else 0.0
    share = (paper - grey) / max(30.0, float(paper - dark))
    step = cv2.morphologyEx(share, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    printed = mask & (share > _TONES[0])
    toned = printed & (step < _FLAT) & (share < _TONES[1])
    if not printed.any():
        return False
    return bool(toned.sum() <= _MOST_TONED * printed.sum() and np.median(step[printed]) >= _STEEP)


def _ink_color(
    crop: RGB8, paper: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.float32]:
    every = max(1, int(np.ceil(np.sqrt(inside.size / _MOST_SAMPLES))))
    some, mask = crop[::every, ::every], inside[::every, ::every]
    darkness = (paper[::every, ::every] - some.astype(np.float32)).sum(axis=2)[mask]
    if not len(darkness):
        return np.zeros(3, np.float32)
    limit = np.percentile(darkness, 100 - _INK_SHARE)
    return np.asarray(np.median(some[mask][darkness >= limit], axis=0), dtype=np.float32)
