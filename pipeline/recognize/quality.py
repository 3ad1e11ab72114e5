"""How much of a text dictionaries know, and which language that makes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.recognize.arrange import joined
from schemas.model import TextRegion
from schemas.normalize import normalize

_WORD = re.compile(r"[^\W\d_]{3,}")
_OLD = (("th", "t"), ("ey", "ei"), ("y", "i"), ("c", "k"), ("ß", "ss"), ("v", "u"))
"""Spellings of old prints, and what stands for them in a word list."""

_SHORTEST_PART = 4
_ENOUGH_WORDS = 8


def known_share(regions: Sequence[TextRegion], known: Collection[str]) -> float | None:
    """Return the share of words of three letters and more that ``known`` (normalized) has.

    Old spellings and compounds of two known words count. None where there is no list or less than
    eight words.
    """
    words = list(_words(regions))
    if not known or len(words) < _ENOUGH_WORDS:
        return None
    return round(sum(is_known(word, known) for word in words) / len(words), 3)


def is_known(word: str, known: Collection[str]) -> bool:
    """Say whether a normalized word, an old spelling of it, or both its parts are ``known``.

    >>> is_known("thuer", {"tuer"}), is_known("gartenhaus", {"garten", "haus"})
    (True, True)
    """
    if word in known:
        return True
    if any(old in word and word.replace(old, new) in known for old, new in _OLD):
        return True
    cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    return any(word[:at] in known and word[at:].removeprefix("s") in known for at in cuts)


def likeliest_language(
    regions: Sequence[TextRegion], vocabularies: Mapping[str, Collection[str]]
) -> str:
    """Return the language whose list has most of the words; nothing where no list has a third."""
    shares = {name: known_share(regions, known) or 0.0 for name, known in vocabularies.items()}
    best = max(shares, key=lambda name: shares[name], default="")
    return best if best and shares[best] >= 1 / 3 else ""


def _words(regions: Iterable[TextRegion]) -> Iterable[str]:
    for region in regions:
        yield from _WORD.findall(normalize(joined(region)))
