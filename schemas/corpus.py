"""What pages are composed of: pictures, layouts, text pages and papers, as arrays in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An illustration: ink on white, (H, W) or (H, W, 3) uint8.

    ``is_framed``: ink touches all four edges, so it is pasted as a rectangle; otherwise it is a
    vignette whose silhouette is its mask. ``weight`` evens out sources of different size.
    ``has_letters``: it must not be mirrored.
    """

    image: NDArray[np.uint8]
    is_framed: bool
    kind: str
    source: str
    weight: float = 1.0
    has_letters: bool = False

    @property
    def grey(self) -> NDArray[np.uint8]:
        """The image in grey, (H, W) uint8."""
        image = self.image if self.image.ndim == 2 else self.image.mean(axis=2)
        return np.ascontiguousarray(image, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Material for composing pages.

    ``layouts`` are class maps (H, W) uint8 0..4; ``text_pages`` and ``papers`` are (H, W) or
    (H, W, 3) uint8. ``kept_out`` layouts more are those of pages that are judged.
    """

    pictures: tuple[Picture, ...]
    layouts: tuple[NDArray[np.uint8], ...]
    text_pages: tuple[NDArray[np.uint8], ...]
    papers: tuple[NDArray[np.uint8], ...]
    kept_out: int = 0

    def __post_init__(self) -> None:
        if not self.pictures:
            raise ValueError("a corpus needs at least one picture")
