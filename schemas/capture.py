"""How a page lies in its scan: turned, mirrored, or as a negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.geometry import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TURNS = (0, 90, 180, 270)


@dataclass(frozen=True, slots=True)
class Capture:
    """What was done to show a scan as a person reads it; the master itself is never changed.

    The scan is made a positive first, then mirrored, then turned clockwise by ``turn`` degrees.
    ``is_sure`` is False where no letters tell which way is up: then nothing was done.

    Raises:
        ValueError: ``turn`` is not 0, 90, 180 or 270.
    """

    turn: int = 0
    is_mirrored: bool = False
    is_negative: bool = False
    is_sure: bool = True

    def __post_init__(self) -> None:
        if self.turn not in _TURNS:
            raise ValueError(f"turned by {self.turn} degrees; give 0, 90, 180 or 270")

    @property
    def is_plain(self) -> bool:
        """Whether the page is shown as it was scanned."""
        return not (self.turn or self.is_mirrored or self.is_negative)

    @property
    def changes(self) -> str:
        """What was done, in plain words; empty where nothing was.

        >>> Capture(turn=180, is_negative=True).changes
        'a negative, shown as a positive; turned by 180 degrees'
        """
        done = [
            "a negative, shown as a positive" if self.is_negative else "",
            "mirrored, shown the right way round" if self.is_mirrored else "",
            f"turned by {self.turn} degrees" if self.turn else "",
        ]
        return "; ".join(part for part in done if part)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height, as shown, of a scan of ``width`` by ``height`` pixels."""
        return (height, width) if self.turn in (90, 270) else (width, height)

    def on_scan(self, box: Box, width: int, height: int) -> Box:
        """Return ``box`` of the page as shown, ``width`` by ``height``, in pixels of its scan.

        >>> Capture(turn=90).on_scan(Box(0, 10, 5, 30), 60, 90)
        Box(left=10, top=55, right=30, bottom=60)
        """
        left, top, right, bottom = {
            0: (box.left, box.top, box.right, box.bottom),
            90: (box.top, width - box.right, box.bottom, width - box.left),
            180: (width - box.right, height - box.bottom, width - box.left, height - box.top),
            270: (height - box.bottom, box.left, height - box.top, box.right),
        }[self.turn]
        if self.is_mirrored:
            across, _ = self.size(width, height)
            left, right = across - right, across - left
        return Box(left, top, right, bottom)

    def shown(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return the (H, W) or (H, W, 3) ``pixels`` of a scan as a person reads the page."""
        if self.is_plain:
            return pixels
        import numpy as np  # not at the top: commands that only ask need none

        if self.is_negative:
            pixels = np.invert(pixels)
        if self.is_mirrored:
            pixels = pixels[:, ::-1]
        return np.ascontiguousarray(np.rot90(pixels, -self.turn // 90))


AS_SCANNED = Capture()
"""Upright, the right way round, dark on light."""
