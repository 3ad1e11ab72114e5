"""What another system read on a page, and the geometry its documents share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from schemas.errors import DocumentError
from schemas.geometry import Box, Point, Polygon
from schemas.model import PageText, Region

FURTHEST = 1_000_000.0
"""Pixels; no page is larger, so a coordinate beyond is a damaged number."""

_SAME_SHAPE = 0.02


@dataclass(frozen=True, slots=True)
class PageContent:
    """Text and illustrations of one page, in pixels of an image of ``width`` x ``height``.

    The probability of an illustration is 1: the document states it. The confidence of a word is
    what the document says, and 1 where it says none (texts keyed by hand carry none);
    ``text.confidence`` is then None.
    """

    text: PageText
    illustrations: tuple[Region, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scale:
    """The way from a document's units to pixels, along x and along y."""

    x: float = 1.0
    y: float = 1.0

    @classmethod
    def between(cls, stated: tuple[float, float], size: tuple[int, int], *, where: str) -> Scale:
        """Return the scale from a page as ``stated`` to an image of ``size``, both (w, h).

        Raises:
            DocumentError: the two have not the same shape, so they show different things.
        """
        scale = cls(size[0] / stated[0], size[1] / stated[1])
        if abs(scale.x / scale.y - 1) > _SAME_SHAPE:
            raise DocumentError(
                f"{where}: the page is {stated[0]:g} x {stated[1]:g} but its image {size[0]} x"
                f" {size[1]}; find the image that the text was read from"
            )
        return scale

    def apply(self, points: Iterable[Point]) -> Polygon:
        """Return ``points`` in pixels."""
        return tuple((x * self.x, y * self.y) for x, y in points)


def number(element: etree._Element, key: str, *, name: str) -> float | None:
    """Return the number in an attribute, None where it is absent or empty.

    Raises:
        DocumentError: it is no number, or none a page could have.
    """
    text = (element.get(key) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= FURTHEST:
        raise DocumentError(
            f"{name}:{element.sourceline}: {key} = {text[:40]!r} is no coordinate; export it again"
        )
    return value


def points(text: str, *, where: str) -> Polygon:
    """Return the points in ``x1,y1 x2,y2`` or, as ALTO also allows, ``x1 y1 x2 y2``.

    Raises:
        DocumentError: naming ``where``; a number is none, or an odd one is left.
    """
    try:
        flat = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        flat = [math.nan]
    if len(flat) % 2 or not all(abs(value) <= FURTHEST for value in flat):
        raise DocumentError(f"{where}: {text[:40]!r} are no points; export it again")
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def corners(box: Box) -> Polygon:
    """Return the four corners of ``box``, clockwise from the top left."""
    return (
        (float(box.left), float(box.top)),
        (float(box.right), float(box.top)),
        (float(box.right), float(box.bottom)),
        (float(box.left), float(box.bottom)),
    )


def around(outline: Polygon, within: Box | None) -> Box | None:
    """Return the box of ``outline`` cut to ``within``; None where nothing of it lies there."""
    if not outline:
        return None
    box = Box.around(outline)
    if within is None:
        return box
    left, top = max(box.left, within.left), max(box.top, within.top)
    right, bottom = min(box.right, within.right), min(box.bottom, within.bottom)
    return Box(left, top, right, bottom) if left < right and top < bottom else None


def clamp(outline: Polygon, within: Box | None) -> Polygon:
    """Return ``outline`` with the points that lie outside ``within`` moved to its edge."""
    if within is None:
        return outline
    return tuple(
        (
            min(max(x, float(within.left)), float(within.right)),
            min(max(y, float(within.top)), float(within.bottom)),
        )
        for x, y in outline
    )


def union(boxes: Iterable[Box | None]) -> Box | None:
    """Return the smallest box around ``boxes``, None where there are none."""
    whole: Box | None = None
    for box in boxes:
        if box is not None:
            whole = box if whole is None else whole.union(box)
    return whole
