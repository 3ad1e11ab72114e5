"""How good a net in training is on pages it is not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.overlay import overlay
from schemas.labels import may_be
from schemas.model import CLASSES, RGB8, ClassMap

Sample = tuple[Tensor, Tensor]
"""(1, H, W) page and (H, W) labels, as ``samples.to_sample`` makes them."""


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """IoU by class, None where a class does not occur, and the class map of every sample."""

    iou: dict[str, float | None]
    maps: tuple[ClassMap, ...]

    @property
    def mean(self) -> float:
        """Mean IoU over the classes that occur, background left out: what training maximizes."""
        known = [v for name, v in self.iou.items() if v is not None and name != CLASSES[0]]
        return float(np.mean(known)) if known else 0.0


def validate(net: nn.Module, samples: Sequence[Sample], device: str) -> Validation:
    """Return the figures of ``net`` on ``samples``, pooled over their pixels."""
    shared, union = np.zeros(len(CLASSES), np.int64), np.zeros(len(CLASSES), np.int64)
    maps = []
    was_training = net.training
    net.eval()
    with torch.inference_mode():
        for page, truth in samples:
            class_map = net(page[None].to(device)).argmax(dim=1)[0].cpu().numpy().astype(np.uint8)
            _count(class_map, truth.numpy(), shared, union)
            maps.append(class_map)
    net.train(was_training)
    iou = {
        name: float(shared[at] / union[at]) if union[at] else None
        for at, name in enumerate(CLASSES)
    }
    return Validation(iou, tuple(maps))


def sample_view(sample: Sample, class_map: ClassMap) -> RGB8:
    """Return a sample as people see it: page, truth over it, what was found over it."""
    page, truth_map = sample
    grey = ((1 - page[0].clamp(-1, 1)) * 127.5).numpy().astype(np.uint8)
    rgb = np.dstack([grey] * 3)
    truth = np.where(truth_map.numpy() < len(CLASSES), truth_map.numpy(), 0).astype(np.uint8)
    return np.hstack(
        [rgb, overlay(rgb, truth, strength=0.6), overlay(rgb, class_map, strength=0.6)]
    )


def _count(
    class_map: ClassMap, truth: ClassMap, shared: NDArray[np.int64], union: NDArray[np.int64]
) -> None:
    possible = may_be(truth)
    choices = possible.sum(axis=0)
    for at in range(len(CLASSES)):
        counted = (choices == 1) | ((choices > 1) & ~possible[at])
        got_class, true_class = (class_map == at) & counted, (truth == at) & counted
        shared[at] += int((got_class & true_class).sum())
        union[at] += int((got_class | true_class).sum())
