"""Reading the archive again: all of it, or the next share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.store import write_whole
from archive.upkeep.fixity import Damage, damages, recorded_files
from tasks.archive_access import OpenArchive


@dataclass(frozen=True, slots=True)
class Verified:
    """How many files were read, and which are not as they were written."""

    files: int = 0
    damages: tuple[Damage, ...] = ()


def verified(archive: OpenArchive, share: float) -> Verified:
    """Read ``share`` (0..1) of the archive's files, beginning where the last share ended.

    Raises:
        CatalogError: the catalog is damaged.
    """
    archive.catalog.check()
    files = recorded_files(archive.layout, archive.catalog.files())
    if share >= 1:
        return _read_all(damages(files))
    start = _start(archive)
    result = _read_all(damages(files, start=start, share=share))
    write_whole(archive.layout.verified(), f"{(start + share) % 1.0:.9f}\n".encode())
    return result


def _read_all(read: Iterator[tuple[Path, Damage | None]]) -> Verified:
    results = [damage for _, damage in read]
    return Verified(len(results), tuple(damage for damage in results if damage is not None))


def _start(archive: OpenArchive) -> float:
    try:
        return float(archive.layout.verified().read_text()) % 1.0
    except (FileNotFoundError, ValueError):  # never begun, or the mark is damaged: begin anew
        return 0.0
