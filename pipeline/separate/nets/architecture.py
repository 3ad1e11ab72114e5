"""What the card of some weights says of the net they belong to. Light: it imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import EngineError
from schemas.model import CLASSES

NETS = (
    "unet",
    "deeplab-mobilenet",
    "deeplab-resnet50",
    "deeplab-resnet101",
    "maskrcnn-mobilenet",
    "maskrcnn-resnet50",
)
INPUTS = ("paper-ink", "imagenet", "unit")
"""One plane, paper -1 and ink 1; three planes with ImageNet's means; three planes 0..1."""

CHANNELS = (24, 48, 96, 160, 224, 256)
"""Of a U-Net whose card names none: those of the net that ships, at strides 2, 4, 8, …"""

LEAST_SIDE = 32
"""Pixels of a page below which a net can tell nothing from anything."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the card says of a net: its kind, working size, input, and the order of its planes.

    ``planes`` names a class for each output; two outputs of one class are added. Sides are padded
    to multiples of ``stride``.
    """

    channels: tuple[int, ...] = ()
    long_side: int = 768
    net: str = "unet"
    input: str = "paper-ink"
    planes: tuple[str, ...] = CLASSES
    stride: int = 32

    def __post_init__(self) -> None:
        unknown = set(self.planes) - set(CLASSES)
        if unknown or not self.planes:
            raise EngineError(
                f"planes are out of {', '.join(CLASSES)}, not {min(unknown or {''})!r}"
            )
        if self.input not in INPUTS:
            raise EngineError(f"input is one of {', '.join(INPUTS)}, not {self.input!r}")
        if self.net == "unet" and self.input != "paper-ink":
            raise EngineError(f"unet sees pages as paper-ink, not as {self.input}; correct input")
        if self.long_side < LEAST_SIDE or self.stride < 1:
            raise EngineError(
                f"long_side is {LEAST_SIDE} pixels or more and stride 1 or more, not "
                f"{self.long_side} and {self.stride}"
            )
        if self.channels and (len(self.channels) < 2 or min(self.channels) < 1):
            raise EngineError(
                f"channels are two or more numbers above 0, not {list(self.channels)}"
            )
