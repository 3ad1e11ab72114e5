"""Lines that are two: a caption beside running text, figure numbers beside each other.

Tesseract reads straight across a gap that is not much wider than a space, as there is between a
picture's caption and the text that is set round both.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.text_engine import RawWord
from schemas.model import CLASSES, ClassMap, RegionKind

_GAP = 0.6
"""Paper between two words, in heights of a word, at which a line may be cut."""

FIGURE_NUMBER = re.compile(r"\W{0,2}(?:Fig|Abb)\s?[.,:]?\s{0,2}\d{1,4}\s?[a-z]?\W{0,2}", re.I)
"""All of a line that only numbers a figure, as "Fig. 12 a."."""


def parted_line(
    words: Sequence[RawWord], class_map: ClassMap, *, width: int, height: int
) -> list[tuple[RegionKind, list[RawWord]]]:
    """Return the pieces of a line from left to right, each with its kind.

    A line is cut at wide gaps where caption meets something else on the ``class_map`` (which
    covers the page of ``width`` by ``height`` pixels, at any size), and around figure numbers.
    """
    ordered = sorted(words, key=lambda word: word.box.left)
    reach = _GAP * statistics.median(word.box.height for word in ordered)
    pieces = [[ordered[0]]]
    for word in ordered[1:]:
        if word.box.left - pieces[-1][-1].box.right >= reach:
            pieces.append([])
        pieces[-1].append(word)
    voted = [(_votes(piece, class_map, width, height), piece) for piece in pieces]
    joined: list[tuple[NDArray[np.float64], list[RawWord]]] = [voted[0]]
    for votes, piece in voted[1:]:
        before, last_piece = joined[-1]
        if _belong(before, last_piece, votes, piece):
            joined[-1] = (before + votes, last_piece + piece)
        else:
            joined.append((votes, piece))
    return [(_kind(votes), piece) for votes, piece in joined]


def _belong(
    first: NDArray[np.float64],
    first_words: Sequence[RawWord],
    other: NDArray[np.float64],
    piece: Sequence[RawWord],
) -> bool:
    is_caption = [_kind(votes) is RegionKind.CAPTION for votes in (first, other)]
    if all(is_caption):
        return True
    if _numbers(first_words) or _numbers(piece):
        return False
    return not first.any() or not other.any() or not any(is_caption)


def _numbers(piece: Sequence[RawWord]) -> bool:
    return bool(FIGURE_NUMBER.fullmatch(" ".join(word.text for word in piece)))


def _votes(
    words: Sequence[RawWord], class_map: ClassMap, width: int, height: int
) -> NDArray[np.float64]:
    votes = np.zeros(len(CLASSES))
    for word in words:
        rows = _span(word.box.top, word.box.bottom, class_map.shape[0] / height)
        cols = _span(word.box.left, word.box.right, class_map.shape[1] / width)
        votes += np.bincount(class_map[rows, cols].ravel(), minlength=len(CLASSES))
    votes[CLASSES.index("background")] = votes[CLASSES.index("illustration")] = 0
    return votes


def _kind(votes: NDArray[np.float64]) -> RegionKind:
    return RegionKind(CLASSES[int(votes.argmax())]) if votes.any() else RegionKind.TEXT


def _span(start: int, end: int, scale: float) -> slice:
    first = int(start * scale)
    return slice(first, max(first + 1, round(end * scale)))
