"""Running statistics of batch norms in nets that are trained for hundreds of steps."""

from __future__ import annotations

from torch import nn

_MOMENTUM = 0.1


def follow_quickly(net: nn.Module) -> None:
    """Let the statistics of every batch norm in ``net`` follow within a few dozen steps.

    MobileNet's own momentum of 0.01 is for ImageNet: after a few hundred steps they would still be
    those of the untrained net, and every page would be bare paper.
    """
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = _MOMENTUM
