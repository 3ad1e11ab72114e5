"""Checksum files that come with scans: ``SHA256SUMS``, ``manifest-md5.txt``, ``0001.tif.md5``.

Understood are lines of md5sum(1) and of BSD's md5(1), BagIt manifests (RFC 8493), and files that
hold the digest of the one file they are named for. Other lines say nothing of a page.
"""

from __future__ import annotations

import codecs
import glob
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from archive.ingest.names import printable_name
from archive.ingest.page_source import PageSource
from schemas.media_types import PAGE_SUFFIXES
from schemas.model import Quarantined

_NAMES = re.compile(
    r"(?:manifest-(?:md5|sha1|sha256|sha512)\.txt"
    r"|(?:md5|sha1|sha256|sha512)(?:sums?)?(?:\.txt)?|checksums?(?:\.txt)?"
    r"|.*\.(?:md5|md5sum|sha1|sha1sum|sha256|sha256sum|sha512|sha512sum))",
    re.IGNORECASE,
)
_ALGORITHMS = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}
"""By hex digits of the digest."""
_DIGEST = r"(?P<digest>[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})"
_GNU = re.compile(rf"\\?{_DIGEST}\s+\*?(?P<name>\S.*)")
_BSD = re.compile(rf"\w+ ?\((?P<name>.+)\) ?= ?{_DIGEST}")
_ALONE = re.compile(_DIGEST)
_LARGEST = 16 << 20
"""Bytes: a list of 100,000 files has less."""
_ABOVE = 3
"""How many folders above the pages a list may lie: the root of a bag, of a delivery."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What ``source``, a checksum file, says of a file: algorithm as METS names it, hex digest."""

    algorithm: str
    digest: str
    source: Path


def checksums_of(folder: Path, parts: Iterable[Path]) -> dict[Path, Checksum]:
    """Return what checksum files say of the files in ``folder`` and its ``parts``, by path.

    Lists are looked for there and in three folders above: the root of a bag, of a delivery. Of
    several, the nearest is taken at its word. Paths are resolved.
    """
    root, below = folder.resolve(), [part.resolve() for part in parts]
    stated: dict[Path, Checksum] = {}
    for place in (*reversed(root.parents[:_ABOVE]), root, *below):
        for path in _lists_in(place):
            stated |= {
                file: checksum for file, checksum in _read(path) if file.parent in {root, *below}
            }
    return stated


def _lists_in(folder: Path) -> list[Path]:
    try:
        entries = sorted(entry for entry in folder.iterdir() if _NAMES.fullmatch(entry.name))
    except OSError:  # of a folder above nothing is needed, of one below the pages say it
        return []
    return [
        path
        for path in entries
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST
    ]


def with_checksums(
    pages: list[PageSource], stated: dict[Path, Checksum]
) -> tuple[list[PageSource], list[Quarantined]]:
    """Return ``pages`` with what is stated of their files, and pages stated that are not there.

    Files are known by their names as people read them, composed or decomposed.
    """
    by_name = {_key(path): checksum for path, checksum in stated.items()}
    named = []
    for page in pages:
        checksum = by_name.get(_key(page.path.resolve()))
        if checksum is not None and not page.checksum[1]:
            page = replace(
                page,
                checksum=(checksum.algorithm, checksum.digest),
                checksum_source=checksum.source.name,
            )
        named.append(page)
    missing = [
        Quarantined(
            printable_name(path.name), f"{checksum.source.name} names it, and it is not there"
        )
        for path, checksum in stated.items()
        if path.suffix.lower() in PAGE_SUFFIXES and not _is_there(path)
    ]
    return named, missing


def _read(path: Path) -> Iterator[tuple[Path, Checksum]]:
    for line in _text(path.read_bytes()).splitlines():
        match = _GNU.fullmatch(line.strip()) or _BSD.fullmatch(line.strip())
        name = match["name"].strip() if match else _file_of(path)
        match = match or _ALONE.fullmatch(line.strip())
        if match is None:
            continue
        relative = PurePosixPath(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts:
            continue
        digest = match["digest"].lower()
        if not digest.strip("0"):
            continue  # a placeholder; no file has this digest
        yield path.parent / relative, Checksum(_ALGORITHMS[len(digest)], digest, path)


def _text(content: bytes) -> str:
    """Return the text of a list: UTF-8, UTF-16 with its mark, else what Windows wrote."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _file_of(path: Path) -> str:
    """Return the name of the file that ``0001.tif.md5`` or ``0001.md5`` is about."""
    if Path(path.stem).suffix.lower() in PAGE_SUFFIXES:
        return path.stem
    pages = [
        page.name
        for page in path.parent.glob(f"{glob.escape(path.stem)}.*")
        if page.suffix.lower() in PAGE_SUFFIXES
    ]
    return pages[0] if len(pages) == 1 else path.stem


def _is_there(path: Path) -> bool:
    if path.exists():
        return True
    key = _key(path)
    return path.parent.is_dir() and any(_key(other) == key for other in path.parent.iterdir())


def _key(path: Path) -> str:
    return unicodedata.normalize("NFC", str(path))
