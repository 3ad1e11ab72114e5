"""Label maps as colors and as shapes, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from schemas.model import CLASSES, RGB8, ClassMap

PALETTE = np.array(
    [(0, 0, 0), (255, 0, 0), (12, 255, 0), (229, 255, 0), (0, 10, 255)], dtype=np.int32
)
"""Background, illustration, caption, header, text, as Bilderbazaar colors its targets."""

IGNORE = 255
"""Label of what does not count."""

_TOLERANCE = 90
"""Distance in RGB up to which a color is that of a class: JPEG and resampling blur targets."""
_STRAY = 0.03
"""Share of pixels that may lie between colors, as edges do."""

Shape = tuple[Sequence[tuple[float, float]], int]
"""An outline and its label."""


def from_colors(rgb: RGB8) -> ClassMap:
    """Return the (H, W) label map that (H, W, 3) ``rgb`` shows in colors of the palette.

    Raises:
        ValueError: too much of it has other colors.
    """
    nearest = np.zeros(rgb.shape[:2], np.uint8)
    best = np.full(rgb.shape[:2], np.iinfo(np.int32).max, np.int32)
    for label, color in enumerate(PALETTE):
        away = ((rgb.astype(np.int32) - color) ** 2).sum(axis=2)
        nearest[away < best] = label
        best = np.minimum(best, away)
    stray = float((best > _TOLERANCE**2).mean())
    if stray > _STRAY:
        raise ValueError(
            f"{100 * stray:.0f} % of it has colors of no class; classes are "
            + ", ".join(
                f"{name} {tuple(c)}" for name, c in zip(CLASSES, PALETTE.tolist(), strict=True)
            )
        )
    return nearest


def to_colors(labels: ClassMap) -> RGB8:
    """Return the label map in colors; what does not count is background."""
    known = np.where(labels < len(CLASSES), labels, 0)
    return PALETTE.astype(np.uint8)[known]


def paint(
    shapes: Sequence[Shape],
    size: tuple[int, int],
    onto: tuple[int, ...],
    *,
    beside: int = 0,
) -> ClassMap:
    """Return the (H, W) = ``onto`` label map of ``shapes`` drawn on a page of ``size`` (w, h).

    Later shapes lie over earlier ones; ``beside`` is the label of what no shape covers.
    """
    height, width = onto
    canvas = Image.new("L", (width, height), beside)
    draw = ImageDraw.Draw(canvas)
    fx, fy = width / size[0], height / size[1]
    for outline, label in shapes:
        if len(outline) >= 3:
            draw.polygon([(x * fx, y * fy) for x, y in outline], fill=label)
    return np.array(canvas)
