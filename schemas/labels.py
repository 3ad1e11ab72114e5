"""Label maps as colors and as shapes, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from schemas.model import CLASSES, RGB8, ClassMap

PALETTE = np.array(
    [(0, 0, 0), (255, 0, 0), (12, 255, 0), (229, 255, 0), (0, 10, 255)], dtype=np.int32
)
"""Background, illustration, caption, header, text, as Bilderbazaar colors its targets."""

IGNORE = 255
"""Label of what does not count."""

OPEN = 128
"""First of the labels that leave open which of several classes a pixel has."""

_TOLERANCE = 90
"""Distance in RGB up to which a color is that of a class: JPEG and resampling blur targets."""
_STRAY = 0.03
"""Share of pixels that may lie between colors, as edges do."""

Shape = tuple[Sequence[tuple[float, float]], int]
"""An outline and its label."""


def open_label(classes: Collection[int]) -> int:
    """Return the label of pixels whose class is one of ``classes``, but not known which.

    A single class is its own label.

    >>> open_label([0]), open_label([0, 2, 3, 4])
    (0, 157)
    """
    if len(classes) == 1:
        return min(classes)
    return OPEN + sum(1 << label for label in set(classes))


def may_be(labels: ClassMap) -> NDArray[np.bool_]:
    """Return (classes, H, W), True where a pixel may be of a class; no class where it is ignored.

    >>> may_be(np.array([[1, open_label([0, 4]), IGNORE]], np.uint8))[:, 0].astype(int)
    array([[0, 1, 0],
           [1, 0, 0],
           [0, 0, 0],
           [0, 0, 0],
           [0, 1, 0]])
    """
    is_open = (labels >= OPEN) & (labels < IGNORE)
    bits = np.where(is_open, labels - OPEN, 0)
    return np.stack([(labels == at) | (bits >> at & 1 > 0) for at in range(len(CLASSES))])


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
