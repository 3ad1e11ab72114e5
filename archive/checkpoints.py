"""Training state on disk, written whole."""

from __future__ import annotations

import io
from pathlib import Path

from archive.store import write_whole
from schemas.errors import ScanError


def read_checkpoint(path: Path) -> io.BytesIO | None:
    """Return the newest checkpoint's bytes, or None when training has not begun."""
    try:
        return io.BytesIO(path.read_bytes())
    except FileNotFoundError:
        return None


def write_checkpoint(path: Path, content: bytes) -> None:
    """Write a checkpoint; a killed run leaves the one before it."""
    if not content:
        raise ScanError(f"{path}: an empty checkpoint is no checkpoint")
    write_whole(path, content)
