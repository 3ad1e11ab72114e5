"""Pages to read with what is known of them: real ones with annotations, and drawn ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive.images.images import save_tiff
from archive.training.truth import AnnotatedPage, annotated_pages, page_image
from benchmarks.invented import HEADS, invented
from pipeline.synthesis.magazine import DPI, HEIGHT, DrawnIssue, draw_page, issues
from pipeline.synthesis.pages import figures
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.sheet import Sheet
from pipeline.synthesis.type import FontBook
from schemas.geometry import Box
from schemas.model import IssueMetadata
from schemas.published import PageHeader

_QUOTAS = {
    # source: pages of the default run. Thumbnails of 256 pixels cannot be read by anyone.
    "PrintedBookLayout": 8,
    "Idler-1893": 6,
    "Gallicorpora-16e": 4,
    "Gallicorpora-17e": 4,
    "Gallicorpora-18e": 3,
    "FONDUE-MLT-ART": 3,
    "SETAF": 2,
    "TNAH-2021-Exposition": 1,
}
_SEED = 1871
_ASPECT = 0.707


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and its truth; boxes in pixels of the page.

    ``text`` is empty where no one wrote it down. ``captions`` are boxes of a picture and of its
    caption. ``header`` is None where it is not known.
    """

    source: str
    path: Path
    metadata: IssueMetadata
    text: str = ""
    pictures: tuple[Box, ...] = ()
    captions: tuple[tuple[Box, Box], ...] = ()
    header: PageHeader | None = None

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        """Languages and script: pages of one key can be read as one issue."""
        return self.metadata.languages, self.metadata.script


def real_samples(truth: Path, pages: Path, *, limit: int | None) -> list[Sample]:
    """Return a fixed choice of the annotated pages, ``limit`` of each source at most.

    Raises:
        ConfigError: a folder holds no annotation, or no scan for one.
        DocumentError: an annotation is invalid.
    """
    by_source: dict[str, list[AnnotatedPage]] = defaultdict(list)
    for page in annotated_pages(truth):
        by_source[page.truth.source].append(page)
    chosen: list[Sample] = []
    for source, quota in _QUOTAS.items():
        known = by_source.get(source, [])
        count = min(len(known), quota if limit is None else min(quota, limit))
        rng = np.random.default_rng([_SEED, *source.encode()])
        picked = sorted(rng.permutation(len(known))[:count].tolist())
        chosen += [_real(known[at], page_image(pages, known[at])) for at in picked]
    return chosen


def _real(page: AnnotatedPage, path: Path) -> Sample:
    truth = page.truth
    shapes = [shape for shape in truth.illustrations if shape.kind == "illustration"]
    script = "Latf" if truth.script == "Latf" else "Latn"
    metadata = IssueMetadata(languages=tuple(truth.language.split("/")), script=script)
    boxes = tuple(Box.around(shape.outline()) for shape in shapes)
    return Sample(truth.source, path, metadata, truth.text, boxes)


def drawn_samples(folder: Path, fonts: FontBook, *, limit: int | None) -> Iterator[Sample]:
    """Draw magazine pages into ``folder``: the demo's issues and some more, with all they say."""
    rng = np.random.default_rng(_SEED)
    more = [invented(rng, number) for number in range(4)]
    for issue in [*issues(), *more][:limit]:
        for number in range(len(issue.pages)):
            drawn = draw_page(issue, number, fonts)
            path = _write(folder / f"{issue.slug}_{number}.tif", drawn.image)
            captions = tuple(zip(drawn.pictures, drawn.caption_boxes, strict=True))
            header = _header(issue, number)
            yield Sample(
                "drawn magazine", path, issue.metadata, drawn.text, drawn.pictures, captions, header
            )


def figure_samples(folder: Path, fonts: FontBook, *, limit: int | None) -> Iterator[Sample]:
    """Compose pages of small figures in rows into ``folder``; their words are not known."""
    corpus = drawn_corpus(_SEED)
    english = IssueMetadata(languages=("eng",), script="Latn")
    for number in range(6 if limit is None else min(6, limit)):
        rng = np.random.default_rng([_SEED, number])
        sheet = Sheet(HEIGHT, round(HEIGHT * _ASPECT), rng, fonts)
        figures(sheet, corpus)
        path = _write(folder / f"figures_{number}.tif", np.dstack([sheet.tone] * 3))
        pairs = tuple(sheet.captioned)
        yield Sample(
            "composed figures", path, english, "", tuple(picture for picture, _ in pairs), pairs
        )


def _header(issue: DrawnIssue, number: int) -> PageHeader:
    return replace(
        HEADS[issue.slug] if issue.slug in HEADS else _said(issue),
        label=str(issue.first_page + number),
    )


def _said(issue: DrawnIssue) -> PageHeader:
    metadata = issue.metadata
    return PageHeader(
        issue.running_head,
        metadata.title,
        metadata.date or None,
        metadata.number or None,
        metadata.volume or None,
    )


def _write(path: Path, image: NDArray[np.uint8]) -> Path:
    save_tiff(path, image, dpi=DPI)
    return path


def by_issue(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Return the samples as issues of one language and script each, named for them."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        languages, script = sample.key
        groups["-".join([*languages, script]).lower()].append(sample)
    return dict(groups)
