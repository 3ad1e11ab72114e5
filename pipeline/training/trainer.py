"""Train the generator: one step, one state, no files.

The state is a plain dictionary of tensors and numbers, so that the archive can write it and a
run that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.separate.nets.registry import build
from pipeline.separate.nets.unet import GeneratorSettings
from pipeline.training.discriminator import Discriminator
from pipeline.training.losses import adversarial_loss, l1_loss, label_map_loss, one_hot

GAN_LEARNING_RATE = 2e-4
GAN_BETAS = (0.5, 0.999)
"""Adam of the discriminator, as in the pix2pix paper."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How to train. ``form`` is label-map (cross-entropy and Dice) or paper (L1).

    ``judge_channels`` are those of the discriminator's first layer, 64 in the paper.
    """

    steps: int = 1500
    batch_size: int = 8
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    final_share: float = 0.02
    weight_decay: float = 1e-4
    ema: float = 0.995
    form: str = "label-map"
    adversarial_weight: float = 0.0
    l1_weight: float = 100.0
    judge_channels: int = 64
    bf16: bool = True
    device: str = "cpu"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.form not in ("label-map", "paper"):
            raise ValueError(f"form is label-map or paper, not {self.form!r}")


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean losses of one step."""

    reconstruction: float
    adversarial: float
    discriminator: float


class Trainer:
    """Generator, discriminator, their optimizers and the moving average of the generator."""

    def __init__(self, net: GeneratorSettings, settings: TrainingSettings) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.net = net
        self.step = 0
        self.least_done = 0.0
        self.generator = _placed(build(net), settings.device)
        self.average = _placed(build(net), settings.device)
        self.average.load_state_dict(self.generator.state_dict())
        self.average.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.generator.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        self.discriminator = Discriminator(base=settings.judge_channels).to(settings.device)
        self.judge_optimizer = torch.optim.Adam(
            self.discriminator.parameters(), lr=GAN_LEARNING_RATE, betas=GAN_BETAS
        )

    def train_step(self, pages: Tensor, labels: Tensor) -> Losses:
        """Take one step on (N, 1, H, W) pages and (N, H, W) labels; return its losses."""
        settings = self.settings
        pages = pages.to(settings.device, memory_format=torch.channels_last)
        labels = labels.to(settings.device).long()
        self._set_learning_rate()
        self.generator.train()
        total, losses = self._losses(pages, labels)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self._follow()
        return losses

    def _losses(self, pages: Tensor, labels: Tensor) -> tuple[Tensor, Losses]:
        settings = self.settings
        with torch.autocast(settings.device, torch.bfloat16, enabled=settings.bf16):
            if self.net.net.startswith("maskrcnn"):
                total = self.generator.losses(pages, labels)  # type: ignore[operator] # a module's method
                return total, Losses(float(total.detach()), 0.0, 0.0)
            logits = self.generator(pages)
        if settings.form == "label-map":
            reconstruction = label_map_loss(logits, labels)
        else:
            reconstruction = settings.l1_weight * l1_loss(logits, labels)
        if settings.adversarial_weight <= 0:
            return reconstruction, Losses(float(reconstruction.detach()), 0.0, 0.0)
        judged = self._train_discriminator(pages, labels, logits.detach())
        self.discriminator.requires_grad_(False)
        adversarial = adversarial_loss(self.discriminator(pages, logits.softmax(dim=1)), real=True)
        total = reconstruction + settings.adversarial_weight * adversarial
        return total, Losses(float(reconstruction.detach()), float(adversarial.detach()), judged)

    def state(self) -> dict[str, Any]:
        """Return everything needed to go on: weights, optimizers, step."""
        return {
            "step": self.step,
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "judge_optimizer": self.judge_optimizer.state_dict(),
            "net": self.net.as_dict(),
        }

    def resume(self, state: dict[str, Any], *, weights_only: bool = False) -> None:
        """Go on from ``state``; with ``weights_only`` begin a new schedule on its weights."""
        self.generator.load_state_dict(state["average" if weights_only else "generator"])
        self.average.load_state_dict(state["average"])
        if not weights_only:
            self.step = int(state["step"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.discriminator.load_state_dict(state["discriminator"])
            self.judge_optimizer.load_state_dict(state["judge_optimizer"])

    def _train_discriminator(self, pages: Tensor, labels: Tensor, logits: Tensor) -> float:
        self.discriminator.requires_grad_(True)
        truth = one_hot(labels, logits.shape[1])
        judged = 0.5 * (
            adversarial_loss(self.discriminator(pages, truth), real=True)
            + adversarial_loss(self.discriminator(pages, logits.softmax(dim=1)), real=False)
        )
        self.judge_optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(judged)
        self.judge_optimizer.step()
        return float(judged.detach())

    def _set_learning_rate(self) -> None:
        settings = self.settings
        if self.step < settings.warmup_steps:
            share = (self.step + 1) / settings.warmup_steps
        else:
            done = (self.step - settings.warmup_steps) / max(
                1, settings.steps - settings.warmup_steps
            )
            done = max(done, self.least_done)
            low = settings.final_share
            share = low + (1 - low) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        for group in self.optimizer.param_groups:
            group["lr"] = settings.learning_rate * share

    def _follow(self) -> None:
        keep = min(self.settings.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(
                self.average.state_dict().values(),
                self.generator.state_dict().values(),
                strict=True,
            ):
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
                else:
                    mean.copy_(now)


def _placed(net: nn.Module, device: str) -> nn.Module:
    placed: nn.Module = net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload] # stub lacks it
    return placed
