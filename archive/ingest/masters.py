"""Masters, copied bit for bit and checked on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path

from archive.ingest.page_source import PageSource
from archive.store import sha256, whole
from schemas.errors import ScanError
from schemas.model import Scan

_ALGORITHMS = {"SHA-256": "sha256", "SHA-512": "sha512", "SHA-1": "sha1", "MD5": "md5"}
"""CHECKSUMTYPE of METS that we can check."""

_READ_ONLY = 0o444
"""Mode of a master: no program writes it again, and no person by mistake."""


def kept(
    scans: Iterable[tuple[PageSource, Scan]],
    folder: Path,
    *,
    root: Path,
    before: Sequence[Scan] = (),
) -> tuple[Scan, ...]:
    """Copy the masters of one version into ``folder``; return them with paths below ``root``.

    A master that is among those of ``before``, the last version, stays where it lies, if it is
    whole: each is kept once.

    Raises:
        ScanError: a file changed while it was copied.
    """
    masters, taken = [], dict[str, str]()
    standing = {scan.sha256: root / scan.path for scan in before}
    for page, scan in scans:
        target = folder / _safe_name(scan, page, taken)
        earlier = standing.get(scan.sha256)
        if earlier is not None and earlier.is_relative_to(root) and _is_whole(earlier, scan):
            target = earlier
        elif not target.exists() or sha256(target) != scan.sha256:
            with whole(target) as draft:
                shutil.copyfile(page.path, draft)
                if sha256(draft) != scan.sha256:
                    raise ScanError(f"{page.path}: changed while it was copied; ingest it again")
                draft.chmod(_READ_ONLY)
        masters.append(replace(scan, path=str(target.relative_to(root))))
    return tuple(masters)


def _is_whole(path: Path, scan: Scan) -> bool:
    return path.is_file() and sha256(path) == scan.sha256


def in_place(scans: Iterable[tuple[PageSource, Scan]]) -> tuple[Scan, ...]:
    """Return masters that stay where they are, with the paths they have there."""
    return tuple(replace(scan, path=str(page.path.resolve())) for page, scan in scans)


def check_digest(page: PageSource, digest_found: str) -> None:
    """Compare the file of ``page`` with what METS or a checksum file says of it.

    Raises:
        ScanError: it is another file than that.
    """
    path, (algorithm, digest) = page.path, page.checksum
    name = _ALGORITHMS.get(algorithm)
    if not digest or name is None:
        return
    if name != "sha256":
        with path.open("rb") as stream:
            digest_found = file_digest(stream, name).hexdigest()
    if digest_found != digest:
        raise ScanError(
            f"{path}: its {algorithm} is {digest_found}, {page.checksum_source} says {digest}; "
            "get the file again"
        )


def _safe_name(scan: Scan, page: PageSource, taken: dict[str, str]) -> str:
    """Name a master by its digest where its own name cannot stand in XML or on other disks.

    Nor can a name that another page of the issue has, from another folder: ``taken``, in small
    letters, with the digests of their files.
    """
    name = page.path.name
    is_plain = name.isascii() and name.isprintable() and not set(name) & set('<>:"|?*\\ &%#')
    if is_plain and taken.setdefault(name.lower(), scan.sha256) == scan.sha256:
        return name
    return f"{scan.sha256[:16]}{page.path.suffix.lower()}"
