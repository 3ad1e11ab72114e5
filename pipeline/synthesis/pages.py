"""The kinds of page: one function each, from an empty sheet to a composed one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from pipeline.synthesis.adverts import adverts
from pipeline.synthesis.flow import (
    Measure,
    choose_measure,
    fill,
    headline,
    numeral,
)
from pipeline.synthesis.insets import insets
from pipeline.synthesis.lettering import print_masthead
from pipeline.synthesis.ornaments import ornamental_piece
from pipeline.synthesis.parts import (
    captioned,
    column_edges,
    flow_columns,
    frame_around,
    head_or_tail,
    margin_notes,
    opening_initial,
    place_somewhere,
    staves,
    type_area,
)
from pipeline.synthesis.settings import IGNORE
from pipeline.synthesis.sheet import TEXT, Sheet, pick
from pipeline.synthesis.template import from_layout
from pipeline.synthesis.type import resized
from schemas.corpus import Corpus
from schemas.geometry import Box

Kind = Callable[[Sheet, Corpus], None]


def columns(sheet: Sheet, corpus: Corpus) -> None:
    """A magazine page: one to four columns, pictures across some of them, a masthead on some."""
    area = type_area(sheet)
    if sheet.chance(0.25):
        area = print_masthead(sheet, corpus, area)
    count = int(sheet.rng.choice([1, 2, 2, 3, 3, 4]))
    edges = column_edges(sheet, area, count)
    for _ in range(int(sheet.rng.integers(0, 2 + count))):
        first = int(sheet.rng.integers(count))
        last = min(count - 1, first + int(sheet.rng.integers(0, count)))
        width = edges[last][1] - edges[first][0]
        height = round(width * sheet.between(0.4, 1.4))
        place_somewhere(sheet, corpus, edges[first][0], area, width, height)
    flow_columns(sheet, corpus, edges, area)


def wrapped(sheet: Sheet, corpus: Corpus) -> None:
    """Text wrapped round one or two pictures, as in the monthlies of the 1890s."""
    area = type_area(sheet)
    edges = column_edges(sheet, area, int(sheet.rng.choice([1, 1, 1, 2])))
    for _ in range(int(sheet.rng.choice([1, 1, 2]))):
        width = round(area.width * sheet.between(0.25, 0.95))
        height = round(width * sheet.between(0.5, 1.6))
        left = int(
            sheet.rng.choice([area.left, area.right - width, area.left + (area.width - width) // 2])
        )
        place_somewhere(sheet, corpus, left, area, width, height)
    flow_columns(sheet, corpus, edges, area)


def template(sheet: Sheet, corpus: Corpus) -> None:
    """The layout of a real page, or columns where the corpus has none."""
    (from_layout if corpus.layouts else columns)(sheet, corpus)


def figures(sheet: Sheet, corpus: Corpus) -> None:
    """Many small figures in rows, numbered, with text between."""
    area = type_area(sheet)
    size = sheet.size(0.008, 0.016, 5, 20)
    top = area.top
    while top < area.bottom - sheet.height // 8:
        count = int(sheet.rng.integers(1, 5))
        height = round(area.height * sheet.between(0.08, 0.3))
        if sheet.chance(0.7):
            for at in range(count):
                left = area.left + at * area.width // count
                cell = Box(left, top, left + area.width // count - size, top + height)
                if cell.width > 20 and cell.bottom + 2 * size < area.bottom:
                    captioned(sheet, corpus, cell, size, lines=1)
            top += height + 3 * size
        else:
            block = Box(area.left, top, area.right, min(top + height, area.bottom))
            fill(sheet, block, choose_measure(sheet, area.width))
            top += height + size


def plate(sheet: Sheet, corpus: Corpus) -> None:
    """One picture fills the page; a caption below it."""
    area = type_area(sheet, head=0.3)
    foot = round(area.height * sheet.between(0.0, 0.15))
    box = Box(area.left, area.top, area.right, area.bottom - foot)
    size = sheet.size(0.008, 0.022, 5, 30)
    captioned(sheet, corpus, box, size, lines=int(sheet.rng.integers(0, 4)), stretch=1.35)


def woodcut(sheet: Sheet, corpus: Corpus) -> None:
    """An early printed page: a framed cut, large type above and below, notes in the margin."""
    area = type_area(sheet, head=0.2)
    big = int(sheet.height * sheet.between(0.014, 0.05))
    top = headline(sheet, area, big) if sheet.chance(0.6) else area.top
    height = round(area.height * sheet.between(0.15, 0.6))
    width = round(area.width * sheet.between(0.35, 1.0))
    left = int(
        sheet.rng.choice([area.left, area.left + (area.width - width) // 2, area.right - width])
    )
    box = Box(left, top, left + width, min(top + height, area.bottom))
    shape = sheet.picture(pick(sheet, corpus), box, stretch=1.5)
    if sheet.chance(0.6):
        frame_around(sheet, shape, round(sheet.height * sheet.between(0.002, 0.006)) + 1)
    if sheet.chance(0.4):
        margin_notes(sheet, area, big // 2 + 3)
    style = "blackletter" if sheet.chance(0.6) else "antiqua"
    line = max(6, round(big * sheet.between(0.45, 1.0)))
    measure = Measure(line, round(line * sheet.between(1.05, 1.4)), style)
    if sheet.chance(0.5):
        opening = round(area.top + area.height * sheet.between(0.1, 0.9))
        opening_initial(sheet, corpus, Box(area.left, opening, area.right, area.bottom), measure)
    fill(sheet, area, measure)


def text(sheet: Sheet, corpus: Corpus) -> None:
    """No picture but a head- or tailpiece: columns, headlines, initials; type of any size."""
    whole = area = type_area(sheet)
    if sheet.chance(0.8):
        area = head_or_tail(sheet, corpus, area)
    edges = column_edges(sheet, area, int(sheet.rng.choice([1, 1, 1, 2, 2, 3, 4])))
    is_opening = area.top > whole.top and sheet.chance(0.6)  # a headpiece stands above
    flow_columns(sheet, corpus, edges, area, high=48, is_opening=is_opening)


def real_text(sheet: Sheet, corpus: Corpus) -> None:
    """A page scanned without pictures, at some scale; its text is where its ink is."""
    if not corpus.text_pages:
        text(sheet, corpus)
        return
    page = corpus.text_pages[sheet.rng.integers(len(corpus.text_pages))]
    page = page if page.ndim == 2 else page.mean(axis=2).astype(np.uint8)
    keep = 1.0
    if sheet.chance(0.5):
        keep = sheet.between(0.35, 0.9)
        rows, cols = round(page.shape[0] * keep), round(page.shape[1] * keep)
        top = int(sheet.rng.integers(page.shape[0] - rows + 1))
        left = int(sheet.rng.integers(page.shape[1] - cols + 1))
        page = page[top : top + rows, left : left + cols]
    scale = min(sheet.width / page.shape[1], sheet.height / page.shape[0])
    size = (max(8, int(page.shape[1] * scale)), max(8, int(page.shape[0] * scale)))
    sheet.tone[: size[1], : size[0]] = resized(page, size)
    paper = np.percentile(sheet.tone[: size[1], : size[0]], 75)
    ink = (sheet.tone < 0.68 * paper).astype(np.uint8)
    reach = max(7, round(sheet.height / (38 * keep))) | 1
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((5, 9), np.uint8))
    sheet.labels[opened > 0] = TEXT
    edge = max(2, round(sheet.height * 0.1))
    doubtful = sheet.labels[:edge]
    doubtful[doubtful == TEXT] = IGNORE
    for side in (np.s_[:, : sheet.width // 12], np.s_[:, -sheet.width // 12 :]):
        window = sheet.labels[side]
        window[window == TEXT] = IGNORE


def title(sheet: Sheet, corpus: Corpus) -> None:
    """A title page: display lines of all sizes, sometimes a device between them."""
    area = type_area(sheet, head=0.0)
    top = area.top + round(area.height * sheet.between(0, 0.2))
    while top < area.bottom - 20:
        kind = sheet.rng.random()
        if kind < 0.12:
            width = round(area.width * sheet.between(0.1, 0.7))
            height = round(width * sheet.between(0.15, 0.9))
            left = area.left + (area.width - width) // 2
            ornamental_piece(
                sheet, corpus, Box(left, top, left + width, min(top + height, area.bottom))
            )
            top += height + 10
        elif kind < 0.2:
            sheet.rule(
                area.left + area.width // 4, top, area.width // 2, sheet.px(2), upright=False
            )
            top += 14
        else:
            size = int(np.exp(sheet.between(np.log(8 * sheet.unit), np.log(sheet.height / 10))))
            top = headline(sheet, Box(area.left, top, area.right, area.bottom), size)
        top += round(sheet.height * sheet.between(0, 0.06))


def listing(sheet: Sheet, corpus: Corpus) -> None:
    """A catalog or a register: short lines, numbers at the right, much white."""
    del corpus
    area = type_area(sheet)
    size = sheet.size(0.007, 0.022, 4, 30)
    leading = round(size * sheet.between(1.2, 3.0))
    cut = sheet.cut("antiqua")
    has_entries = sheet.chance(0.8)  # else a column of numbers alone, as long entries leave it
    for top in range(area.top, area.bottom - size, leading):
        kind = sheet.rng.random()
        row = Box(area.left, top, area.right, top + size)
        if kind < 0.15:
            continue
        if kind < 0.3 and has_entries:
            sheet.line(row, "display", align="center")
        else:
            if has_entries:
                entry = Box(row.left, top, row.right - row.width // 5, top + size)
                sheet.line(entry, "antiqua", align="left")
            if sheet.chance(0.7) or not has_entries:
                number = numeral(sheet, Box(row.right - 3 * size, top, row.right, top + size), cut)
                row = row if has_entries else number
        slack = max(1, (leading - size) // 2)
        sheet.mark(Box(row.left, top - slack, row.right, top + size + slack), TEXT)


def table(sheet: Sheet, corpus: Corpus) -> None:
    """A ruled table, or staves of music; the whole box is text."""
    del corpus
    area = type_area(sheet)
    if sheet.chance(0.35):
        staves(sheet, area)
        return
    size = sheet.size(0.007, 0.018, 4, 24)
    cols, leading = int(sheet.rng.integers(3, 9)), round(size * sheet.between(1.3, 2.0))
    ruled = sheet.chance(0.8)
    for top in range(area.top + size, area.bottom - leading, leading):
        for col in range(cols):
            left = area.left + col * area.width // cols + 3
            if sheet.chance(0.85):
                cell = Box(left, top, left + area.width // cols - 6, top + size)
                sheet.line(
                    cell, "antiqua", align=str(sheet.rng.choice(["left", "right", "justify"]))
                )
        if ruled and sheet.chance(0.6):
            sheet.rule(area.left, top + leading - 2, area.width, sheet.px(1), upright=False)
    if ruled:
        for col in range(cols + 1):
            left = area.left + col * area.width // cols
            sheet.rule(left, area.top, area.height, sheet.px(2), upright=True)
    sheet.mark(area, TEXT)


def blank(sheet: Sheet, corpus: Corpus) -> None:
    """Nothing, or next to nothing."""
    del corpus
    if sheet.chance(0.5):
        area = type_area(sheet, head=0)
        line = Box(area.left, area.top, area.right, area.top + 12)
        sheet.line(line, "antiqua", align="center")
        sheet.mark(line, TEXT)


KINDS: dict[str, Kind] = {
    "columns": columns,
    "wrapped": wrapped,
    "template": template,
    "figures": figures,
    "insets": insets,
    "plate": plate,
    "woodcut": woodcut,
    "text": text,
    "real-text": real_text,
    "title": title,
    "list": listing,
    "table": table,
    "adverts": adverts,
    "blank": blank,
}
