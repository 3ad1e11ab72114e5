"""The class map as annotators draw it: whole pictures, parted where they touch; captions cut short.

An engine's likeliest class per pixel has specks, holes and ragged vignettes. An annotator marks a
picture that stands alone by its rectangle, and follows the outline only where text or another
picture stands inside that rectangle. A caption ends for them where its words end, and it and a
running head are boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.separate.caption_ends import without_bare_ends
from pipeline.separate.illustration_parts import components, illustration_parts, ink_of
from pipeline.separate.page_input import to_grey
from pipeline.separate.separation import Separation
from pipeline.separate.strips import boxed_strips
from schemas.geometry import Box
from schemas.model import CLASSES, RGB8, ClassMap

_ILLUSTRATION, _CAPTION = CLASSES.index("illustration"), CLASSES.index("caption")
_NEIGHBOR_INSIDE = 0.02
"""Share of a rectangle that another picture may cover for the picture to stand alone."""
_CAPTION_AREA, _CAPTION_IN_GAP = 1e-4, 0.05
"""Share of the page that a caption within a picture covers at least, and of the paper round it."""
_HAS_EDGES, _REACH = 0.9, 0.1
"""Share of its rectangle that a picture with edges of its own covers; by what share of its size
the rectangle of another may grow on a side."""


@dataclass(frozen=True, slots=True)
class RectangleRule:
    """How the rectangle of a picture is found.

    A picture stands alone if text covers at most ``others_inside`` of its rectangle. The rectangle
    of one with edges of its own begins where the share ``edge`` of its rows, or columns, has begun;
    a vignette's also holds what hangs together with it and is likelier illustration than ``faint``,
    if it still stands alone then, and ``margin`` of its width and height on every side. All are
    shares or probabilities, 0..1; an ``edge`` of 0, a ``faint`` of 1 and a ``margin`` of 0 are
    the extents of the map.

    Raises:
        ValueError: one of them is outside 0..1, or ``edge`` above 0.5.
    """

    others_inside: float = 0.2
    edge: float = 0.25
    faint: float = 0.2
    margin: float = 0.01

    def __post_init__(self) -> None:
        for name, most in (("others_inside", 1), ("edge", 0.5), ("faint", 1), ("margin", 1)):
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} is {getattr(self, name)}; give 0 to {most}")


SHIPPED = RectangleRule()


def tidied(
    separation: Separation,
    page: NDArray[np.uint8],
    *,
    min_area: float,
    rule: RectangleRule = SHIPPED,
) -> ClassMap:
    """Return the (h, w) class map of ``separation`` with its pictures as annotators mark them.

    ``page`` (H, W) grey at any size. Illustrations are those ``find_regions`` finds with the same
    ``min_area``; between two that touch runs a line of background, so that they stay two. One that
    stands alone owns its rectangle. Captions are kept where words are printed on ``page``; they and
    headers are boxes.
    """
    return _painted(*_owned(separation, page, min_area, rule))


def drawn(separation: Separation, page: RGB8, *, min_area: float) -> ClassMap:
    """Return the tidied class map at the size of ``page`` (H, W, 3).

    On a page smaller than the map the line between two pictures is drawn last, at the page's size,
    where it would else be lost.
    """
    height, width = page.shape[:2]
    owner, class_map = _owned(separation, to_grey(page), min_area, SHIPPED)
    if height < class_map.shape[0]:
        return _painted(_at(owner, height, width), _at(class_map, height, width))
    return _at(_painted(owner, class_map), height, width)


def _at(plane: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    resized = cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, dtype=plane.dtype)


def _owned(
    separation: Separation, page: NDArray[np.uint8], min_area: float, rule: RectangleRule
) -> tuple[NDArray[np.uint16], ClassMap]:
    """Return the number, from 1, of the picture that owns each pixel, and the class map."""
    class_map = separation.class_map
    mask = (class_map == _ILLUSTRATION).astype(np.uint8)
    owner = np.zeros(class_map.shape, np.uint16)
    pictures = list(illustration_parts(mask, min_area, ink_of(page, class_map)))
    gaps = _captioned_gaps(pictures, mask, _large(class_map == _CAPTION))
    parts = [np.where(gaps, 0, part).astype(np.uint8) for part in pictures]
    for number, part in enumerate(parts, start=1):
        owner[(part > 0) & (owner == 0)] = number
    class_map = _with_tidy_captions(class_map, page, owner > 0)
    outlines = owner.copy()
    is_faint = separation.probabilities[_ILLUSTRATION] > rule.faint
    is_faint &= class_map <= _ILLUSTRATION
    for number, part in enumerate(parts, start=1):
        reached = is_faint & ((outlines == 0) | (outlines == number))
        boxes = _rectangles(part > 0, reached, rule)
        alone = next(
            (box for box in boxes if _is_alone(box, number, outlines, class_map, rule)), None
        )
        if alone is None:
            continue
        owner[owner == number] = 0
        wide = _with_margin(alone, rule.margin if len(boxes) > 1 else 0.0, part.shape)
        window = np.s_[wide.top : wide.bottom, wide.left : wide.right]
        is_own = ((class_map[window] <= _ILLUSTRATION) | (part[window] > 0)) & ~gaps[window]
        owner[window][(owner[window] == 0) & is_own] = number
    return owner, class_map


def _is_alone(
    box: Box,
    number: int,
    outlines: NDArray[np.uint16],
    class_map: ClassMap,
    rule: RectangleRule,
) -> bool:
    """Say whether little but picture ``number`` of ``outlines`` stands in ``box``."""
    window = np.s_[box.top : box.bottom, box.left : box.right]
    pictures = outlines[window]
    is_other = (class_map[window] > _ILLUSTRATION) & (pictures == 0)
    is_neighbor = (pictures > 0) & (pictures != number)
    return bool(is_other.mean() <= rule.others_inside and is_neighbor.mean() <= _NEIGHBOR_INSIDE)


def _with_tidy_captions(
    class_map: ClassMap, page: NDArray[np.uint8], is_picture: NDArray[np.bool_]
) -> ClassMap:
    """Return the class map with captions and headers as boxes, without specks in pictures."""
    is_caption = class_map == _CAPTION
    class_map[is_caption & ~without_bare_ends(is_caption, page)] = 0
    boxed = boxed_strips(class_map)
    is_caption = boxed == _CAPTION
    boxed[is_caption & ~_large(is_caption) & is_picture] = 0
    return boxed


def _large(captions: NDArray[np.bool_]) -> NDArray[np.bool_]:
    large = np.zeros_like(captions)
    for caption in components(captions.astype(np.uint8), _CAPTION_AREA * captions.size):
        large |= caption > 0
    return large


def _captioned_gaps(
    parts: list[NDArray[np.uint8]], mask: NDArray[np.uint8], is_caption: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return what was filled round captions in ``parts``: paper between two pictures."""
    gaps = np.zeros(mask.shape, bool)
    for part in parts:
        _, filled = cv2.connectedComponents(((part > 0) & (mask == 0)).astype(np.uint8))
        for number in np.unique(filled[is_caption & (filled > 0)]):
            gap = filled == number
            if is_caption[gap].mean() >= _CAPTION_IN_GAP:
                gaps |= gap
    return gaps


def _painted(owner: NDArray[np.uint16], class_map: ClassMap) -> ClassMap:
    """Return the class map with what pictures own; a caption within one stays a caption."""
    tidy = np.where(class_map == _ILLUSTRATION, 0, class_map)
    is_picture = (owner > 0) & ~_between(owner) & (class_map != _CAPTION)
    return np.where(is_picture, _ILLUSTRATION, tidy).astype(np.uint8)


def _rectangles(
    part: NDArray[np.bool_], reached: NDArray[np.bool_], rule: RectangleRule
) -> list[Box]:
    """Return the rectangle of ``part`` (h, w); before a vignette's the one grown to ``reached``."""
    left, top, width, height = cv2.boundingRect(part.astype(np.uint8))
    box = Box(left, top, left + width, top + height)
    inside = part[box.top : box.bottom, box.left : box.right]
    if inside.mean() >= _HAS_EDGES:
        return [_by_edges(inside, box, rule.edge)]
    across, down = (max(3, round(size * _REACH)) for size in (width, height))
    left, top = max(0, box.left - across), max(0, box.top - down)
    window = np.s_[top : box.bottom + down, left : box.right + across]
    _, pieces = cv2.connectedComponents((part[window] | reached[window]).astype(np.uint8))
    mask = np.isin(pieces, np.unique(pieces[part[window]])).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    return [Box(left + x, top + y, left + x + width, top + y + height), box]


def _with_margin(box: Box, margin: float, shape: tuple[int, ...]) -> Box:
    """Return ``box`` with ``margin`` of its size more on every side, within ``shape`` (h, w)."""
    across, down = round(box.width * margin), round(box.height * margin)
    wide = Box(box.left - across, box.top - down, box.right + across, box.bottom + down)
    return wide.clipped(shape[1], shape[0]) or box


def _by_edges(inside: NDArray[np.bool_], box: Box, share: float) -> Box:
    """Return ``box`` from where ``share`` of the rows and columns of ``inside`` have begun."""
    rows, columns = inside[inside.any(axis=1)], inside[:, inside.any(axis=0)]
    left, right = rows.argmax(axis=1), rows[:, ::-1].argmax(axis=1)
    top, bottom = columns.argmax(axis=0), columns[::-1].argmax(axis=0)
    off = [round(float(np.quantile(white, share))) for white in (left, top, right, bottom)]
    return Box(box.left + off[0], box.top + off[1], box.right - off[2], box.bottom - off[3])


def _between(owner: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return where a pixel of one picture has a pixel of a later one beside it."""
    return np.asarray((owner > 0) & (cv2.dilate(owner, np.ones((3, 3), np.uint8)) > owner))
