"""Pages in the layout of a real page: every region filled with other content of its class."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.flow import Measure, fill, set_lines
from pipeline.synthesis.parts import fill_part
from pipeline.synthesis.sheet import CAPTION, HEADER, ILLUSTRATION, TEXT, Cut, Sheet
from schemas.corpus import Corpus
from schemas.geometry import Box

_SMALLEST = 12
"""Pixels of the shorter side of a picture's region; smaller ones are specks of the label map."""
_THINNEST = 4
"""Pixels of height below which a region cannot hold a line of type."""


def from_layout(sheet: Sheet, corpus: Corpus) -> None:
    """Compose a page in the layout of one of the corpus's ``layouts``, mirrored half the time."""
    layout = corpus.layouts[sheet.rng.integers(len(corpus.layouts))]
    layout = layout[:, ::-1] if sheet.chance(0.5) else layout
    layout = cv2.resize(
        np.ascontiguousarray(layout), (sheet.width, sheet.height), interpolation=cv2.INTER_NEAREST
    )
    for shape, box in _regions(layout, ILLUSTRATION):
        if min(box.width, box.height) >= _SMALLEST:
            fill_part(sheet, corpus, shape, box, int(shape.sum()))
    share = np.exp(sheet.between(np.log(0.0045), np.log(0.0092)))
    line, leading = max(5, round(share * sheet.height)), sheet.between(1.05, 1.4)
    style = "blackletter" if sheet.chance(0.55) else "antiqua"
    text = layout == TEXT
    measure = Measure(line, max(line + 1, round(line * leading)), style)
    fill(sheet, Box(0, 0, sheet.width, sheet.height), measure, shape=text)
    _label(sheet, np.s_[:, :], TEXT, where=text)
    cut = sheet.cut(style)
    for _, box in _regions(layout, CAPTION):
        _caption(sheet, box, cut, max(4, round(line * sheet.between(0.8, 1.2))))
    for shape, box in _regions(layout, HEADER):
        _header(sheet, shape, box)


def _regions(layout: NDArray[np.uint8], label: int) -> list[tuple[NDArray[np.bool_], Box]]:
    """Return the pieces (H, W) bool of ``label`` and their boxes."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats((layout == label).astype(np.uint8))
    regions = []
    for part in range(1, count):
        left, top, width, height = (int(v) for v in stats[part][:4])
        regions.append((parts == part, Box(left, top, left + width, top + height)))
    return regions


def _caption(sheet: Sheet, region: Box, cut: Cut, size: int) -> None:
    """Print as many lines of ``size`` as a region holds, or fewer; the caption is their box.

    Many regions are taller than their lines need, and a net that is told the whole region answers
    with captions that are too tall.
    """
    size = min(size, round(region.height * 0.75))
    if size < _THINNEST or region.width < 2 * size:
        return
    leading = round(size * 1.25)
    lines = int(sheet.rng.integers(1, 2 + (region.height - size) // leading))
    spare = region.height - size - (lines - 1) * leading
    top = region.top + int(sheet.between(0, 0.6) * spare)
    inset = int(region.width * sheet.between(0, 0.1))
    first = Box(region.left + inset, top, region.right - inset, top + size)
    covered = set_lines(sheet, first, cut, count=lines, leading=leading)
    inside = covered.grown(max(1, round(size * sheet.between(0.2, 0.45)))).clipped(
        sheet.width, sheet.height
    )
    if inside is not None:
        _label(sheet, np.s_[inside.top : inside.bottom, inside.left : inside.right], CAPTION)


def _header(sheet: Sheet, shape: NDArray[np.bool_], region: Box) -> None:
    """Print a running head into a region; the header is the whole of it."""
    size = round(region.height * sheet.between(0.4, 0.75))
    if size < _THINNEST:
        return
    style = "blackletter" if sheet.chance(0.5) else "antiqua"
    top = region.top + int(sheet.between(0.3, 0.7) * (region.height - size))
    half = round(region.width * sheet.between(0.08, 0.3))
    middle = (region.left + region.right) // 2
    is_narrow = region.width < sheet.width // 3
    row = Box(region.left, top, region.right, top + size)
    if is_narrow or sheet.chance(0.9):
        title = row if is_narrow else Box(middle - half, top, middle + half, top + size)
        sheet.line(title, style, align="justify", capitals=sheet.chance(0.2))
    for side in () if is_narrow else ("left", "right"):
        if sheet.chance(0.6):
            width = max(size, round(region.width * sheet.between(0.02, 0.3)))
            width = min(width, region.width // 2 - half - size)
            left = region.left if side == "left" else region.right - width
            if width >= size:
                sheet.line(Box(left, top, left + width, top + size), style, align="justify")
    _label(sheet, np.s_[:, :], HEADER, where=shape)


def _label(
    sheet: Sheet, window: tuple[slice, slice], label: int, *, where: NDArray[np.bool_] | None = None
) -> None:
    """Label ``window``, or what of it is true in ``where``, but never a picture."""
    free = sheet.labels[window] != ILLUSTRATION
    sheet.labels[window][free if where is None else free & where] = label
