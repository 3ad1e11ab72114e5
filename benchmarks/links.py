"""Captions and running heads of real pages, against what a person reads there.

    python -m benchmarks.links TRUTH PAGES

``real_captions.csv`` beside this module names a point inside each picture (shares of the page) and
the caption printed for it, or none; ``real_heads.csv`` title and page label of running heads. Both
were written down by eye, from development pages, before the figures were taken.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from tasks.executors.environment import set_environment

set_environment()

from archive.training.truth import (  # noqa: E402 - after the thread limits
    AnnotatedPage,
    annotated_pages,
    page_image,
)
from benchmarks.reading import Reader  # noqa: E402
from benchmarks.samples import Sample  # noqa: E402
from schemas.model import IssueMetadata  # noqa: E402
from schemas.normalize import normalize  # noqa: E402
from schemas.published import PageDescription  # noqa: E402
from schemas.truth import PageTruth  # noqa: E402

_ALIKE, _BADLY = 0.7, 0.5
"""Likeness of letters from which a caption is the right one, and the right one badly read."""

Rows = dict[str, list[dict[str, str]]]


def main() -> None:
    """Read the pages and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pages", type=Path)
    args = parser.parse_args()
    captions, heads = _rows("real_captions.csv"), _rows("real_heads.csv")
    links: dict[str, Counter[str]] = defaultdict(Counter)
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    for page, description in _read(args.truth, args.pages, {*captions, *heads}):
        for row in captions.get(page.name, []):
            links[page.truth.source][_link(row, page.truth, description)] += 1
        for row in heads.get(page.name, []):
            for name in ("title", "label"):
                if row[name]:
                    fields[name][_field(row[name], getattr(description.header, name, None))] += 1
    _table("source", links)
    print()
    _table("field", fields)


def _rows(name: str) -> Rows:
    rows: Rows = defaultdict(list)
    with (Path(__file__).parent / name).open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            rows[row["page"]].append(row)
    return rows


def _read(
    truth: Path, pages: Path, names: set[str]
) -> Iterator[tuple[AnnotatedPage, PageDescription]]:
    issues: dict[str, list[AnnotatedPage]] = defaultdict(list)
    for page in annotated_pages(truth):
        if page.name in names:
            issues[f"{page.truth.source}-{page.truth.script}".lower()].append(page)
    with tempfile.TemporaryDirectory(prefix="bilderbogen-") as folder:
        reader = Reader(Path(folder))
        for slug, issue in issues.items():
            transcription = issue[0].truth
            metadata = IssueMetadata(
                languages=(transcription.language,), script=transcription.script or None
            )
            samples = [
                Sample(transcription.source, page_image(pages, page), metadata) for page in issue
            ]
            for page, (_, made) in zip(issue, reader.read(slug, samples), strict=True):
                yield page, made.description


def _link(row: dict[str, str], truth: PageTruth, description: PageDescription) -> str:
    x, y = float(row["x"]) * truth.width, float(row["y"]) * truth.height
    around = [
        illustration
        for illustration in description.illustrations
        if illustration.box.left <= x < illustration.box.right
        and illustration.box.top <= y < illustration.box.bottom
    ]
    if not around:
        return "picture not found"
    caption = min(around, key=lambda illustration: illustration.box.area).caption
    if not row["caption"]:
        return "none, rightly" if caption is None else "one invented"
    if caption is None:
        return "missing"
    alike = _likeness(caption.text, row["caption"])
    return "right" if alike >= _ALIKE else "right, badly read" if alike >= _BADLY else "wrong"


def _field(want: str, got: str | None) -> str:
    if not got:
        return "missing"
    return "right" if normalize(got).strip(" .,") == normalize(want).strip(" .,") else "wrong"


def _likeness(caption: str, other: str) -> float:
    first, second = (
        "".join(letter for letter in normalize(text) if letter.isalnum())
        for text in (caption, other)
    )
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _table(name: str, tallies: dict[str, Counter[str]]) -> None:
    outcomes = sorted({key for tally in tallies.values() for key in tally})
    print(f"| {name} | all | {' | '.join(outcomes)} |")
    print("|---|" + "---:|" * (len(outcomes) + 1))
    for key, tally in tallies.items():
        cells = [str(tally[outcome]) for outcome in outcomes]
        print(f"| {key} | {tally.total()} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
