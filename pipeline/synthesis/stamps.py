"""Stamps of libraries: an oval or a circle with a legend round it, over whatever is printed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.settings import IGNORE
from pipeline.synthesis.sheet import BACKGROUND, ILLUSTRATION, Sheet, pick_vignette
from schemas.corpus import Corpus
from schemas.geometry import Box

_LEGEND = "BIBLIOTHEQVE ROYALE NATIONALE UNIVERSITATIS MDCCLX REGIA "
_LETTER_PX = 32
_READABLE = 16
"""Pixels of half a stamp's height below which letters and emblems are dots."""


def library_stamp(sheet: Sheet, corpus: Corpus) -> None:
    """Stamp the sheet; over white paper a stamp is background, over a picture part of it."""
    height = round(sheet.height * sheet.between(0.025, 0.08))
    width = round(height * (1.0 if sheet.chance(0.4) else sheet.between(0.9, 1.7)))
    across, down = _place(sheet, width, height)
    ink = _oval(sheet, width, height)
    has_emblem = height >= _READABLE and sheet.chance(0.4)
    if has_emblem:
        emblem = _emblem(pick_vignette(sheet, corpus).grey, height)
        first, start = height - emblem.shape[0] // 2, width - emblem.shape[1] // 2
        ink[first : first + emblem.shape[0], start : start + emblem.shape[1]] |= emblem
    stamped = Box(across - width, down - height, across + width + 1, down + height + 1)
    sheet.stamp(ink, stamped.left, stamped.top, sheet.between(0.35, 1.0))
    if height >= _READABLE and not has_emblem and sheet.chance(0.8):
        reach = (width // 2, height // 5)
        word = Box(across - reach[0], down - reach[1], across + reach[0], down + reach[1])
        sheet.line(word, "display", align="center", capitals=True)
    covered = stamped.clipped(sheet.width, sheet.height)
    if covered is None:
        return
    labels = sheet.labels[covered.top : covered.bottom, covered.left : covered.right]
    # on type nobody could say what it is
    labels[(labels != BACKGROUND) & (labels != ILLUSTRATION)] = IGNORE


def _place(sheet: Sheet, width: int, height: int) -> tuple[int, int]:
    """Return where the middle of a stamp stands, x and y: anywhere, or beside a picture."""
    rows, columns = np.nonzero(sheet.labels[::8, ::8] == ILLUSTRATION)
    if len(rows) and sheet.chance(0.45):
        at = int(sheet.rng.integers(len(rows)))
        x = 8 * int(columns[at]) + round(width * sheet.between(-1.5, 1.5))
        y = 8 * int(rows[at]) + round(height * sheet.between(-1.5, 1.5))
        return x, y
    return int(sheet.rng.integers(sheet.width)), int(sheet.rng.integers(sheet.height))


def _oval(sheet: Sheet, width: int, height: int) -> NDArray[np.uint8]:
    """Return the ink of the rim and of the legend along it, (2 height + 1, 2 width + 1)."""
    ink = np.zeros((2 * height + 1, 2 * width + 1), np.uint8)
    axes, middle = (width - 2, height - 2), (width, height)
    cv2.ellipse(ink, middle, axes, 0, 0, 360, 255, sheet.px(1 + int(sheet.rng.integers(3))))
    if sheet.chance(0.3):
        return ink
    inner = (axes[0] * 2 // 3, axes[1] * 2 // 3)
    cv2.ellipse(ink, middle, inner, 0, 0, 360, 255, sheet.px(1))
    spacing = sheet.between(0.9, 1.8) * height / 4  # of letters, pixels
    count = max(6, round(np.pi * 0.83 * (axes[0] + axes[1]) / max(spacing, 2.0)))
    cut, first = sheet.cut("display"), int(sheet.rng.integers(len(_LEGEND)))
    for number in range(count):
        turn = 2 * np.pi * number / count
        at = (width + 0.83 * axes[0] * np.cos(turn), height + 0.83 * axes[1] * np.sin(turn))
        letter = _LEGEND[(first + number) % len(_LEGEND)]
        if letter != " ":
            drawn = sheet.fonts.draw(cut.face.name, letter, _LETTER_PX)
            ink |= _turned(drawn, at, height / 4.2 / drawn.shape[0], turn, ink.shape[:2])
    return ink


def _turned(
    letter: NDArray[np.uint8],
    at: tuple[float, float],
    scale: float,
    turn: float,
    size: tuple[int, ...],
) -> NDArray[np.uint8]:
    """Return ``letter`` about ``at`` (x, y) on bare paper of ``size``, its head outwards."""
    middle = (letter.shape[1] / 2, letter.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, -90 - np.rad2deg(turn), scale)
    matrix[:, 2] += np.subtract(at, middle)
    turned = cv2.warpAffine(letter, matrix, size[::-1], flags=cv2.INTER_AREA)
    return np.asarray(turned, np.uint8)


def _emblem(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return the ink of ``grey`` at ``side`` pixels at most, solid as rubber prints it."""
    scale = side / max(grey.shape)
    size = (max(2, round(grey.shape[1] * scale)), max(2, round(grey.shape[0] * scale)))
    shrunk = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.where(shrunk < np.median(shrunk), 255, 0).astype(np.uint8)
