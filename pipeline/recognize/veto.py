"""Text that the separator took for an illustration: dense words, surely read, are no picture.

A picture may carry words (a poster, a map); they cover little of it. On 216 true illustrations of
five real sources, words that a dictionary has and Tesseract is sure of cover at most 3 percent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import cv2

from pipeline.recognize.quality import is_known
from pipeline.recognize.text_engine import RawWord
from schemas.geometry import Box, pixels_of
from schemas.model import Grey8, Illustration, Region, RegionKind
from schemas.normalize import normalize

_LETTER_MM = (0.8, 7.0)
_LETTERS, _LETTER_SHARE = 40, 0.5
_SURE, _COVERED, _WORDS = 0.7, 0.15, 5
_SAME = 0.6
"""Intersection over union from which on two boxes are one."""


def may_be_type(grey: Grey8, box: Box, *, dpi: float) -> bool:
    """Say whether most of the ink in ``box`` is in pieces of the size of letters; cheap."""
    crop = grey[box.top : box.bottom, box.left : box.right]
    _, ink = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    low, high = (pixels_of(mm, dpi) for mm in _LETTER_MM)
    tall, area = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    is_letter = (tall >= low) & (tall <= high) & (stats[1:, cv2.CC_STAT_WIDTH] <= 2 * high)
    share = area[is_letter].sum() / max(1, int(area.sum()))
    return bool(is_letter.sum() >= _LETTERS and share >= _LETTER_SHARE)


def is_text(words: Sequence[RawWord], box: Box, known: Collection[str]) -> bool:
    """Say whether ``words`` read inside an illustration's ``box`` make it text.

    Without a word list (``known`` is empty) Tesseract's confidence alone counts.
    """
    sure = [
        word
        for word in words
        if word.confidence >= _SURE and sum(letter.isalpha() for letter in word.text) >= 3
    ]
    known_words = [
        w for w in sure if not known or is_known(normalize(w.text).strip(".,;:!?-()"), known)
    ]
    return (
        len(known_words) >= _WORDS and sum(w.box.area for w in known_words) >= _COVERED * box.area
    )


def moved(words: Sequence[RawWord], box: Box, *, block: int) -> tuple[RawWord, ...]:
    """Return words of a crop in pixels of its page, their lines in blocks from ``block`` on."""
    return tuple(
        replace(
            word,
            box=Box(
                word.box.left + box.left, word.box.top + box.top,
                word.box.right + box.left, word.box.bottom + box.top,
            ),
            line=(word.line[0] + block, *word.line[1:]),
        )
        for word in words
    )  # fmt: skip


def without_vetoed(
    pictures: Sequence[Illustration], regions: Sequence[Region], vetoed: Sequence[Box]
) -> tuple[tuple[Illustration, ...], tuple[Region, ...]]:
    """Return illustrations that are none of ``vetoed``, and regions where those are text.

    ``vetoed`` are boxes of regions, and a cut-out may be far smaller than the region it was made
    from. So a picture goes by its region: its ordinal counts the illustrations of ``regions``.
    """
    separated = [region.box for region in regions if region.kind is RegionKind.ILLUSTRATION]
    drawn = dict(enumerate(separated, start=1))
    kept = tuple(p for p in pictures if not _is_any(drawn.get(p.ordinal, p.box), vetoed))
    regions_kept = tuple(
        replace(region, kind=RegionKind.TEXT)
        if region.kind is RegionKind.ILLUSTRATION and _is_any(region.box, vetoed)
        else region
        for region in regions
    )
    return kept, regions_kept


def _is_any(box: Box, vetoed: Sequence[Box]) -> bool:
    """Say whether ``box`` is one of ``vetoed``, not merely around it or within it."""
    return any(
        (shared := box.overlap(vetoed_box)) >= _SAME * (box.area + vetoed_box.area - shared)
        for vetoed_box in vetoed
    )
