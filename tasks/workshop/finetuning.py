"""Fine-tune weights on a library's own corrected pages, guarded against getting worse elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256 as digest_of
from pathlib import Path

import numpy as np

from archive.images.images import load_image, save_png
from archive.store import place, sha256, whole, write_whole
from archive.training.dataset import (
    MANIFEST,
    labels_path,
    page_labels,
    page_path,
    read_manifest,
    write_manifest,
)
from archive.weights import WeightsFile, find_weights
from pipeline.separate.nets.architecture import CHANNELS
from pipeline.separate.separation import Separator, full_size
from pipeline.training.evaluation import by_source
from schemas.errors import ConfigError
from schemas.labels import IGNORE
from schemas.model import CLASSES
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings
from tasks.workshop.evaluation import judge
from tasks.workshop.training import CHECKPOINT, WEIGHTS, lift_thread_limit, train
from tasks.workshop.training_order import TrainingOrder

ALLOWED_LOSS = 0.01
"""Mean IoU that the guarded pages may lose."""
REJECTED = "rejected.safetensors"
_SIGN = "filled-copy.txt"
"""Lies in a set that was filled here, and in no other."""
_SAID = b"bilderbogen finetune fills this copy anew each time; correct labels in its --set\n"
_INDIFFERENT = ("folder", "threads", "workers", "every", "tensorboard")
"""What of an order does not change the weights."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Annotated pages that must not get worse: annotations and their scans."""

    truth: Path
    pages: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """Mean illustration IoU before and after, of the own pages held back and of the guarded.

    ``weights`` are called weights.safetensors where they are accepted, else rejected.safetensors.
    """

    held_back: tuple[float, float] | None
    guarded: tuple[float, float]
    weights: Path

    @property
    def is_accepted(self) -> bool:
        """Whether the new weights are better on the own pages and not worse on the others."""
        is_better = self.held_back is None or self.held_back[1] > self.held_back[0]
        return is_better and self.guarded[1] >= self.guarded[0] - ALLOWED_LOSS


def finetune(
    order: TrainingOrder,
    weights: str,
    guard: Guard,
    held_back: Guard | None,
    say: Callable[[str], None],
) -> Outcome:
    """Train ``weights`` on a training set mixed with composed pages, and judge before and after.

    What annotators did not label is filled with what the weights say of it now, illustrations
    left out: on a page whose pictures are all marked, nothing else is one. It is trained in a
    folder of its own, named by what decides the training: a killed one goes on, and no other goes
    on from it. Nothing is called weights.safetensors before it is judged.

    Raises:
        ConfigError: there is no training set, it or another lies where its filled copy goes, the
            weights would be written over or are of another net, or a page that guards has no scan.
        ScanError: the training set is damaged.
    """
    if order.training_set is None:
        raise ConfigError("fine-tuning needs --set, a training set (bilderbogen dataset combine)")
    filled = order.folder / "set"
    _keep_apart(order.training_set, filled)
    known = find_weights(weights)
    _keep_beginning(known.path, order.folder)
    lift_thread_limit()  # before the engine loads torch
    engine = separator(SeparateSettings(weights=weights, device="auto"))
    judged = [guard, *([held_back] if held_back else [])]
    before = [_judged(engine, pages) for pages in judged]
    _fill(order.training_set, filled, engine)
    made = train(_beginning(order, known, filled), say)
    tuned = separator(SeparateSettings(weights=str(made), device="auto"))
    both = [(old, _judged(tuned, pages)) for old, pages in zip(before, judged, strict=True)]
    outcome = Outcome(both[1] if held_back else None, both[0], made)
    return replace(outcome, weights=_named(outcome, order.folder))


def _keep_apart(labels: Path, filled: Path) -> None:
    """Refuse to fill a set in its own place or another's: labels made by hand would be lost."""
    ours, theirs = labels.resolve(), filled.resolve()
    if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
        raise ConfigError(
            f"{filled}: there the filled copy of the set goes, and there is {labels} itself; "
            "name another --to"
        )
    is_taken = any((filled / name).exists() for name in ("A", "B", MANIFEST))
    if is_taken and not _is_filled_here(filled):
        raise ConfigError(
            f"{filled}: there the filled copy of the set goes, and what is there was not made "
            "by finetune; name another --to, or move it away"
        )


def _is_filled_here(filled: Path) -> bool:
    """Say whether finetune filled what is there; before it left a sign, it left trainings."""
    trained = filled.parent.glob(f"training-*/{CHECKPOINT}")
    return (filled / _SIGN).exists() or any(trained)


def _keep_beginning(base: Path, folder: Path) -> None:
    """Refuse a folder where the result would be written over the weights it begins with."""
    for path in (folder / WEIGHTS, folder / REJECTED):
        if path.exists() and path.samefile(base):
            raise ConfigError(
                f"{path}: fine-tuning begins with these weights and would write over them; name "
                "another --to"
            )


def _beginning(order: TrainingOrder, known: WeightsFile, filled: Path) -> TrainingOrder:
    begun = replace(
        order, training_set=filled, base=known.path, channels=known.card.channels or CHANNELS,
        long_side=known.card.long_side, net=known.card.net,
    )  # fmt: skip
    deciding = {k: str(v) for k, v in asdict(begun).items() if k not in _INDIFFERENT}
    deciding |= {"own": sha256(filled / MANIFEST), "base": known.sha256}
    digest = digest_of(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
    return replace(begun, folder=order.folder / f"training-{digest[:8]}")


def _named(outcome: Outcome, folder: Path) -> Path:
    """Put the weights and their card into ``folder``, under the name they have deserved."""
    path = folder / (WEIGHTS if outcome.is_accepted else REJECTED)
    for suffix in (path.suffix, ".json"):
        write_whole(path.with_suffix(suffix), outcome.weights.with_suffix(suffix).read_bytes())
    return path


def _judged(engine: Separator, pages: Guard) -> float:
    judged = judge(pages.truth, pages.pages, engine, min_area=SeparateSettings().min_area)
    if judged.unread:  # without them the others would say more than was asked
        raise ConfigError(
            f"{pages.truth}: not every annotated page can be judged; add its scan or take its "
            "annotation out:\n" + "\n".join(f"  {why}" for why in judged.unread)
        )
    value = by_source(judged.scores)["ALL"].iou
    if value is None:
        raise ConfigError(f"{pages.truth}: no annotated page with an illustration; add some")
    return value


def _fill(source: Path, target: Path, engine: Separator) -> None:
    """Copy a training set with every pixel labelled."""
    entries = []
    listed = read_manifest(source)
    write_whole(target / _SIGN, _SAID)  # before anything else: a killed one goes on
    for entry in listed:
        labels = page_labels(source, entry)
        page = page_path(source, entry)
        place(page, target / "A" / entry.page)
        if (labels == IGNORE).any():
            rgb = load_image(page).rgb
            separation = full_size(engine([rgb])[0], *labels.shape)
            separation[separation == CLASSES.index("illustration")] = 0
            labels = np.where(labels == IGNORE, separation, labels).astype(np.uint8)
        path = labels_path(target, entry)
        with whole(path) as draft:
            save_png(draft, labels)
        entries.append(replace(entry, labels_sha256=sha256(path)))
    write_manifest(target, entries)
