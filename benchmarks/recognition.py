"""Errors, stray words, seconds, captions and running heads, against plain Tesseract.

    python -m benchmarks.recognition [--truth FOLDER --pages FOLDER] [--limit N]

Without folders of annotated pages only drawn pages are read. ``--limit`` is the most pages of each
real source, issues drawn and sheets of figures. The choice of pages is fixed. Everything uses one
thread; plain Tesseract reads the same files in the same run with the same models.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

from tasks.executors.environment import set_environment

set_environment()

import cv2  # noqa: E402 - after the thread limits

from archive.training.fonts import find_fonts  # noqa: E402
from benchmarks.described import (  # noqa: E402
    FIELDS,
    RIGHT,
    header_outcomes,
    link_outcomes,
    parsed,
    tally,
)
from benchmarks.levenshtein import TextErrors, text_errors  # noqa: E402
from benchmarks.reading import OurPage, PlainPage, Reader, plain  # noqa: E402
from benchmarks.samples import (  # noqa: E402
    Sample,
    by_issue,
    drawn_samples,
    figure_samples,
    real_samples,
)
from pipeline.synthesis.type import FontBook  # noqa: E402
from schemas.geometry import Box  # noqa: E402


@dataclass(frozen=True, slots=True)
class Row:
    """One page, read both ways."""

    sample: Sample
    ours: OurPage
    plain: PlainPage


def main() -> None:
    """Measure and print."""
    args = _arguments()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="bilderbogen-") as name:
        rows = list(_read(_samples(Path(name), args), Path(name)))
    for title, lines in (
        ("Errors of the text", _error_table(rows)),
        ("Words read inside true illustrations", _stray_table(rows)),
        ("CPU seconds a page, medians", _time_table(rows)),
        ("Captions linked", _link_table(rows)),
        ("Running heads", _header_table(rows)),
    ):
        print(f"\n## {title}\n")
        print("\n".join(lines))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    if (args.truth is None) != (args.pages is None):
        parser.error("--truth and --pages go together")
    return args


def _samples(home: Path, args: argparse.Namespace) -> list[Sample]:
    drawn, fonts = home / "drawn", FontBook(find_fonts())
    drawn.mkdir()
    real = real_samples(args.truth, args.pages, limit=args.limit) if args.truth else []
    return [
        *drawn_samples(drawn, fonts, limit=args.limit),
        *figure_samples(drawn, fonts, limit=args.limit),
        *real,
    ]


def _read(samples: Sequence[Sample], home: Path) -> Iterator[Row]:
    reader = Reader(home)
    for _ in reader.read("warm", samples[:1]):  # weights are loaded, kernels compiled
        pass
    for slug, pages in by_issue(samples).items():
        for sample, ours in reader.read(slug, pages):
            yield Row(sample, ours, plain(sample, home))


def _grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return rows by source, and all real ones together at the end."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.sample.source].append(row)
    real = [row for row in rows if not _is_drawn(row)]
    return dict(sorted(groups.items())) | ({"**real pages**": real} if real else {})


def _error_table(rows: Sequence[Row]) -> Iterator[str]:
    yield (
        "| source | pages | words | WER plain | ours | WER in any order plain | ours | CER plain "
        "| ours | literal WER plain | ours | literal CER plain | ours |"
    )
    yield "|---|" + "---:|" * 12
    for source, members in _grouped([row for row in rows if row.sample.text]).items():
        both = [
            reduce(add, (text_errors(text, row.sample.text) for row, text in read), TextErrors())
            for read in (
                [(row, row.plain.text) for row in members],
                [(row, row.ours.text) for row in members],
            )
        ]
        cells = [f"{rate:.1%}" for rates in zip(*map(_rates, both), strict=True) for rate in rates]
        yield f"| {source} | {len(members)} | {both[0].words.units} | {' | '.join(cells)} |"


def _rates(errors: TextErrors) -> tuple[float, ...]:
    kinds = (errors.words, errors.unordered, errors.letters)
    literal = (errors.literal_words, errors.literal_letters)
    return tuple(item.rate for item in (*kinds, *literal))


def _stray_table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| source | illustrated pages | plain | ours | a page plain | a page ours |"
    yield "|---|" + "---:|" * 5
    for source, members in _grouped([row for row in rows if row.sample.pictures]).items():
        before = sum(_inside(row.plain.words, row.sample.pictures) for row in members)
        after = sum(_inside(row.ours.words, row.sample.pictures) for row in members)
        each = f"{before / len(members):.1f} | {after / len(members):.1f}"
        yield f"| {source} | {len(members)} | {before} | {after} | {each} |"


def _inside(words: Sequence[Box], pictures: Sequence[Box]) -> int:
    centers = [((w.left + w.right) / 2, (w.top + w.bottom) / 2) for w in words]
    return sum(
        any(p.left <= x < p.right and p.top <= y < p.bottom for p in pictures) for x, y in centers
    )


def _time_table(rows: Sequence[Row]) -> Iterator[str]:
    stages = list(rows[0].ours.seconds)
    ratios = "all : plain | recognize : plain"
    yield f"| pages | count | {' | '.join(stages)} | all | plain | {ratios} |"
    yield "|---|" + "---:|" * (len(stages) + 5)
    for drawn in (False, True):
        for illustrated in (True, False):
            members = [
                r for r in rows if _is_drawn(r) is drawn and bool(r.sample.pictures) is illustrated
            ]
            if members:
                name = f"{'drawn' if drawn else 'real'}, {'illustrated' if illustrated else 'text'}"
                yield f"| {name} | {len(members)} | {' | '.join(_times(members, stages))} |"


def _is_drawn(row: Row) -> bool:
    return row.sample.source in ("drawn magazine", "composed figures")


def _times(rows: Sequence[Row], stages: Sequence[str]) -> list[str]:
    median = statistics.median
    each = [median(row.ours.seconds[stage] for row in rows) for stage in stages]
    whole = median(sum(row.ours.seconds.values()) for row in rows)
    alone = median(row.plain.seconds for row in rows)
    ratio = median(sum(row.ours.seconds.values()) / row.plain.seconds for row in rows)
    reading = median(row.ours.seconds["recognize"] / row.plain.seconds for row in rows)
    return [f"{value:.2f}" for value in (*each, whole, alone, ratio, reading)]


def _link_table(rows: Sequence[Row]) -> Iterator[str]:
    groups = _grouped([row for row in rows if row.sample.captions])
    counts = {
        source: sum((link_outcomes(r.sample, r.ours.description) for r in members), Counter[str]())
        for source, members in groups.items()
    }
    yield f"| | {' | '.join(counts)} |"
    yield "|---|" + "---:|" * len(counts)
    yield f"| captions drawn | {' | '.join(str(c.total()) for c in counts.values())} |"
    shares = " | ".join(f"{c[RIGHT] / c.total():.1%}" for c in counts.values())
    yield f"| **linked right** | {shares} |"
    for reason in sorted(set().union(*counts.values()) - {RIGHT}):
        yield f"| {reason} | {' | '.join(str(c[reason]) for c in counts.values())} |"


def _header_table(rows: Sequence[Row]) -> Iterator[str]:
    with_header = [row for row in rows if row.sample.header]
    read = tally(header_outcomes(r.sample.header, r.ours.description.header) for r in with_header)
    drawn = tally(header_outcomes(r.sample.header, parsed(r.sample)) for r in with_header)
    yield "| field | said by | right | missing | wrong | invented | right from the clean text |"
    yield "|---|" + "---:|" * 6
    for name in FIELDS:
        total = read[name][RIGHT] + read[name]["missing"] + read[name]["wrong"]
        missed = [str(read[name][outcome]) for outcome in ("missing", "wrong", "invented")]
        right = f"{read[name][RIGHT] / total:.1%}" if total else "–"
        clean = f"{drawn[name][RIGHT] / total:.1%}" if total else "–"
        yield f"| {name} | {total} | {right} | {' | '.join(missed)} | {clean} |"


if __name__ == "__main__":
    main()
