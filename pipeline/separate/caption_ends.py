"""Captions end where their words end, however long and high the strip is that was marked.

Between two pictures that stand close a separator marks the whole strip of paper, of which the
caption is a part.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_INK_STEP, _LEAST_STEP = 0.35, 25.0
"""Share of the way from paper to the darkest ink at which ink begins; the least way, in grey."""
_INKED = 0.15
"""Share of a column's height, or of that of a line or two, that has ink where there are words."""
_GAP, _MARGIN = 0.03, 2
"""Share of the page's width that may be white between words, and as high as a line or two are;
columns and rows kept round the words."""
_NARROWEST = 3
"""Pixels; what is narrower is no word."""


def without_bare_ends(captions: NDArray[np.bool_], page: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the (h, w) mask of captions without the edges where nothing is printed.

    ``page`` (H, W) grey at any size. White between words and lines stays; so does a caption in
    which no word is found, as on a page too dark to tell.
    """
    height, width = captions.shape
    grey = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    reach = max(3, round(width * _GAP)) | 1
    kept = np.zeros_like(captions)
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats(captions.astype(np.uint8))
    for number in range(1, count):
        left, top, across, down = boxes[number, :4]
        window = np.s_[top : top + down, left : left + across]
        mask = pieces[window] == number
        ink = mask & _ink(grey[window], mask)
        words = _inked_columns(mask, ink, reach)
        kept[window] |= mask & (words & _inked_rows(ink)[:, None] if words.any() else np.True_)
    return kept


def _ink(grey: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    paper, dark = np.percentile(grey[mask], (90, 2))
    return np.asarray(grey < paper - _INK_STEP * max(paper - dark, _LEAST_STEP))


def _inked_rows(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the rows (h,) from the first line to the last."""
    lines = np.flatnonzero(ink.sum(axis=1) >= _NARROWEST)
    rows = np.arange(ink.shape[0])
    if not len(lines):
        return np.ones_like(rows, bool)
    return np.asarray((rows >= lines[0] - _MARGIN) & (rows <= lines[-1] + _MARGIN))


def _inked_columns(
    mask: NDArray[np.bool_], ink: NDArray[np.bool_], reach: int
) -> NDArray[np.bool_]:
    """Return the columns (w,) of a caption where words stand, and the white between them."""
    tall = np.minimum(mask.sum(axis=0), reach)  # a strip may hold several lines, or much white
    columns = ink.sum(axis=0) >= np.maximum(1, _INKED * tall)
    padded = np.pad(columns.astype(np.uint8)[None], ((0, 0), (reach, reach)))
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    words = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, _NARROWEST), np.uint8))
    wide = cv2.dilate(words, np.ones((1, 2 * _MARGIN + 1), np.uint8))
    return np.asarray(wide[0, reach:-reach] > 0)
