"""GrabCut: color models of pictures and page, cut by a graph; no weights.

Rother, Kolmogorov, Blake: "GrabCut", SIGGRAPH 2004. The classical engine says where to begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.separate.engines.classical import ClassicalSettings, classical
from pipeline.separate.engines.model import Model
from pipeline.separate.separation import Separation, Separator
from schemas.model import CLASSES, RGB8

_SURE = 0.9


@dataclass(frozen=True, slots=True)
class GrabCutSettings:
    """Iterations of the cut; blur in pixels of the working page, which turns hatching to tone."""

    iterations: int = 3
    blur: float = 3.0
    start: ClassicalSettings = field(default_factory=ClassicalSettings)


def separator(model: Model) -> Separator:
    """Return the engine, for the table of engines; it does not use ``model``."""
    del model
    return grabcut()


def grabcut(settings: GrabCutSettings | None = None) -> Separator:
    """Return the engine for ``settings``."""
    chosen = settings or GrabCutSettings()
    begin = classical(chosen.start)

    def engine(pages: Sequence[RGB8]) -> list[Separation]:
        return [_cut(page, begin([page])[0], chosen) for page in pages]

    return engine


def _cut(page: RGB8, started: Separation, settings: GrabCutSettings) -> Separation:
    labels = started.class_map
    picture, text = CLASSES.index("illustration"), CLASSES.index("text")
    size = (labels.shape[1], labels.shape[0])
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    toned = cv2.GaussianBlur(small, (0, 0), settings.blur)
    mask = np.where(labels == picture, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    core = cv2.erode((labels == picture).astype(np.uint8), np.ones((15, 15), np.uint8))
    paper = np.percentile(toned.mean(axis=2), 90)
    mask[(core > 0) & (toned.mean(axis=2) < 0.6 * paper)] = cv2.GC_FGD
    pictures = _solved(np.asarray(toned, dtype=np.uint8), mask, settings.iterations)
    class_map = np.where(pictures, picture, np.where(labels == picture, 0, labels))
    class_map = np.where((labels == text) & ~pictures, text, class_map)
    rest = (1 - _SURE) / (len(CLASSES) - 1)
    planes = [np.where(class_map == index, _SURE, rest) for index in range(len(CLASSES))]
    return Separation(np.stack(planes).astype(np.float32), "grabcut")


def _solved(
    toned: NDArray[np.uint8], mask: NDArray[np.uint8], iterations: int
) -> NDArray[np.bool_]:
    """Return where the pictures are; without a sure pixel of each kind nothing can be learned."""
    has_picture = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).sum() > 50
    if not has_picture or (mask == cv2.GC_BGD).sum() <= 50:
        return np.asarray(mask == cv2.GC_PR_FGD)
    cv2.setRNGSeed(0)  # its k-means is seeded by a global generator
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(toned, mask, None, *models, iterations, cv2.GC_INIT_WITH_MASK)
    return np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
