"""Nets by name: what a card or a checkpoint calls them."""

from __future__ import annotations

from torch import nn

from pipeline.separate.nets.architecture import NETS
from pipeline.separate.nets.unet import Generator, GeneratorSettings


def build(settings: GeneratorSettings) -> nn.Module:
    """Return the net of ``settings``, untrained; it has a ``stride`` that pages are padded to.

    Raises:
        ValueError: there is no such net.
    """
    if settings.net not in NETS:
        raise ValueError(f"net is one of {', '.join(NETS)}, not {settings.net!r}")
    # torchvision: another second of import, for those who use it
    if settings.net.startswith("deeplab"):
        from pipeline.separate.nets.deeplab import DeepLab

        return DeepLab(settings.net, settings.classes)
    if settings.net.startswith("maskrcnn"):
        from pipeline.separate.nets.maskrcnn import MaskRCNN

        return MaskRCNN(settings.net, settings.classes)
    return Generator(settings)
