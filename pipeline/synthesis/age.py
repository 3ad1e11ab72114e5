"""What binding, damp and a flat-bed scanner do to a page: fold, curl, stains."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def fold_shadow(tone: Grey, rng: np.random.Generator) -> Grey:
    """Darken the side at the binding, or a crease anywhere, as a scanner sees it."""
    height, width = tone.shape
    if rng.random() < 0.7:
        at, reach = (0.0 if rng.random() < 0.5 else float(width)), width * rng.uniform(0.02, 0.12)
    else:
        at, reach = width * rng.uniform(0.2, 0.8), width * rng.uniform(0.003, 0.015)
    away = np.abs(np.arange(width) - at) / reach
    shade = 1 - rng.uniform(0.15, 0.75) * np.exp(-(away**2))
    if rng.random() < 0.2:  # folded across
        down = np.abs(np.arange(height) - height * rng.uniform(0.4, 0.6)) / (0.006 * height)
        across = 1 - rng.uniform(0.1, 0.4) * np.exp(-(down**2))
        return np.asarray(tone * shade[None, :] * across[:, None], dtype=np.uint8)
    return np.asarray(tone * shade[None, :], dtype=np.uint8)


def curl(
    tone: Grey, labels: Grey, alpha: Grey, rng: np.random.Generator
) -> tuple[Grey, Grey, Grey]:
    """Bend the lines near the binding, as on a page that does not lie flat."""
    height, width = tone.shape
    cols, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    side = cols if rng.random() < 0.5 else width - 1 - cols
    reach = width * rng.uniform(0.15, 0.5)
    lift = height * rng.uniform(0.004, 0.02) * rng.choice([-1, 1])
    near = np.exp(-((side / reach) ** 2)).astype(np.float32)
    where = rows + np.float32(lift) * near
    squeeze = cols + np.float32(rng.uniform(0, 0.01) * width) * near * np.sign(width / 2 - cols)

    def bend(image: Grey, how: int, beside: int) -> Grey:
        bent = cv2.remap(
            image, squeeze.astype(np.float32), where, how,
            borderMode=cv2.BORDER_CONSTANT, borderValue=beside,
        )  # fmt: skip
        return np.asarray(bent, dtype=np.uint8)

    return (
        bend(tone, cv2.INTER_LINEAR, 255),
        bend(labels, cv2.INTER_NEAREST, 0),
        bend(alpha, cv2.INTER_LINEAR, 0),
    )


def stains(tone: Grey, rng: np.random.Generator) -> Grey:
    """Lay damp stains with their dark rims, foxing and a smudge over the page."""
    height, width = tone.shape
    veil = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        center = int(rng.integers(width)), int(rng.integers(height))
        axes = tuple(int(side * rng.uniform(0.03, 0.3)) for side in (width, height))
        spot = np.zeros_like(veil)
        angle = float(rng.uniform(0, 180))
        cv2.ellipse(spot, center, axes, angle, 0, 360, float(rng.uniform(0.03, 0.15)), -1)
        cv2.ellipse(spot, center, axes, angle, 0, 360, float(rng.uniform(0.05, 0.3)), 2)
        veil += cv2.GaussianBlur(spot, (0, 0), rng.uniform(1, 8))
    for _ in range(int(rng.integers(0, 60))):
        center = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(veil, center, int(rng.integers(1, 4)), float(rng.uniform(0.1, 0.5)), -1)
    return np.asarray(tone * (1 - np.clip(veil, 0, 0.6)), dtype=np.uint8)
