"""What kind of picture an illustration is: by its print first, then by where it stands.

Print tells halftone (photographs and washes alike), engraving (every drawing in lines, plans and
diagrams too) and pattern apart; a photograph and a wash both come as halftone, and leaving whole
books out showed that they cannot be told from each other by texture. The place on the page tells
mastheads, initials, ornaments and advertisements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.describe.texture import texture
from schemas.geometry import Box
from schemas.kinds import UNKNOWN
from schemas.model import RGB8, Illustration, RegionKind, TextRegion

_LEAST_SURE = 0.7
"""Confidence from which a kind is named. Right are then 0.90 of the pictures of eight real sources,
and 0.88 of the corpus with whole books left out (benchmarks/kinds.py). Below it are most bitonal
halftones, which look like engravings."""
_ADVERT = re.compile(
    r"\b(?:preis|mark|mk|pf|fabrik|versand|katalog|gratis|prospekt\w*|firma|bezug|price|prices|cents?"
    r"|catalogue?|free|agents?|dealers?|post-?paid|send|address|prix|francs?|maison|envoi|usine"
    r"|d[ée]p[ôo]t|vente)\b|[$£]\s?\d",
    re.I,
)
_ADVERT_WORDS = 3
_SEPARATE_LINES = 2


@dataclass(frozen=True, slots=True)
class KindModel:
    """Multinomial logistic regression over ``texture``; rows of ``weights`` are kinds, bias last.

    ``temperature`` divides the logits, so that confidence is the share that is right.
    """

    kinds: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    temperature: float

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (K,) or (N, K) probabilities of (F,) or (N, F) features."""
        scaled = (features - np.asarray(self.mean)) / np.asarray(self.deviation)
        weights = np.asarray(self.weights)
        logits = (scaled @ weights[:, :-1].T + weights[:, -1]) / self.temperature
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def kind_model(content: bytes) -> KindModel:
    """Return the model that ``content`` (JSON) describes."""
    return msgspec.json.decode(content, type=KindModel)


def print_kind(crop: RGB8, inside: NDArray[np.bool_], model: KindModel) -> tuple[str, float]:
    """Return the kind of a picture (H, W, 3) by its print, and how likely it is, 0..1.

    ``inside`` (H, W) is what belongs to it. Below 0.7 the kind is unknown.
    """
    likely = model.probabilities(texture(crop, inside))
    best = int(likely.argmax())
    sure = round(float(likely[best]), 3)
    return (model.kinds[best] if sure >= _LEAST_SURE else UNKNOWN), sure


def placed_kind(
    picture: Illustration,
    regions: Sequence[TextRegion],
    *,
    width: int,
    height: int,
    is_first: bool = False,
) -> Illustration:
    """Return ``picture`` with the kind that its place on its page (pixels) says, if it says one.

    ``is_first`` says whether the page is the first of its issue.

    A masthead spans the head of an issue's first page; an initial has lines beside it and is about
    as wide as high; an ornament is small, has no caption and stands across the text or in its
    middle; an advertisement has prices and addresses in the text that touches it.
    """
    box = picture.box
    at_head = box.top < 0.3 * height and box.bottom < 0.45 * height
    wide = box.width >= 0.55 * width and box.width >= 1.8 * box.height
    if is_first and at_head and wide:
        return replace(picture, kind="masthead", kind_confidence=0.8)
    if picture.caption is not None:
        return picture
    if _lines_beside(box, regions) >= _SEPARATE_LINES and box.height < 0.15 * height:
        return replace(picture, kind="initial", kind_confidence=0.7)
    small = box.area < 0.04 * width * height
    middle = abs((box.left + box.right) / 2 - width / 2) < 0.06 * width
    if small and (box.width >= 2.5 * box.height or (middle and box.width < 0.35 * width)):
        return replace(picture, kind="ornament", kind_confidence=0.6)
    if _advert_words(box, regions) >= _ADVERT_WORDS:
        return replace(picture, kind="advertisement", kind_confidence=0.6)
    return picture


def _lines_beside(box: Box, regions: Sequence[TextRegion]) -> int:
    """Return how many lines begin right of a squarish box, at its height."""
    if not 0.6 < box.width / box.height < 1.6:
        return 0
    lines = [line.box for region in regions for line in region.lines]
    return sum(
        0 <= line.left - box.right < 0.6 * box.width
        and line.width > 1.5 * box.width
        and box.top - line.height < (line.top + line.bottom) / 2 < box.bottom
        for line in lines
    )


def _advert_words(box: Box, regions: Sequence[TextRegion]) -> int:
    reach = box.height // 4
    grown = Box(box.left, box.top - reach, box.right, box.bottom + reach)
    lines = [
        line.text
        for region in regions
        if region.kind is not RegionKind.HEADER
        for line in region.lines
        if grown.overlap(line.box)
    ]
    return len({word.lower() for line in lines for word in _ADVERT.findall(line)})
