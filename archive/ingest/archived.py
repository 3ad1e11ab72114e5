"""Issues that come in archive files: unpacked, read like folders, and unpacked once only."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from archive.ingest.folders import SIDECAR
from archive.ingest.issue_source import Discovery, IssueSource
from archive.ingest.names import natural, printable_name
from archive.ingest.sources import discover
from archive.ingest.unpack import UnpackLimits, archive_stem, is_archive, unpack
from archive.layout import Layout
from archive.store import DRAFT_PREFIX, write_whole
from schemas.codec import from_json, to_json
from schemas.media_types import PAGE_SUFFIXES
from schemas.model import IssueId, Quarantined


@dataclass(frozen=True, slots=True)
class SeenArchive:
    """An archive file as it was read last: what it came to under which settings."""

    size_bytes: int
    modified_ns: int
    accepted: str
    issues: tuple[str, ...]
    refused: tuple[Quarantined, ...] = ()


def archives_at(place: Path) -> Iterator[Path]:
    """Yield the archive files at ``place``: itself, or those in its folders, in natural order.

    An archive file among the pages of an issue accompanies them and is not yielded.
    """
    if place.is_file() and not place.is_symlink() and is_archive(place):
        yield place
    for parent, folders, names in os.walk(place, onerror=None):
        folders[:] = sorted((n for n in folders if not n.startswith(".")), key=natural)
        if any(Path(name).suffix.lower() in PAGE_SUFFIXES for name in names):
            continue
        for name in sorted(names, key=natural):
            path = Path(parent) / name
            if is_archive(path) and not name.startswith(".") and not path.is_symlink():
                yield path


@contextmanager
def unpacked(path: Path, layout: Layout, limits: UnpackLimits) -> Iterator[Discovery]:
    """Yield the issues in the archive file ``path``; their files go when the body ends.

    A folder with an issue.ini and one archive is one issue: the file describes it.

    Raises:
        DocumentError: the archive is damaged or exceeds ``limits``.
        OSError: the disk is full.
    """
    layout.unpacking().mkdir(parents=True, exist_ok=True)
    prefix = f"{DRAFT_PREFIX}unpacked-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=layout.unpacking()) as scratch:
        folder = Path(scratch) / path.parent.resolve().name / archive_stem(path)
        folder.mkdir(parents=True)
        refused = unpack(path, folder, limits)
        sidecar = path.parent / SIDECAR
        if sidecar.is_file() and not (folder / SIDECAR).exists() and _is_alone(path):
            shutil.copyfile(sidecar, folder / SIDECAR)
        discovery = discover(folder, is_packed=True)
        issues = tuple(_with_origin(issue, path, folder) for issue in discovery.issues)
        named = tuple(
            replace(entry, name=entry.name.replace(str(folder), str(path)))
            for entry in discovery.refused
        )
        named += tuple(
            Quarantined(
                printable_name(f"{path}/{inner.relative_to(folder)}"),
                "an archive in an archive is not read; unpack it",
            )
            for inner in archives_at(folder)
        )
        if not (issues or named or refused):
            named = (Quarantined(str(path), "holds no page that is read; take it out"),)
        yield Discovery(issues, (*refused, *named))


def _is_alone(path: Path) -> bool:
    return sum(is_archive(other) for other in path.parent.iterdir()) == 1


def _with_origin(issue: IssueSource, path: Path, folder: Path) -> IssueSource:
    inside = issue.folder.relative_to(folder)
    return replace(issue, origin=path / inside if inside.parts else path)


@dataclass(slots=True)
class SeenArchives:
    """Which archive files were read. One ingest at a time works in an archive."""

    layout: Layout

    def same(self, path: Path, accepted: str) -> SeenArchive | None:
        """Return what ``path`` came to, if neither the file nor what is accepted has changed."""
        seen = self._all().get(str(path.resolve()))
        if seen is None or seen.accepted != accepted:
            return None
        status = path.stat()
        is_same = (status.st_size, status.st_mtime_ns) == (seen.size_bytes, seen.modified_ns)
        has_all = all(self.layout.issue_record(IssueId(name)).is_file() for name in seen.issues)
        return seen if is_same and has_all else None

    def enter(
        self,
        path: Path,
        accepted: str,
        issues: tuple[IssueId, ...],
        refused: tuple[Quarantined, ...],
    ) -> None:
        """Write down what ``path`` came to."""
        status = path.stat()
        seen = SeenArchive(
            status.st_size, status.st_mtime_ns, accepted, tuple(map(str, issues)), refused
        )
        write_whole(self.layout.seen_archives(), to_json(self._all() | {str(path.resolve()): seen}))

    def _all(self) -> dict[str, SeenArchive]:
        path = self.layout.seen_archives()
        if not path.exists():
            return {}
        return from_json(dict[str, SeenArchive], path.read_bytes(), name=str(path))
