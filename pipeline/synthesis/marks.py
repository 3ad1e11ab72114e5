"""What is mistaken for pictures: decorated initials."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.sheet import TEXT, Sheet, square_of
from pipeline.synthesis.type import resized
from schemas.corpus import Corpus
from schemas.geometry import Box

_CAPITALS = "ABCDEFGHILMNOPQRSTV"
_DARK = 90
"""Mean ink, of 255, of a ground that shows a letter spared out of it."""


def initial(sheet: Sheet, corpus: Corpus, box: Box) -> None:
    """Print an initial into ``box``: a plain letter, or one on a cut ground; text.

    The letter on a ground is black, or spared out of it, as in criblé initials.
    """
    inside = box.clipped(sheet.width, sheet.height)
    if inside is None or min(inside.width, inside.height) < 6:
        return
    letter = _letter(sheet, inside)
    if sheet.chance(0.7):
        ground = _cut_ground(sheet, corpus, inside)
        if sheet.chance(0.65):
            spared = cv2.dilate(letter, np.ones((3, 3), np.uint8))
            is_dark = ground.mean() > _DARK
            ground = np.asarray(cv2.subtract(ground, spared), np.uint8)
            if is_dark and sheet.chance(0.7):
                letter = np.zeros_like(letter)
        sheet.stamp(ground, inside.left, inside.top)
        for inset in (0, sheet.px(3)) if sheet.chance(0.6) else (0,):
            first = (inside.left + inset, inside.top + inset)
            last = (inside.right - 1 - inset, inside.bottom - 1 - inset)
            cv2.rectangle(sheet.tone, first, last, 20, sheet.px(1))
    sheet.stamp(letter, inside.left, inside.top)
    sheet.mark(inside, TEXT)


def _letter(sheet: Sheet, box: Box) -> NDArray[np.uint8]:
    """Return the ink of one capital in the middle of the size of ``box``."""
    face = sheet.cut("display" if sheet.chance(0.7) else "blackletter").face
    drawn = sheet.fonts.draw(face.name, _CAPITALS[sheet.rng.integers(len(_CAPITALS))], 60)
    height, width = drawn.shape
    scale = min(box.width / width, box.height / height) * sheet.between(0.65, 0.95)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    ink = np.zeros((box.height, box.width), np.uint8)
    left, top = (box.width - size[0]) // 2, (box.height - size[1]) // 2
    letter = resized(drawn, size)
    ink[top : top + size[1], left : left + size[0]] = letter
    return ink


def _cut_ground(sheet: Sheet, corpus: Corpus, box: Box) -> NDArray[np.uint8]:
    """Return the ink of a ground for an initial: part of a picture, leaves, or dark with dots."""
    size = (box.width, box.height)
    kind = sheet.rng.random()
    if kind < 0.3:
        dots = (sheet.rng.random((max(4, size[1] // 3), max(4, size[0] // 3))) < 0.3) * np.uint8(
            255
        )
        return 255 - np.asarray(cv2.resize(dots, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    grey = corpus.pictures[sheet.rng.integers(len(corpus.pictures))].grey
    side = min(grey.shape) if kind < 0.5 else max(1, round(min(grey.shape) * 0.4))
    piece = np.asarray(255 - square_of(sheet, grey, side), np.uint8)
    if sheet.chance(0.5):
        half = piece[:, : max(1, side // 2)]
        piece = np.hstack([half, half[:, ::-1]])
    cut = resized(piece, size)
    low, high = np.percentile(cut, (5, 95))
    return np.clip((cut - low) * (255 / max(1.0, high - low)), 0, 255).astype(np.uint8)
