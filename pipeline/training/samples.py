"""Composed pages as training samples: scaled, shifted and cut to one frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from pipeline.separate.page_input import normalize, scaled, to_grey
from pipeline.synthesis.compose import ComposedPage

SCAN = "scan"
"""Kind of an annotated scan, which is never mirrored."""

Compose = Callable[[int], ComposedPage]


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of a training sample in pixels, and the range of scales pages are shown at."""

    height: int = 768
    width: int = 576
    low_scale: float = 0.72
    high_scale: float = 1.2
    mirror: float = 0.1


def to_sample(page: ComposedPage, rng: np.random.Generator, frame: Frame) -> tuple[Tensor, Tensor]:
    """Return (1, H, W) float32 page and (H, W) uint8 labels in the frame.

    The page's long side is fitted to the frame's, as an engine does it; a wide page is cut. What
    lies beside the page is paper and background, as in a letterboxed page. Annotated scans are not
    mirrored.
    """
    grey, labels = to_grey(page.page), page.labels
    fit = max(frame.height, frame.width) / max(grey.shape)
    scale = fit * rng.uniform(frame.low_scale, frame.high_scale)
    values = normalize(scaled(grey, scale, least=8))
    size = (values.shape[1], values.shape[0])
    truth = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST))
    if page.kind != SCAN and rng.random() < frame.mirror:
        values, truth = values[:, ::-1], truth[:, ::-1]
    image = np.full((frame.height, frame.width), -1.0, np.float32)
    target_map = np.zeros((frame.height, frame.width), np.uint8)
    rows = _span(frame.height, size[1], rng)
    cols = _span(frame.width, size[0], rng)
    image[rows[0], cols[0]] = values[rows[1], cols[1]]
    target_map[rows[0], cols[0]] = truth[rows[1], cols[1]]
    return torch.from_numpy(image)[None], torch.from_numpy(target_map)


def _span(frame: int, page: int, rng: np.random.Generator) -> tuple[slice, slice]:
    if page <= frame:
        at = int(rng.integers(frame - page + 1)) if rng.random() < 0.5 else 0
        return slice(at, at + page), slice(0, page)
    at = int(rng.integers(page - frame + 1))
    return slice(0, frame), slice(at, at + frame)


class ComposedSamples(IterableDataset[tuple[Tensor, Tensor]]):
    """An endless stream of composed samples; seeds never repeat between workers or epochs."""

    def __init__(self, compose: Compose, frame: Frame, *, first_seed: int) -> None:
        self.compose = compose
        self.frame = frame
        self.first_seed = first_seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Compose page after page."""
        cv2.setNumThreads(1)
        worker = get_worker_info()
        step, at = (worker.num_workers, worker.id) if worker else (1, 0)
        seed = self.first_seed + at
        while True:
            rng = np.random.default_rng([seed, 7])
            yield to_sample(self.compose(seed), rng, self.frame)
            seed += step
