"""Part captions that stand side by side: Tesseract reads a row of them as one line."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

from schemas.geometry import Box
from schemas.model import TextLine

_CHANNEL = 1.2
"""Widths of paper, in heights of a word, that part captions; a space is a third of one."""

_NEAR = 6.0
"""Heights of a word from a picture within which a caption may be its own."""


def part_captions(lines: list[TextLine], pictures: Sequence[Box]) -> list[list[TextLine]]:
    """Return ``lines`` of captions as one list a caption, in any order.

    Lines are cut where paper runs down through all of them between two ``pictures`` of a row;
    lines far below each other are different captions. A line across two pictures stays whole.
    """
    parted: list[list[TextLine]] = []
    for near in _stacked(lines):
        cuts = _cuts(near, pictures)
        columns: dict[int, list[TextLine]] = {}
        for line in near:
            for column, piece in _cut(line, cuts).items():
                columns.setdefault(column, []).append(piece)
        parted += columns.values()
    return parted


def _stacked(lines: list[TextLine]) -> list[list[TextLine]]:
    """Return lines that follow each other closely together."""
    height = _word_height(lines)
    ordered = sorted(lines, key=lambda line: line.box.top)
    stacks, bottom = [[ordered[0]]], ordered[0].box.bottom
    for line in ordered[1:]:
        if line.box.top - bottom > 2 * height:
            stacks.append([])
        stacks[-1].append(line)
        bottom = max(bottom, line.box.bottom)
    return stacks


def _cuts(lines: list[TextLine], pictures: Sequence[Box]) -> list[float]:
    """Return where captions are cut: the middles of channels between pictures they stand at."""
    height = _word_height(lines)
    whole = reduce(Box.union, [line.box for line in lines])
    above = [p for p in pictures if p.bottom <= whole.bottom and _is_at(p, whole, height)]
    below = [p for p in pictures if p.top >= whole.top and _is_at(p, whole, height)]
    words = sorted((word.box.left, word.box.right) for line in lines for word in line.words)
    cuts, reach = [], words[0][1]
    for left, right in words:
        if left - reach >= _CHANNEL * height and (
            _lies_between(reach, left, above) or _lies_between(reach, left, below)
        ):
            cuts.append((reach + left) / 2)
        reach = max(reach, right)
    return cuts


def _lies_between(start: int, end: int, pictures: Sequence[Box]) -> bool:
    ordered = sorted(pictures, key=lambda box: box.left + box.right)
    return any(
        start < max(first.right, other.left)
        and end > min(first.right, other.left)
        and first.left < start
        and other.right > end
        for first, other in pairwise(ordered)
    )


def _is_at(picture: Box, caption: Box, word_height: float) -> bool:
    gap = max(caption.top - picture.bottom, picture.top - caption.bottom)
    return (
        gap < _NEAR * word_height and picture.left < caption.right and caption.left < picture.right
    )


def _cut(line: TextLine, cuts: Sequence[float]) -> dict[int, TextLine]:
    columns: dict[int, list[int]] = {}
    for at, word in enumerate(line.words):
        column = sum(cut < word.box.left for cut in cuts)
        columns.setdefault(column, []).append(at)
    cuts_found = {}
    for column, members in columns.items():
        words = tuple(line.words[at] for at in members)
        cuts_found[column] = TextLine(reduce(Box.union, [word.box for word in words]), words)
    return cuts_found


def _word_height(lines: Sequence[TextLine]) -> float:
    return statistics.median(word.box.height for line in lines for word in line.words)
