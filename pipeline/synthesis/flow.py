"""Text flowing through whatever room is left on a sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.sheet import BACKGROUND, CAPTION, HEADER, TEXT, Cut, Sheet
from pipeline.synthesis.type import resized
from schemas.geometry import Box

_NUMERAL_PX = 48


@dataclass(frozen=True, slots=True)
class Measure:
    """How a text is set: height of a line's ink and distance of lines, pixels; its type.

    With a style alone, every text in this measure is set in some cut of it.
    """

    line: int
    leading: int
    type: str | Cut


def choose_measure(sheet: Sheet, width: int, *, low: float = 5, high: float = 26) -> Measure:
    """Return a measure that puts 12 to 90 letters on a line ``width`` wide.

    Its lines are ``low`` to ``high`` pixels of a sheet of unit 1 high.
    """
    sized = np.exp(sheet.between(np.log(low), np.log(high))) * sheet.unit
    line = int(np.clip(sized, max(5, width / 45), max(6, width / 7)))
    style = "blackletter" if sheet.chance(0.35) else "antiqua"
    leading = max(line + 1, round(line * sheet.between(1.02, 1.6)))
    return Measure(line, leading, sheet.cut(style))


def fill(
    sheet: Sheet,
    box: Box,
    measure: Measure,
    *,
    label: int = TEXT,
    align: str = "justify",
    shape: NDArray[np.bool_] | None = None,
) -> None:
    """Set lines wherever ``box`` is free (or ``shape`` is true), paragraph after paragraph."""
    inside = box.clipped(sheet.width, sheet.height)
    if inside is None:
        return
    gap = max(2, measure.line // 2)
    free = shape if shape is not None else ~_grown(sheet.taken, gap)
    body = replace(measure, type=sheet.cut(measure.type))
    head = replace(measure, type=sheet.cut("display"))
    headed = label == TEXT and align == "justify" and sheet.chance(0.35)
    left_in_paragraph = 0
    for top in range(inside.top, inside.bottom - measure.line, measure.leading):
        rows = free[top : top + measure.line, inside.left : inside.right]
        band = np.asarray(rows.all(axis=0), dtype=np.bool_)
        first, last = left_in_paragraph <= 0, left_in_paragraph == 1
        if first:
            left_in_paragraph = int(sheet.rng.integers(2, 14))
        left_in_paragraph -= 1
        for start, end in _runs(band):
            if end - start < 3 * measure.line:
                continue
            run = Box(inside.left + start, top, inside.left + end, top + measure.line)
            is_head = headed and first and sheet.chance(0.4)
            how, to = (head, "center") if is_head else (body, align)
            _set(sheet, run, how, label=label, align=to, first=first, last=last)


def _set(
    sheet: Sheet, run: Box, measure: Measure, *, label: int, align: str, first: bool, last: bool
) -> None:
    place = run
    if align == "justify" and first:
        place = Box(min(run.left + measure.line, run.right - 1), run.top, run.right, run.bottom)
    if align == "justify" and last:
        end = run.left + round(run.width * sheet.between(0.2, 0.9))
        place = Box(run.left, run.top, max(end, run.left + 2), run.bottom)
    sheet.line(place, measure.type, align=align)
    slack = max(1, (measure.leading - measure.line + 1) // 2)
    covered = Box(run.left, run.top - slack, run.right, run.bottom + slack)
    inside = covered.clipped(sheet.width, sheet.height)
    if inside is not None:
        window = sheet.labels[inside.top : inside.bottom, inside.left : inside.right]
        window[window == 0] = label


def header(sheet: Sheet, area: Box) -> Box:
    """Print a running head over ``area``; return the type area left below it.

    The header is the whole band across the type area, as archivists mark it.
    """
    size = sheet.size(0.008, 0.02, 5, 26)
    style = "blackletter" if sheet.chance(0.2) else "display" if sheet.chance(0.3) else "antiqua"
    band = Box(area.left, area.top, area.right, area.top + size)
    sheet.line(
        Box(area.left + area.width // 4, band.top, area.right - area.width // 4, band.bottom),
        style,
        align="center",
        capitals=sheet.chance(0.4),
    )
    for side in ("left", "right"):
        if sheet.chance(0.5):
            width = max(4, round(area.width * sheet.between(0.03, 0.14)))
            at = area.left if side == "left" else area.right - width
            sheet.line(Box(at, band.top, at + width, band.bottom), style, align="justify")
    sheet.mark(band, HEADER, pad=max(1, size // 4))
    below = band.bottom + size // 2
    if sheet.chance(0.5):
        sheet.rule(area.left, below, area.width, max(1, size // 10), upright=False)
    return Box(area.left, min(below + size // 2 + 2, area.bottom - 2), area.right, area.bottom)


def caption(sheet: Sheet, under: Box, *, size: int, lines: int) -> Box:
    """Print a caption below ``under``; return its box."""
    top = under.bottom + max(2, size // 2)
    style = "antiqua" if sheet.chance(0.7) else "blackletter"
    leading = size + max(1, size // 4)
    covered: Box | None = None
    width = max(under.width, 8 * size)
    center = (under.left + under.right) // 2
    for number in range(lines):
        at = top + number * leading
        line = Box(center - width // 2, at, center + (width + 1) // 2, at + size)
        printed = sheet.line(line, style, align="center", capitals=sheet.chance(0.2))
        covered = printed if covered is None else covered.union(printed)
    box = covered or Box(under.left, top, under.right, top + size)
    sheet.mark(box, CAPTION, pad=max(1, size // 5))
    return box


def set_lines(sheet: Sheet, first: Box, cut: Cut, *, count: int, leading: int) -> Box:
    """Print ``count`` lines from ``first`` down, the last of several centered; return their box."""
    covered = first
    for number in range(count):
        top = first.top + number * leading
        row = Box(first.left, top, first.right, top + first.height)
        is_last_of_some = number == count - 1 > 0
        printed = sheet.line(row, cut, align="center" if is_last_of_some else "justify")
        covered = printed if number == 0 else covered.union(printed)
    return covered


def headline(sheet: Sheet, box: Box, size: int) -> int:
    """Print one to three display lines at the head of ``box``; return the row below them."""
    top = box.top
    style = "display" if sheet.chance(0.6) else "blackletter"
    is_ruled = sheet.chance(0.08)
    for _ in range(int(sheet.rng.integers(1, 4))):
        if top + size >= box.bottom:
            break
        line = Box(box.left, top, box.right, top + size)
        sheet.line(line, style, align="center", capitals=sheet.chance(0.4))
        sheet.mark(line, TEXT)
        top += round(size * 1.5)
        if is_ruled and size >= 6 and top < box.bottom:
            _worn_rule(sheet, Box(box.left, top - size // 2 + 1, box.right, top - 1))
        size = max(5, round(size * sheet.between(0.5, 1.0)))
    return top + size // 2


def numeral(sheet: Sheet, box: Box, cut: Cut) -> Box:
    """Print a number of one to three figures at the right of ``box``; return what it covers."""
    drawn = sheet.fonts.draw(
        cut.face.name, str(sheet.rng.integers(1, 700)), _NUMERAL_PX, line_height=True
    )
    width = max(2, round(drawn.shape[1] * box.height / drawn.shape[0]))
    ink = resized(drawn, (width, box.height))
    left = box.right - width
    sheet.stamp(ink, left, box.top, cut.inking)
    return Box(left, box.top, box.right, box.bottom)


def _worn_rule(sheet: Sheet, gap: Box) -> None:
    """Print the pieces of a rule, not quite in line, across ``gap``; rules are background."""
    piece = max(8, round(gap.width * sheet.between(0.06, 0.5)))
    thickness = 1 + int(sheet.rng.integers(min(3, gap.height)))
    for left in range(gap.left, gap.right, piece + 2):
        top = gap.top + int(sheet.rng.integers(min(3, gap.height - thickness + 1)))
        sheet.rule(left, top, min(piece, gap.right - left), thickness, upright=False)
    sheet.mark(gap, BACKGROUND)


def _grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def _runs(hits: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.r_[False, hits, False].astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
