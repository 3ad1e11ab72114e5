"""What each choice of the recipe is worth: short trainings that differ in one thing, one table.

    python -m benchmarks.ablation TRUTH PAGES --corpus CORPUS --to FOLDER [--only NAME]

Every variant sees the same number of composed pages and is judged on annotated scans by the
likeliest class, so that nothing after the net hides what the net does. Generator and discriminator
are narrow, so that a variant takes minutes on one core. Finished variants are kept
in the folder and not trained again; a stopped one goes on. What was made of anything else (steps,
corpus, settings of the composer, pages judged) is refused.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from archive.store import write_whole
from pipeline.synthesis.settings import ComposerSettings
from pipeline.training.evaluation import by_source
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings
from tasks.workshop.evaluation import judge
from tasks.workshop.training import CHECKPOINT, train
from tasks.workshop.training_log import METRICS
from tasks.workshop.training_order import TrainingOrder

_NARROW = (12, 24, 48, 80, 112, 128)
_FIGURES = "figures.json"
_INDIFFERENT = ("folder", "threads", "workers", "every", "tensorboard")
"""What of an order does not change the figures."""

Figures = dict[str, float | None]

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


def _figures(args: argparse.Namespace, name: str, folder: Path) -> Figures:
    order = TrainingOrder(
        folder, args.corpus, args.steps, threads=1, learning_rate=0.002, channels=_NARROW,
        long_side=512, validate_every=0, judge_channels=_NARROW[0],
        keep_out=args.truth,
    )  # fmt: skip
    order = replace(order, **VARIANTS[name])  # type: ignore[arg-type] # names of its fields
    made_of = _made_of(order, args.truth)
    kept = _kept(folder, made_of)
    if kept is not None:
        return kept
    _keep(folder, made_of, None)  # before it begins: a stopped one goes on only as it was
    weights = train(order, lambda line: None)
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
        "seconds": _seconds(folder / METRICS),
    }
    _keep(folder, made_of, figures)
    return figures


def _made_of(order: TrainingOrder, truth: Path) -> dict[str, Any]:
    """Return what figures depend on, as JSON gives it back."""
    made_of = {key: value for key, value in asdict(order).items() if key not in _INDIFFERENT}
    made_of["corpus"] = order.corpus and order.corpus.resolve().name
    made_of["keep_out"] = order.keep_out and order.keep_out.resolve().name
    made_of["truth"] = truth.resolve().name
    made_of["composer"] = asdict(ComposerSettings(long_side=order.long_side))
    return dict(json.loads(json.dumps(made_of)))


def _kept(folder: Path, made_of: dict[str, Any]) -> Figures | None:
    """Return the figures of a finished variant; exit if it, or a stopped one, was another."""
    path = folder / _FIGURES
    if not path.exists() and not (folder / CHECKPOINT).exists():
        return None
    record = json.loads(path.read_text()) if path.exists() else {}
    before = record.get("made_of")
    if before is None:
        raise SystemExit(
            f"{folder}: says not what it is made of; move it away or give another --to"
        )
    other = sorted(key for key in made_of.keys() | before if before.get(key) != made_of.get(key))
    if other:
        raise SystemExit(
            f"{folder}: was made with other {', '.join(other)}; move it away or give another --to"
        )
    result: Figures | None = record["figures"]
    return result


def _keep(folder: Path, made_of: dict[str, Any], figures: Figures | None) -> None:
    record = {"made_of": made_of, "figures": figures}
    write_whole(folder / _FIGURES, json.dumps(record, indent=1).encode())


def _seconds(metrics: Path) -> float:
    """Return the mean seconds of a step by the log, which also has those before a stop."""
    with metrics.open(newline="") as stream:
        return fmean(float(row["seconds"]) for row in csv.DictReader(stream))


def _cells(figures: Figures) -> list[str]:
    cells = ["–" if value is None else f"{value:.3f}" for value in figures.values()]
    false, seconds = figures["false"], figures["seconds"]
    return [*cells[:4], "–" if false is None else f"{100 * false:.1f} %", f"{seconds:.1f}"]


if __name__ == "__main__":
    main()
