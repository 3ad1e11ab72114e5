"""What is mistaken for pictures: decorated initials and the stamps of libraries."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.synthesis.settings import IGNORE
from pipeline.synthesis.sheet import BACKGROUND, TEXT, Sheet, square_of
from schemas.corpus import Corpus
from schemas.model import Box


def initial(sheet: Sheet, corpus: Corpus, box: Box) -> None:
    """Print an initial into the square ``box``: a plain letter, or one on a cut ground; text."""
    inside = box.clipped(sheet.width, sheet.height)
    if inside is None or min(inside.width, inside.height) < 6:
        return
    if sheet.chance(0.6):
        picture = corpus.pictures[sheet.rng.integers(len(corpus.pictures))]
        grey = picture.grey
        ground = square_of(sheet, grey, min(grey.shape))
        size = (inside.width, inside.height)
        cut = cv2.resize(ground, size, interpolation=cv2.INTER_AREA)
        sheet.stamp(255 - cut, inside.left, inside.top)
        edge = (inside.right - 1, inside.bottom - 1)
        cv2.rectangle(sheet.tone, (inside.left, inside.top), edge, 20, 1)
    style = "display" if sheet.chance(0.5) else "blackletter"
    letter = Box(inside.left + inside.width // 5, inside.top, inside.right, inside.bottom)
    sheet.line(letter, style, align="left", capitals=True)
    sheet.mark(inside, TEXT)


def library_stamp(sheet: Sheet) -> None:
    """Stamp the sheet: an oval or a circle with letters; over white paper it is background."""
    height = round(sheet.height * sheet.between(0.025, 0.08))
    width = round(height * sheet.between(0.9, 1.7))
    center = (int(sheet.rng.integers(sheet.width)), int(sheet.rng.integers(sheet.height)))
    ink = np.zeros((2 * height + 1, 2 * width + 1), np.uint8)
    axes, middle = (width - 2, height - 2), (width, height)
    thick = 1 + int(sheet.rng.integers(3))
    cv2.ellipse(ink, middle, axes, 0, 0, 360, 255, thick)
    if sheet.chance(0.7):
        inner = (axes[0] * 2 // 3, axes[1] * 2 // 3)
        cv2.ellipse(ink, middle, inner, 0, 0, 360, 255, 1)
        for degrees in range(0, 360, int(sheet.rng.integers(12, 26))):
            turn = np.deg2rad(degrees)
            at = (width + 0.83 * axes[0] * np.cos(turn), height + 0.83 * axes[1] * np.sin(turn))
            length = max(2, height // 8)
            reach = (length * np.cos(turn), length * np.sin(turn))
            ends = [(round(at[0] + s * reach[0]), round(at[1] + s * reach[1])) for s in (-1, 1)]
            cv2.line(ink, ends[0], ends[1], 255, max(1, height // 22))
    top, left = center[1] - height, center[0] - width
    sheet.stamp(ink, left, top, sheet.between(0.35, 1.0))
    if height >= 16 and sheet.chance(0.8):
        word = Box(center[0] - width // 2, center[1] - height // 5, center[0] + width // 2,
                   center[1] + height // 5)  # fmt: skip
        sheet.line(word, "display", align="center", capitals=True)
    around = Box(left, top, left + ink.shape[1], top + ink.shape[0])
    covered = around.clipped(sheet.width, sheet.height)
    if covered is None:
        return
    window = np.s_[covered.top : covered.bottom, covered.left : covered.right]
    # on type nobody could say what it is; on a picture it is part of the picture
    labels = sheet.labels[window]
    labels[(labels != BACKGROUND) & (labels != 1)] = IGNORE
