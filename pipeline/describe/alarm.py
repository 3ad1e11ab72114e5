"""Which pages a person should look at, and why: what is nonsense, and what is unlike its issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from schemas.look import PageKind, PageLook
from schemas.model import UNREAD, RegionKind
from schemas.published import PublishedPage

_FEW_WORDS = 12
"""Words below which neither their confidence nor dictionaries say much."""
_TEXT_SHARE, _LEAST_WORDS = 0.1, 5
"""A page with this share of text area should have at least this many words."""
_FEW_PICTURES = 0.15
_BLURRED = 0.12
"""Sharpness below which nothing on a page can be read; 0.5 and more is usual."""
_NOISE = 0.3
"""Share of middling greys that no page has on which nothing stands."""
_PLATE = 0.4
"""Share of pictures from which a page is a plate."""
_WORSE = 0.6
"""Share of the usual confidence from which a reading is worse than that of the issue."""
_FEWEST_PAGES = 6
"""Pages of an issue from which one can be unlike the others."""
_LETTERS = 150
_TO_DEVIATION = 1.4826
"""From the median absolute deviation to the standard deviation of a normal distribution."""


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """From which values on a page is to look at.

    ``min_confidence`` is the mean of its words, ``min_known_words`` their share that dictionaries
    have, ``min_certainty`` the mean probability of its regions. A page is unlike its issue from
    ``max_deviation`` standard deviations on. With ``turned`` a page that alone in its issue had to
    be turned is to look at; a mirrored one always is.
    """

    min_confidence: float = 0.3
    min_known_words: float = 0.15
    min_certainty: float = 0.75
    max_deviation: float = 6.0
    turned: bool = True


@dataclass(frozen=True, slots=True)
class _Measure:
    """How a value of a page is compared: its message, and the difference that is tolerated.

    With ``only_below`` no value is too high.
    """

    reason: str
    tolerance: float
    only_below: bool = False


_MEASURES = {
    "proportions": _Measure("its sides are in another proportion", 0.05),
    "format": _Measure("it is wide where others are high, or high where they are wide", 0.3),
    "size": _Measure("it is of another size", 0.1),
    "letters": _Measure("its letters are of another size", 0.6),
    "likelihood": _Measure("its letters are hard to make out", 0.8, only_below=True),
    "paper": _Measure("its paper is lighter or darker", 30.0),
    "color": _Measure("it is in other colors", 15.0),
    "tones": _Measure("it has other tones", 0.25),
    "ink": _Measure("more or less of it is inked", 0.2),
    "sharpness": _Measure("it is more blurred or sharper", 0.7),
    "confidence": _Measure("it was read less surely", 0.25, only_below=True),
    "known words": _Measure("dictionaries know fewer of its words", 0.45, only_below=True),
    "certainty": _Measure("what is where on it is less sure", 0.06, only_below=True),
    "covered": _Measure("it has another share of text and pictures", 0.5),
}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is compared of a page; a value that means nothing on it is left out of ``values``."""

    values: Mapping[str, float]
    changes: str
    words: int
    text_share: float
    certainty: float | None
    sharpness: float | None
    is_noise: bool
    is_mirrored: bool
    reading: tuple[float | None, float | None] = field(default=(None, None))


def alarms(pages: Sequence[PublishedPage], rule: AlarmRule) -> list[tuple[str, ...]]:
    """Return for every page of an issue why a person should look at it; mostly nothing.

    Pages that a stage lost are known already and, as targets, left out. Of an issue of few pages
    none is unlike the others.
    """
    facts = {
        at: _facts(page)
        for at, page in enumerate(pages)
        if not page.failed and page.description.kind is not PageKind.TARGET
    }
    changes = Counter(page_facts.changes for page_facts in facts.values())
    usual = changes.most_common(1)[0][0] if changes else ""
    read = [
        page_facts.values["confidence"]
        for page_facts in facts.values()
        if "confidence" in page_facts.values
    ]
    confidence = float(np.median(read)) if len(read) >= _FEWEST_PAGES else 1.0
    ranges = _ranges(list(facts.values()), rule.max_deviation)
    alarms_found: list[tuple[str, ...]] = []
    for at in range(len(pages)):
        page_facts = facts.get(at)
        reasons: list[str] = []
        if page_facts is not None:
            reasons = [*_nonsense(page_facts, confidence, rule), *_laid(page_facts, usual, rule)]
            reasons += _unlike(page_facts, ranges)
        alarms_found.append(tuple(dict.fromkeys(reasons)))
    return alarms_found


def _nonsense(page: _Facts, usual_confidence: float, rule: AlarmRule) -> list[str]:
    """Return what is wrong with a page whatever its issue is like.

    Where all pages of an issue are read badly, the reading of one must be worse than usual.
    """
    confidence, known = page.reading
    reasons = []
    least = min(rule.min_confidence, _WORSE * usual_confidence)
    if page.words >= _FEW_WORDS and confidence is not None and confidence < least:
        reasons.append(f"it was read with a confidence of {confidence:.2f}")
    if page.words >= _FEW_WORDS and known is not None and known < rule.min_known_words:
        reasons.append(f"dictionaries know {known:.0%} of its words")
    if page.text_share >= _TEXT_SHARE and page.words < _LEAST_WORDS:
        reasons.append(f"{page.text_share:.0%} of it looks like text, and no words were read")
    if page.certainty is not None and page.certainty < rule.min_certainty:
        reasons.append(f"what is where on it is unsure ({page.certainty:.0%})")
    if page.sharpness is not None and 0 < page.sharpness < _BLURRED:
        reasons.append("it is blurred")
    if page.is_noise:
        reasons.append("nothing was found on it, and it is not blank")
    return reasons


def _laid(page: _Facts, usual: str, rule: AlarmRule) -> list[str]:
    if page.is_mirrored or (rule.turned and page.changes and page.changes != usual):
        return [f"it was {page.changes}" if page.changes.startswith("turned") else page.changes]
    return []


def _unlike(page: _Facts, ranges: Mapping[str, tuple[float, float]]) -> list[str]:
    return [
        _MEASURES[name].reason
        for name, value in page.values.items()
        if name in ranges and not ranges[name][0] <= value <= ranges[name][1]
    ]


def _ranges(pages: Sequence[_Facts], deviations: float) -> dict[str, tuple[float, float]]:
    """Return between which values of each measure a page is like its issue."""
    ranges = {}
    for name, measure in _MEASURES.items():
        values = np.array([page.values[name] for page in pages if name in page.values])
        if len(values) < _FEWEST_PAGES:
            continue
        middle = float(np.median(values))
        deviation = _TO_DEVIATION * float(np.median(np.abs(values - middle)))
        reach = max(measure.tolerance, deviations * deviation)
        ranges[name] = (middle - reach, np.inf if measure.only_below else middle + reach)
    return ranges


def _facts(page: PublishedPage) -> _Facts:
    description = page.description
    area = page.scan.width * page.scan.height
    words = len(description.text.words()) if description.text else 0
    shares = {
        kind: min(1.0, sum(r.box.area for r in description.regions if r.kind is kind) / area)
        for kind in (RegionKind.ILLUSTRATION, RegionKind.TEXT)
    }
    return _Facts(
        {} if description.kind is PageKind.COVER else _values(page, shares, words),
        description.capture.changes,
        words,
        0.0 if description.text and description.text.models == UNREAD else shares[RegionKind.TEXT],
        _certainty(page),
        description.look.sharpness if description.look else None,
        not description.regions
        and description.look is not None
        and description.look.middle > _NOISE,
        description.capture.is_mirrored,
        (description.confidence, description.known_words),
    )


def _values(
    page: PublishedPage, shares: Mapping[RegionKind, float], words: int
) -> dict[str, float]:
    """Return what is compared of a page that is no cover."""
    scan, description, look = page.scan, page.description, page.description.look
    values: dict[str, float] = {}
    certainty = _certainty(page)
    if certainty is not None:
        values |= {"certainty": certainty, "covered": min(1.0, sum(shares.values()))}
    values["format"] = float(np.log(scan.width / scan.height))
    if look is not None:
        values["ink"] = look.ink
    # a plate may be on other paper, trimmed and printed in another way than the text
    if shares[RegionKind.ILLUSTRATION] < _PLATE:
        values["proportions"] = values["format"]
        values["size"] = float(np.log(np.sqrt(scan.width * scan.height) / scan.dpi))
        if look is not None:
            values |= _of_look(look, shares[RegionKind.ILLUSTRATION])
    if words >= _FEW_WORDS and description.confidence is not None:
        values["confidence"] = description.confidence
    if words >= _FEW_WORDS and description.known_words is not None:
        values["known words"] = description.known_words
    return values


def _of_look(look: PageLook, pictures: float) -> dict[str, float]:
    """Return what is compared of a look; much of what is small in pictures is taken for letters."""
    values = {
        "paper": float(look.paper),
        "color": look.chroma,
        "tones": look.middle,
        "sharpness": float(np.log(max(0.01, look.sharpness))),
    }
    if look.letters >= _LETTERS and pictures < _FEW_PICTURES:
        values["likelihood"] = look.likelihood
        values["letters"] = float(np.log(look.letter_size))
    return values


def _certainty(page: PublishedPage) -> float | None:
    """Return the mean probability of the regions, each weighted by its box."""
    regions = page.description.regions
    if not regions:
        return None
    weights = [region.box.area for region in regions]
    return float(np.average([region.probability for region in regions], weights=weights))
