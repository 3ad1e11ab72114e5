"""The generator: a U-Net from a grey page to class logits.

Ronneberger et al., "U-Net", MICCAI 2015, as the generator of Isola et al., "Image-to-Image
Translation with Conditional Adversarial Networks" (pix2pix), CVPR 2017. Two departures, both
against known faults: up-sampling is resize and convolve (no checkerboard), and there is no dropout,
so that the same page gives the same map. Normalization is by batch while training and by the
stored statistics afterwards (``eval``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.separate.nets.architecture import CHANNELS
from schemas.model import CLASSES


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """Channels at strides 2, 4, 8, …; the logits come out at stride 2 and are scaled up.

    ``net`` names another kind of net (``nets.py``), to which channels mean nothing.
    """

    channels: tuple[int, ...] = CHANNELS
    classes: int = len(CLASSES)
    net: str = "unet"

    def __post_init__(self) -> None:
        if len(self.channels) < 2:
            raise ValueError("a U-Net needs at least two levels")

    @property
    def stride(self) -> int:
        """Sides of the input must be multiples of this."""
        return int(2 ** len(self.channels))

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain values, for cards and checkpoints."""
        return asdict(self)


class Generator(nn.Module):
    """(N, 1, H, W) grey, about -1 paper .. 1 ink, to (N, classes, H, W) logits."""

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        self.settings = settings
        self.stride = settings.stride
        wide = settings.channels
        self.stem = _block(1, wide[0], kernel=5, stride=2)
        self.downs = nn.ModuleList(
            nn.Sequential(_block(a, b, stride=2), _block(b, b)) for a, b in pairwise(wide)
        )
        self.middle = nn.Sequential(
            _block(wide[-1], wide[-1], dilation=2), _block(wide[-1], wide[-1])
        )
        self.ups = nn.ModuleList(
            nn.Sequential(_block(a + b, b), _block(b, b))
            if index < len(wide) - 2
            else _block(a + b, b)
            for index, (a, b) in enumerate(zip(wide[:0:-1], wide[-2::-1], strict=True))
        )
        self.head = nn.Conv2d(wide[0], settings.classes, 1)

    def forward(self, page: Tensor) -> Tensor:
        """Return class logits of ``page`` at its own size."""
        kept = [self.stem(page)]  # (N, C0, H/2, W/2)
        for down in self.downs:
            kept.append(down(kept[-1]))
        x = self.middle(kept.pop())
        for up in self.ups:
            skip = kept.pop()
            x = functional.interpolate(x, size=skip.shape[-2:], mode="nearest")
            x = up(torch.cat([x, skip], dim=1))
        logits = self.head(x)
        return functional.interpolate(
            logits.float(), size=page.shape[-2:], mode="bilinear", align_corners=False
        )


def _block(
    wide_in: int, wide_out: int, *, kernel: int = 3, stride: int = 1, dilation: int = 1
) -> nn.Sequential:
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(
            wide_in, wide_out, kernel, stride, padding=padding, dilation=dilation, bias=False
        ),
        nn.BatchNorm2d(wide_out),
        nn.ReLU(inplace=True),
    )
