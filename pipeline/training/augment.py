"""Show a real page as other scanners would have: windows, tone, noise, blur, black and white.

Pages are neither turned nor mirrored: type is read one way.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import ClassMap

Grey = NDArray[np.uint8]
_WINDOW = 0.3
"""Share of pages that are shown by a window only."""
_LEAST_WINDOW = 0.6
"""Of a page's side."""


def augmented(grey: Grey, labels: ClassMap, rng: np.random.Generator) -> tuple[Grey, ClassMap]:
    """Return another scan of a grey page with the label map that belongs to it."""
    if rng.random() < _WINDOW:
        rows, columns = (_window(side, rng) for side in grey.shape)
        grey, labels = grey[rows, columns], labels[rows, columns]
    return rescanned(grey, rng), labels


def rescanned(grey: Grey, rng: np.random.Generator) -> Grey:
    """Return the page with blur, another tone and noise, some pages in black and white."""
    values = grey.astype(np.float32) / 255
    if rng.random() < 0.4:
        values = cv2.GaussianBlur(values, (0, 0), float(rng.uniform(0.4, 1.3)))
    if rng.random() < 0.5:
        values = np.clip(values, 0, 1) ** float(rng.uniform(0.6, 1.7))
    if rng.random() < 0.4:  # paper that has turned brown, ink that has faded
        low, high = rng.uniform(0, 0.25), rng.uniform(0.6, 1)
        values = low + (high - low) * values
    if rng.random() < 0.4:
        values = values + rng.normal(0, rng.uniform(0.01, 0.06), values.shape)
    if rng.random() < 0.1:
        values = np.where(values < rng.uniform(0.4, 0.6) * values.max(), 0, 1)
    return np.asarray(np.clip(values * 255, 0, 255), dtype=np.uint8)


def _window(side: int, rng: np.random.Generator) -> slice:
    shown = max(1, round(side * rng.uniform(_LEAST_WINDOW, 1)))
    start = int(rng.integers(side - shown + 1))
    return slice(start, start + shown)
