"""Paper at the edges of pictures that are annotated by a rectangle.

A rectangle round a vignette holds paper beside the picture. Whether that paper is picture or page
the rectangle does not say, and a net that is made to learn it draws rectangles round everything.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.labels import IGNORE
from schemas.model import RGB8, ClassMap

_REACH = 0.006
"""Of the page's long side: paper nearer to ink than this belongs to the picture."""

Rectangle = tuple[float, float, float, float]


def open_margins(page: RGB8, labels: ClassMap, rectangles: Iterable[Rectangle]) -> ClassMap:
    """Return ``labels`` with the paper at the edges of ``rectangles`` set to ignore.

    Args:
        page: (H, W, 3) scan, its paper lighter than its ink.
        labels: (H, W) label map of the page.
        rectangles: left, top, right, bottom in pixels of the page; of pictures alone.

    Only paper that is reached from the rectangle's edge without crossing ink is ignored; what lies
    within the picture stays as it is labelled.
    """
    opened = labels.copy()
    ink = _ink(page)
    height, width = labels.shape
    for left, top, right, bottom in rectangles:
        rows = slice(max(0, round(top)), min(height, round(bottom)))
        columns = slice(max(0, round(left)), min(width, round(right)))
        if rows.start < rows.stop and columns.start < columns.stop:
            opened[rows, columns][_paper_from_edge(ink[rows, columns])] = IGNORE
    return opened


def _ink(page: RGB8) -> NDArray[np.uint8]:
    """Return (H, W) 1 at ink and what lies within reach of it, 0 at clear paper."""
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    reach = max(1, round(_REACH * max(grey.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(ink, disc), dtype=np.uint8)


def _paper_from_edge(ink: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return (H, W) true at paper that is connected to the edge."""
    _, pieces = cv2.connectedComponents((ink == 0).astype(np.uint8), connectivity=4)
    edge = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    paper: NDArray[np.bool_] = np.isin(pieces, edge[edge > 0])
    return paper
