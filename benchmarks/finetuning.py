"""What ten corrected pages of a library are worth: fine-tune, judge its other pages and the rest.

    python -m benchmarks.finetuning TRUTH PAGES --corpus CORPUS --source NAME [--to FOLDER]

Ten pages of one source, drawn by lot, are the corrected ones; its other pages are held back, and
the pages of all other sources are the guard. What is made is kept in FOLDER/NAME.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from archive.store import place
from archive.training.dataset import combine, write_manifest
from archive.training.pairs import read_pairs
from archive.training.truth import AnnotatedPage, annotated_pages, page_image
from schemas.errors import ArchiveError
from tasks.workshop.finetuning import Guard, finetune
from tasks.workshop.training_order import TrainingOrder

_PAGES, _SEED = 10, 0


def main() -> None:
    """Fine-tune and print before and after."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--weights", default="default")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--to", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bilderbogen-") as scratch:
        folder = args.to / args.source if args.to else Path(scratch)
        taught, held, rest = _lots(args)
        for name, chosen in (("own", taught), ("held-back", held), ("guard", rest)):
            _lay_out(folder / name, chosen, args)
        order = TrainingOrder(
            folder / "run", args.corpus, args.steps, threads=1, learning_rate=2e-4,
            training_set=_set(folder), share=0.3, validate_every=0, first_seed=50_000_000,
            keep_out=args.truth,
        )  # fmt: skip
        guard, kept = (Guard(folder / name, folder / name) for name in ("guard", "held-back"))
        outcome = finetune(order, args.weights, guard, kept, click.echo)
    print(f"{args.source}: {len(taught)} pages corrected, {args.steps} steps")
    print("| pages | before | after |\n|---|---:|---:|")
    if outcome.held_back is not None:
        before, after = outcome.held_back
        print(f"| {len(held)} others of it | {before:.3f} | {after:.3f} |")
    print(f"| {len(rest)} of other sources | {outcome.guarded[0]:.3f} | {outcome.guarded[1]:.3f} |")


def _lots(
    args: argparse.Namespace,
) -> tuple[list[AnnotatedPage], list[AnnotatedPage], list[AnnotatedPage]]:
    known = list(annotated_pages(args.truth))
    source_pages = [page for page in known if page.truth.source == args.source]
    random.Random(_SEED).shuffle(source_pages)
    rest = [page for page in known if page.truth.source != args.source]
    return source_pages[:_PAGES], source_pages[_PAGES:], rest


def _lay_out(folder: Path, chosen: Iterable[AnnotatedPage], args: argparse.Namespace) -> None:
    """Put scans and annotations into a folder of their own."""
    for page in chosen:
        scan = page_image(args.pages, page)
        beside = (args.truth / f"{page.name}{suffix}" for suffix in (".json", ".map.png"))
        for path in (scan, *(item for item in beside if item.exists())):
            if not (folder / path.name).exists():
                place(path, folder / path.name)


def _set(folder: Path) -> Path:
    target = folder / "set"
    pairs = list(combine(read_pairs(folder / "own", form="truth"), target, source="corrected"))
    for pair in pairs:
        if isinstance(pair, ArchiveError):
            raise pair
    write_manifest(target, [pair for pair in pairs if not isinstance(pair, ArchiveError)])
    return target


if __name__ == "__main__":
    main()
