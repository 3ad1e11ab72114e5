"""One function, several engines: pages in, class probabilities out. Imports no engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import CLASSES, RGB8, ClassMap


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """What an engine says of one page.

    ``probabilities`` (5, h, w) float32 on the engine's reduced grid, which covers exactly the
    page; planes in the order of ``CLASSES``, summing to 1.
    """

    probabilities: NDArray[np.float32]
    engine: str

    def __post_init__(self) -> None:
        if self.probabilities.ndim != 3 or len(self.probabilities) != len(CLASSES):
            raise ValueError(f"want ({len(CLASSES)}, h, w), not {self.probabilities.shape}")

    @property
    def class_map(self) -> ClassMap:
        """The likeliest class per grid pixel, (h, w) uint8."""
        return np.asarray(self.probabilities.argmax(axis=0), dtype=np.uint8)


Separator = Callable[[Sequence[RGB8]], list[Separation]]
"""An engine: pages (H, W, 3) uint8 of any size, one separation each, in order."""


def separate(pages: Sequence[RGB8], engine: Separator) -> list[Separation]:
    """Return one separation a page.

    Raises:
        ValueError: the engine did not answer for every page.
    """
    separations = engine(pages)
    if len(separations) != len(pages):
        raise ValueError(f"{len(separations)} separations for {len(pages)} pages")
    return separations


def full_size(separation: Separation, height: int, width: int) -> ClassMap:
    """Return the class map at (height, width): probabilities scaled, then the likeliest."""
    planes = [
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        for plane in separation.probabilities
    ]
    return np.asarray(np.argmax(np.stack(planes), axis=0), dtype=np.uint8)
