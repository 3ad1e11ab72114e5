"""Parts that several kinds of page share: type areas, columns, pictures with captions, staves."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.flow import (
    Measure,
    caption,
    choose_measure,
    fill,
    header,
    headline,
)
from pipeline.synthesis.lettering import lettered
from pipeline.synthesis.marks import initial
from pipeline.synthesis.ornaments import flourish, ornamental_piece
from pipeline.synthesis.settings import IGNORE
from pipeline.synthesis.sheet import ILLUSTRATION, Sheet, pick
from schemas.corpus import Corpus, Picture
from schemas.geometry import Box


def type_area(sheet: Sheet, *, head: float = 0.75) -> Box:
    """Return the type area, below a running head if there is one."""
    left, right = (round(sheet.width * sheet.between(0.03, 0.2)) for _ in range(2))
    top, bottom = (round(sheet.height * sheet.between(0.02, 0.14)) for _ in range(2))
    area = Box(left, top, sheet.width - right, sheet.height - bottom)
    return header(sheet, area) if sheet.chance(head) else area


def column_edges(sheet: Sheet, area: Box, count: int) -> list[tuple[int, int]]:
    """Return left and right of ``count`` columns; a rule may stand between them."""
    gutter = round(area.width * sheet.between(0.015, 0.05))
    width = (area.width - (count - 1) * gutter) // count
    ruled = count > 1 and sheet.chance(0.35)
    edges = []
    for at in range(count):
        left = area.left + at * (width + gutter)
        edges.append((left, left + width))
        if ruled and at:
            sheet.rule(left - gutter // 2, area.top, area.height, sheet.px(1), upright=True)
    return edges


def flow_columns(
    sheet: Sheet,
    corpus: Corpus,
    edges: list[tuple[int, int]],
    area: Box,
    *,
    high: float = 26,
    is_opening: bool = False,
) -> None:
    """Fill columns with headlines, paragraphs, initials and rules; an opening has an initial."""
    measure = choose_measure(sheet, edges[0][1] - edges[0][0], high=high)
    if is_opening:
        opening_initial(
            sheet, corpus, Box(edges[0][0], area.top, edges[0][1], area.bottom), measure
        )
    for left, right in edges:
        top = area.top
        while top < area.bottom - 2 * measure.line:
            if sheet.chance(0.2) and not sheet.taken[top : top + 40, left:right].any():
                block = Box(left, top, right, _first_taken(sheet, top, area.bottom, left, right))
                top = headline(sheet, block, round(measure.line * sheet.between(1.0, 2.6)))
                continue
            height = round(area.height * sheet.between(0.1, 0.9))
            bottom = min(top + height, area.bottom)
            if sheet.chance(0.2):
                opening_initial(sheet, corpus, Box(left, top, right, bottom), measure)
            fill(sheet, Box(left, top, right, bottom), measure)
            top = bottom + round(measure.leading * sheet.between(0.3, 2.5))
            if sheet.chance(0.25) and not sheet.taken[top - 2 : top, left:right].any():
                start, length = left + (right - left) // 4, (right - left) // 2
                sheet.rule(start, top - 2, length, sheet.px(1), upright=False)


def opening_initial(sheet: Sheet, corpus: Corpus, column: Box, measure: Measure) -> None:
    """Print an initial of two to seven lines, square or nearly, at the head of a free column."""
    height = min(round(measure.line * sheet.between(2.0, 7.0)), column.height)
    width = round(height * (1.0 if sheet.chance(0.5) else sheet.between(0.7, 1.15)))
    spot = Box(column.left, column.top, column.left + width, column.top + height)
    if not sheet.taken[spot.top : spot.bottom, spot.left : spot.right].any():
        initial(sheet, corpus, spot)


def _first_taken(sheet: Sheet, top: int, bottom: int, left: int, right: int) -> int:
    """Return the first row from ``top`` on where something stands, or ``bottom``."""
    rows = np.flatnonzero(sheet.taken[top:bottom, left:right].any(axis=1))
    return top + int(rows[0]) if len(rows) else bottom


def place_somewhere(
    sheet: Sheet, corpus: Corpus, left: int, area: Box, width: int, height: int
) -> None:
    """Put a captioned picture where nothing stands yet; give up after four tries."""
    height = min(height, area.height - 4)
    for _ in range(4):
        top = int(sheet.rng.integers(area.top, max(area.top + 1, area.bottom - height)))
        box = Box(left, top, left + width, top + height)
        if min(width, height) >= 16 and not sheet.taken[top : box.bottom, left : box.right].any():
            size = sheet.size(0.007, 0.015, 4, 18)
            captioned(sheet, corpus, box, size, lines=int(sheet.rng.choice([0, 0, 1, 1, 2, 3])))
            return


def captioned(
    sheet: Sheet, corpus: Corpus, box: Box, size: int, *, lines: int, stretch: float = 1.15
) -> None:
    """Print a picture into ``box`` and its caption of ``lines`` lines below it."""
    letters = lettered(sheet, corpus, box, monograms=0.08) if lines else None
    shape = sheet.picture(letters or pick(sheet, corpus), box, stretch=stretch)
    if sheet.chance(0.12):
        frame_around(sheet, shape, sheet.px(1 + int(sheet.rng.integers(3))))
    covered = Box.covering(shape)
    if lines and covered is not None:
        sheet.captioned.append((covered, caption(sheet, covered, size=size, lines=lines)))


def frame_around(sheet: Sheet, shape: NDArray[np.bool_], thickness: int) -> None:
    """Draw a rule around what ``shape`` covers; frame and content are illustration."""
    covered = Box.covering(shape)
    if covered is None:
        return
    gap = thickness + int(sheet.rng.integers(0, 5))
    box = covered.grown(gap).clipped(sheet.width, sheet.height) or covered
    cv2.rectangle(sheet.tone, (box.left, box.top), (box.right - 1, box.bottom - 1), 20, thickness)
    sheet.mark(box, ILLUSTRATION)


def margin_notes(sheet: Sheet, area: Box, size: int) -> None:
    """Set small notes beside the text."""
    width = max(12, min(area.left, sheet.width - area.right) - 6)
    left = 3 if sheet.chance(0.5) else min(area.right + 3, sheet.width - width - 2)
    for top in range(area.top, area.bottom - 8 * size, 10 * size):
        if sheet.chance(0.4):
            fill(
                sheet,
                Box(left, top, left + width, top + 4 * size),
                Measure(size, size + 2, "antiqua"),
            )


def fill_part(sheet: Sheet, corpus: Corpus, part: NDArray[np.bool_], box: Box, area: int) -> None:
    """Fill a region of a template with letters, or with the picture, of some, that fits it best.

    A picture with edges of its own fills the region, and the region is its truth; a vignette keeps
    its outline.
    """
    before, labels, alpha = sheet.tone.copy(), sheet.labels.copy(), sheet.alpha.copy()
    picture = lettered(sheet, corpus, box, monograms=0.15) or min(
        (pick(sheet, corpus) for _ in range(6)), key=lambda candidate: _misfit(candidate, box)
    )
    if picture.is_framed:
        sheet.picture(_cut_to(picture, box), box, stretch=4.0)
        printed = part
    else:
        printed = part & sheet.picture(picture, box, stretch=1.6)
    if area < 0.9 * box.area:
        sheet.tone[~part] = before[~part]
    near = part & (sheet.labels == ILLUSTRATION) if not picture.is_framed else part
    sheet.labels = np.where(near, ILLUSTRATION, labels).astype(np.uint8)
    sheet.alpha = np.where(printed, 255, alpha).astype(np.uint8)
    sheet.taken |= part


def _misfit(picture: Picture, box: Box) -> float:
    height, width = picture.image.shape[:2]
    return float(abs(np.log(width / height * box.height / box.width)))


def _cut_to(picture: Picture, box: Box, *, stretch: float = 1.3) -> Picture:
    """Return the middle of ``picture`` in about the proportions of ``box``."""
    height, width = picture.image.shape[:2]
    wide = min(width, round(stretch * height * box.width / box.height))
    tall = min(height, round(stretch * width * box.height / box.width))
    top, left = (height - tall) // 2, (width - wide) // 2
    return replace(picture, image=picture.image[top : top + tall, left : left + wide])


def staves(sheet: Sheet, area: Box) -> None:
    """Draw staves with notes; music is ignored by the loss."""
    gap = max(2, round(sheet.height * sheet.between(0.003, 0.007)))
    for top in range(area.top, area.bottom - 6 * gap, 12 * gap):
        for row in range(5):
            sheet.rule(area.left, top + row * gap, area.width, sheet.px(1), upright=False)
        for left in range(area.left + 8 * gap, area.right - 4 * gap, 4 * gap):
            height = top + int(sheet.rng.integers(0, 5)) * gap
            cv2.ellipse(sheet.tone, (left, height), (gap, max(1, gap // 2)), -20, 0, 360, 10, -1)
            sheet.rule(left + gap - 1, height - 3 * gap, 3 * gap, sheet.px(1), upright=True)
        words = Box(area.left, top + 6 * gap, area.right, top + 8 * gap + 2)
        if sheet.chance(0.7):
            sheet.line(words, "antiqua")
        sheet.mark(Box(area.left, top - gap, area.right, top + 9 * gap), IGNORE)


def head_or_tail(sheet: Sheet, corpus: Corpus, area: Box) -> Box:
    """Print a headpiece above or a tailpiece below the text; return the room left."""
    if not sheet.chance(0.35):
        return _tailpiece(sheet, corpus, area)
    width = round(area.width * sheet.between(0.3, 1.0))
    height = max(8, round(min(width * sheet.between(0.05, 0.45), area.height * 0.2)))
    left = area.left + (area.width - width) // 2
    ornamental_piece(sheet, corpus, Box(left, area.top, left + width, area.top + height))
    below = area.top + height + height // 4 + 3
    if sheet.chance(0.7):
        size = round(sheet.height * sheet.between(0.012, 0.06))
        below = headline(sheet, Box(area.left, below, area.right, area.bottom), size)
    return Box(area.left, below, area.right, area.bottom)


def _tailpiece(sheet: Sheet, corpus: Corpus, area: Box) -> Box:
    """Print an ornament or a stroke of the pen where the text ends, or in the white below."""
    is_stroke = sheet.chance(0.7)
    width, height = (_stroke_size if is_stroke else _tailpiece_size)(sheet, area)
    left = area.left + (area.width - width) // 2
    top = area.top + round(area.height * sheet.between(0.3, 1.0)) - height
    piece = Box(left, top, left + width, top + height)
    if is_stroke:
        flourish(sheet, piece)
    else:
        ornamental_piece(sheet, corpus, piece)
    if sheet.chance(0.4):
        return area
    white = round(area.height * sheet.between(0.0, 0.12)) if sheet.chance(0.5) else 0
    return Box(area.left, area.top, area.right, max(area.top + 8, top - height // 4 - 3 - white))


def _tailpiece_size(sheet: Sheet, area: Box) -> tuple[int, int]:
    """Return width, a twentieth of the line to all of it, and height."""
    width = max(12, round(area.width * np.exp(sheet.between(np.log(0.05), 0.0))))
    return width, max(10, round(min(width * sheet.between(0.1, 1.1), area.height * 0.2)))


def _stroke_size(sheet: Sheet, area: Box) -> tuple[int, int]:
    width = round(area.width * sheet.between(0.15, 0.75))
    return width, max(10, round(width * sheet.between(0.06, 0.16)))
