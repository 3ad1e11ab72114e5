"""How well a net does on a magazine it never saw: leave one source out, train, judge that source.

    python -m benchmarks.left_out REAL --corpus CORPUS --keep-out TRUTH --to FOLDER

``--source NAME`` leaves out that source alone; it may be repeated.
REAL holds annotated scans as ``bilderbogen train --real`` takes them. One short training is on all
of them and one for each source on all others. A table says the illustration IoU of each source
with the weights begun with, without the source and with it. A stopped run goes on.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from archive.store import place
from archive.training.real_pages import check_sources
from archive.training.truth import annotated_pages, page_image
from archive.weights import find_weights
from pipeline.training.evaluation import Summary, by_source
from tasks.executors.environment import cores, keep_freed_memory
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings
from tasks.workshop.evaluation import judge
from tasks.workshop.training import lift_thread_limit, train
from tasks.workshop.training_order import TrainingOrder


def main() -> None:
    """Train and print the table."""
    args = _arguments()
    keep_freed_memory()
    lift_thread_limit()
    sources = args.source or _sources(args.real)
    check_sources(args.real, sources)
    order = TrainingOrder(
        args.to / "all", args.corpus, args.steps, threads=cores(),
        base=find_weights("default").path, learning_rate=args.learning_rate,
        validate_every=0, first_seed=100_000_000,
        keep_out=args.keep_out, real=args.real, real_share=args.real_share,
    )  # fmt: skip
    whole = train(order, print)
    rows = []
    for source in sources:
        without = train(
            replace(order, folder=args.to / f"without-{source}", left_out=(source,)), print
        )
        pages = _lay_out(args.real, args.to / "sources" / source, source)
        rows.append((source, [_judged(pages, w) for w in ("default", str(without), str(whole))]))
    print("\n| source | pages | IoU before | without it | with it |\n|---|---:|---:|---:|---:|")
    for source, row in rows:
        figures = " | ".join(
            "–" if summary.iou is None else f"{summary.iou:.3f}" for summary in row
        )
        print(f"| {source} | {row[0].pages} | {figures} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--keep-out", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--source", action="append")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--real-share", type=float, default=0.4)
    return parser.parse_args()


def _sources(real: Path) -> list[str]:
    """Return the sources that have a page with an illustration."""
    known = annotated_pages(real / "truth")
    return sorted({page.truth.source for page in known if page.truth.illustrations})


def _lay_out(real: Path, folder: Path, source: str) -> Path:
    """Put the scans and annotations of a source into a folder of their own."""
    for page in annotated_pages(real / "truth"):
        if page.truth.source == source:
            for path in (page_image(real / "pages", page), real / "truth" / f"{page.name}.json"):
                if not (folder / path.name).exists():
                    place(path, folder / path.name)
    return folder


def _judged(pages: Path, weights: str) -> Summary:
    settings = SeparateSettings(weights=weights)
    result = judge(pages, pages, separator(settings), min_area=settings.min_area)
    return by_source(result.scores)["ALL"]


if __name__ == "__main__":
    main()
