"""Word lists of languages, as Debian installs them in /usr/share/dict."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from schemas.normalize import normalize

FOLDER = Path("/usr/share/dict")

_LISTS = {
    "ger": ("ogerman", "ngerman"),
    "eng": ("british-english", "american-english"),
    "fre": ("french",),
}
"""Lists in order of preference: the old German spelling before the new one."""

PACKAGES = {"ger": "wogerman", "eng": "wamerican", "fre": "wfrench"}


def word_lists(languages: tuple[str, ...], folder: Path = FOLDER) -> tuple[Path, ...]:
    """Return the list of each of ``languages`` (ISO 639-2/B) that is installed."""
    lists = []
    for language in languages:
        paths = (folder / name for name in _LISTS.get(language, ()))
        lists += [path for path in paths if path.is_file()][:1]
    return tuple(lists)


@cache  # every region of a page is asked: joining lists takes longer than looking words up
def vocabulary(languages: tuple[str, ...], folder: Path = FOLDER) -> frozenset[str]:
    """Return the normalized words of ``languages``; nothing where no list is installed."""
    return frozenset().union(*(_words(path) for path in word_lists(languages, folder)))


@cache
def _words(path: Path) -> frozenset[str]:
    # one call over the whole list: a call a word would take ten times as long
    text = path.read_text(encoding="utf-8", errors="replace")
    return frozenset(normalize(text).split())
