"""The kinds of page: one function each, from an empty sheet to a composed one."""

from __future__ import annotations

from collections.abc import Callable

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
    ornament,
)
from pipeline.synthesis.settings import IGNORE
from pipeline.synthesis.sheet import CAPTION, HEADER, ILLUSTRATION, TEXT, Sheet
from schemas.corpus import Corpus, Picture
from schemas.model import Box

Kind = Callable[[Sheet, Corpus], None]


def columns(sheet: Sheet, corpus: Corpus) -> None:
    """A magazine page: one to four columns, pictures across some of them, adverts, headlines."""
    area = _type_area(sheet)
    count = int(sheet.rng.choice([1, 2, 2, 3, 3, 4]))
    edges = _column_edges(sheet, area, count)
    for _ in range(int(sheet.rng.integers(0, 2 + count))):
        first = int(sheet.rng.integers(count))
        last = min(count - 1, first + int(sheet.rng.integers(0, count)))
        width = edges[last][1] - edges[first][0]
        height = round(width * sheet.between(0.4, 1.4))
        _place(sheet, corpus, edges[first][0], area, width, height)
    _flow(sheet, edges, area)


def wrapped(sheet: Sheet, corpus: Corpus) -> None:
    """Text wrapped round one or two pictures, as in the monthlies of the 1890s."""
    area = _type_area(sheet)
    edges = _column_edges(sheet, area, int(sheet.rng.choice([1, 1, 1, 2])))
    for _ in range(int(sheet.rng.choice([1, 1, 2]))):
        width = round(area.width * sheet.between(0.25, 0.95))
        height = round(width * sheet.between(0.5, 1.6))
        left = int(
            sheet.rng.choice([area.left, area.right - width, area.left + (area.width - width) // 2])
        )
        _place(sheet, corpus, left, area, width, height)
    _flow(sheet, edges, area)


def template(sheet: Sheet, corpus: Corpus) -> None:
    """The layout of a real page: every region filled with other content of its class."""
    if not corpus.layouts:
        columns(sheet, corpus)
        return
    layout = corpus.layouts[sheet.rng.integers(len(corpus.layouts))]
    layout = layout[:, ::-1] if sheet.chance(0.5) else layout
    layout = cv2.resize(
        np.ascontiguousarray(layout), (sheet.width, sheet.height), interpolation=cv2.INTER_NEAREST
    )
    count, parts, stats, _ = cv2.connectedComponentsWithStats(
        (layout == ILLUSTRATION).astype(np.uint8)
    )
    for part in range(1, count):
        left, top, width, height, area = (int(v) for v in stats[part])
        if min(width, height) >= 12:
            _fill_part(
                sheet, corpus, parts == part, Box(left, top, left + width, top + height), area
            )
    small = choose_measure(sheet, sheet.width // 3, low=5, high=11)
    for label, align in ((HEADER, "center"), (CAPTION, "center"), (TEXT, "justify")):
        size = small.line if label == TEXT else max(4, round(small.line * sheet.between(0.8, 1.3)))
        measure = Measure(size, max(size + 1, round(size * 1.25)), small.style)
        page = Box(0, 0, sheet.width, sheet.height)
        fill(sheet, page, measure, label=label, align=align, shape=layout == label)
        sheet.labels[(layout == label) & (sheet.labels != ILLUSTRATION)] = label


def figures(sheet: Sheet, corpus: Corpus) -> None:
    """Many small figures in rows, numbered, with text between."""
    area = _type_area(sheet)
    size = int(np.clip(sheet.height * sheet.between(0.008, 0.016), 5, 20))
    top = area.top
    while top < area.bottom - sheet.height // 8:
        count = int(sheet.rng.integers(1, 5))
        height = round(area.height * sheet.between(0.08, 0.3))
        if sheet.chance(0.7):
            for at in range(count):
                left = area.left + at * area.width // count
                cell = Box(left, top, left + area.width // count - size, top + height)
                if cell.width > 20 and cell.bottom + 2 * size < area.bottom:
                    _captioned(sheet, corpus, cell, size, lines=1)
            top += height + 3 * size
        else:
            block = Box(area.left, top, area.right, min(top + height, area.bottom))
            fill(sheet, block, choose_measure(sheet, area.width))
            top += height + size


def plate(sheet: Sheet, corpus: Corpus) -> None:
    """One picture fills the page; a caption below it."""
    area = _type_area(sheet, head=0.3)
    foot = round(area.height * sheet.between(0.0, 0.15))
    box = Box(area.left, area.top, area.right, area.bottom - foot)
    size = int(np.clip(sheet.height * sheet.between(0.008, 0.022), 5, 30))
    _captioned(sheet, corpus, box, size, lines=int(sheet.rng.integers(0, 4)), stretch=1.35)


def woodcut(sheet: Sheet, corpus: Corpus) -> None:
    """An early printed page: a framed cut, large type above and below, notes in the margin."""
    area = _type_area(sheet, head=0.2)
    big = int(sheet.height * sheet.between(0.014, 0.05))
    top = headline(sheet, area, big) if sheet.chance(0.6) else area.top
    height = round(area.height * sheet.between(0.15, 0.6))
    width = round(area.width * sheet.between(0.35, 1.0))
    left = int(
        sheet.rng.choice([area.left, area.left + (area.width - width) // 2, area.right - width])
    )
    box = Box(left, top, left + width, min(top + height, area.bottom))
    shape = sheet.picture(_pick(sheet, corpus), box, stretch=1.5)
    if sheet.chance(0.6):
        _frame(sheet, shape, round(sheet.height * sheet.between(0.002, 0.006)) + 1)
    if sheet.chance(0.4):
        _margin_notes(sheet, area, big // 2 + 3)
    style = "blackletter" if sheet.chance(0.6) else "antiqua"
    line = max(6, round(big * sheet.between(0.45, 1.0)))
    fill(sheet, area, Measure(line, round(line * sheet.between(1.05, 1.4)), style))


def text(sheet: Sheet, corpus: Corpus) -> None:
    """No picture but a head- or tailpiece: columns, headlines, initials; type of any size."""
    area = _type_area(sheet)
    if sheet.chance(0.35):
        area = _head_or_tail(sheet, corpus, area)
    edges = _column_edges(sheet, area, int(sheet.rng.choice([1, 1, 1, 2, 2, 3, 4])))
    _flow(sheet, edges, area, high=48)


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
    sheet.tone[: size[1], : size[0]] = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
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
    area = _type_area(sheet, head=0.0)
    top = area.top + round(area.height * sheet.between(0, 0.2))
    while top < area.bottom - 20:
        kind = sheet.rng.random()
        if kind < 0.12:
            width = round(area.width * sheet.between(0.1, 0.7))
            height = round(width * sheet.between(0.15, 0.9))
            left = area.left + (area.width - width) // 2
            _piece(sheet, corpus, Box(left, top, left + width, min(top + height, area.bottom)))
            top += height + 10
        elif kind < 0.2:
            sheet.rule(area.left + area.width // 4, top, area.width // 2, 2, upright=False)
            top += 14
        else:
            size = int(np.exp(sheet.between(np.log(8), np.log(sheet.height / 13))))
            top = headline(sheet, Box(area.left, top, area.right, area.bottom), size)
        top += round(sheet.height * sheet.between(0, 0.06))


def listing(sheet: Sheet, corpus: Corpus) -> None:
    """A catalog or a register: short lines, numbers at the right, much white."""
    del corpus
    area = _type_area(sheet)
    size = int(np.clip(sheet.height * sheet.between(0.007, 0.022), 4, 30))
    leading = round(size * sheet.between(1.2, 3.0))
    for top in range(area.top, area.bottom - size, leading):
        kind = sheet.rng.random()
        row = Box(area.left, top, area.right, top + size)
        if kind < 0.15:
            continue
        if kind < 0.3:
            sheet.line(row, "display", align="center")
        else:
            sheet.line(
                Box(row.left, top, row.right - row.width // 5, top + size), "antiqua", align="left"
            )
            number = Box(row.right - 3 * size, top, row.right, top + size)
            if sheet.chance(0.7):
                sheet.line(number, "antiqua", align="right")
        slack = max(1, (leading - size) // 2)
        sheet.mark(Box(row.left, top - slack, row.right, top + size + slack), TEXT)


def table(sheet: Sheet, corpus: Corpus) -> None:
    """A ruled table, or staves of music; the whole box is text."""
    del corpus
    area = _type_area(sheet)
    if sheet.chance(0.35):
        _music(sheet, area)
        return
    size = int(np.clip(sheet.height * sheet.between(0.007, 0.018), 4, 24))
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
            sheet.rule(area.left, top + leading - 2, area.width, 1, upright=False)
    if ruled:
        for col in range(cols + 1):
            sheet.rule(area.left + col * area.width // cols, area.top, area.height, 2, upright=True)
    sheet.mark(area, TEXT)


def blank(sheet: Sheet, corpus: Corpus) -> None:
    """Nothing, or next to nothing."""
    del corpus
    if sheet.chance(0.5):
        area = _type_area(sheet, head=0)
        line = Box(area.left, area.top, area.right, area.top + 12)
        sheet.line(line, "antiqua", align="center")
        sheet.mark(line, TEXT)


KINDS: dict[str, Kind] = {
    "columns": columns,
    "wrapped": wrapped,
    "template": template,
    "figures": figures,
    "plate": plate,
    "woodcut": woodcut,
    "text": text,
    "real-text": real_text,
    "title": title,
    "list": listing,
    "table": table,
    "blank": blank,
}


def _type_area(sheet: Sheet, *, head: float = 0.75) -> Box:
    left, right = (round(sheet.width * sheet.between(0.03, 0.2)) for _ in range(2))
    top, bottom = (round(sheet.height * sheet.between(0.02, 0.14)) for _ in range(2))
    area = Box(left, top, sheet.width - right, sheet.height - bottom)
    return header(sheet, area) if sheet.chance(head) else area


def _column_edges(sheet: Sheet, area: Box, count: int) -> list[tuple[int, int]]:
    gutter = round(area.width * sheet.between(0.015, 0.05))
    width = (area.width - (count - 1) * gutter) // count
    ruled = count > 1 and sheet.chance(0.35)
    edges = []
    for at in range(count):
        left = area.left + at * (width + gutter)
        edges.append((left, left + width))
        if ruled and at:
            sheet.rule(left - gutter // 2, area.top, area.height, 1, upright=True)
    return edges


def _flow(sheet: Sheet, edges: list[tuple[int, int]], area: Box, *, high: float = 26) -> None:
    measure = choose_measure(sheet, edges[0][1] - edges[0][0], high=high)
    for left, right in edges:
        top = area.top
        while top < area.bottom - 2 * measure.line:
            block = Box(left, top, right, area.bottom)
            if sheet.chance(0.2) and not sheet.taken[top : top + 40, left:right].any():
                top = headline(sheet, block, round(measure.line * sheet.between(1.0, 2.6)))
                continue
            height = round(area.height * sheet.between(0.1, 0.9))
            bottom = min(top + height, area.bottom)
            if sheet.chance(0.15):
                size = round(measure.line * sheet.between(2.0, 4.5))
                spot = Box(left, top, left + size, top + size)
                if not sheet.taken[top : top + size, left : left + size].any():
                    ornament(sheet, spot)
            fill(sheet, Box(left, top, right, bottom), measure)
            top = bottom + round(measure.leading * sheet.between(0.3, 2.5))
            if sheet.chance(0.25):
                sheet.rule(
                    left + (right - left) // 4, top - 2, (right - left) // 2, 1, upright=False
                )


def _pick(sheet: Sheet, corpus: Corpus) -> Picture:
    weights = np.array([picture.weight for picture in corpus.pictures])
    return corpus.pictures[sheet.rng.choice(len(weights), p=weights / weights.sum())]


def _place(sheet: Sheet, corpus: Corpus, left: int, area: Box, width: int, height: int) -> None:
    height = min(height, area.height - 4)
    for _ in range(4):
        top = int(sheet.rng.integers(area.top, max(area.top + 1, area.bottom - height)))
        box = Box(left, top, left + width, top + height)
        if min(width, height) >= 16 and not sheet.taken[top : box.bottom, left : box.right].any():
            size = int(np.clip(sheet.height * sheet.between(0.007, 0.015), 4, 18))
            _captioned(sheet, corpus, box, size, lines=int(sheet.rng.choice([0, 0, 1, 1, 2, 3])))
            return


def _captioned(
    sheet: Sheet, corpus: Corpus, box: Box, size: int, *, lines: int, stretch: float = 1.15
) -> None:
    shape = sheet.picture(_pick(sheet, corpus), box, stretch=stretch)
    if sheet.chance(0.12):
        _frame(sheet, shape, 1 + int(sheet.rng.integers(3)))
    rows, cols = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    found = Box(int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1)
    if lines:
        caption(sheet, found, size=size, lines=lines)


def _frame(sheet: Sheet, shape: NDArray[np.bool_], thickness: int) -> None:
    rows, cols = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    left, top, right, bottom = cols[0], rows[0], cols[-1] + 1, rows[-1] + 1
    gap = thickness + int(sheet.rng.integers(0, 5))
    box = Box(int(left) - gap, int(top) - gap, int(right) + gap, int(bottom) + gap).clipped(
        sheet.width, sheet.height
    )
    if box is None:
        return
    cv2.rectangle(sheet.tone, (box.left, box.top), (box.right - 1, box.bottom - 1), 20, thickness)
    sheet.mark(box, ILLUSTRATION)
    sheet.alpha[box.top : box.bottom, box.left : box.right] = 255


def _margin_notes(sheet: Sheet, area: Box, size: int) -> None:
    width = max(12, min(area.left, sheet.width - area.right) - 6)
    left = 3 if sheet.chance(0.5) else min(area.right + 3, sheet.width - width - 2)
    for top in range(area.top, area.bottom - 8 * size, 10 * size):
        if sheet.chance(0.4):
            fill(
                sheet,
                Box(left, top, left + width, top + 4 * size),
                Measure(size, size + 2, "antiqua"),
            )


def _fill_part(sheet: Sheet, corpus: Corpus, part: NDArray[np.bool_], box: Box, area: int) -> None:
    before = sheet.tone.copy()
    labels = sheet.labels.copy()
    sheet.picture(_pick(sheet, corpus), box, stretch=2.5)
    if area < 0.9 * box.area:
        sheet.tone[~part] = before[~part]
    sheet.labels = np.where(part, ILLUSTRATION, labels).astype(np.uint8)
    sheet.alpha[part] = 255
    sheet.taken |= part


def _music(sheet: Sheet, area: Box) -> None:
    gap = max(2, round(sheet.height * sheet.between(0.003, 0.007)))
    for top in range(area.top, area.bottom - 6 * gap, 12 * gap):
        for row in range(5):
            sheet.rule(area.left, top + row * gap, area.width, 1, upright=False)
        for left in range(area.left + 8 * gap, area.right - 4 * gap, 4 * gap):
            height = top + int(sheet.rng.integers(0, 5)) * gap
            cv2.ellipse(sheet.tone, (left, height), (gap, max(1, gap // 2)), -20, 0, 360, 10, -1)
            sheet.rule(left + gap - 1, height - 3 * gap, 3 * gap, 1, upright=True)
        words = Box(area.left, top + 6 * gap, area.right, top + 8 * gap + 2)
        if sheet.chance(0.7):
            sheet.line(words, "antiqua")
        sheet.mark(Box(area.left, top - gap, area.right, top + 9 * gap), IGNORE)


def _head_or_tail(sheet: Sheet, corpus: Corpus, area: Box) -> Box:
    """Print a headpiece above or a tailpiece below the text; return the room left."""
    width = round(area.width * sheet.between(0.12, 1.0))
    height = max(10, round(min(width * sheet.between(0.12, 0.8), area.height * 0.2)))
    left = area.left + (area.width - width) // 2
    gap = height // 4 + 3
    if sheet.chance(0.5):
        _piece(sheet, corpus, Box(left, area.top, left + width, area.top + height))
        return Box(area.left, area.top + height + gap, area.right, area.bottom)
    foot = area.top + round(area.height * sheet.between(0.4, 0.95)) - height
    _piece(sheet, corpus, Box(left, foot, left + width, foot + height))
    if sheet.chance(0.4):
        return area
    return Box(area.left, area.top, area.right, foot - gap)


def _piece(sheet: Sheet, corpus: Corpus, box: Box) -> None:
    """Print a small ornamental picture: a picture, or a strip of repeated ornament."""
    inside = box.clipped(sheet.width, sheet.height)
    if inside is None or min(inside.width, inside.height) < 8:
        return
    if sheet.chance(0.6) or inside.width < 2 * inside.height:
        sheet.picture(_pick(sheet, corpus), inside, stretch=1.6)
        return
    ornament(sheet, inside)
    sheet.mark(inside, ILLUSTRATION, pad=2)
