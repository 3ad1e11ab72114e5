"""An issue that a METS document describes: its pages, their order, what is known of it."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from archive.hrefs import resolve_href
from archive.images.facts import image_quality
from archive.ingest.checksums import checksums_of, with_checksums
from archive.ingest.files_by_name import FilesByName
from archive.ingest.folders import naming_folder
from archive.ingest.issue_source import IssueSource
from archive.ingest.names import printable_name, to_slug
from archive.ingest.page_source import PageSource
from schemas.errors import DocumentError, ScanError
from schemas.model import IssueId, Quarantined
from schemas.namespaces import METS
from schemas.read.mets import MetsFile, MetsPage, read_mets

_HEAD_BYTES = 4096
_NAMES = ("mets.xml", "meta.xml")


def mets_in(folder: Path) -> Path | None:
    """Return the METS file that describes ``folder``: mets.xml, meta.xml, else the only one there.

    In a process folder of Kitodo, meta.xml describes the issue and meta_anchor.xml its magazine.
    """
    documents = [path for path in sorted(folder.glob("*.xml")) if path.is_file() and _is_mets(path)]
    documents = [path for path in documents if not path.stem.lower().endswith("_anchor")]  # Kitodo
    named = [path for name in _NAMES for path in documents if path.name.lower() == name]
    chosen = named[:1] or documents
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
    files = FilesByName.below(path.parent)
    pages: list[PageSource] = []
    copies: list[Path] = []
    refused: list[Quarantined] = []
    for page in document.pages:
        try:
            image, others = _image_of(page, path.parent, files)
        except ScanError as error:
            named = page.image()
            name = f"page {page.order}" if named is None else printable_name(named.href)
            refused.append(Quarantined(name, str(error)))
            continue
        pages.append(_mets_page(page, image, path.parent, files))
        copies += others
    if not pages and not refused:
        raise DocumentError(f"{path}: names no page")
    folders = {page.path.parent for page in pages}
    pages, _ = with_checksums(pages, checksums_of(path.parent, folders))
    is_named_for_folder = path.name.lower() in _NAMES
    name = naming_folder(_package(path.parent)).name if is_named_for_folder else path.stem
    return IssueSource(
        IssueId(to_slug(name)),
        path.parent,
        tuple(pages),
        document.metadata,
        tuple(refused),
        copies=tuple(dict.fromkeys(copies)),
    )


def _package(folder: Path) -> Path:
    """Return ``folder``, or the bag whose payload it is."""
    is_payload = (folder.parent / "bagit.txt").is_file()
    return folder.parent if is_payload else folder


_Image = tuple[Path, MetsFile]


def _image_of(page: MetsPage, folder: Path, files: FilesByName) -> tuple[_Image, list[Path]]:
    """Return the best image of ``page`` that is there, and further copies of it.

    Raises:
        ScanError: METS names no image, or none that is there.
    """
    named = page.images()
    if not named:
        lost = f"; it points at {page.dangling[0]}, which no file has" if page.dangling else ""
        raise ScanError(f"METS names no image for it{lost}")
    there: list[_Image] = []
    reasons: list[str] = []
    for image in named:
        try:
            there.append((resolve_href(image.href, folder), image))
        except ScanError as error:
            reasons.append(str(error))
    if there:  # in the order of their groups: masters before what was made to be looked at
        return there[0], [path for path, _ in there[1:] if path != there[0][0]]
    for image in named:
        matches = files.named_by(image.href)
        if matches:
            best, *others = sorted(matches, key=_quality, reverse=True)
            return (best, image), others
    raise ScanError(reasons[0])


def _quality(path: Path) -> tuple[float, int, bool, str]:
    try:
        return (*image_quality(path), str(path))
    except ScanError:
        return (0, 0, False, str(path))


def _mets_page(page: MetsPage, image: _Image, folder: Path, files: FilesByName) -> PageSource:
    """Return the page with its text, if that is there: often it stays where it was harvested."""
    path, file = image
    fulltext = page.fulltext()
    text, no_text = None, ""
    if fulltext is not None:
        try:
            text = resolve_href(fulltext.href, folder)
        except ScanError as error:
            texts = files.named_by(fulltext.href)
            text, no_text = (texts[0], "") if len(texts) == 1 else (None, str(error))
    is_stated = path.name == PurePosixPath(unquote(file.href)).name
    return PageSource(
        path,
        label=page.label,
        text=text,
        no_text=no_text,
        checksum=(file.checksum_type.upper(), file.checksum.lower()) if is_stated else ("", ""),
    )
