"""The discriminator: a conditional PatchGAN with a receptive field of 70 pixels.

Isola et al. 2017, section 3.2.2: C64-C128-C256-C512, 4x4 kernels; every output says whether one
patch of (page, map) is real. Spectral normalization (Miyato et al., ICLR 2018) in place of batch
normalization keeps it steady beside a label-map loss.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from schemas.model import CLASSES


class Discriminator(nn.Module):
    """(N, 1, H, W) page and (N, classes, H, W) probabilities to (N, 1, h, w) logits."""

    def __init__(self, *, classes: int = len(CLASSES), base: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        wide = 1 + classes
        for level, out in enumerate((base, base * 2, base * 4, base * 8)):
            stride = 2 if level < 3 else 1
            layers += [spectral_norm(nn.Conv2d(wide, out, 4, stride, 1)), nn.LeakyReLU(0.2)]
            wide = out
        self.patches = nn.Sequential(*layers, spectral_norm(nn.Conv2d(wide, 1, 4, 1, 1)))

    def forward(self, page: Tensor, class_map: Tensor) -> Tensor:
        """Return one logit a patch: positive means a true map."""
        logits: Tensor = self.patches(torch.cat([page, class_map], dim=1))
        return logits
