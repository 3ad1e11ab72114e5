"""Letters that are pictures: mastheads on an ornamental ground, interlaced monograms."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.flow import set_lines
from pipeline.synthesis.ornaments import pale
from pipeline.synthesis.sheet import CAPTION, Sheet, pick, square_of
from pipeline.synthesis.type import PASSAGES, resized
from schemas.corpus import Corpus, Picture
from schemas.geometry import Box

_PX = 120
"""Font size at which letters are drawn; they are scaled from it."""
_PEN = np.ones((5, 5), np.uint8)
"""What outlines are drawn with, at that size."""
_BARE = 235
"""Mean tone, of 255, from which on a ground is hardly seen."""
_SMALL = 0.03
"""Share of the sheet up to which a picture may be a monogram."""


def print_masthead(sheet: Sheet, corpus: Corpus, area: Box) -> Box:
    """Print a masthead at the head of the type area; return the room below it."""
    width = round(area.width * sheet.between(0.75, 1.0))
    height = min(round(width * sheet.between(0.12, 0.3)), area.height // 3)
    left = area.left + (area.width - width) // 2
    box = Box(left, area.top, left + width, area.top + height)
    sheet.picture(masthead(sheet, corpus, box), box)
    below = box.bottom + max(3, round(height * sheet.between(0.05, 0.15)))
    if sheet.chance(0.7):
        below = _contents(sheet, Box(left, below, left + width, area.bottom))
    return Box(area.left, below, area.right, area.bottom)


def _contents(sheet: Sheet, room: Box) -> int:
    """Print one to four lines of contents at the head of ``room``; return the row below them.

    Annotators mark them as the masthead's caption.
    """
    size = sheet.size(0.005, 0.011, 4, 12)
    style = "blackletter" if sheet.chance(0.5) else "antiqua"
    first = Box(room.left, room.top, room.right, room.top + size)
    cut, count = sheet.cut(style), int(sheet.rng.integers(1, 5))
    printed = set_lines(sheet, first, cut, count=count, leading=round(size * 1.25))
    sheet.mark(printed, CAPTION, pad=max(1, size // 4))
    return printed.bottom + 2 * size


def masthead(sheet: Sheet, corpus: Corpus, box: Box) -> Picture:
    """Return a title of display letters on a mirrored piece of a picture, of the size of ``box``.

    Titles of illustrated papers were cut in wood with their ornament, and are cataloged as
    pictures; a title of type alone is none.
    """
    ground = _ground(sheet, corpus, (box.width, box.height))
    ink = np.zeros((box.height, box.width), np.uint8)
    has_second = sheet.chance(0.6)
    share = sheet.between(0.35, 0.6) if has_second else sheet.between(0.45, 0.8)
    top = round(box.height * sheet.between(0.05, 0.95 - share - 0.2 * has_second))
    row = Box(0, top, box.width, top + max(3, round(box.height * share)))
    _set_words(sheet, ink, row, sheet.between(0.55, 0.95))
    if has_second:
        low = row.bottom + max(1, box.height // 25)
        second = Box(0, low, box.width, low + max(2, box.height // 7))
        _set_words(sheet, ink, second, sheet.between(0.3, 0.6))
    image = spared(ground, ink, sheet.px(2))
    return Picture(image, True, "masthead", "composed", has_letters=True)


def _ground(sheet: Sheet, corpus: Corpus, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a piece of a picture, mirrored in its middle, (H, W) uint8; rather not a bare one."""
    for _ in range(5):
        grey = pick(sheet, corpus).grey
        piece = square_of(sheet, grey, max(1, round(min(grey.shape) * sheet.between(0.4, 1.0))))
        half = piece[:, : max(1, round(piece.shape[1] * sheet.between(0.5, 1.0)))]
        mirrored = resized(np.hstack([half, half[:, ::-1]]), size)
        ground = pale(mirrored, sheet.between(0.35, 1.0))
        if ground.mean() < _BARE:
            break
    return ground


def monogram(sheet: Sheet) -> Picture:
    """Return two or three capitals over each other, as patterns for embroidery show them."""
    canvas = np.full((2 * _PX, 2 * _PX), 255, np.uint8)
    for _ in range(int(sheet.rng.choice([2, 2, 3]))):
        letter = patterned(sheet, _words(sheet, chr(65 + int(sheet.rng.integers(26)))))
        height = round(_PX * sheet.between(0.9, 1.6))
        width = max(4, min(2 * _PX, round(letter.shape[1] / letter.shape[0] * height)))
        top = int(sheet.rng.integers(2 * _PX - height + 1))
        left = int(sheet.rng.integers(2 * _PX - width + 1))
        ink = np.zeros_like(canvas)
        ink[top : top + height, left : left + width] = resized(letter, (width, height))
        canvas = spared(canvas, ink, 3)
    covered = Box.covering(canvas < 255)
    if covered is not None:
        canvas = canvas[covered.top : covered.bottom, covered.left : covered.right]
    return Picture(canvas, False, "monogram", "composed", has_letters=True)


def lettered(sheet: Sheet, corpus: Corpus, box: Box, *, monograms: float) -> Picture | None:
    """Return a masthead for most wide boxes at the head of the sheet, a monogram for small ones.

    ``monograms`` is the chance of one, 0..1.
    """
    aspect = box.width / box.height
    is_head = box.top < 0.2 * sheet.height and box.width > 0.5 * sheet.width
    if aspect > 2.8 and is_head and sheet.chance(0.7):
        return masthead(sheet, corpus, box)
    is_small = box.area < _SMALL * sheet.height * sheet.width and 0.5 < aspect < 2.0
    return monogram(sheet) if is_small and sheet.chance(monograms) else None


def _words(sheet: Sheet, text: str) -> NDArray[np.uint8]:
    style = str(sheet.rng.choice(["display", "display", "blackletter", "antiqua"]))
    return sheet.fonts.draw(sheet.fonts.face(sheet.rng, style).name, text, _PX)


def _set_words(sheet: Sheet, ink: NDArray[np.uint8], row: Box, share: float) -> None:
    """Set one to three words in the middle of ``row`` of ``ink``, ``share`` of its width."""
    known = PASSAGES[sheet.rng.integers(len(PASSAGES))].split()
    first = int(sheet.rng.integers(len(known) - 4))
    text = " ".join(known[first : first + int(sheet.rng.integers(1, 4))]).title()
    drawn = _words(sheet, text.upper() if sheet.chance(0.4) else text)
    bottom = min(row.bottom, ink.shape[0])
    width = min(round(row.width * share), 3 * drawn.shape[1] * row.height // drawn.shape[0])
    size = (max(3, width), max(2, bottom - row.top))
    left = (row.width - size[0]) // 2
    window = ink[row.top : bottom, left : left + size[0]]
    letters = resized(patterned(sheet, drawn), size)[: window.shape[0]]
    np.maximum(window, letters, out=window)


def patterned(sheet: Sheet, letter: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``letter`` full, hatched or as an outline."""
    kind = sheet.rng.random()
    if kind < 0.5:
        return letter
    inner = cv2.erode(letter, _PEN, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    outline = cv2.subtract(letter, inner)
    if kind < 0.7:
        return np.asarray(outline, np.uint8)
    rows = np.arange(letter.shape[0])[:, None] + np.arange(letter.shape[1])[None, :]
    pitch = int(sheet.rng.integers(6, 14))
    hatched = np.where(rows % pitch < pitch // 2, inner, 0).astype(np.uint8)
    return np.asarray(cv2.max(outline, hatched), np.uint8)


def spared(ground: NDArray[np.uint8], ink: NDArray[np.uint8], halo: int) -> NDArray[np.uint8]:
    """Return ``ground`` with ``ink`` on it and paper for ``halo`` pixels round that."""
    around = cv2.dilate(ink, np.ones((2 * halo + 1, 2 * halo + 1), np.uint8))
    cleared = np.maximum(ground, around)
    return np.minimum(cleared, 255 - ink)
