"""Train the generator on composed pages: data, steps, checkpoints, weights and their card."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from archive.store import write_whole
from archive.training.corpus import load_corpus
from archive.training.dataset import read_manifest
from archive.training.fonts import find_fonts
from archive.training.real_pages import check_sources
from archive.weights import Card, check_place, write_card
from schemas.errors import ConfigError
from tasks.workshop.training_data import Pages, scans_left_out, set_pages
from tasks.workshop.training_log import COLUMNS, TrainingLog
from tasks.workshop.training_order import TrainingOrder, material

if TYPE_CHECKING:
    from pipeline.training.session import TrainingSession
    from pipeline.training.trainer import Losses
    from pipeline.training.validation import Sample

CHECKPOINT, WEIGHTS = "checkpoint.pt", "weights.safetensors"
_SHOWN = 8
"""Samples on a sheet."""


@cache
def lift_thread_limit() -> bool:
    """Let torch take every core; False where it was loaded under the limit of page workers.

    The limit is read once, when torch loads. More threads than it allows would wait for each other
    for ever.
    """
    if "torch" in sys.modules:
        return "OMP_THREAD_LIMIT" not in os.environ
    os.environ.pop("OMP_THREAD_LIMIT", None)
    return True


def train(order: TrainingOrder, say: Callable[[str], None]) -> Path:
    """Train to ``order.steps``, going on from a checkpoint if there is one; return the weights.

    Raises:
        ConfigError: the folder holds a checkpoint of another net or size, or another file's card;
            there is no annotated page to keep out.
        EngineError: typefaces are missing.
        ScanError: the corpus or the training set is damaged.
    """
    threads = order.threads if lift_thread_limit() else 1
    from pipeline.separate.nets.unet import GeneratorSettings
    from pipeline.training.samples import Frame
    from pipeline.training.session import TrainingSession, halves_pay, training_device
    from pipeline.training.trainer import TrainingSettings

    find_fonts()
    _check_folder(order.folder)
    _check_material(order, say)
    device, is_boxed = training_device(), order.net.startswith("maskrcnn")
    settings = TrainingSettings(
        steps=order.steps,
        batch_size=order.batch_size,
        learning_rate=order.learning_rate,
        warmup_steps=order.warm_up,
        form=order.form,
        adversarial_weight=order.adversarial_weight,
        ema=order.ema,
        judge_channels=order.judge_channels,
        device=device,
        bf16=halves_pay(device) and not is_boxed,  # box operators know no bf16 on a CPU
    )
    frame = Frame(order.long_side, order.long_side * 3 // 4)
    net = GeneratorSettings(channels=order.channels, net=order.net)
    session = TrainingSession(net, settings, frame, threads=threads)
    _resume(session, order)
    log = TrainingLog(order.folder, tensorboard=order.tensorboard)
    if not (order.folder / CHECKPOINT).exists():
        log.begin()  # what lies there is of another training: no figures to measure this one by
    if session.step < order.steps:
        _steps(session, order, log, say)
    else:
        say(f"{order.folder}: already at step {session.step} of {order.steps}; nothing to do")
    return _chosen(session, order, log, say)


def _chosen(
    session: TrainingSession, order: TrainingOrder, log: TrainingLog, say: Callable[[str], None]
) -> Path:
    """Return the best weights of those that were tried, or, without any, write the last."""
    path = order.folder / WEIGHTS
    if not (log.best() > 0 and path.exists()):
        return _write_weights(session, order, {})
    if not order.validate_every:
        say(f"{path}: the best of those that were tried before are kept, not the last")
    return path


def _check_folder(folder: Path) -> None:
    """Refuse a folder where the card of the weights would take that of a file not ours."""
    if not (folder / CHECKPOINT).exists() and not (folder / WEIGHTS).exists():
        check_place(folder / WEIGHTS)


def _check_material(order: TrainingOrder, say: Callable[[str], None]) -> None:
    """Load what pages are made of once, before processes that compose fail on it one by one."""
    if order.corpus is not None:
        corpus = load_corpus(order.corpus, order.keep_out)
        if order.keep_out is not None:
            layouts = len(corpus.layouts) + corpus.kept_out
            say(f"{corpus.kept_out} of {layouts} layouts are pages of {order.keep_out}: not used")
    if order.training_set is not None:
        set_pages(order.training_set, "train", order.long_side)
        if order.workers:
            set_pages.cache_clear()  # each of them holds its own
    if order.real is not None:
        check_sources(order.real, order.left_out)


def _steps(
    session: TrainingSession, order: TrainingOrder, log: TrainingLog, say: Callable[[str], None]
) -> None:
    pages = Pages(
        order.corpus, order.long_side, order.training_set,
        share=order.share, keep_out=order.keep_out,
        real=order.real, real_share=order.real_share, left_out=order.left_out,
    )  # fmt: skip
    batches = session.batches(pages, first_seed=order.first_seed, workers=order.workers)
    unseen = _unseen(session, order) if order.validate_every else []
    best, waited = log.best(), 0
    clock, losses = time.monotonic(), []
    started = time.monotonic()
    is_last = False
    while not is_last:
        losses.append(session.take(batches))
        spent = (time.monotonic() - started) / 60 / order.minutes if order.minutes else 0.0
        session.hurry(spent)
        is_last = session.step == order.steps or spent >= 1
        is_due = bool(unseen) and (session.step % order.validate_every == 0 or is_last)
        if session.step % order.every and not is_last and not is_due:
            continue
        row = _means(losses) | {"step": session.step}
        row["seconds"] = (time.monotonic() - clock) / len(losses)
        if is_due:
            row |= _tried(session, unseen, log)
            waited = 0 if (row["mean"] or 0) > best else waited + 1
            if (row["mean"] or 0) > best:
                best = row["mean"] or 0
                _write_weights(session, order, row)
        log.note(row)
        write_whole(order.folder / CHECKPOINT, session.state())
        say(_line(row))
        if order.patience and waited >= order.patience:
            say(f"no better for {waited} trials: stopped")
            return
        clock, losses = time.monotonic(), []


def _unseen(session: TrainingSession, order: TrainingOrder) -> list[Sample]:
    count = order.validation_pages
    if order.real is not None and order.left_out:
        held = scans_left_out(order.real, order.long_side, order.left_out)
        return session.samples(held.__getitem__, _spread(len(held), count))
    if order.training_set is not None:
        parts = {entry.part for entry in read_manifest(order.training_set)}
        if "validation" in parts:
            held = set_pages(order.training_set, "validation", order.long_side)
            return session.samples(held.__getitem__, _spread(len(held), count))
    composed = Pages(order.corpus, order.long_side, keep_out=order.keep_out)
    return session.samples(composed, range(order.first_seed - count, order.first_seed))


def _spread(pages: int, count: int) -> list[int]:
    """Return ``count`` of ``pages`` places, evenly, or all."""
    count = min(count, pages)
    return [at * pages // count for at in range(count)]


def _tried(
    session: TrainingSession, unseen: Sequence[Sample], log: TrainingLog
) -> dict[str, float | None]:
    trial = session.validate(unseen)
    figures = {"mean": trial.mean, **{k: v for k, v in trial.iou.items() if k != "background"}}
    shown = zip(unseen[:_SHOWN], trial.maps, strict=False)
    log.show(session.step, [session.view(sample, labels) for sample, labels in shown], figures)
    return figures


def _means(losses: Sequence[Losses]) -> dict[str, float | None]:
    names = {
        "loss": "reconstruction",
        "adversarial": "adversarial",
        "discriminator": "discriminator",
    }
    return {
        key: sum(getattr(loss, name) for loss in losses) / len(losses)
        for key, name in names.items()
    }


def _line(row: Mapping[str, float | None]) -> str:
    tried = f"  unseen pages: mean IoU {row['mean']:.3f}" if row.get("mean") is not None else ""
    return f"step {row['step']:.0f}  loss {row['loss']:.4f}  {row['seconds']:.2f} s a step{tried}"


def _resume(session: TrainingSession, order: TrainingOrder) -> None:
    checkpoint = order.folder / CHECKPOINT
    source = checkpoint if checkpoint.exists() else order.start_from
    if source is None:
        if order.base is not None:
            session.begin_with(order.base.read_bytes(), name=str(order.base))
        return
    try:
        state = source.read_bytes()
    except OSError as error:
        raise ConfigError(f"{source}: {error.strerror}; name a checkpoint") from error
    session.resume(state, weights_only=source != checkpoint, name=str(source))


def _write_weights(
    session: TrainingSession, order: TrainingOrder, tried: Mapping[str, float | None]
) -> Path:
    content = session.weights()
    path = order.folder / WEIGHTS
    write_whole(path, content)
    card = Card(
        name="weights",
        sha256=sha256(content).hexdigest(),
        channels=order.channels,
        long_side=order.long_side,
        net=order.net,
        recipe={
            "steps": session.step,
            "batch_size": order.batch_size,
            "learning_rate": order.learning_rate,
            "form": order.form,
            "adversarial_weight": order.adversarial_weight,
            "first_seed": order.first_seed,
        },
        data=material(order),
        figures={"unseen": {k: v for k, v in tried.items() if k in COLUMNS[5:]}} if tried else {},
    )
    write_card(path.with_suffix(".json"), card, replaces=True)
    return path
