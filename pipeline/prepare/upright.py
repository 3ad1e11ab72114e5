"""How a page lies in its scan, from its letters and its paper."""

from __future__ import annotations

import numpy as np

from pipeline.prepare.letters import Evidence, LetterModel, weigh_letters
from schemas.capture import Capture
from schemas.model import Grey8

_SURE_MARGIN, _SURE_LIKELIHOOD, _SURE_LETTERS = 5.0, -1.9, 30
"""Standard errors, mean log-probability and letters from which the letters are believed. Of the
247 development scans, laid in six ways, none that reached them lay otherwise
(benchmarks/orientation.py).
"""
_DARK = 110
"""Grey below which the paper of a negative lies."""
_EVEN_SHARE, _EVEN_REACH = 0.4, 16
"""Share of the scan within so many steps of its commonest grey: paper is even, a picture is not."""
_NEGATIVE_LETTERS = 120
"""Letters that a negative has at least: a few on a dark ground are a title on a cover."""


def find_capture(grey: Grey8, model: LetterModel) -> tuple[Capture, Evidence]:
    """Return how the page in ``grey`` (H, W) lies: turned, mirrored, as a negative; and why.

    Where the letters do not tell, or there are none, nothing is said to be turned.
    """
    evidence = weigh_letters(grey, model)
    if has_dark_paper(grey):
        inverted = weigh_letters(np.invert(grey), model)
        is_clearer = inverted.likelihood > evidence.likelihood
        if is_clearer and is_sure(inverted) and inverted.letters >= _NEGATIVE_LETTERS:
            return _capture(inverted, is_negative=True), inverted
    return _capture(evidence, is_negative=False), evidence


def is_sure(evidence: Evidence) -> bool:
    """Say whether the letters of a page tell how it lies."""
    return (
        evidence.margin >= _SURE_MARGIN
        and evidence.likelihood >= _SURE_LIKELIHOOD
        and evidence.letters >= _SURE_LETTERS
    )


def has_dark_paper(grey: Grey8) -> bool:
    """Say whether most of ``grey`` (H, W) is of one even dark tone, as the paper of a negative."""
    sample = grey[:: max(1, grey.shape[0] // 400), :: max(1, grey.shape[1] // 400)]
    if np.median(sample) >= _DARK:
        return False
    counts = np.bincount(sample.ravel(), minlength=256).astype(np.float64)
    around = np.convolve(counts, np.ones(2 * _EVEN_REACH + 1), "same")
    return bool(around.max() >= _EVEN_SHARE * sample.size)


def _capture(evidence: Evidence, *, is_negative: bool) -> Capture:
    if not is_sure(evidence):
        return Capture(is_sure=False)
    turns, is_mirrored = evidence.way % 4, evidence.way >= 4
    return Capture(-turns * 90 % 360, is_mirrored, is_negative)
