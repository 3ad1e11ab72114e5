"""Train the generator on composed pages: data, steps, checkpoints, weights and their card."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.corpus import load_corpus
from archive.fonts import find_fonts
from archive.store import write_whole
from archive.weights import Card, write_card
from schemas.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.pix2pix.session import TrainingSession

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.csv"


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train, for how long, and where it is kept."""

    folder: Path
    corpus: Path | None
    steps: int
    threads: int
    learning_rate: float
    form: str = "label-map"
    adversarial_weight: float = 0.0
    batch_size: int = 8
    long_side: int = 768
    channels: tuple[int, ...] = (24, 48, 96, 160, 224, 256)
    first_seed: int = 1_000_000
    start_from: Path | None = None
    every: int = 50
    workers: int = 1
    net: str = "unet"


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes the page of a seed; loads its material once in each process that uses it."""

    corpus: Path | None
    long_side: int

    def __call__(self, seed: int) -> Any:  # noqa: ANN401 - ComposedPage, imported late
        """Return the composed page of ``seed``."""
        return _composer(self.corpus, self.long_side)(seed)


@cache
def _composer(folder: Path | None, long_side: int) -> Callable[[int], Any]:
    from pipeline.synthesis.compose import compose
    from pipeline.synthesis.pictures import drawn_corpus
    from pipeline.synthesis.settings import ComposerSettings
    from pipeline.synthesis.type import FontBook

    corpus = load_corpus(folder) if folder else drawn_corpus(0)
    fonts, settings = FontBook(find_fonts()), ComposerSettings(long_side=long_side)
    return lambda seed: compose(seed, corpus, fonts, settings)


def train(order: TrainingOrder, say: Callable[[str], None]) -> Path:
    """Train to ``order.steps``, going on from a checkpoint if there is one; return the weights.

    Raises:
        ConfigError: the folder holds a checkpoint of another net.
        EngineError: typefaces are missing.
    """
    os.environ.pop("OMP_THREAD_LIMIT", None)  # read when torch loads; training takes every core
    from pipeline.pix2pix.generator import GeneratorSettings
    from pipeline.pix2pix.samples import Frame
    from pipeline.pix2pix.session import TrainingSession, training_device
    from pipeline.pix2pix.trainer import TrainingSettings

    find_fonts()
    settings = TrainingSettings(
        steps=order.steps,
        batch_size=order.batch_size,
        learning_rate=order.learning_rate,
        form=order.form,
        adversarial_weight=order.adversarial_weight,
        device=training_device(),
        bf16=not order.net.startswith("maskrcnn"),  # its box operators know no bf16 on a CPU
    )
    frame = Frame(order.long_side, order.long_side * 3 // 4)
    net = GeneratorSettings(channels=order.channels, net=order.net)
    session = TrainingSession(net, settings, frame, threads=order.threads)
    _resume(session, order)
    _steps(session, order, say)
    return _write_weights(session, order)


def _steps(session: TrainingSession, order: TrainingOrder, say: Callable[[str], None]) -> None:
    composer = Composer(order.corpus, order.long_side)
    batches = session.batches(composer, first_seed=order.first_seed, workers=order.workers)
    clock, losses = time.monotonic(), []
    while session.step < order.steps:
        losses.append(session.take(batches))
        if session.step % order.every and session.step < order.steps:
            continue
        mean = [
            sum(getattr(loss, name) for loss in losses) / len(losses)
            for name in ("reconstruction", "adversarial", "discriminator")
        ]
        pace = (time.monotonic() - clock) / len(losses)
        _note(order.folder / METRICS, [session.step, *mean, pace])
        write_whole(order.folder / CHECKPOINT, session.state())
        say(f"step {session.step}  loss {mean[0]:.4f}  {pace:.2f} s a step")
        clock, losses = time.monotonic(), []


def _resume(session: TrainingSession, order: TrainingOrder) -> None:
    own = order.folder / CHECKPOINT
    source = own if own.exists() else order.start_from
    if source is None:
        return
    try:
        state = source.read_bytes()
    except OSError as error:
        raise ConfigError(f"{source}: {error.strerror}; name a checkpoint") from error
    session.resume(state, weights_only=source != own, name=str(source))


def _note(path: Path, row: list[float]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as stream:
        csv.writer(stream).writerow([f"{value:.6g}" for value in row])


def _write_weights(session: TrainingSession, order: TrainingOrder) -> Path:
    content = session.weights()
    path = order.folder / "weights.safetensors"
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
        data="composed pages" + (" from a corpus" if order.corpus else ", drawn pictures only"),
        figures={},
    )
    write_card(path.with_suffix(".json"), card)
    return path
