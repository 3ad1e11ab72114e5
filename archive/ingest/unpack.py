"""ZIP, CBZ and TAR files, unpacked with care: nothing outside their folder, no bombs."""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from archive.ingest.names import printable_name
from schemas.errors import DocumentError, is_systemic
from schemas.media_types import PAGE_SUFFIXES
from schemas.model import Quarantined

ARCHIVES = (
    ".zip",
    ".cbz",
    ".tar",
    ".cbt",
    ".tgz",
    ".tar.gz",
    ".tbz2",
    ".tar.bz2",
    ".txz",
    ".tar.xz",
)
"""Ends of the names of archives that are read."""
_ZIPS = (".zip", ".cbz")
_SYSTEM_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information"})
_CHUNK = 1 << 20
_MOST_RATIO, _SMALL = 200, 100 << 20
"""A member of more than ``_SMALL`` bytes that packs better than this is a bomb, no scan."""
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
"""Bits of the flags of a ZIP member (PKWARE APPNOTE 4.4.4)."""
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError)


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """What an archive may hold at most: files, and bytes of all of them unpacked."""

    files: int = 10_000
    total_bytes: int = 64 << 30


@dataclass(frozen=True, slots=True)
class _Member:
    """One file of an archive; ``packed`` and ``size`` are bytes, as its header states them."""

    name: str
    size: int
    packed: int
    open: Callable[[], IO[bytes]]
    refusal: str = ""


def is_archive(path: Path) -> bool:
    """Say whether the name of ``path`` is that of an archive that is read."""
    return path.name.lower().endswith(ARCHIVES)


def archive_stem(path: Path) -> str:
    """Return the name of an archive without its suffix.

    >>> archive_stem(Path("in/Observer 12.tar.gz"))
    'Observer 12'
    """
    ends = [end for end in ARCHIVES if path.name.lower().endswith(end)]
    return path.name[: -max(map(len, ends), default=0) or None]


def may_hold_pages(path: Path) -> bool:
    """Say whether an archive names files that could be pages; True where that cannot be seen."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (*_DAMAGE, OSError, ValueError, NotImplementedError):
        return True
    return any(PurePosixPath(name).suffix.lower() in PAGE_SUFFIXES for name in names)


def unpack(path: Path, folder: Path, limits: UnpackLimits) -> tuple[Quarantined, ...]:
    """Unpack the archive ``path`` into the empty ``folder``; return the members that are refused.

    Links, devices, names that lead out of the folder, encrypted and damaged members are refused one
    by one. Files that operating systems add are left out. Times of files are not kept.

    Raises:
        DocumentError: it is no such archive, is damaged, or exceeds ``limits``.
        OSError: the disk is full.
    """
    refused: list[Quarantined] = []
    seen: set[str] = set()
    total = 0
    with _reading(path):
        for count, member in enumerate(_members(path), start=1):
            if count > limits.files:
                raise DocumentError(
                    f"{path}: holds more than {limits.files} files ([ingest] max_archive_files); "
                    "part it"
                )
            target = _target(member.name)
            reason = member.refusal or _why_refused(member, target, seen)
            member_name = printable_name(f"{path}/{member.name}")
            if reason:
                refused.append(Quarantined(member_name, reason))
            elif target is not None and not _is_of_system(target):
                seen.add(str(target).casefold())
                try:
                    total += _write(member, folder / target, path, limits.total_bytes - total)
                except zipfile.BadZipFile as error:  # its checksum: the others are not touched
                    (folder / target).unlink()
                    refused.append(Quarantined(member_name, f"damaged in the archive ({error})"))
    return tuple(refused)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (*_DAMAGE, UnicodeError, RuntimeError, NotImplementedError, ValueError) as error:
        raise DocumentError(
            f"{path}: damaged, or no archive of its kind ({error}); deliver it again"
        ) from error
    except OSError as error:
        if is_systemic(error) or error.filename is not None:
            raise
        raise DocumentError(f"{path}: damaged ({error}); deliver it again") from error


def _members(path: Path) -> Iterator[_Member]:
    if path.name.lower().endswith(_ZIPS):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield _of_zip(archive, info)
    else:
        with tarfile.open(path, "r:*") as tar:
            for entry in tar:
                if not entry.isdir():
                    yield _of_tar(tar, entry)


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    refusal = ""
    if info.flag_bits & _ENCRYPTED:
        refusal = "encrypted; pack it without a password"
    elif stat.S_ISLNK(info.external_attr >> 16):
        refusal = "a link; it is not followed"
    return _Member(
        _zip_name(info), info.file_size, info.compress_size, lambda: archive.open(info), refusal
    )


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; many programs write UTF-8 and do not say so."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):  # else it is the code page of DOS, as the standard has it
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _of_tar(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> _Member:
    refusal = "" if entry.isreg() else "a link or no regular file; it is not followed"

    def opened() -> IO[bytes]:
        stream = tar.extractfile(entry)
        if stream is None:
            raise tarfile.ReadError("a member without content")
        return stream

    return _Member(entry.name, entry.size, entry.size, opened, refusal)


def _target(name: str) -> PurePosixPath | None:
    """Return the path of a member below the folder, or None where it would lead out of it."""
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    parts = [part for part in path.parts if part != "."]
    if path.is_absolute() or ".." in parts or not parts or ":" in parts[0] or "\0" in name:
        return None
    return PurePosixPath(*parts)


def _why_refused(member: _Member, target: PurePosixPath | None, seen: set[str]) -> str:
    if target is None:
        return "its name leads out of the archive; pack it with plain names"
    if str(target).casefold() in seen:
        return "another file of the archive has its name; rename one"
    if member.size > _SMALL and member.size > _MOST_RATIO * max(1, member.packed):
        return f"unpacks to {member.size} bytes from {member.packed}: a bomb, no scan; take it out"
    return ""


def _is_of_system(target: PurePosixPath) -> bool:
    return target.name.startswith("._") or any(
        part.casefold() in _SYSTEM_FOLDERS for part in target.parts
    )


def _write(member: _Member, target: Path, path: Path, most: int) -> int:
    """Write a member of at most ``most`` bytes; return how many it has.

    What the header states is not relied on: bytes are counted as they come.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with member.open() as stream, target.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > min(most, max(member.size, _CHUNK)):
                raise DocumentError(
                    f"{path}: unpacks to more than [ingest] max_archive_gigabytes allows, or than "
                    "it states; part it, or raise the limit"
                )
            file.write(chunk)
        if shutil.disk_usage(target.parent).free < _CHUNK:
            raise OSError(28, "No space left on device", str(target))
    return written
