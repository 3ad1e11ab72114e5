"""Names in documents to files in a folder, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from schemas.errors import ScanError

_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def resolve_href(href: str, folder: Path) -> Path:
    """Return the file below ``folder`` that ``href`` names.

    Allowed are relative paths and file: without a host; percent signs are decoded once.

    Raises:
        ScanError: it is fetched from elsewhere, leaves the folder, is a link or is not there.
    """
    parts = urlsplit(href)
    if parts.scheme not in ("", "file") or parts.netloc:
        raise ScanError(f"{href}: not fetched; only files beside the document are read")
    path = unquote(parts.path)
    if not path or _CONTROL.search(path) or path.startswith("/") or ".." in Path(path).parts:
        raise ScanError(f"{href}: leaves the folder of the document; that is not followed")
    root = folder.resolve()
    candidate = root / path
    try:
        found = candidate.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise ScanError(f"{href}: is not in {folder}") from error
    if found != candidate or not found.is_relative_to(root) or not found.is_file():
        raise ScanError(f"{href}: a link or no regular file; that is not followed")
    return found
