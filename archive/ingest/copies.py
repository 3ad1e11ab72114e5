"""A page that was delivered several times: the best copy is the page, the others are named.

Copies are files of one stem: ``0001.tif`` beside ``0001.jpg``, in one folder or in folders that
are named for what they hold (``master``, ``access``, ``thumbs``).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.images.facts import image_quality
from archive.images.pdf import is_pdf
from archive.ingest.page_source import PageSource
from schemas.errors import ScanError

ROLES = frozenset(
    {"master", "masters", "access", "thumb", "thumbs", "thumbnail", "thumbnails"}
    | {"jpg", "jpeg", "jp2", "png", "tif", "tiff", "pdf", "img", "image", "images", "scan", "scans"}
    | {"max", "min", "default", "local", "original", "originals", "presentation", "derivatives"}
)
"""Names of folders that say what kind of copy lies in them, and nothing of an issue."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The pages of an issue, each once, and the files that are further copies of them."""

    pages: tuple[PageSource, ...]
    others: tuple[Path, ...] = ()


def is_role(folder: Path) -> bool:
    """Say whether the name of ``folder`` says what kind of copy it holds, and of no issue which.

    >>> is_role(Path("bazar-1871-11/TIF")), is_role(Path("bazar-1871-11"))
    (True, False)
    """
    return folder.name.lower() in ROLES


def best_copies(pages: Sequence[PageSource]) -> Copies:
    """Return ``pages`` with one file a page: most pixels, then most bits, then lossless.

    A PDF with as many pages as there are page files is a copy of the whole. A file of several
    pages has no copies; nothing is guessed where stems differ.
    """
    pages, whole = _without_whole(pages)
    groups = defaultdict[str, list[PageSource]](list)
    for page in pages:
        groups[_stem(page)].append(page)
    best: list[PageSource] = []
    others = list(whole)
    for group in groups.values():
        is_single = all(page.frame == 0 for page in group)
        if len(group) == 1 or not is_single or len({p.path for p in group}) < len(group):
            best += group
            continue
        ordered = sorted(group, key=_quality, reverse=True)
        best.append(ordered[0])
        others += [page.path for page in ordered[1:]]
    return Copies(tuple(best), tuple(others))


def unmatched(folders: Sequence[Sequence[PageSource]]) -> str:
    """Return why files of several folders are not copies of the same pages, or nothing.

    A folder may hold fewer pages than another: each of its stems has to be in the largest one.
    """
    stems = [{_stem(page) for page in pages} for pages in folders if pages]
    largest = max(stems, key=len, default=set())
    strange = sorted(set().union(*stems) - largest)
    if not strange:
        return ""
    return f"names of copies do not agree: {', '.join(strange[:3])} only in some of the folders"


def _without_whole(pages: Sequence[PageSource]) -> tuple[list[PageSource], list[Path]]:
    """Part a PDF of the whole issue from the files of its single pages."""
    counts = defaultdict[Path, int](int)
    for page in pages:
        counts[page.path] += 1
    documents = {path for path in counts if is_pdf(path)}
    singles = [page for page in pages if page.path not in documents]
    stems = {_stem(page) for page in singles}
    whole = [path for path in documents if len(stems) > 1 and counts[path] == len(stems)]
    return [page for page in pages if page.path not in whole], sorted(whole)


def _stem(page: PageSource) -> str:
    stem = unicodedata.normalize("NFC", page.path.stem)
    return stem if page.frame == 0 else f"{stem}#{page.frame}"


def _quality(page: PageSource) -> tuple[float, int, bool, str]:
    """Return what makes a copy better; of a file that cannot be read nothing is good."""
    try:
        pixels, bits, is_lossless = image_quality(page.path)
    except ScanError:
        return (0, 0, False, "")
    return (pixels, bits, is_lossless, page.path.name)
