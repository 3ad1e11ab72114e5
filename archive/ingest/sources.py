"""What lies in a folder: issues, their pages in natural order, and what is not a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archive.hrefs import resolve_href
from archive.images.facts import page_frames
from archive.images.pdf import count_pages, is_pdf
from archive.ingest.copies import best_copies, unmatched
from archive.ingest.folders import (
    COMPANIONS,
    NOT_READ,
    SIDECAR,
    SYSTEM_FILES,
    copies_in,
    is_issue,
    naming_folder,
    supplements_in,
)
from archive.ingest.names import natural, printable_name, suffixed, to_slug, why_unread
from archive.ingest.page_source import PageSource
from archive.ingest.texts import text_beside
from schemas.errors import DocumentError, ScanError
from schemas.media_types import PAGE_SUFFIXES, TIFF_SUFFIXES
from schemas.model import IssueId, IssueMetadata, Quarantined
from schemas.namespaces import METS
from schemas.read.mets import MetsFile, MetsPage, read_mets
from schemas.sidecar import Sidecar, read_sidecar

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class IssueSource:
    """An issue before it is registered.

    ``is_named`` where issue.ini gives the id; ``asked`` is the id that it shared with another
    folder, before the two were told apart; ``others`` are ids of that name that it may have had.
    ``copies`` are files that are further copies of its pages, ``notes`` are for a person.
    """

    issue: IssueId
    folder: Path
    pages: tuple[PageSource, ...]
    metadata: IssueMetadata
    refused: tuple[Quarantined, ...] = ()
    is_named: bool = False
    asked: IssueId | None = None
    others: tuple[IssueId, ...] = ()
    copies: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """The issues at a place, and what could not be understood there."""

    issues: tuple[IssueSource, ...]
    refused: tuple[Quarantined, ...] = ()


def discover(source: Path) -> Discovery:
    """Return the issues at ``source``: a folder, a tree of folders, a PDF, a TIFF or a METS file.

    Every folder that holds at least one page is an issue. Links are not followed. A folder whose
    issue.ini is invalid, whose page images are all bad, or that may not be read, is refused with
    the reason; the others go on.

    Raises:
        ScanError: there is nothing at ``source``.
        DocumentError: the METS file or issue.ini named is invalid.
        OSError: the disk is at fault, not a folder.
    """
    if source.is_symlink():
        raise ScanError(f"{source}: a link; name the folder it leads to")
    if source.is_file():
        return Discovery((_single(source),))
    if not source.is_dir():
        raise ScanError(f"{source}: is not there")
    sources: list[IssueSource] = []
    refused: list[Quarantined] = []
    for folder in _folders(source):
        try:
            issue = _of_folder(folder)
        except (DocumentError, OSError) as error:
            reason = printable_name(why_unread(error).removeprefix(f"{folder}: "))
            refused.append(Quarantined(printable_name(str(folder)), reason))
            continue
        if issue is not None:
            sources.append(issue)
    return Discovery(tuple(_with_kinds(sources)), tuple(refused))


def _folders(source: Path) -> Iterator[Path]:
    yield source
    try:
        if _mets_in(source) is not None:
            return  # the METS file says what belongs to the issue, in folders below too
        children = [p for p in source.iterdir() if p.is_dir() and not p.is_symlink()]
    except OSError as error:
        why_unread(error)  # ``discover`` has met it and said so
        return
    parts = [*copies_in(source), *supplements_in(source)] if is_issue(source) else []
    for child in sorted(children, key=lambda p: natural(p.name)):
        if not child.name.startswith(".") and child not in parts:
            yield from _folders(child)


def _mets_in(folder: Path) -> Path | None:
    """Return the METS file that describes ``folder``: mets.xml, else the only METS there."""
    documents = [path for path in sorted(folder.glob("*.xml")) if path.is_file() and _is_mets(path)]
    named = [path for path in documents if path.name.lower() == "mets.xml"]
    chosen = named or documents
    return chosen[0] if len(chosen) == 1 else None


def _is_mets(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    return METS.encode() in head and re.search(rb"<(\w+:)?mets[\s>]", head) is not None


def _of_folder(folder: Path) -> IssueSource | None:
    mets = _mets_in(folder)
    if mets is not None and not (folder / SIDECAR).exists():
        return _of_mets(mets)
    refused: list[Quarantined] = []
    roles = copies_in(folder) if is_issue(folder) else []
    parts = [_pages_in(part, refused) for part in (folder, *roles)]
    if reason := unmatched(parts):
        raise DocumentError(f"{folder}: {reason}; put the right files together, or name one folder")
    copies = best_copies([page for pages in parts for page in pages])
    if not copies.pages:
        _check_none_lost(folder, refused)
        return None
    sidecar = _sidecar(folder)
    slug = to_slug(sidecar.slug) if sidecar.slug else ""
    pages = sorted(copies.pages, key=lambda page: (natural(page.path.name), page.frame))
    for sheets in supplements_in(folder):
        pages += _pages_in(sheets, refused)
    return IssueSource(
        IssueId(slug or to_slug(naming_folder(folder).name)),
        folder,
        tuple(pages),
        sidecar.metadata,
        tuple(refused),
        is_named=bool(slug),
        copies=copies.others,
        notes=sidecar.notes,
    )


def _pages_in(folder: Path, refused: list[Quarantined]) -> list[PageSource]:
    """Return the pages that lie in ``folder`` itself; what is none is added to ``refused``."""
    pages: list[PageSource] = []
    for entry in sorted(folder.iterdir(), key=lambda p: natural(p.name)):
        is_hidden = entry.name.startswith(".") or entry.name.lower() in SYSTEM_FILES
        if is_hidden or (entry.is_dir() and not entry.is_symlink()):
            continue
        _sort_in(entry, pages, refused)
    return pages


def _check_none_lost(folder: Path, refused: list[Quarantined]) -> None:
    """Raise DocumentError for a folder whose files could be pages and are not read.

    Else a delivery would be gone, and the night would say that there is nothing to do.
    """
    lost = [
        quarantined
        for quarantined in refused
        if Path(quarantined.name).suffix.lower() in PAGE_SUFFIXES | NOT_READ
    ]
    lost += [
        Quarantined(printable_name(path.name), "archives are not read; unpack it")
        for path in sorted(folder.glob("*.[zZ][iI][pP]"))
    ]
    if lost:
        reasons = "; ".join(f"{quarantined.name}: {quarantined.reason}" for quarantined in lost[:3])
        raise DocumentError(f"{folder}: no page could be accepted ({reasons})")


def _sort_in(entry: Path, pages: list[PageSource], refused: list[Quarantined]) -> None:
    suffix = entry.suffix.lower()
    if suffix in COMPANIONS:
        return
    name = printable_name(entry.name)
    if entry.is_symlink() or not entry.is_file():
        refused.append(Quarantined(name, "a link or no regular file; it is not followed"))
    elif suffix not in PAGE_SUFFIXES:
        refused.append(Quarantined(name, f"{suffix or 'a file without suffix'} is no page image"))
    else:
        try:
            pages.extend(_frames(entry))
        except (ScanError, OSError) as error:
            reason = why_unread(error).removeprefix(f"{entry}: ")
            refused.append(Quarantined(name, printable_name(reason)))


def _frames(path: Path) -> Iterable[PageSource]:
    suffix = path.suffix.lower()
    if path.stat().st_size == 0:
        raise ScanError(f"{path}: empty file; rescan it")
    if is_pdf(path):
        return [PageSource(path, frame, text=path) for frame in range(count_pages(path))]
    frames = page_frames(path) if suffix in TIFF_SUFFIXES else (0,)
    text = text_beside(path) if len(frames) == 1 else None
    return [PageSource(path, frame, text=text) for frame in frames]


def _single(path: Path) -> IssueSource:
    if path.suffix.lower() == ".xml":
        return _of_mets(path)
    sidecar = _sidecar(path.parent)
    slug = to_slug(sidecar.slug) if sidecar.slug else ""
    return IssueSource(
        IssueId(slug or to_slug(path.stem)),
        path.parent,
        tuple(_frames(path)),
        sidecar.metadata,
        is_named=bool(slug),
        notes=sidecar.notes,
    )


def _of_mets(path: Path) -> IssueSource:
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


def _sidecar(folder: Path) -> Sidecar:
    path = folder / SIDECAR
    if not path.is_file():
        return Sidecar(IssueMetadata())
    return read_sidecar(path.read_bytes(), name=str(path))


def _with_kinds(sources: list[IssueSource]) -> Iterator[IssueSource]:
    """Give folders that ask for the same id a suffix made of their path."""
    seen: set[IssueId] = set()
    for source in sources:
        if source.issue in seen:
            issue_id = suffixed(source.issue, source.folder)
            source = replace(source, issue=issue_id, asked=source.issue)
        seen.add(source.issue)
        yield source
