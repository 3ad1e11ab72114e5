"""The classical engine: contours, no weights. A baseline, and a way to run without a model.

Edges are joined, contours of a plausible size are filled by their convex hulls, and what is left of
the ink is text. It knows no captions and no headers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.separate.engines.model import Model
from pipeline.separate.separation import Separation, Separator
from schemas.model import CLASSES, RGB8

_SURE = 0.9
_TEXT_GAP = 9
_SLIMMEST = 8
"""Times its working width that the working page may be high."""


@dataclass(frozen=True, slots=True)
class ClassicalSettings:
    """Areas are shares of the page, iterations of a 3x3 kernel, ``width`` the working width.

    A page more than ``_SLIMMEST`` times as high as wide is worked on at less.
    """

    min_area: float = 0.0005
    max_area: float = 0.95
    dilate: int = 3
    erode: int = 3
    blur: int = 3
    canny_low: int = 15
    canny_high: int = 150
    width: int = 500


def separator(model: Model) -> Separator:
    """Return the engine, for the table of engines; it does not use ``model``."""
    del model
    return classical()


def classical(settings: ClassicalSettings | None = None) -> Separator:
    """Return the engine for ``settings``."""
    chosen = settings or ClassicalSettings()

    def engine(pages: Sequence[RGB8]) -> list[Separation]:
        return [_separate(page, chosen) for page in pages]

    return engine


def _separate(page: RGB8, settings: ClassicalSettings) -> Separation:
    height, width = page.shape[:2]
    scale = min(settings.width / width, _SLIMMEST * settings.width / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(page, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    pictures = _pictures(np.asarray(grey, dtype=np.uint8), settings)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    text = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_TEXT_GAP, _TEXT_GAP), np.uint8))
    labels = np.where(pictures > 0, CLASSES.index("illustration"), 0)
    labels = np.where((labels == 0) & (text > 0), CLASSES.index("text"), labels)
    rest = (1 - _SURE) / (len(CLASSES) - 1)
    planes = [np.where(labels == index, _SURE, rest) for index in range(len(CLASSES))]
    return Separation(np.stack(planes).astype(np.float32), "classical")


def _pictures(grey: NDArray[np.uint8], settings: ClassicalSettings) -> NDArray[np.uint8]:
    kernel = np.ones((3, 3), np.uint8)
    edges = cv2.Canny(grey, settings.canny_low, settings.canny_high)
    edges = cv2.erode(cv2.dilate(edges, kernel), kernel)
    contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    low, high = settings.min_area * grey.size, settings.max_area * grey.size
    mask = np.zeros(grey.shape, np.uint8)
    for contour in contours:
        if low < cv2.contourArea(contour) < high:
            cv2.fillConvexPoly(mask, cv2.convexHull(contour), 255)
    mask = cv2.dilate(mask, kernel, iterations=settings.dilate)
    mask = cv2.erode(mask, kernel, iterations=settings.erode)
    blurred = cv2.GaussianBlur(mask, (settings.blur, settings.blur), 0)
    return (blurred > 127).astype(np.uint8)
