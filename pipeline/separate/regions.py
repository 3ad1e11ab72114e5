"""From class probabilities to regions: illustrations, captions, headers, blocks of text."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.separate.illustration_parts import components, illustration_parts, ink_of
from pipeline.separate.panels import panels
from schemas.geometry import Box, Polygon
from schemas.model import CLASSES, Region, RegionKind

_OTHER_MIN_AREA = 0.0003
_OUTLINE_TOLERANCE = 1.0


def find_regions(
    probabilities: NDArray[np.float32],
    *,
    page_width: int,
    page_height: int,
    min_area: float = 0.002,
    page: NDArray[np.uint8] | None = None,
) -> tuple[Region, ...]:
    """Return the regions of a page in its pixels, in reading order, illustrations first.

    ``probabilities`` (5, h, w) covers the page exactly. An illustration smaller than ``min_area``
    (share of the page) is dropped; its fragments are joined over small gaps first and pictures
    that touch by a narrow bridge are parted. With ``page`` (H, W) grey at any size, so are
    pictures that only bare paper joins, and the panels of comics.
    """
    class_map = probabilities.argmax(axis=0).astype(np.uint8)
    ink = ink_of(page, class_map) if page is not None else None
    scale = (page_width / class_map.shape[1], page_height / class_map.shape[0])
    regions: list[Region] = []
    for kind in RegionKind:
        index = CLASSES.index(str(kind))
        mask = (class_map == index).astype(np.uint8)
        if kind is RegionKind.ILLUSTRATION:
            parts: Iterable[NDArray[np.uint8]] = _illustrations(mask, min_area, page, ink)
        else:
            parts = _blocks(mask, joined=kind is not RegionKind.TEXT)
        regions_found = [_region(kind, part, probabilities[index], scale) for part in parts]
        regions += [
            regions_found[at] for at in reading_order([region.box for region in regions_found])
        ]
    return tuple(regions)


def _illustrations(
    mask: NDArray[np.uint8],
    min_area: float,
    page: NDArray[np.uint8] | None,
    ink: NDArray[np.uint8] | None,
) -> Iterable[NDArray[np.uint8]]:
    """Yield the pictures in ``mask``; with ``page``, a sheet of comics in its panels."""
    if page is None:
        yield from illustration_parts(mask, min_area, ink)
        return
    size = (mask.shape[1], mask.shape[0])
    grid = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    for part in illustration_parts(mask, min_area, ink):
        yield from panels(part, grid)


def reading_order(boxes: list[Box]) -> list[int]:
    """Return the order in which ``boxes`` are read: columns left to right, each from the top.

    A box belongs to the row of the boxes it overlaps by more than half in height.

    >>> reading_order([Box(50, 0, 90, 10), Box(0, 1, 40, 9), Box(0, 20, 90, 30)])
    [1, 0, 2]
    """
    left = sorted(range(len(boxes)), key=lambda at: (boxes[at].top, boxes[at].left))
    order: list[int] = []
    while left:
        first = boxes[left[0]]
        row = [at for at in left if _shared_height(first, boxes[at]) > 0.5]
        order += sorted(row, key=lambda at: (boxes[at].left, boxes[at].top))
        left = [at for at in left if at not in row]
    return order


def _shared_height(first: Box, other: Box) -> float:
    shared = min(first.bottom, other.bottom) - max(first.top, other.top)
    return max(0, shared) / min(first.height, other.height)


def _blocks(mask: NDArray[np.uint8], *, joined: bool) -> Iterable[NDArray[np.uint8]]:
    reach = max(1, round(mask.shape[1] * (0.02 if joined else 0.006)))
    kernel = np.ones((3, 2 * reach + 1), np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    yield from components(closed, max(6.0, _OTHER_MIN_AREA * mask.size))


def _region(
    kind: RegionKind,
    part: NDArray[np.uint8],
    probability: NDArray[np.float32],
    scale: tuple[float, float],
) -> Region:
    polygon = _outline(part, scale)
    left, top, width, height = cv2.boundingRect(part)
    corners = [
        (left * scale[0], top * scale[1]),
        ((left + width) * scale[0], (top + height) * scale[1]),
    ]
    sure = float(probability[part > 0].mean())
    return Region(kind, Box.around(corners), polygon, round(min(1.0, sure), 4))


def _outline(part: NDArray[np.uint8], scale: tuple[float, float]) -> Polygon:
    """Return the outline around the part's pixels, not through their middles."""
    doubled = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    contours, _ = cv2.findContours(doubled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea)
    simple = cv2.approxPolyDP(largest, _OUTLINE_TOLERANCE, closed=True).reshape(-1, 2)
    if len(simple) < 3:
        left, top, width, height = cv2.boundingRect(doubled)
        right, bottom = left + width, top + height
        simple = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    points = (simple.astype(np.float64) + 0.5) / 2
    return tuple((round(x * scale[0], 1), round(y * scale[1], 1)) for x, y in points.tolist())
