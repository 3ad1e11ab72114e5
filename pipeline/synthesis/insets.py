"""Pages of text with small pictures set into it, as schoolbooks and travel books have them."""

from __future__ import annotations

import numpy as np

from pipeline.synthesis.flow import caption
from pipeline.synthesis.ornaments import small
from pipeline.synthesis.parts import column_edges, flow_columns, type_area
from pipeline.synthesis.sheet import CAPTION, Sheet
from schemas.corpus import Corpus
from schemas.model import Box


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
    width = max(14, round(column.width * np.exp(sheet.between(np.log(0.07), np.log(0.45)))))
    tall = sheet.between(0.5, 2.8)
    height = round(np.clip(width * tall, 14, column.height * 0.4))
    places = {"left": column.left, "right": column.right - width,
              "middle": (column.left + column.right - width) // 2}  # fmt: skip
    place = str(sheet.rng.choice(["left", "left", "right", "right", "middle"]))
    size = int(np.clip(sheet.height * sheet.between(0.006, 0.012), 4, 14))
    for _ in range(4):
        room = max(column.top + 1, column.bottom - height - 3 * size)
        top = int(sheet.rng.integers(column.top, room)) + 2 * size
        box = Box(places[place], top, places[place] + width, top + height)
        around = np.s_[top - 2 * size : box.bottom + 2 * size, box.left : box.right]
        if not sheet.taken[around].any():
            break
    else:
        return
    shape = small(sheet, corpus, box)
    rows, cols = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    found = Box(int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1)
    if sheet.chance(0.6):
        _name(sheet, found, size)
    if place == "middle" or sheet.chance(0.7):  # else the text follows the outline
        clear = column if place == "middle" else box
        sheet.taken[found.top : found.bottom, clear.left : clear.right] = True


def _name(sheet: Sheet, picture: Box, size: int) -> None:
    """Print the caption of ``picture`` below it, or the number of a figure above it."""
    if sheet.chance(0.5):
        printed = caption(sheet, picture, size=size, lines=int(sheet.rng.choice([1, 1, 2, 3])))
    else:
        width = min(picture.width, 5 * size)
        left = (picture.left + picture.right - width) // 2
        top = picture.top - size - max(2, size // 2)
        printed = sheet.line(Box(left, top, left + width, top + size), "antiqua", align="justify")
        sheet.mark(printed, CAPTION, pad=max(1, size // 5))
    sheet.captioned.append((picture, printed))
