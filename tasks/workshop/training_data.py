"""Pages to train on: composed ones, a library's own, annotated scans, or all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archive.images.images import load_image
from archive.training.corpus import load_corpus
from archive.training.dataset import page_labels, page_path, read_manifest
from archive.training.fonts import find_fonts
from archive.training.real_pages import RealPage, real_pages
from schemas.errors import ConfigError
from schemas.model import ClassMap

if TYPE_CHECKING:
    from pipeline.synthesis.compose import ComposedPage

_LONGEST = 1024
"""Pixels of the long side that a page of a training set is kept at, if it is not shown larger."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes the page of a seed; loads its material once in each process that uses it.

    ``share`` of the pages are from ``part`` of a library's ``training_set``, the rest is composed.
    Layouts of annotated pages in ``keep_out`` are not composed. ``real_share`` of the pages are
    annotated scans in the folder ``real``, without those of the sources ``left_out``.
    """

    corpus: Path | None
    long_side: int
    training_set: Path | None = None
    part: str = "train"
    share: float = 0.5
    keep_out: Path | None = None
    real: Path | None = None
    real_share: float = 0.4
    left_out: tuple[str, ...] = ()

    def __call__(self, seed: int) -> ComposedPage:
        """Return the page of ``seed``."""
        rng = np.random.default_rng([seed, 11])
        if self.real is not None and rng.random() < self.real_share:
            return scans(self.real, self.long_side, self.left_out).draw(rng)
        if self.training_set is not None and rng.random() < self.share:
            pages = set_pages(self.training_set, self.part, self.long_side)
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


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """Annotated scans, and how likely each is drawn."""

    pages: list[ComposedPage]
    chances: NDArray[np.float64]

    def draw(self, rng: np.random.Generator) -> ComposedPage:
        """Return a page by lot, as another scanner would have shown it."""
        from pipeline.training.augment import augmented
        from pipeline.training.samples import SCAN

        page = self.pages[int(rng.choice(len(self.pages), p=self.chances))]
        grey, labels = augmented(page.page, page.labels, rng)
        return replace(page, page=grey, labels=labels, kind=SCAN)


@cache
def scans(folder: Path, long_side: int, left_out: tuple[str, ...] = ()) -> Scans:
    """Return the annotated scans in ``folder``, reduced and grey, without some sources.

    A source with four times as many pages is drawn twice as often.

    Raises:
        ConfigError: no page is left, or one has no scan.
        ScanError: a scan is damaged.
    """
    kept = _reduced_scans(folder, long_side, lambda source: source not in left_out)
    if not kept:
        raise ConfigError(f"{folder}: no page is left to train on; leave out fewer sources")
    sizes = Counter(source for source, _ in kept)
    chances = np.array([sizes[source] ** -0.5 for source, _ in kept])
    return Scans([page for _, page in kept], chances / chances.sum())


def scans_left_out(folder: Path, long_side: int, left_out: tuple[str, ...]) -> list[ComposedPage]:
    """Return the annotated scans of the sources that are not trained on."""
    return [p for _, p in _reduced_scans(folder, long_side, lambda source: source in left_out)]


def _reduced_scans(
    folder: Path, long_side: int, is_trained_on: Callable[[str], bool]
) -> list[tuple[str, ComposedPage]]:
    from pipeline.separate.page_input import to_grey
    from pipeline.synthesis.compose import reduced_pair

    longest = _longest(long_side)
    return [
        (real.source, reduced_pair(to_grey(real.page), _labels(real), longest))
        for real in real_pages(folder)
        if is_trained_on(real.source)
    ]


def _labels(real: RealPage) -> ClassMap:
    from pipeline.training.margins import open_margins

    return open_margins(real.page, real.labels, real.rectangles)


def _longest(long_side: int) -> int:
    from pipeline.training.samples import Frame

    return max(_LONGEST, ceil(Frame().high_scale * long_side))


@cache
def set_pages(folder: Path, part: str, long_side: int = 768) -> list[ComposedPage]:
    """Return the pages of a training set, reduced; a set that was not split trains whole.

    They keep what a net that sees pages at ``long_side`` pixels is shown of them.

    Raises:
        ConfigError: it has no page of that part.
        ScanError: its manifest or a page is damaged, or a label is of no class.
    """
    from pipeline.synthesis.compose import reduced_pair

    longest = _longest(long_side)
    entries = [
        e for e in read_manifest(folder) if e.part == part or (not e.part and part == "train")
    ]
    if not entries:
        raise ConfigError(f"{folder}: has no page to {part}; bilderbogen dataset split {folder}")
    return [
        reduced_pair(load_image(page_path(folder, entry)).rgb, page_labels(folder, entry), longest)
        for entry in entries
    ]
