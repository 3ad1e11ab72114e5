"""What every network engine does around its net: reduce, normalize, pad, group, crop back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.page_input import letterbox, normalize, reduce, to_grey
from pipeline.separate.separation import Separation, Separator
from schemas.errors import EngineError
from schemas.model import CLASSES, RGB8

Infer = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""(N, channels, H, W) pages of one size to (N, planes, H, W) probabilities."""

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]


def reduced_engine(
    name: str, architecture: Architecture, infer: Infer, *, stride: int, together: int = 1
) -> Separator:
    """Return the engine that shows ``infer`` reduced pages.

    Pages are reduced to the working size, never squashed, and padded with paper. Of pages of one
    padded size ``together`` go at a time; with 1, a page's map does not depend on its neighbors.
    """

    def engine(pages: Sequence[RGB8]) -> list[Separation]:
        inputs, boxes = [], []
        for page in pages:
            planes, box = _input(page, architecture, stride)
            inputs.append(planes)
            boxes.append(box)
        separations: list[Separation | None] = [None] * len(pages)
        for group in _groups([planes_in.shape for planes_in in inputs], together):
            answers = infer(np.stack([inputs[at] for at in group]))
            for at, answer in zip(group, answers, strict=True):
                height, width = boxes[at]
                separations[at] = Separation(_ours(answer[:, :height, :width], architecture), name)
        return [planes_in for planes_in in separations if planes_in is not None]

    return engine


def _input(
    page: RGB8, architecture: Architecture, stride: int
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    if architecture.input == "paper-ink":
        padded, box = letterbox(normalize(reduce(to_grey(page), architecture.long_side)), stride)
        return padded[None], (box.height, box.width)
    scale = architecture.long_side / max(page.shape[:2])
    height, width = (max(1, round(side * scale)) for side in page.shape[:2])
    small = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    tall, wide = -(-height // stride) * stride, -(-width // stride) * stride
    padded3 = np.full((3, tall, wide), 1.0, np.float32)
    padded3[:, :height, :width] = small.transpose(2, 0, 1) / np.float32(255)
    if architecture.input == "imagenet":
        padded3 = (padded3 - _MEAN) / _SPREAD
    return padded3, (height, width)


def _ours(answer: NDArray[np.float32], architecture: Architecture) -> NDArray[np.float32]:
    if answer.shape[0] != len(architecture.planes):
        raise EngineError(
            f"the net answers {answer.shape[0]} planes, its card names {len(architecture.planes)}"
        )
    if architecture.planes == CLASSES:
        return np.ascontiguousarray(answer)
    planes = np.zeros((len(CLASSES), *answer.shape[1:]), np.float32)
    for plane, name in zip(answer, architecture.planes, strict=True):
        planes[CLASSES.index(name)] += plane
    return planes


def _groups(shapes: Sequence[tuple[int, ...]], together: int) -> list[list[int]]:
    alike: dict[tuple[int, ...], list[int]] = {}
    for at, shape in enumerate(shapes):
        alike.setdefault(shape, []).append(at)
    return [
        group[start : start + together]
        for group in alike.values()
        for start in range(0, len(group), together)
    ]
