"""What to train, on what, for how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.separate.nets.architecture import CHANNELS


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train, for how long, and where it is kept.

    ``share`` of the pages come from a library's ``training_set``. Every ``validate_every`` steps
    (0: never) the net is tried on ``validation_pages`` pages of the set's validation part, or
    composed from seeds that are never trained on; after ``patience`` trials without a better one
    (0: go on) training stops. ``base`` are weights to begin with. ``ema`` is what the moving
    average of the weights keeps a step (0: no average); ``judge_channels`` are the discriminator's.
    Layouts of the corpus that are label maps of annotated pages in ``keep_out`` are not used.
    ``real`` are annotated scans; ``real_share`` of the pages come from them; those of the sources
    ``left_out`` are not trained on, the net is tried on them instead.
    The learning rate rises for ``warm_up`` steps.
    With ``minutes`` this call ends after so long even if steps are left, and the learning rate
    comes down by then.
    """

    folder: Path
    corpus: Path | None
    steps: int
    threads: int
    learning_rate: float
    form: str = "label-map"
    adversarial_weight: float = 0.0
    batch_size: int = 8
    long_side: int = 768
    channels: tuple[int, ...] = CHANNELS
    first_seed: int = 1_000_000
    start_from: Path | None = None
    every: int = 50
    workers: int = 1
    net: str = "unet"
    training_set: Path | None = None
    share: float = 0.5
    validate_every: int = 200
    validation_pages: int = 24
    patience: int = 0
    tensorboard: bool = False
    base: Path | None = None
    ema: float = 0.995
    judge_channels: int = 64
    minutes: float | None = None
    keep_out: Path | None = None
    real: Path | None = None
    real_share: float = 0.4
    left_out: tuple[str, ...] = ()
    warm_up: int = 100


def material(order: TrainingOrder) -> str:
    """Return what the weights are trained on, as their card says it."""
    composed = "composed pages" + (" from a corpus" if order.corpus else ", drawn pictures only")
    if order.corpus and order.keep_out:
        composed += " without layouts of the pages judged"
    parts = [composed]
    if order.training_set is not None:
        parts.append(f"{order.share:.0%} own pages")
    if order.real is not None:
        without = f" without {', '.join(order.left_out)}" if order.left_out else ""
        parts.append(f"{order.real_share:.0%} annotated scans{without}")
    return "; ".join(parts)
