"""A page with its label map: where the scan of a name is, and which issue it belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.images.images import load_image
from schemas.errors import ScanError
from schemas.media_types import PICTURE_SUFFIXES
from schemas.model import RGB8, ClassMap

_MAP = ".map.png"
_GENERIC = re.compile(r"(p|page|scan|img|seite|bild)?[-_ .]*[a-z]?\d+", re.IGNORECASE)
"""Names that number a page and say of no issue which."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A page and its label map; both are read when asked for.

    ``page`` gives (H, W, 3) uint8, ``labels`` (H, W) uint8 of the same size; ``path`` is the
    file the page comes from, whole unless ``is_half``.
    """

    name: str
    issue: str
    path: Path
    page: Callable[[], RGB8]
    labels: Callable[[], ClassMap]
    is_half: bool = False


def issue_of(path: Path, root: Path, *, source: str = "") -> str:
    """Return the issue a page belongs to: its folder below ``root``, else its name to the number.

    Names that many issues share, as page_001 and 7, say nothing: such pages belong to ``source``,
    by default the name of ``root``.

    >>> issue_of(Path("r/bazar-1871-11_0004.png"), Path("r"))
    'bazar-1871-11'
    >>> issue_of(Path("r/idler/p7.png"), Path("r"))
    'idler'
    >>> issue_of(Path("r/page_001.png"), Path("r"))
    'r'
    """
    inside = path.relative_to(root).parent
    if inside.parts:
        return "-".join(inside.parts)
    if _GENERIC.fullmatch(path.stem):
        return source or root.resolve().name or path.stem
    return re.sub(r"[-_ .]*[a-z]?\d+$", "", path.stem) or path.stem


def scan_of(folder: Path, name: str) -> Path | None:
    """Return the scan called ``name`` in ``folder``; not NAME.map.png, not NAME.1.png."""
    beside = (
        p for p in folder.glob("*") if p.stem == name and p.suffix.lower() in PICTURE_SUFFIXES
    )
    return min((p for p in beside if not p.name.endswith(_MAP) and p.is_file()), default=None)


def images_in(folder: Path) -> list[Path]:
    """Return the images in ``folder`` and below, by name."""
    return [
        p for p in sorted(folder.rglob("*")) if p.suffix.lower() in PICTURE_SUFFIXES and p.is_file()
    ]


def scan_beside(path: Path) -> Path | None:
    """Return the scan that an annotation or a label map belongs to."""
    name = path.name.removesuffix(_MAP if path.name.endswith(_MAP) else path.suffix)
    return scan_of(path.parent, name)


def pair_of(
    scan: Path, root: Path, labels: Callable[[RGB8], ClassMap], *, source: str = ""
) -> Pair:
    """Return the pair of ``scan``, whose label map ``labels`` makes of its page."""

    def page() -> RGB8:
        return load_image(scan).rgb

    issue = issue_of(scan, root, source=source)
    return Pair(scan.stem, issue, scan, page, lambda: labels(page()))


def missing_pair(path: Path, lack: str) -> Pair:
    """A pair that says what is wrong when it is asked: nothing is passed over in silence."""

    def refuse() -> Any:  # noqa: ANN401 - it never returns
        raise ScanError(f"{path}: has no {lack}; add it or take the file out")

    return Pair(path.stem, "", path, refuse, refuse)


def read_json(path: Path) -> Any:  # noqa: ANN401 - any JSON
    """Return the content of a JSON file.

    Raises:
        ScanError: it is not an image.
    """
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ScanError(f"{path}: no JSON: {error}") from error
