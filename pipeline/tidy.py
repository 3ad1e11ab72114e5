"""The class map as annotators draw it: whole pictures, parted where they touch.

An engine's likeliest class per pixel has specks, holes and ragged vignettes. An annotator marks a
picture that stands alone by its rectangle, and follows the outline only where text or another
picture stands inside that rectangle.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.parts import illustration_parts, ink_of
from pipeline.pix2pix.page_input import to_grey
from pipeline.separate import Separation
from schemas.model import CLASSES, RGB8, ClassMap

_ILLUSTRATION = CLASSES.index("illustration")
OTHERS_INSIDE = 0.2
_NEIGHBOR_INSIDE = 0.02
"""Shares of a rectangle that text, or another picture, may cover for the picture to stand alone."""


def tidied(
    separation: Separation,
    page: NDArray[np.uint8],
    *,
    min_area: float,
    others_inside: float = OTHERS_INSIDE,
) -> ClassMap:
    """Return the (h, w) class map of ``separation`` with its pictures as annotators mark them.

    ``page`` (H, W) grey at any size. Illustrations are those ``find_regions`` finds with the same
    ``min_area``; between two that touch runs a line of background, so that they stay two. One owns
    its rectangle if text covers at most ``others_inside`` of it.
    """
    return _painted(*_owned(separation, page, min_area, others_inside))


def drawn(separation: Separation, page: RGB8, *, min_area: float) -> ClassMap:
    """Return the tidied class map at the size of ``page`` (H, W, 3).

    On a page smaller than the map the line between two pictures is drawn last, at the page's size,
    where it would else be lost.
    """
    height, width = page.shape[:2]
    owner, class_map = _owned(separation, to_grey(page), min_area, OTHERS_INSIDE)
    if height < class_map.shape[0]:
        return _painted(_at(owner, height, width), _at(class_map, height, width))
    return _at(_painted(owner, class_map), height, width)


def _at(plane: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    resized = cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, dtype=plane.dtype)


def _owned(
    separation: Separation, page: NDArray[np.uint8], min_area: float, others_inside: float
) -> tuple[NDArray[np.uint16], ClassMap]:
    """Return the number, from 1, of the picture that owns each pixel, and the class map."""
    class_map = separation.class_map
    mask = (class_map == _ILLUSTRATION).astype(np.uint8)
    owner = np.zeros(class_map.shape, np.uint16)
    parts = list(illustration_parts(mask, min_area, ink_of(page, class_map)))
    for number, part in enumerate(parts, start=1):
        owner[(part > 0) & (owner == 0)] = number
    outlines = owner.copy()
    for number, part in enumerate(parts, start=1):
        _fill_rectangle(class_map, outlines, owner, number, part, others_inside)
    return owner, class_map


def _painted(owner: NDArray[np.uint16], class_map: ClassMap) -> ClassMap:
    tidy = np.where(class_map == _ILLUSTRATION, 0, class_map)
    return np.where((owner > 0) & ~_between(owner), _ILLUSTRATION, tidy).astype(np.uint8)


def _fill_rectangle(
    class_map: ClassMap,
    outlines: NDArray[np.uint16],
    owner: NDArray[np.uint16],
    number: int,
    part: NDArray[np.uint8],
    others_inside: float,
) -> None:
    left, top, width, height = cv2.boundingRect(part)
    window = np.s_[top : top + height, left : left + width]
    classes, pictures = class_map[window], outlines[window]
    is_other = (classes > _ILLUSTRATION) & (pictures == 0)
    is_neighbor = (pictures > 0) & (pictures != number)
    if is_other.mean() <= others_inside and is_neighbor.mean() <= _NEIGHBOR_INSIDE:
        free = (owner[window] == 0) & (classes <= _ILLUSTRATION)
        owner[window][free] = number


def _between(owner: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return where a pixel of one picture has a pixel of a later one beside it."""
    return np.asarray((owner > 0) & (cv2.dilate(owner, np.ones((3, 3), np.uint8)) > owner))
