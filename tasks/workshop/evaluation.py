"""Judge an engine on annotated pages: scores, time, and the pages that could not be judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archive.images.images import load_image
from archive.training.truth import AnnotatedPage, annotated_pages, page_image
from pipeline.separate.page_input import to_grey
from pipeline.separate.regions import find_regions
from pipeline.separate.separation import Separator, full_size
from pipeline.separate.tidy import drawn
from pipeline.training.evaluation import PageScore, score_page
from schemas.errors import ConfigError, ScanError
from schemas.model import RGB8, ClassMap

Seen = Callable[[AnnotatedPage, RGB8, ClassMap, PageScore], None]
"""Called with every page that was judged, for those who want to look."""


@dataclass(slots=True)
class Judgement:
    """Scores of pages, seconds of separation alone, and why others were left out."""

    scores: list[PageScore] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def judge(
    truth: Path,
    pages: Path,
    engine: Separator,
    *,
    min_area: float,
    raw: bool = False,
    seen: Seen | None = None,
) -> Judgement:
    """Separate every annotated page and compare; a scan that cannot be read costs only itself.

    Raises:
        ConfigError: nothing is annotated.
        DocumentError: an annotation is invalid.
    """
    judgement = Judgement()
    for page, rgb in _scans(truth, pages, judgement):
        start = time.perf_counter()
        separation = engine([rgb])[0]
        judgement.seconds.append(time.perf_counter() - start)
        height, width = rgb.shape[:2]
        regions = find_regions(
            separation.probabilities,
            page_width=page.truth.width,
            page_height=page.truth.height,
            min_area=min_area,
            page=to_grey(rgb),
        )
        labels = (
            full_size(separation, height, width)
            if raw
            else drawn(separation, rgb, min_area=min_area)
        )
        score = score_page(page.truth, page.labels, labels, name=page.name, regions=regions)
        judgement.scores.append(score)
        if seen is not None:
            seen(page, rgb, labels, score)
    return judgement


def _scans(truth: Path, pages: Path, judgement: Judgement) -> Iterator[tuple[AnnotatedPage, RGB8]]:
    for page in annotated_pages(truth):
        try:
            rgb = load_image(page_image(pages, page)).rgb
        except (ScanError, ConfigError) as error:
            judgement.unread.append(str(error))
            continue
        yield page, rgb
