"""Files of a delivery by their names, for documents that name them by another address.

A METS document that was harvested names its pages by addresses of the web, and one from another
machine by paths that this one does not have; the files lie beside it. Nothing is ever fetched.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from archive.ingest.copies import is_role
from schemas.media_types import PAGE_SUFFIXES

_TEXT_SUFFIXES = frozenset({".xml"})
_SERVICE = frozenset({"default", "native", "color", "gray", "bitonal", "info", "full", "max"})
"""Parts of a IIIF image address that name no file (IIIF Image API 2 and 3)."""


@dataclass(frozen=True, slots=True)
class FilesByName:
    """Files below a folder, by name and by stem; names are compared as people read them."""

    by_name: dict[str, list[Path]]
    by_stem: dict[str, list[Path]]

    @classmethod
    def below(cls, folder: Path) -> FilesByName:
        """Return the page images and texts below ``folder``; links are not followed."""
        by_name, by_stem = defaultdict[str, list[Path]](list), defaultdict[str, list[Path]](list)
        for parent, folders, names in os.walk(folder.resolve()):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(parent) / name
                if path.suffix.lower() in PAGE_SUFFIXES | _TEXT_SUFFIXES and path.is_file():
                    by_name[_key(name)].append(path)
                    by_stem[_key(path.stem)].append(path)
        return cls(dict(by_name), dict(by_stem))

    def named_by(self, address: str) -> list[Path]:
        """Return the file that ``address`` names by its last parts, with copies of it; or none.

        Of several files of one name the one is taken whose folders are those of the address; else
        they are copies if they lie in folders that are named for copies (``max``, ``default``,
        ``tif``); else nothing is guessed.
        """
        is_text = address.lower().endswith(".xml")
        for part in _parts(address):
            for known, key in ((self.by_name, part), (self.by_stem, PurePosixPath(part).stem)):
                paths = [
                    path
                    for path in known.get(_key(key), ())
                    if (path.suffix.lower() in _TEXT_SUFFIXES) == is_text and not path.is_symlink()
                ]
                paths = _nearest(paths, address)
                if len(paths) == 1 or (paths and all(is_role(path.parent) for path in paths)):
                    return paths
        return []


def _nearest(paths: list[Path], address: str) -> list[Path]:
    """Return those of ``paths`` whose last folders are those of ``address``, or all of them."""
    named = [_key(part) for part in unquote(address).replace("\\", "/").split("/")][:-1]
    agreed = {path: _agreeing([_key(part) for part in path.parts[:-1]], named) for path in paths}
    most = max(agreed.values(), default=0)
    return [path for path in paths if agreed[path] == most]


def _agreeing(folders: list[str], others: list[str]) -> int:
    """Return how many folders agree, from the last one on."""
    count = 0
    for folder, other in zip(reversed(folders), reversed(others), strict=False):
        if folder != other:
            break
        count += 1
    return count


def _parts(address: str) -> list[str]:
    """Return the last parts of a path or an address that could be names, the last one first.

    >>> _parts("https://images.example.org/iiif/bazar%2F0001.jp2/full/full/0/default.jpg")
    ['0001.jp2', 'bazar']
    """
    try:
        path = urlsplit(address.replace("\\", "/")).path
    except ValueError:
        return []
    parts = [part for part in unquote(path).split("/") if part]
    named = [part for part in reversed(parts) if PurePosixPath(part).stem.lower() not in _SERVICE]
    return [part for part in named if not part.isdecimal() or len(part) > 1][:2]


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
