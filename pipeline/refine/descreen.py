"""Take the screen off a halftone: a derivative for the eye, never in place of the master.

The screen shows as a peak in the Fourier spectrum, whose distance from the center is its period.
The picture is smoothed over that period and no further. A guided filter after it was tried and
gained nothing (``benchmarks/descreening.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import RGB8

_WINDOW = 1024
_LONGEST, _SHORTEST = 16.0, 2.2
"""Periods of a screen in pixels: 60 to 200 lines an inch at 150 to 600 dpi."""
_PROMINENT = 9.0
_FAINT = 3.0
"""Amplitude of a screen in grey levels, at least."""
_SOFT = 0.4
"""Width of the smoothing in periods of the screen (``benchmarks/descreening.py``)."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A halftone screen: its period in pixels and how far its peak stands out."""

    period: float
    prominence: float


def find_screen(crop: RGB8) -> Screen | None:
    """Return the screen of (H, W, 3), or None where there is none to be seen."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    window = _middle(grey)
    if min(window.shape) < 64:
        return None
    taper = np.outer(*(np.hanning(side) for side in window.shape))
    power = 2 * np.abs(np.fft.rfft2((window - window.mean()) * taper)) / taper.sum()
    down = np.fft.fftfreq(window.shape[0])[:, None]
    across = np.fft.rfftfreq(window.shape[1])[None, :]
    radius = np.hypot(down, across)
    ring = (radius >= 1 / _LONGEST) & (radius <= 1 / _SHORTEST)
    # the spectrum of pictures falls with frequency: compare with what is usual at that distance
    bins = np.clip((radius * 64).astype(int), 0, 63)
    usual = np.array(
        [np.median(power[bins == at]) if (bins == at).any() else 1 for at in range(64)]
    )
    standing = np.where(ring, power / np.maximum(usual[bins], 1e-6), 0)
    at = np.unravel_index(int(standing.argmax()), standing.shape)
    prominence = float(standing[at])
    if prominence < _PROMINENT * np.sqrt(np.log(max(3, int(ring.sum())))) or power[at] < _FAINT:
        return None
    return Screen(float(1 / radius[at]), prominence)


def descreened(crop: RGB8, screen: Screen) -> RGB8:
    """Return (H, W, 3) without the ``screen``: smoothed over its period."""
    soft = cv2.GaussianBlur(crop, (0, 0), _SOFT * screen.period)
    return np.asarray(soft, dtype=np.uint8)


def _middle(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    top, left = (max(0, (side - _WINDOW) // 2) for side in grey.shape)
    return grey[top : top + _WINDOW, left : left + _WINDOW]
