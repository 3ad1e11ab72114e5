"""What each choice of the recipe is worth: short trainings that differ in one thing, one table.

    python -m benchmarks.ablation TRUTH PAGES --corpus CORPUS --to FOLDER [--only NAME]

Every variant sees the same number of composed pages and is judged on annotated scans by the
likeliest class, so that nothing after the net hides what the net does. Generator and discriminator
are narrow, so that a variant takes minutes on one core. Finished variants are kept
in the folder and not trained again; a stopped one goes on.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from archive.store import write_whole
from pipeline.evaluation import by_source
from tasks.engines import separator
from tasks.judging import judge
from tasks.settings import SeparateSettings
from tasks.training import TrainingOrder, train

_NARROW = (12, 24, 48, 80, 112, 128)
_FIGURES = "figures.json"

VARIANTS: dict[str, dict[str, object]] = {
    "cross-entropy and Dice, 512 pixels": {},
    "with the adversarial term, weight 0.05": {"adversarial_weight": 0.05},
    "L1, as in the paper": {"form": "paper"},
    "L1 with the adversarial term, as in the paper": {"form": "paper", "adversarial_weight": 1.0},
    "384 pixels": {"long_side": 384},
    "768 pixels": {"long_side": 768},
    "twice the channels": {"channels": (24, 48, 96, 160, 224, 256)},
    "two levels fewer": {"channels": _NARROW[:4]},
    "no moving average": {"ema": 0.0},
    "drawn pictures only, no corpus": {"corpus": None},
    "1024 pixels": {"long_side": 1024},
    "1280 pixels": {"long_side": 1280},
}


def main() -> None:
    """Train and judge what is missing; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--only", action="append", default=[], help="May be repeated.")
    args = parser.parse_args()
    unknown = set(args.only) - set(VARIANTS)
    if unknown:
        parser.error(f"no variant {min(unknown)!r}; there are {', '.join(map(repr, VARIANTS))}")
    print("| variant | IoU all | Idler-1893 | Bilderbazaar | text | false area | s a step |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for number, name in enumerate(VARIANTS):
        if not args.only or name in args.only:
            figures = _figures(args, name, args.to / f"{number:02d}")
            print(f"| {name} | {' | '.join(_cells(figures))} |", flush=True)


def _figures(args: argparse.Namespace, name: str, folder: Path) -> dict[str, float | None]:
    kept = folder / _FIGURES
    if kept.exists():
        found: dict[str, float | None] = json.loads(kept.read_text())
        return found
    order = TrainingOrder(
        folder, args.corpus, args.steps, threads=1, learning_rate=0.002, channels=_NARROW,
        long_side=512, validate_every=0, judge_channels=_NARROW[0],
    )  # fmt: skip
    started = time.monotonic()
    weights = train(replace(order, **VARIANTS[name]), lambda line: None)  # type: ignore[arg-type] # names of its fields
    seconds = (time.monotonic() - started) / args.steps
    settings = SeparateSettings(weights=str(weights), device="cpu")
    judged = judge(args.truth, args.pages, separator(settings), min_area=0.002, raw=True)
    table = by_source(judged.scores)
    bazar = table.get("Bilderbazaar")
    figures = {
        "all": table["ALL"].iou,
        "Idler-1893": table["Idler-1893"].iou if "Idler-1893" in table else None,
        "Bilderbazaar": bazar.iou if bazar else None,
        "text": bazar.text_iou if bazar else None,
        "false": table["ALL"].false_area,
        "seconds": seconds,
    }
    write_whole(kept, json.dumps(figures).encode())
    return figures


def _cells(figures: dict[str, float | None]) -> list[str]:
    cells = ["–" if value is None else f"{value:.3f}" for value in figures.values()]
    false, seconds = figures["false"], figures["seconds"]
    return [*cells[:4], "–" if false is None else f"{100 * false:.1f} %", f"{seconds:.1f}"]


if __name__ == "__main__":
    main()
