"""Pages of advertisements, and plates that run over the fold."""

from __future__ import annotations

import numpy as np

from pipeline.synthesis.flow import choose_measure, fill, headline
from pipeline.synthesis.parts import type_area
from pipeline.synthesis.sheet import ILLUSTRATION, TEXT, Sheet, pick
from schemas.corpus import Corpus
from schemas.geometry import Box


def adverts(sheet: Sheet, corpus: Corpus) -> None:
    """Advertisements in ruled boxes: display lines, small type, here and there a picture.

    The box and its rules are background, what is set in it is text.
    """
    area = type_area(sheet, head=0.5)
    for cell in _cells(sheet, area):
        if sheet.chance(0.7):
            _ruled(sheet, cell)
        inset = max(4, round(min(cell.width, cell.height) * 0.05))
        inner = (cell.left + inset, cell.top + inset, cell.right - inset, cell.bottom - inset)
        if inner[2] - inner[0] > 24 and inner[3] - inner[1] > 24:
            _advert(sheet, corpus, Box(*inner))


def plate_over_fold(sheet: Sheet, corpus: Corpus) -> None:
    """Print one picture over the middle of a spread, on cleared paper."""
    width = round(sheet.width * sheet.between(0.6, 0.95))
    height = round(sheet.height * sheet.between(0.4, 0.85))
    left = (sheet.width - width) // 2
    top = round((sheet.height - height) * sheet.between(0.2, 0.8))
    around = np.s_[max(0, top - 12) : top + height + 12, max(0, left - 12) : left + width + 12]
    sheet.tone[around], sheet.labels[around], sheet.alpha[around] = 255, 0, 0
    sheet.type_cast[around] = False
    framed = [picture for picture in corpus.pictures if picture.is_framed]
    picture = framed[sheet.rng.integers(len(framed))] if framed else pick(sheet, corpus)
    sheet.picture(picture, Box(left, top, left + width, top + height), stretch=2.0)


def _cells(sheet: Sheet, area: Box) -> list[Box]:
    """Cut the area into boxes, across and down by turns, until they are small enough."""
    cells: list[Box] = [area]
    cells_found: list[Box] = []
    smallest = sheet.height * sheet.between(0.12, 0.35)
    while cells:
        cell = cells.pop()
        if max(cell.width, cell.height) < 2 * smallest or (cells_found and sheet.chance(0.12)):
            cells_found.append(cell)
            continue
        share = sheet.between(0.35, 0.65)
        if cell.height > cell.width:
            at = cell.top + round(cell.height * share)
            cells += [
                Box(cell.left, cell.top, cell.right, at - 3),
                Box(cell.left, at + 3, cell.right, cell.bottom),
            ]
        else:
            at = cell.left + round(cell.width * share)
            cells += [
                Box(cell.left, cell.top, at - 3, cell.bottom),
                Box(at + 3, cell.top, cell.right, cell.bottom),
            ]
    return cells_found


def _ruled(sheet: Sheet, cell: Box) -> None:
    thick = sheet.px(int(sheet.rng.integers(1, 5)))
    for top in (cell.top, cell.bottom - thick):
        sheet.rule(cell.left, top, cell.width, thick, upright=False)
    for left in (cell.left, cell.right - thick):
        sheet.rule(left, cell.top, cell.height, thick, upright=True)


def _advert(sheet: Sheet, corpus: Corpus, cell: Box) -> None:
    top = cell.top
    if sheet.chance(0.8):
        size = round(min(cell.height * 0.3, sheet.height * sheet.between(0.012, 0.06)))
        top = headline(sheet, Box(cell.left, top, cell.right, cell.bottom), max(7, size))
    if sheet.chance(0.45) and cell.bottom - top > 40 and cell.width > 40:
        height = round((cell.bottom - top) * sheet.between(0.3, 0.7))
        width = round(cell.width * sheet.between(0.3, 1.0))
        left = int(sheet.rng.integers(cell.left, cell.right - width + 1))
        sheet.picture(pick(sheet, corpus), Box(left, top + 3, left + width, top + height))
    if cell.bottom - top > 10:
        room = Box(cell.left, top, cell.right, cell.bottom)
        fill(sheet, room, choose_measure(sheet, cell.width, high=16))
    free = sheet.labels[cell.top : cell.bottom, cell.left : cell.right]
    free[(free != ILLUSTRATION) & (free != 0)] = TEXT
