"""Measure what a page looks like."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.prepare.charts import find_chart
from pipeline.prepare.letters import Evidence
from schemas.look import PageLook
from schemas.model import RGB8, Grey8

_LONG_SIDE = 1200
_INK_STEP = 20
"""Grey by which ink is darker than its surroundings; paper is rough by less."""
_MIDDLE = (0.2, 0.8)
"""Shares of the way from ink to paper between which a grey is neither."""
_STEEPEST = 99.5
"""Percentile of the steps between pixels: that of edges of letters, not of a speck."""
_MARGIN = 0.03
_LEAST_CONTRAST = 30.0
_LEAST_CHROMA = 1.0
"""Below it there is no color on the page, and so no color chart."""


def look_of(rgb: RGB8, evidence: Evidence) -> PageLook:
    """Return how the prepared page ``rgb`` (H, W, 3) looks; ``evidence`` is that of its letters."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    small = _inner(_reduced(grey))
    ink, paper = (float(value) for value in np.percentile(small, (2, 85)))
    contrast = max(_LEAST_CONTRAST, paper - ink)
    low, high = (ink + share * (paper - ink) for share in _MIDDLE)
    middle = float(((small > low) & (small < high)).mean()) if paper - ink >= contrast else 0.0
    every = max(1, max(grey.shape) // 300)
    sample = rgb[::every, ::every].astype(np.int16)
    chroma = round(float((sample.max(axis=2) - sample.min(axis=2)).mean()), 2)
    return PageLook(
        letters=evidence.letters,
        likelihood=max(-9.0, evidence.likelihood),
        letter_size=round(evidence.size / max(grey.shape), 5),
        paper=round(paper),
        chroma=chroma,
        ink=round(_ink_share(small), 4),
        middle=round(middle, 4),
        sharpness=round(_steepest(_middle_of(grey)) / contrast, 3),
        chart=find_chart(rgb) if chroma >= _LEAST_CHROMA else None,
    )


def _reduced(grey: Grey8) -> Grey8:
    scale = min(1.0, _LONG_SIDE / max(grey.shape))
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _inner(grey: Grey8) -> Grey8:
    """Return ``grey`` without its margin, where a scanner leaves shadows."""
    down, across = (round(side * _MARGIN) for side in grey.shape)
    inner = grey[down : grey.shape[0] - down, across : grey.shape[1] - across]
    return inner if inner.size else grey


def _ink_share(grey: Grey8) -> float:
    around = cv2.blur(grey, (41, 41)).astype(np.int16)
    return float((grey < around - _INK_STEP).mean())


def _middle_of(grey: Grey8) -> Grey8:
    """Return at most 1500 by 1500 pixels of the middle of ``grey``, at their own size."""
    top, left = (max(0, side // 2 - 750) for side in grey.shape)
    return grey[top : top + 1500, left : left + 1500]


def _steepest(grey: Grey8) -> float:
    if min(grey.shape) < 2:
        return 0.0
    across = cv2.absdiff(grey[:, 1:], grey[:, :-1])
    return float(np.percentile(across, _STEEPEST))
