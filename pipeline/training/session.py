"""A training session: trainer and batches, states and weights as bytes; no files, no settings."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pickle import UnpicklingError

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from torch.utils.data import DataLoader

from pipeline.separate.nets.unet import GeneratorSettings
from pipeline.training.samples import Compose, ComposedSamples, Frame, to_sample
from pipeline.training.trainer import Losses, Trainer, TrainingSettings
from pipeline.training.validation import Sample, Validation, sample_view, validate
from schemas.errors import ConfigError
from schemas.model import RGB8, ClassMap

_ARCHIVE = b"PK"
"""What a checkpoint begins with: torch writes zip archives."""
_SIDE = "long_side"


class TrainingSession:
    """Takes step after step on composed pages."""

    def __init__(
        self, net: GeneratorSettings, settings: TrainingSettings, frame: Frame, *, threads: int
    ) -> None:
        torch.set_num_threads(threads)
        self.trainer = Trainer(net, settings)
        self._frame = frame

    @property
    def step(self) -> int:
        """Steps taken so far, over all sessions."""
        return self.trainer.step

    def batches(
        self, compose: Compose, *, first_seed: int, workers: int
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield batches without end; a resumed session goes on with the seeds it had reached."""
        size = self.trainer.settings.batch_size
        samples = ComposedSamples(compose, self._frame, first_seed=first_seed + self.step * size)
        context = "spawn" if workers else None
        return iter(
            DataLoader(
                samples, batch_size=size, num_workers=workers, multiprocessing_context=context
            )
        )

    def take(self, batches: Iterator[tuple[Tensor, Tensor]]) -> Losses:
        """Take one step on the next batch."""
        return self.trainer.train_step(*next(batches))

    def hurry(self, done: float) -> None:
        """Set the learning rate for a training that is done to the share ``done``."""
        self.trainer.least_done = min(1.0, done)

    def samples(self, compose: Compose, seeds: Iterable[int]) -> list[Sample]:
        """Return the samples of ``seeds``, each at the scale that fits the frame."""
        still = replace(self._frame, low_scale=1.0, high_scale=1.0, mirror=0.0)
        return [to_sample(compose(seed), np.random.default_rng([seed, 7]), still) for seed in seeds]

    def validate(self, samples: Sequence[Sample]) -> Validation:
        """Return the figures of the moving average on ``samples``."""
        return validate(self.trainer.average, samples, self.trainer.settings.device)

    @staticmethod
    def view(sample: Sample, labels: ClassMap) -> RGB8:
        """Return page, truth and class map of a sample side by side."""
        return sample_view(sample, labels)

    def begin_with(self, weights: bytes, *, name: str) -> None:
        """Begin on finished weights.

        Raises:
            ConfigError: they are of another net.
        """
        try:
            tensors = load(weights)
            for net in (self.trainer.generator, self.trainer.average):
                state = net.state_dict()
                known = {k: v.to(state[k].dtype) for k, v in tensors.items() if k in state}
                if len(known) != sum(v.is_floating_point() for v in state.values()):
                    raise KeyError("tensors of another net")
                net.load_state_dict(state | known)
        except (SafetensorError, RuntimeError, KeyError) as error:
            raise ConfigError(f"{name}: not weights of this net ({error})") from error

    def state(self) -> bytes:
        """Return everything needed to go on."""
        content = io.BytesIO()
        torch.save(self.trainer.state() | {_SIDE: self._frame.height}, content)
        return content.getvalue()

    def resume(self, state: bytes, *, weights_only: bool, name: str) -> None:
        """Go on from ``state``, or with ``weights_only`` begin anew on its weights.

        Raises:
            ConfigError: it is no checkpoint of this net, or of one that sees other sizes.
        """
        if not state.startswith(_ARCHIVE):
            raise ConfigError(
                f"{name}: not a checkpoint; to begin with finished weights, use --base"
            )
        try:
            loaded = torch.load(io.BytesIO(state), map_location="cpu", weights_only=True)
            self.trainer.resume(loaded, weights_only=weights_only)
        except (RuntimeError, KeyError, EOFError, ValueError, TypeError, UnpicklingError) as error:
            raise ConfigError(f"{name}: not a checkpoint of this net ({error})") from error
        seen = loaded.get(_SIDE, self._frame.height)  # older checkpoints do not say
        if not weights_only and seen != self._frame.height:
            raise ConfigError(
                f"{name}: checkpoint of a net that sees {seen} pixels, not {self._frame.height}; "
                "take another --to"
            )

    def weights(self) -> bytes:
        """Return the moving average of the generator as safetensors in half precision."""
        tensors = {
            name: value.half().contiguous().cpu()
            for name, value in self.trainer.average.state_dict().items()
            if value.dtype.is_floating_point
        }
        return save(tensors)


def training_device() -> str:
    """Return cuda where there is a device, else cpu."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def halves_pay(device: str) -> bool:
    """Return whether bf16 is faster than float32 there: not on a CPU that emulates it.

    Without AVX-512 a step in bf16 takes about eight times as long as one in float32.
    """
    return device != "cpu" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
