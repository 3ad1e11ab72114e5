"""Plates that run over the fold: one illustration on two facing pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import RGB8, Illustration, Scan

_TO_THE_FOLD = 0.07
"""Share of the page's width that a half may keep from the fold."""
_LARGE = 0.3
"""Share of the page that a half covers at least."""
_LEVEL = 0.85
_ALIKE = 0.5
"""Correlation of the tones along the fold."""
_BINS = 48
_STRIP = 0.04

Open = Callable[[Illustration], RGB8]
"""Returns the opaque crop (H, W, 3) of an illustration."""


def joined_spreads(
    pages: Sequence[tuple[Scan, tuple[Illustration, ...]]], crop_of: Open
) -> list[tuple[Illustration, ...]]:
    """Return the illustrations of every page; the right half of a plate names its left half.

    Two halves reach the fold of neighboring pages, are large, stand at one height (in shares of
    their pages), and their tones agree along the fold; what is a right half is no left half of the
    next page. ``crop_of`` is asked only about pairs that stand so.
    """
    pictures_of_pages = [pictures for _, pictures in pages]
    for at, ((left_scan, _), (right_scan, rights)) in enumerate(pairwise(pages)):
        if right_scan.place != left_scan.place + 1:
            continue
        for left in (picture for picture in pictures_of_pages[at] if not picture.continues):
            for right in rights:
                if _stand_so(left, left_scan, right, right_scan) and _agree(
                    crop_of(left), crop_of(right)
                ):
                    pictures_of_pages[at + 1] = tuple(
                        replace(picture, continues=str(left)) if picture is right else picture
                        for picture in pictures_of_pages[at + 1]
                    )
    return pictures_of_pages


def _stand_so(left: Illustration, left_scan: Scan, right: Illustration, right_scan: Scan) -> bool:
    near = (
        left_scan.width - left.box.right <= _TO_THE_FOLD * left_scan.width
        and right.box.left <= _TO_THE_FOLD * right_scan.width
    )
    large = (
        left.box.area >= _LARGE * left_scan.width * left_scan.height
        and right.box.area >= _LARGE * right_scan.width * right_scan.height
    )
    spans = [
        (picture.box.top / scan.height, picture.box.bottom / scan.height)
        for picture, scan in ((left, left_scan), (right, right_scan))
    ]
    shared = min(span[1] for span in spans) - max(span[0] for span in spans)
    whole = max(span[1] for span in spans) - min(span[0] for span in spans)
    return near and large and shared >= _LEVEL * whole


def _agree(left: RGB8, right: RGB8) -> bool:
    """Say whether the tones along the right edge of one and the left edge of the other agree."""
    return _correlation(_along_fold(left[:, ::-1]), _along_fold(right)) >= _ALIKE


def _along_fold(crop: RGB8) -> NDArray[np.float32]:
    """Return the mean tone of the strip at the left edge in ``_BINS`` steps, top to bottom."""
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    inked = np.flatnonzero((grey < grey.mean()).mean(axis=0) > 0.02)
    start = int(inked[0]) if len(inked) else 0
    strip = grey[:, start : start + max(2, round(_STRIP * grey.shape[1]))].mean(axis=1)
    bins = cv2.resize(strip.astype(np.float32)[:, None], (1, _BINS), interpolation=cv2.INTER_AREA)
    return np.asarray(bins[:, 0], dtype=np.float32)


def _correlation(first: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if first.std() < 1 or other.std() < 1:
        return 0.0  # bare paper agrees with bare paper
    return float(np.corrcoef(first, other)[0, 1])
