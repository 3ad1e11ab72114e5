"""What a folder of a delivery is: an issue, copies of its pages, sheets that belong to it."""

from __future__ import annotations

from pathlib import Path

from archive.ingest.copies import is_role
from archive.ingest.names import natural
from schemas.media_types import PAGE_SUFFIXES

SIDECAR = "issue.ini"
COMPANIONS = frozenset(
    {".ini", ".xml", ".txt", ".csv", ".json", ".log", ".yml", ".yaml", ".html", ".htm", ".hocr"}
    | {".md5", ".md5sum", ".sha1", ".sha256", ".sha512", ".xmp", ".scantailor", ".url"}
    | {".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx"}
)
"""Files that lie beside pages and are none; they are passed over without a word."""
_ARCHIVES = frozenset({".cbr", ".rar", ".7z", ".gz", ".bz2", ".xz", ".iso"})
NOT_READ = _ARCHIVES | frozenset({".djvu", ".djv", ".jxl", ".jpm", ".eps", ".psd", ".raw", ".dng"})
"""Files that may hold pages and are not read: where they are all there is, they are named."""
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "sha256sums", "md5sums"})
"""Files that operating systems and checksum tools leave behind."""
SUPPLEMENTS = frozenset(
    {"foldout", "foldouts", "fold-outs", "supplement", "supplements", "plates", "maps", "covers"}
    | {"beilage", "beilagen", "tafeln", "karten", "falttafeln", "supplément", "suppléments"}
)
"""Folders with sheets of an issue that were scanned apart; they come after its pages."""
NAMELESS = frozenset({"data", "meta", "metadata"})
"""Folders of packages whose names say nothing of the issue."""


def why_no_page(suffix: str) -> str:
    """Return why files of ``suffix``, in small letters, are not taken for pages, and what to do.

    >>> why_no_page(".djvu")
    '.djvu is not read; convert it to TIFF or PDF'
    """
    if suffix in NOT_READ:
        remedy = "unpack it" if suffix in _ARCHIVES else "convert it to TIFF or PDF"
        return f"{suffix} is not read; {remedy}"
    return f"{suffix or 'a file without suffix'} is no page image"


def is_issue(folder: Path) -> bool:
    """Say whether ``folder`` is one issue: by issue.ini, by pages, or by a folder of copies.

    Folders that are named for nothing but copies are parts of the folder that names the issue. A
    folder with other folders beside them holds several deliveries.
    """
    children = [p for p in folder.iterdir() if not p.name.startswith(".")]
    folders = [p for p in children if p.is_dir() and not p.is_symlink()]
    has_pages = any(p.is_file() and p.suffix.lower() in PAGE_SUFFIXES for p in children)
    return (
        (folder / SIDECAR).exists()
        or has_pages
        or (bool(folders) and all(is_role(p) or p.name.lower() in NAMELESS for p in folders))
    )


def supplements_in(folder: Path) -> list[Path]:
    """Return the folders below ``folder`` with sheets that belong to its issue."""
    children = [p for p in folder.iterdir() if p.is_dir() and not p.is_symlink()]
    named = [p for p in children if p.name.lower() in SUPPLEMENTS]
    return sorted(named, key=lambda p: natural(p.name))


def copies_in(folder: Path) -> list[Path]:
    """Return the folders below ``folder`` that hold copies of its pages, by their names."""
    children = [p for p in folder.iterdir() if p.is_dir() and not p.is_symlink() and is_role(p)]
    return sorted(children, key=lambda p: natural(p.name))


def naming_folder(folder: Path) -> Path:
    """Return the folder whose name names the issue: never ``tif``, ``master`` or ``data``."""
    while (is_role(folder) or folder.name.lower() in NAMELESS) and folder.parent.name:
        folder = folder.parent
    return folder
