"""What a file on disk is, said by its bytes and not by its name."""

from __future__ import annotations

from pathlib import Path

from archive.images.facts import image_size
from archive.store import sha256
from schemas.errors import ScanError
from schemas.media_types import type_of_bytes
from schemas.rules.package import FileFacts


def facts_on_disk(path: Path, *, with_size: bool = True) -> FileFacts:
    """Return the facts of a file; an image that cannot be opened has no size."""
    mimetype = _type_of(path)
    width = height = 0
    if with_size and mimetype.startswith("image/"):
        try:
            width, height = image_size(path)
        except ScanError:
            width = height = 0  # its digest tells; the rules about sizes have nothing to compare
    return FileFacts(path.stat().st_size, sha256(path), mimetype, width, height)


def _type_of(path: Path) -> str:
    """Return the type that the first bytes say, nothing for text."""
    with path.open("rb") as stream:
        return type_of_bytes(stream.read(16))
