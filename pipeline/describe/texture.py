"""What the print of a picture looks like, in a few dozen numbers.

Pictures are compared at one size, so that the figures hold for masters and for the derivatives that
the classifier was trained on. Local binary patterns: Ojala, Pietikäinen, Mäenpää, "Multiresolution
Gray-Scale and Rotation Invariant Texture Classification", TPAMI 2002.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import RGB8

LONG_SIDE = 288
"""Pixels at which pictures are compared."""

_LEVELS = np.linspace(0, 1, 9)
_STEPS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 10.0)
_RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def texture(crop: RGB8, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the features of a picture in its crop (H, W, 3) uint8, as (N,) float64.

    ``inside`` (H, W) is what belongs to the picture; the rest counts as paper. They are: shares of
    eight levels of darkness, at full and at a quarter of the size; shares of seven heights of the
    step between neighboring pixels; local binary patterns; how far four directions of stroke are
    from even; how strongly the picture repeats itself across and down; how much of its box it
    fills, and its proportions.
    """
    dark = _darkness(crop, inside)
    small = cv2.resize(dark, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    step = cv2.morphologyEx(dark, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    height, width = dark.shape
    return np.concatenate([
        np.histogram(dark, _LEVELS)[0] / dark.size,
        np.histogram(small, _LEVELS)[0] / small.size,
        np.histogram(step, _STEPS)[0] / step.size,
        _binary_patterns(dark),
        _directions(dark),
        _repeats(dark),
        [inside.mean(), np.log(width / height), dark.std(), small.std()],
    ])  # fmt: skip


def _darkness(crop: RGB8, inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return 0 paper .. 1 ink at ``LONG_SIDE``, whatever the paper's color."""
    scale = LONG_SIDE / max(crop.shape[:2])
    size = (max(16, round(crop.shape[1] * scale)), max(16, round(crop.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, size, interpolation=how).astype(np.float32)
    mask = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    paper, ink = np.percentile(small, 95), np.percentile(small, 2)
    dark = np.clip((paper - small) / max(30.0, float(paper - ink)), 0, 1)
    dark[~mask] = 0
    return np.asarray(dark, dtype=np.float32)


def _binary_patterns(dark: NDArray[np.float32]) -> NDArray[np.float64]:
    middle = dark[1:-1, 1:-1]
    rows, cols = middle.shape
    above = [dark[1 + y : 1 + y + rows, 1 + x : 1 + x + cols] > middle + 0.02 for y, x in _RING]
    changes = sum((above[at] != above[at - 1]).astype(int) for at in range(8))
    count = np.sum(above, axis=0)
    pattern = np.where(changes <= 2, count, 9)
    return np.bincount(pattern.ravel(), minlength=10) / pattern.size


def _directions(dark: NDArray[np.float32]) -> NDArray[np.float64]:
    across, down = cv2.Sobel(dark, cv2.CV_32F, 1, 0), cv2.Sobel(dark, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    angle = (np.arctan2(down, across) / np.pi * 4 + 0.5).astype(int) % 4
    shares = np.bincount(angle.ravel(), weights=strength.ravel(), minlength=4)
    return np.asarray(np.sort(shares / max(1e-6, shares.sum())), dtype=np.float64)


def _repeats(dark: NDArray[np.float32]) -> list[float]:
    """Return the highest peak of the autocorrelation beyond its own width, across and down."""
    centered = dark - cv2.GaussianBlur(dark, (0, 0), 12)
    power = np.abs(np.fft.rfft2(centered, s=[2 * side for side in dark.shape])) ** 2
    correlation = np.fft.irfft2(power)
    correlation /= max(1e-9, correlation[0, 0])
    return [
        _peak(correlation[0, : dark.shape[1] // 2]),
        _peak(correlation[: dark.shape[0] // 2, 0]),
        float(correlation[6 : dark.shape[0] // 2, 6 : dark.shape[1] // 2].max(initial=0)),
    ]


def _peak(profile: NDArray[np.float64]) -> float:
    """Return the highest value after the profile's first dip."""
    dips = np.flatnonzero(np.diff(profile) > 0)
    return float(profile[dips[0] :].max()) if len(dips) else 0.0
