"""From a mask of illustration to single pictures."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import CLASSES, ClassMap

_CAPTION = CLASSES.index("caption")

_JOIN_SHARE = 0.012
_PART_SHARE = 0.006
_INK_SHARE = 0.014
_INK_STEP = 0.16
_LEAST_INK = 0.05
_LONGEST = 15.0, 30.0
"""Share of a picture that is ink at least, and its longest proportions: near the edge of the page,
where a scanner leaves strips, and within, where a pen drew strokes."""
_NEAR_EDGE = 0.06
"""Share of the page's width, or height, that is near its edge."""
_SLIVER = 0.04
"""Share of the page's width, or height, below which nothing at its edge is a picture."""
_BARE = 0.1
"""Share of ink on the line between two pieces up to which they are two pictures."""
_NEXT = np.ones((3, 3), np.uint8)


def ink_of(page: NDArray[np.uint8], class_map: ClassMap) -> NDArray[np.uint8]:
    """Return where the (H, W) grey ``page`` has ink, on the grid of ``class_map``, 0 or 1.

    The ink of captions is left out: what it stands between are two pictures.
    """
    height, width = class_map.shape
    grid = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    paper, dark = np.percentile(grid, (90, 2))
    is_ink = grid < paper - _INK_STEP * max(40.0, paper - dark)
    return (is_ink & (class_map != _CAPTION)).astype(np.uint8)


def illustration_parts(
    mask: NDArray[np.uint8], min_area: float, ink: NDArray[np.uint8] | None
) -> Iterable[NDArray[np.uint8]]:
    """Yield the pictures in an (h, w) ``mask``, each as a mask of its own.

    Holes are filled, fragments joined over small gaps, pictures parted that touch by a narrow
    bridge or (with ``ink``) only by bare paper, as those that stood apart in ``mask`` and have
    little ink between them; what is below ``min_area`` is dropped, so is bare paper and what is as
    slim as a scanner's strip.
    """
    filled = _filled(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _disk(mask, _PART_SHARE)))
    smallest = max(9.0, min_area * mask.size)
    for part in components(filled, smallest):
        apart = [part] if ink is None else _still_apart(part, mask, ink, smallest)
        for piece in apart:
            yield from _pictures(piece, ink, smallest)


def _pictures(
    part: NDArray[np.uint8], ink: NDArray[np.uint8] | None, smallest: float
) -> Iterable[NDArray[np.uint8]]:
    for piece in _parted(part, cv2.erode(part, _disk(part, _JOIN_SHARE)), smallest * 0.5):
        if ink is None:
            yield piece
            continue
        closed = cv2.morphologyEx(ink * piece, cv2.MORPH_CLOSE, _disk(piece, _INK_SHARE))
        for picture in _parted(piece, closed, max(smallest, 0.12 * float(piece.sum()))):
            if _is_printed(picture, ink):
                yield picture


def _still_apart(
    part: NDArray[np.uint8], mask: NDArray[np.uint8], ink: NDArray[np.uint8], smallest: float
) -> list[NDArray[np.uint8]]:
    """Return the pieces of ``part`` that closing joined over bare paper, each for itself.

    Two pieces of ``mask`` are one picture if there is ink on the line half way between them, as
    in a crack through a picture, or if one holds the other, as a frame does.
    """
    whole = _filled(mask * part)
    seeds = list(components(whole, smallest))
    if len(seeds) < 2:
        return [part]
    owner = _nearest_of(part, seeds)
    picture = np.arange(len(seeds) + 1)
    for number in range(1, len(seeds) + 1):
        beside = cv2.dilate((owner == number).astype(np.uint8), _NEXT) > 0
        for other in np.unique(owner[beside & (owner > number)]):
            line = beside & (cv2.dilate((owner == other).astype(np.uint8), _NEXT) > 0)
            gap = line & (whole == 0)
            if not gap.any() or ink[gap].mean() > _BARE:
                picture[picture == picture[other]] = picture[number]
    return [
        (picture[owner] == part_number).astype(np.uint8) for part_number in np.unique(picture[1:])
    ]


def _is_printed(picture: NDArray[np.uint8], ink: NDArray[np.uint8]) -> bool:
    """Say whether ``picture`` is more than bare paper, a scanner's strip or a sliver of its bed."""
    left, top, width, height = cv2.boundingRect(picture)
    inked = float((ink * picture).sum()) / float(picture.sum())
    across, down = _NEAR_EDGE * picture.shape[1], _NEAR_EDGE * picture.shape[0]
    is_within = across < left and left + width < picture.shape[1] - across
    is_within &= down < top and top + height < picture.shape[0] - down
    is_strip = max(width, height) > _LONGEST[int(is_within)] * min(width, height)
    at_side = left == 0 or left + width == picture.shape[1]
    at_end = top == 0 or top + height == picture.shape[0]
    is_sliver = (at_side and width < _SLIVER * picture.shape[1]) or (
        at_end and height < _SLIVER * picture.shape[0]
    )
    return inked >= _LEAST_INK and not is_strip and not is_sliver


def _parted(
    part: NDArray[np.uint8], core: NDArray[np.uint8], smallest: float
) -> Iterable[NDArray[np.uint8]]:
    """Part ``part`` where its ``core`` is in two or more large pieces.

    The core is what an erosion leaves (a bridge thin against both pictures goes), or the ink with
    small gaps closed (paper between pictures goes). Every pixel goes to the piece it is nearest
    to.
    """
    cores = list(components(core, smallest))
    if len(cores) < 2:
        yield part
        return
    owner = _nearest_of(part, cores)
    for number in range(1, len(cores) + 1):
        yield (owner == number).astype(np.uint8)


def _nearest_of(part: NDArray[np.uint8], seeds: list[NDArray[np.uint8]]) -> NDArray[np.int32]:
    """Return for every pixel of ``part`` the number of the nearest of ``seeds``, from 1; else 0."""
    numbers = np.zeros(part.shape, np.int32)
    for number, seed in enumerate(seeds, start=1):
        numbers[seed > 0] = number
    _, nearest = cv2.distanceTransformWithLabels(
        (numbers == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner_of = np.zeros(int(nearest.max()) + 1, np.int32)
    owner_of[nearest[numbers > 0]] = numbers[numbers > 0]
    return np.where(part > 0, owner_of[nearest], 0).astype(np.int32)


def components(mask: NDArray[np.uint8], smallest: float) -> Iterable[NDArray[np.uint8]]:
    """Yield the parts of an (h, w) ``mask`` of ``smallest`` pixels at least, as masks."""
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
