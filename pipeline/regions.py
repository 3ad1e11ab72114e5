"""From class probabilities to regions: illustrations, captions, headers, blocks of text."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import CLASSES, Box, Polygon, Region, RegionKind

_JOIN_SHARE = 0.012
_PART_SHARE = 0.006
_INK_SHARE = 0.014
_INK_STEP = 0.16
_LEAST_INK = 0.05
_LONGEST = 15.0
"""Share of a picture that is ink at least, and its longest proportions; on real pages nothing
beyond either was a picture, but bare paper and the strips a scanner leaves."""
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
    pictures that only bare paper joins.
    """
    ink = ink_of(page, probabilities.shape[1:]) if page is not None else None
    class_map = probabilities.argmax(axis=0).astype(np.uint8)
    scale = (page_width / class_map.shape[1], page_height / class_map.shape[0])
    regions: list[Region] = []
    for kind in RegionKind:
        index = CLASSES.index(str(kind))
        mask = (class_map == index).astype(np.uint8)
        if kind is RegionKind.ILLUSTRATION:
            parts: Iterable[NDArray[np.uint8]] = illustration_parts(mask, min_area, ink)
        else:
            parts = _blocks(mask, joined=kind is not RegionKind.TEXT)
        found = [_region(kind, part, probabilities[index], scale) for part in parts]
        regions += [found[at] for at in reading_order([region.box for region in found])]
    return tuple(regions)


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


def _shared_height(one: Box, other: Box) -> float:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, shared) / min(one.height, other.height)


def ink_of(page: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return where the (H, W) grey ``page`` has ink, on a grid of ``shape``, 0 or 1."""
    grid = cv2.resize(page, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    paper, dark = np.percentile(grid, (90, 2))
    return (grid < paper - _INK_STEP * max(40.0, paper - dark)).astype(np.uint8)


def illustration_parts(
    mask: NDArray[np.uint8], min_area: float, ink: NDArray[np.uint8] | None
) -> Iterable[NDArray[np.uint8]]:
    """Yield the pictures in an (h, w) ``mask``, each as a mask of its own.

    Holes are filled, fragments joined over small gaps, pictures parted that touch by a narrow
    bridge or (with ``ink``) only by bare paper; what is below ``min_area`` is dropped, so is bare
    paper and what is as slim as a scanner's strip.
    """
    filled = _filled(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _disk(mask, _PART_SHARE)))
    smallest = max(9.0, min_area * mask.size)
    for part in _components(filled, smallest):
        for piece in _parted(part, cv2.erode(part, _disk(part, _JOIN_SHARE)), smallest * 0.5):
            if ink is None:
                yield piece
                continue
            closed = cv2.morphologyEx(ink * piece, cv2.MORPH_CLOSE, _disk(piece, _INK_SHARE))
            for picture in _parted(piece, closed, max(smallest, 0.12 * float(piece.sum()))):
                if _is_printed(picture, ink):
                    yield picture


def _is_printed(picture: NDArray[np.uint8], ink: NDArray[np.uint8]) -> bool:
    """Say whether ``picture`` is more than bare paper or a scanner's strip."""
    _, _, width, height = cv2.boundingRect(picture)
    inked = float((ink * picture).sum()) / float(picture.sum())
    return inked >= _LEAST_INK and max(width, height) <= _LONGEST * min(width, height)


def _parted(
    part: NDArray[np.uint8], core: NDArray[np.uint8], smallest: float
) -> Iterable[NDArray[np.uint8]]:
    """Part ``part`` where its ``core`` is in two or more large pieces.

    The core is what an erosion leaves (a bridge thin against both pictures goes), or the ink with
    small gaps closed (paper between pictures goes). Every pixel goes to the piece it is nearest
    to.
    """
    cores = list(_components(core, smallest))
    if len(cores) < 2:
        yield part
        return
    seeds = np.zeros(part.shape, np.uint8)
    for number, core in enumerate(cores, start=1):
        seeds[core > 0] = number
    _, nearest = cv2.distanceTransformWithLabels(
        (seeds == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner_of = np.zeros(int(nearest.max()) + 1, np.uint8)
    owner_of[nearest[seeds > 0]] = seeds[seeds > 0]
    owner = owner_of[nearest]
    for number in range(1, len(cores) + 1):
        yield ((part > 0) & (owner == number)).astype(np.uint8)


def _blocks(mask: NDArray[np.uint8], *, joined: bool) -> Iterable[NDArray[np.uint8]]:
    reach = max(1, round(mask.shape[1] * (0.02 if joined else 0.006)))
    kernel = np.ones((3, 2 * reach + 1), np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    yield from _components(closed, max(6.0, _OTHER_MIN_AREA * mask.size))


def _components(mask: NDArray[np.uint8], smallest: float) -> Iterable[NDArray[np.uint8]]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] >= smallest:
            yield (labels == label).astype(np.uint8)


def _filled(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros_like(mask), contours, -1, 1, cv2.FILLED))


def _disk(mask: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    reach = max(1, round(max(mask.shape) * share))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))


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
