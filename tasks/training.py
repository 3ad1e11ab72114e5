"""Train the generator on composed pages: data, steps, checkpoints, weights and their card."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from archive.corpus import load_corpus
from archive.fonts import find_fonts
from archive.store import write_whole
from archive.weights import Card, write_card
from schemas.errors import ConfigError, EngineError

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.csv"
HELD_OUT_SEED = 900_000_000
"""Seeds from here on are never trained on."""


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
    import torch  # training only; the rest of the program must not pay for it

    from pipeline.pix2pix.generator import GeneratorSettings
    from pipeline.pix2pix.samples import ComposedSamples, Frame
    from pipeline.pix2pix.trainer import Trainer, TrainingSettings

    torch.set_num_threads(order.threads)
    find_fonts()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    settings = TrainingSettings(
        steps=order.steps,
        batch_size=order.batch_size,
        learning_rate=order.learning_rate,
        form=order.form,
        adversarial_weight=order.adversarial_weight,
        device=device,
    )
    trainer = Trainer(GeneratorSettings(channels=order.channels), settings)
    _resume(trainer, order)
    frame = Frame(order.long_side, order.long_side * 3 // 4)
    seen = order.first_seed + trainer.step * order.batch_size
    samples = ComposedSamples(Composer(order.corpus, order.long_side), frame, first_seed=seen)
    loader = torch.utils.data.DataLoader(
        samples,
        batch_size=order.batch_size,
        num_workers=order.workers,
        multiprocessing_context="spawn" if order.workers else None,
    )
    _steps(trainer, iter(loader), order, say)
    return _write_weights(trainer, order)


def _steps(trainer: Any, batches: Any, order: TrainingOrder, say: Callable[[str], None]) -> None:  # noqa: ANN401
    clock, losses = time.monotonic(), []
    while trainer.step < order.steps:
        pages, labels = next(batches)
        losses.append(trainer.train_step(pages, labels))
        if trainer.step % order.every and trainer.step < order.steps:
            continue
        mean = [
            sum(getattr(loss, name) for loss in losses) / len(losses)
            for name in ("reconstruction", "adversarial", "discriminator")
        ]
        pace = (time.monotonic() - clock) / len(losses)
        _note(order.folder / METRICS, [trainer.step, *mean, pace])
        _save(trainer, order.folder / CHECKPOINT)
        say(f"step {trainer.step}  loss {mean[0]:.4f}  {pace:.2f} s a step")
        clock, losses = time.monotonic(), []


def _resume(trainer: Any, order: TrainingOrder) -> None:  # noqa: ANN401
    import torch

    own = order.folder / CHECKPOINT
    source = own if own.exists() else order.start_from
    if source is None:
        return
    try:
        state = torch.load(source, map_location="cpu", weights_only=True)
        trainer.resume(state, weights_only=source != own)
    except FileNotFoundError as error:
        raise ConfigError(f"{source}: no checkpoint there") from error
    except (RuntimeError, KeyError, EOFError, ValueError) as error:
        raise ConfigError(f"{source}: not a checkpoint of this net ({error})") from error


def _save(trainer: Any, path: Path) -> None:  # noqa: ANN401
    import torch

    content = io.BytesIO()
    torch.save(trainer.state(), content)
    write_whole(path, content.getvalue())


def _note(path: Path, row: list[float]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as stream:
        csv.writer(stream).writerow([f"{value:.6g}" for value in row])


def _write_weights(trainer: Any, order: TrainingOrder) -> Path:  # noqa: ANN401
    from safetensors.torch import save

    tensors = {
        name: value.half().contiguous()
        for name, value in trainer.average.state_dict().items()
        if value.dtype.is_floating_point
    }
    if not tensors:
        raise EngineError("the net has no weights to write")
    content = save(tensors)
    path = order.folder / "weights.safetensors"
    write_whole(path, content)
    card = Card(
        name="weights",
        sha256=sha256(content).hexdigest(),
        channels=order.channels,
        long_side=order.long_side,
        recipe={
            "steps": trainer.step,
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
