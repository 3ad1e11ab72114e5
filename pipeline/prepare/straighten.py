"""Straighten a page: find its skew and its paper, and keep the way back to the master.

Skew by projection profiles: lines of type make the row sums of a binarized page jump most when
they are level (Postl, "Detection of linear oblique structures and skew scan in digitized
documents", ICPR 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.prepare.paper import find_paper
from schemas.geometry import Box, Transform
from schemas.model import RGB8, Grey8

_PROFILE_WIDTH = 700
_COARSE_STEP = 0.25
_MIN_SKEW = 0.12
_MIN_GAIN = 1.08


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found: the way back, the skew in degrees (counterclockwise), the paper's value."""

    transform: Transform
    skew_degrees: float
    border: Box
    paper: int


def find_transform(
    rgb: RGB8, *, max_skew_degrees: float = 3.0, find_border: bool = True
) -> Prepared:
    """Return how to straighten ``rgb`` (H, W, 3) uint8.

    When unsure nothing is turned and nothing is cut: a page left as it is costs little, a page
    turned wrongly costs its text.
    """
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = grey.shape
    paper = int(np.percentile(grey[:: max(1, height // 200), :: max(1, width // 200)], 85))
    border = find_paper(grey) if find_border else Box(0, 0, width, height)
    inner = grey[border.top : border.bottom, border.left : border.right]
    skew = find_skew(inner, max_degrees=max_skew_degrees) if max_skew_degrees > 0 else 0.0
    return Prepared(_transform(border, skew, width, height), skew, border, paper)


def find_skew(grey: Grey8, *, max_degrees: float) -> float:
    """Return the angle in degrees by which lines of type climb to the right; 0 when unsure."""
    if min(grey.shape) < 64:
        return 0.0
    scale = min(1.0, _PROFILE_WIDTH / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = max(11, round(max(small.shape) / 30)) | 1
    ink = cv2.adaptiveThreshold(
        small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, 12
    )
    edge = max(2, min(ink.shape) // 40)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    if ink.mean() < 0.005:
        return 0.0
    coarse = np.arange(-max_degrees, max_degrees + 1e-6, _COARSE_STEP)
    best = max(coarse, key=lambda angle: _levelness(ink, angle))
    fine = best + np.arange(-_COARSE_STEP, _COARSE_STEP + 1e-6, 0.05)
    best = float(max(fine, key=lambda angle: _levelness(ink, angle)))
    gain = _levelness(ink, best) / max(_levelness(ink, 0.0), 1e-9)
    at_edge = abs(best) >= max_degrees - _COARSE_STEP
    return 0.0 if abs(best) < _MIN_SKEW or gain < _MIN_GAIN or at_edge else round(best, 2)


def apply_transform(rgb: RGB8, transform: Transform, *, paper: int = 255) -> RGB8:
    """Return the prepared page of ``rgb``: (transform.height, transform.width, 3) uint8."""
    size = (transform.width, transform.height)
    if transform.coefficients[0] == 1.0 and transform.coefficients[1] == 0.0:
        left, top = round(transform.coefficients[2]), round(transform.coefficients[5])
        return rgb[top : top + transform.height, left : left + transform.width]
    turned = cv2.warpAffine(
        rgb,
        transform.matrix(),
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=(paper, paper, paper),
    )
    return np.asarray(turned, dtype=np.uint8)


def reduced(rgb: RGB8, long_side: int) -> RGB8:
    """Return ``rgb`` no longer than ``long_side``, its aspect kept."""
    scale = long_side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def to_grey(rgb: RGB8) -> Grey8:
    """Return the luminance of (H, W, 3) uint8 as (H, W) uint8."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _levelness(ink: NDArray[np.uint8], degrees: float) -> float:
    height, width = ink.shape
    shear = np.tan(np.radians(degrees))
    matrix = np.array([[1.0, 0.0, 0.0], [shear, 1.0, -shear * width / 2]])
    level = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST)
    profile = level.sum(axis=1, dtype=np.float64)
    return float(((profile[1:] - profile[:-1]) ** 2).sum())


def _transform(border: Box, degrees: float, width: int, height: int) -> Transform:
    """Turn about the middle of the paper; the prepared page has the size of the paper."""
    angle = np.radians(degrees)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    middle_x, middle_y = border.width / 2, border.height / 2
    # master = R @ (prepared - middle) + middle + corner; R turns level lines back to climbing ones
    tx = middle_x - cos * middle_x - sin * middle_y + border.left
    ty = middle_y + sin * middle_x - cos * middle_y + border.top
    return Transform((cos, sin, tx, -sin, cos, ty), border.width, border.height, width, height)
