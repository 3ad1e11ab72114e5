"""An issue that a METS document describes: its pages, their order, what is known of it."""

from __future__ import annotations

import re
from pathlib import Path

from archive.hrefs import resolve_href
from archive.ingest.issue_source import IssueSource
from archive.ingest.names import printable_name, to_slug
from archive.ingest.page_source import PageSource
from schemas.errors import DocumentError, ScanError
from schemas.model import IssueId, Quarantined
from schemas.namespaces import METS
from schemas.read.mets import MetsFile, MetsPage, read_mets

_HEAD_BYTES = 4096


def mets_in(folder: Path) -> Path | None:
    """Return the METS file that describes ``folder``: mets.xml, else the only METS there."""
    documents = [path for path in sorted(folder.glob("*.xml")) if path.is_file() and _is_mets(path)]
    named = [path for path in documents if path.name.lower() == "mets.xml"]
    chosen = named or documents
    return chosen[0] if len(chosen) == 1 else None


def _is_mets(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    return METS.encode() in head and re.search(rb"<(\w+:)?mets[\s>]", head) is not None


def of_mets(path: Path) -> IssueSource:
    """Return the issue that a METS document describes, with the images it names.

    Raises:
        DocumentError: it is no METS, or names no page.
    """
    document = read_mets(path.read_bytes(), name=str(path))
    pages: list[PageSource] = []
    refused: list[Quarantined] = []
    for page in document.pages:
        image = page.image()
        if image is None:
            refused.append(Quarantined(f"page {page.order}", "METS names no image for it"))
            continue
        try:
            pages.append(_mets_page(page, image, path.parent))
        except ScanError as error:
            refused.append(Quarantined(printable_name(image.href), str(error)))
    if not pages and not refused:
        raise DocumentError(f"{path}: names no page")
    name = _package_name(path.parent) if path.stem.lower() == "mets" else path.stem
    return IssueSource(
        IssueId(to_slug(name)), path.parent, tuple(pages), document.metadata, tuple(refused)
    )


def _package_name(folder: Path) -> str:
    """Return the name of a folder, or of the bag whose payload it is."""
    is_payload = (folder.parent / "bagit.txt").is_file()
    return folder.parent.name if is_payload else folder.name


def _mets_page(page: MetsPage, image: MetsFile, folder: Path) -> PageSource:
    """Return the page with its text, if that is there: often it stays where it was harvested."""
    fulltext = page.fulltext()
    text, no_text = None, ""
    if fulltext is not None:
        try:
            text = resolve_href(fulltext.href, folder)
        except ScanError as error:
            no_text = str(error)
    return PageSource(
        resolve_href(image.href, folder),
        label=page.label,
        text=text,
        no_text=no_text,
        checksum=(image.checksum_type.upper(), image.checksum.lower()),
    )
