"""Pages to train on: composed ones, a library's own, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archive.images.images import load_image
from archive.training.corpus import load_corpus
from archive.training.dataset import page_labels, page_path, read_manifest
from archive.training.fonts import find_fonts
from schemas.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.synthesis.compose import ComposedPage

_LONGEST = 1024
"""Pixels of the long side that a page of a training set is kept at, if it is not shown larger."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes the page of a seed; loads its material once in each process that uses it.

    ``own`` is a training set; ``share`` of the pages are from its ``part``, the rest is composed.
    Layouts of annotated pages in ``keep_out`` are not composed.
    """

    corpus: Path | None
    long_side: int
    own: Path | None = None
    part: str = "train"
    share: float = 0.5
    keep_out: Path | None = None

    def __call__(self, seed: int) -> ComposedPage:
        """Return the page of ``seed``."""
        rng = np.random.default_rng([seed, 11])
        if self.own is not None and rng.random() < self.share:
            pages = own_pages(self.own, self.part, self.long_side)
            return pages[int(rng.integers(len(pages)))]
        return _composer(self.corpus, self.long_side, self.keep_out)(seed)


@cache
def _composer(folder: Path | None, long_side: int, keep_out: Path | None) -> Callable[[int], Any]:
    from pipeline.synthesis.compose import compose
    from pipeline.synthesis.pictures import drawn_corpus
    from pipeline.synthesis.settings import ComposerSettings
    from pipeline.synthesis.type import FontBook

    corpus = load_corpus(folder, keep_out) if folder else drawn_corpus(0)
    fonts, settings = FontBook(find_fonts()), ComposerSettings(long_side=long_side)
    return lambda seed: compose(seed, corpus, fonts, settings)


@cache
def own_pages(folder: Path, part: str, long_side: int = 768) -> list[ComposedPage]:
    """Return the pages of a training set, reduced; a set that was not split trains whole.

    They keep what a net that sees pages at ``long_side`` pixels is shown of them.

    Raises:
        ConfigError: it has no page of that part.
        ScanError: its manifest or a page is damaged, or a label is of no class.
    """
    from pipeline.synthesis.compose import reduced_pair
    from pipeline.training.samples import Frame

    longest = max(_LONGEST, ceil(Frame().high_scale * long_side))
    entries = [
        e for e in read_manifest(folder) if e.part == part or (not e.part and part == "train")
    ]
    if not entries:
        raise ConfigError(f"{folder}: has no page to {part}; bilderbogen dataset split {folder}")
    return [
        reduced_pair(load_image(page_path(folder, entry)).rgb, page_labels(folder, entry), longest)
        for entry in entries
    ]
