"""Deliveries that hold no page that is read: they are named, else nobody would hear of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from archive.ingest.folders import (
    COMPANIONS,
    NAMELESS,
    SIDECAR,
    SYSTEM_FILES,
    is_issue,
    naming_folder,
)
from archive.ingest.names import natural, printable_name
from archive.ingest.unpack import is_archive
from schemas.model import Quarantined


def deliveries_without_pages(source: Path, known: Collection[Path]) -> Iterator[Quarantined]:
    """Yield the folders in ``source`` that hold files and nothing ``known``: issues, refused ones.

    Folders beside the pages of an issue are companions, and so are folders of documents beside
    folders that are known. A folder without a file is not delivered yet, and one with archive
    files is judged by what is in them.
    """
    issues = {naming_folder(folder) for folder in known}
    if source in known or source in issues or is_issue(source):
        return
    for folder in sorted(source.iterdir(), key=lambda p: natural(p.name)):
        is_delivery = folder.is_dir() and not folder.is_symlink()
        if not is_delivery or folder.name.startswith(".") or folder.name.lower() in NAMELESS:
            continue
        if any(place.is_relative_to(folder) for place in known):
            continue
        files = _files_below(folder)
        is_meant = not known or not all(_is_document(path) for path in files)
        if files and is_meant and not any(is_archive(path) for path in files):
            yield Quarantined(
                printable_name(str(folder)),
                "holds no page that is read; deliver its pages, or take it out",
            )


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in COMPANIONS and path.name != SIDECAR


def _files_below(folder: Path) -> list[Path]:
    """Return the files below ``folder`` that somebody put there."""
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [
            Path(parent) / name
            for name in names
            if not name.startswith(".") and name.lower() not in SYSTEM_FILES
        ]
    return files
