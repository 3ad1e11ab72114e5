"""Engines side by side: each in a process of its own, judged on the same pages."""

from __future__ import annotations

import csv
import io
import multiprocessing
import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from archive.images.images import save_jpeg
from archive.ingest.names import printable_name
from archive.store import write_whole
from archive.training.truth import AnnotatedPage
from pipeline.overlay import judged_view
from pipeline.separate.engines.table import ENGINES, engine_of
from pipeline.training.evaluation import PageScore, Summary, by_source
from schemas.errors import ConfigError
from schemas.model import CLASSES, RGB8, ClassMap
from tasks.flow.separators import chosen_weights, separator
from tasks.settings import SeparateSettings
from tasks.workshop.evaluation import judge

_THUMBNAIL = 360
"""Pixels of the long side in a sheet."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """An engine, ``NAME`` or ``NAME=WEIGHTS``, and what the table calls it."""

    name: str
    settings: SeparateSettings

    @classmethod
    def named(cls, text: str, device: str) -> Entrant:
        """Return the entrant that ``text`` names.

        Raises:
            ConfigError: there is no such engine.
            EngineError: its weights are absent, or another engine's.
        """
        engine, _, weights = text.partition("=")
        if engine not in ENGINES:
            raise ConfigError(f"no engine {engine!r}; known are {', '.join(ENGINES)}")
        chosen = SeparateSettings(engine=engine, weights=weights or "default", device=device)
        if engine_of(engine).has_weights:
            chosen_weights(chosen)  # now, not after the engines before it were judged for an hour
        return cls(text, chosen)

    @property
    def folder(self) -> str:
        """A file name for its pictures."""
        return "".join(c if c.isalnum() else "-" for c in self.name)


@dataclass(frozen=True, slots=True)
class Result:
    """How an entrant did: figures by source, median seconds a page, peak memory in MB."""

    name: str
    folder: str
    summaries: dict[str, Summary]
    pages: dict[str, tuple[str, float]]
    confusion: tuple[tuple[int, ...], ...]
    seconds: float
    megabytes: float
    unread: tuple[str, ...]


def contest(
    truth: Path, pages: Path, entrants: list[Entrant], to: Path, *, raw: bool = False
) -> Iterator[Result]:
    """Judge ``entrants`` one after the other, write their pictures below ``to``, yield each result.

    Raises:
        ArchiveError: as ``judge``, or an engine cannot be used.
    """
    context = multiprocessing.get_context("spawn")  # so that each one's memory is its own
    for entrant in entrants:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            result = pool.submit(_enter, truth, pages, entrant, to, raw).result()
        yield result


def _enter(truth: Path, pages: Path, entrant: Entrant, to: Path, raw: bool) -> Result:
    folder = to / entrant.folder
    folder.mkdir(parents=True, exist_ok=True)

    def seen(page: AnnotatedPage, rgb: RGB8, labels: ClassMap, score: PageScore) -> None:
        size = (page.truth.width, page.truth.height)
        shapes = [
            (shape.outline(), shape.kind == "illustration") for shape in page.truth.illustrations
        ]
        small = judged_view(rgb, labels, shapes, size, long_side=_THUMBNAIL)
        save_jpeg(folder / f"{printable_name(page.name)}.jpg", small)

    run = separator(entrant.settings)
    judged = judge(truth, pages, run, min_area=entrant.settings.min_area, raw=raw, seen=seen)
    tables = [
        page_score.confusion for page_score in judged.scores if page_score.confusion is not None
    ]
    confusion = sum(tables[1:], tables[0]) if tables else np.zeros((len(CLASSES),) * 2, np.int64)
    return Result(
        name=printable_name(entrant.name),
        folder=entrant.folder,
        summaries=by_source(judged.scores),
        pages={printable_name(p.name): (p.source, quality(p)) for p in judged.scores},
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        seconds=float(np.median(judged.seconds)) if judged.seconds else 0.0,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        unread=tuple(map(printable_name, judged.unread)),
    )


def quality(score: PageScore) -> float:
    """Return the IoU of a page with pictures, and what is not falsely called one without."""
    return 1 - score.predicted_area / score.area if score.is_text_only else score.iou


def table(results: list[Result]) -> str:
    """Return the results over all pages as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["engine", *Summary.__dataclass_fields__, "seconds", "megabytes"])
    for result in results:
        cells = asdict(result.summaries["ALL"]).values()
        shown = ["" if c is None else f"{c:.4f}" if isinstance(c, float) else c for c in cells]
        writer.writerow([result.name, *shown, f"{result.seconds:.3f}", f"{result.megabytes:.0f}"])
    return out.getvalue()


def page_table(results: list[Result]) -> str:
    """Return what every engine reached on every page as CSV (``quality``)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["page", "source", *(result.name for result in results)])
    for name, (source, _) in sorted(results[0].pages.items()):
        reached = [result.pages.get(name, (source, None))[1] for result in results]
        writer.writerow([name, source, *("" if q is None else f"{q:.4f}" for q in reached)])
    return out.getvalue()


def write_sheet(path: Path, results: list[Result], *, worst: int | None = None) -> None:
    """Write the results as one page of HTML; the worst pages of the first engine come first."""
    first = results[0]
    order = sorted(first.pages, key=lambda name: first.pages[name][1])[:worst]
    environment = Environment(
        loader=PackageLoader("tasks"), autoescape=True, undefined=StrictUndefined
    )
    sheet = environment.get_template("compare.html")
    content = sheet.render(results=results, order=order, classes=CLASSES)
    write_whole(path, content.encode())
