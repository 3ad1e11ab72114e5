"""Pages of text with small pictures set into it, as schoolbooks and travel books have them."""

from __future__ import annotations

import numpy as np

from pipeline.synthesis.flow import caption
from pipeline.synthesis.ornaments import card, print_small
from pipeline.synthesis.parts import column_edges, flow_columns, type_area
from pipeline.synthesis.sheet import CAPTION, Sheet
from schemas.corpus import Corpus
from schemas.geometry import Box


def insets(sheet: Sheet, corpus: Corpus) -> None:
    """One or two columns with one to four small pictures, the text close round them."""
    area = type_area(sheet)
    edges = column_edges(sheet, area, int(sheet.rng.choice([1, 1, 1, 2, 2])))
    for _ in range(int(sheet.rng.choice([1, 1, 2, 2, 3, 4]))):
        left, right = edges[int(sheet.rng.integers(len(edges)))]
        _inset(sheet, corpus, Box(left, area.top, right, area.bottom))
    flow_columns(sheet, corpus, edges, area)


def _inset(sheet: Sheet, corpus: Corpus, column: Box) -> None:
    """Set one small picture at an edge of ``column``, or in its middle between two paragraphs."""
    size = sheet.size(0.006, 0.012, 4, 14)
    place = str(sheet.rng.choice(["left", "left", "right", "right", "middle"]))
    lines = int(sheet.rng.choice([0, 0, 1, 1, 2, 3]))
    is_numbered = not lines and sheet.chance(0.6)
    room = (3 * size if is_numbered else 4, 4 + (size + lines * (size + size // 4 + 1)))
    box = _free_place(sheet, column, place, room, caption_width=8 * size if lines else 0)
    if box is None:
        return
    printed = _printed(sheet, corpus, box)
    if printed is None:
        return
    whole = printed
    if lines:
        whole = _captioned(sheet, printed, caption(sheet, printed, size=size, lines=lines))
    elif is_numbered:
        whole = _captioned(sheet, printed, _number_above(sheet, printed, size))
    if place == "middle" or sheet.chance(0.7):  # else the text follows the outline
        clear = column if place == "middle" else box
        sheet.taken[max(0, whole.top) : whole.bottom, clear.left : clear.right] = True


def _printed(sheet: Sheet, corpus: Corpus, box: Box) -> Box | None:
    """Print a small picture, or a card, in ``box``; return what it covers, None if nothing."""
    if min(box.width, box.height) >= _CARD and sheet.chance(0.12):
        card(sheet, corpus, box)
        return box
    return Box.covering(print_small(sheet, corpus, box))


_CARD, _LEAST = 40, 14
"""Shorter side of a card, and of any small picture, pixels."""


def _size(sheet: Sheet, column: Box) -> tuple[int, int]:
    """Return width and height of a small picture; one in seven is a slim object."""
    width = max(_LEAST, round(column.width * np.exp(sheet.between(np.log(0.07), np.log(0.45)))))
    tallest = column.height * 0.4
    if not sheet.chance(0.15):
        return width, round(np.clip(width * sheet.between(0.5, 2.8), _LEAST, tallest))
    long = round(np.clip(column.width * sheet.between(0.12, 0.6), 3 * _LEAST, tallest))
    short = max(_LEAST, round(long / sheet.between(3, 8)))
    return (long, short) if sheet.chance(0.5) else (short, long)


def _free_place(
    sheet: Sheet, column: Box, place: str, room: tuple[int, int], *, caption_width: int
) -> Box | None:
    """Return the box of a small picture, ``room`` above and below it free; None after 4 tries."""
    width, height = _size(sheet, column)
    left = {
        "left": column.left,
        "right": column.right - width,
        "middle": (column.left + column.right - width) // 2,
    }[place]
    over, under = room
    beside = max(4, (caption_width - width) // 2 + 4)
    for _ in range(4):
        last = column.bottom - height - under
        top = int(sheet.rng.integers(column.top, max(column.top + 1, last - over))) + over
        around = Box(left - beside, top - over, left + width + beside, top + height + under)
        inside = around.clipped(sheet.width, sheet.height)
        if inside is None or top > last:
            continue
        if not sheet.taken[inside.top : inside.bottom, inside.left : inside.right].any():
            return Box(left, top, left + width, top + height)
    return None


def _captioned(sheet: Sheet, picture: Box, printed: Box) -> Box:
    sheet.captioned.append((picture, printed))
    return picture.union(printed)


def _number_above(sheet: Sheet, picture: Box, size: int) -> Box:
    """Print the number of a figure above ``picture``; return its box."""
    width = min(picture.width, 5 * size)
    left = (picture.left + picture.right - width) // 2
    top = picture.top - size - max(2, size // 2)
    printed = sheet.line(Box(left, top, left + width, top + size), "antiqua", align="justify")
    sheet.mark(printed, CAPTION, pad=max(1, size // 5))
    return printed
