"""What every network engine does around its net: reduce, normalize, pad, group, crop back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.separate.page_input import letterbox, normalize, reduce, to_grey
from pipeline.separate.separation import Separation, Separator
from schemas.errors import EngineError
from schemas.model import CLASSES, RGB8

Infer = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""(N, channels, H, W) pages of one size to (N, planes, H, W) probabilities."""

NETS = (
    "unet",
    "deeplab-mobilenet",
    "deeplab-resnet50",
    "deeplab-resnet101",
    "maskrcnn-mobilenet",
    "maskrcnn-resnet50",
)
ENGINE_OF = {net: net.split("-")[0].replace("unet", "pix2pix") for net in NETS}
"""The engine that a net belongs to."""

INPUTS = ("paper-ink", "imagenet", "unit")
"""One plane, paper -1 and ink 1; three planes with ImageNet's means; three planes 0..1."""

LEAST_SIDE = 32
"""Pixels of a page below which a net can tell nothing from anything."""

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the card says of a net: its kind, working size, input, and the order of its planes.

    ``planes`` names a class for each output; two outputs of one class are added. Sides are padded
    to multiples of ``stride``.
    """

    channels: tuple[int, ...] = ()
    long_side: int = 768
    net: str = "unet"
    input: str = "paper-ink"
    planes: tuple[str, ...] = CLASSES
    stride: int = 32

    def __post_init__(self) -> None:
        unknown = set(self.planes) - set(CLASSES)
        if unknown or not self.planes:
            raise EngineError(
                f"planes are out of {', '.join(CLASSES)}, not {min(unknown or {''})!r}"
            )
        if self.input not in INPUTS:
            raise EngineError(f"input is one of {', '.join(INPUTS)}, not {self.input!r}")
        if self.net == "unet" and self.input != "paper-ink":
            raise EngineError(f"unet sees pages as paper-ink, not as {self.input}; correct input")
        if self.long_side < LEAST_SIDE or self.stride < 1:
            raise EngineError(
                f"long_side is {LEAST_SIDE} pixels or more and stride 1 or more, not "
                f"{self.long_side} and {self.stride}"
            )
        if self.channels and (len(self.channels) < 2 or min(self.channels) < 1):
            raise EngineError(
                f"channels are two or more numbers above 0, not {list(self.channels)}"
            )


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
        found: list[Separation | None] = [None] * len(pages)
        for group in _groups([one.shape for one in inputs], together):
            answers = infer(np.stack([inputs[at] for at in group]))
            for at, answer in zip(group, answers, strict=True):
                height, width = boxes[at]
                found[at] = Separation(_ours(answer[:, :height, :width], architecture), name)
        return [one for one in found if one is not None]

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
