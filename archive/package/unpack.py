"""Packages that come as one zip, unpacked where they can be looked at."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path, PurePosixPath

from archive.store import scratch
from schemas.errors import DocumentError, is_systemic

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_BAD = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, ValueError, OSError)
"""What zipfile says of damage, of passwords and methods it cannot do, of names no file can have."""


def is_zip(path: Path) -> bool:
    """Say whether a file begins as a zip does."""
    with path.open("rb") as stream:
        return stream.read(4) in _MAGIC


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the folder that the zip ``path`` holds, or all of it; it goes at the end.

    Raises:
        DocumentError: damaged, with a path that leads out of it, or larger than the disk has room.
    """
    with scratch() as folder:
        _extract(path, folder)
        inside = list(folder.iterdir())
        yield inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _extract(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for member in members:
                if ".." in (parts := PurePosixPath(member.filename).parts) or parts[:1] == ("/",):
                    raise DocumentError(f"{path}: {member.filename} leads out of the zip")
            size_bytes = sum(member.file_size for member in members)
            if size_bytes > shutil.disk_usage(folder).free:
                raise DocumentError(
                    f"{path}: {size_bytes} bytes have no room in {folder.parent}; unpack it where "
                    "there is, and name the folder"
                )
            archive.extractall(folder)  # never more of a file than its size says; links as text
    except _BAD as error:
        if is_systemic(error):
            raise
        raise DocumentError(f"{path}: cannot be unpacked: {error}") from error
