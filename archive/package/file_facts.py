"""What a file on disk is, said by its bytes and not by its name."""

from __future__ import annotations

from pathlib import Path

from archive.images.images import image_size
from archive.store import sha256
from schemas.errors import ScanError
from schemas.rules.package import FileFacts

_BEGINNINGS = (
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\0\0\0\x0cjP  ", "image/jp2"),
    (b"%PDF-", "application/pdf"),
    (b"BM", "image/bmp"),
)


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
        head = stream.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((mimetype for begin, mimetype in _BEGINNINGS if head.startswith(begin)), "")
