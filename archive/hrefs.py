"""Names in documents to files in a folder, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from schemas.errors import ScanError

_BAD = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\\]")
"""Control characters and backslashes: no name a scanner writes holds one."""


def resolve_href(href: str, folder: Path) -> Path:
    """Return the file below ``folder`` that ``href`` names, with links resolved.

    Allowed are relative paths, also as ``file:a.tif`` and ``file://./a.tif`` (docWorks writes
    that); percent signs are decoded once. Nothing is ever fetched.

    Raises:
        ScanError: it lies elsewhere, leaves the folder, is a link or no regular file, or is
            not there; the message names it.
    """
    path = _path_of(href)
    if path.startswith("/") or ".." in path.split("/"):
        raise ScanError(f"{_shown(href)}: leaves the folder of the document; it is not followed")
    root = folder.resolve()
    candidate = root / path
    try:
        resolved = candidate.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise ScanError(f"{_shown(href)}: is not in {folder}; copy it there") from error
    if resolved != candidate or not resolved.is_relative_to(root) or not resolved.is_file():
        raise ScanError(f"{_shown(href)}: a link or no regular file; it is not followed")
    return resolved


def _path_of(href: str) -> str:
    """Return the decoded relative path in ``href``."""
    # urlsplit drops tabs and newlines in silence, so look before it does
    if _BAD.search(href):
        raise ScanError(f"{_shown(href)}: holds a control character or backslash; rename the file")
    try:
        parts = urlsplit(href)
    except ValueError as error:
        raise ScanError(f"{_shown(href)}: not a path or URL") from error
    if parts.scheme not in ("", "file"):
        raise ScanError(f"{_shown(href)}: not fetched; only files beside the document are read")
    if parts.netloc not in ("", ".") or (parts.netloc and not parts.scheme):
        raise ScanError(f"{_shown(href)}: is on another host; it is not fetched")
    if parts.query or parts.fragment:
        raise ScanError(f"{_shown(href)}: write ? as %3F and # as %23 in names of files")
    # after the host "." the path starts with a slash that means nothing
    path = unquote(parts.path.removeprefix("/") if parts.netloc else parts.path)
    if not path or _BAD.search(path):
        raise ScanError(f"{_shown(href)}: names no file")
    return path


def _shown(href: str) -> str:
    return ascii(href)[1:-1] if not href.isprintable() else href or "an empty href"
