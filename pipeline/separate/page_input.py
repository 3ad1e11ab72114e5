"""From a page to what the generator sees, and back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import RGB8


@dataclass(frozen=True, slots=True)
class Letterbox:
    """The part of a padded frame that the page fills, from the top left; sizes in pixels."""

    height: int
    width: int


def to_grey(page: RGB8) -> NDArray[np.uint8]:
    """Return (H, W) uint8 luminance of an RGB or grey page."""
    if page.ndim == 2:
        return page
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def reduce(grey: NDArray[np.uint8], long_side: int) -> NDArray[np.uint8]:
    """Scale ``grey`` so that its long side is ``long_side``; its aspect is kept."""
    return scaled(grey, long_side / max(grey.shape))


def scaled(grey: NDArray[np.uint8], scale: float, *, least: int = 1) -> NDArray[np.uint8]:
    """Scale ``grey`` as the generator sees pages; no side gets shorter than ``least`` pixels."""
    size = (max(least, round(grey.shape[1] * scale)), max(least, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=how), dtype=np.uint8)


def normalize(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return -1 for the page's paper, 1 for its ink, whatever its contrast was."""
    ink, paper = np.percentile(grey, (1, 90))
    spread = max(40.0, float(paper - ink))
    return np.clip((float(paper) - grey.astype(np.float32)) / spread * 2 - 1, -1.5, 1.5)


def letterbox(page: NDArray[np.float32], stride: int) -> tuple[NDArray[np.float32], Letterbox]:
    """Pad (H, W) with paper to multiples of ``stride``, at the right and below."""
    height, width = page.shape
    tall, wide = -(-height // stride) * stride, -(-width // stride) * stride
    padded = np.full((tall, wide), -1.0, np.float32)
    padded[:height, :width] = page
    return padded, Letterbox(height, width)
