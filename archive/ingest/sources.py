"""What lies in a folder: issues, their pages in natural order, and what is not a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from archive.images.facts import page_frames
from archive.images.pdf import count_pages, is_pdf
from archive.ingest.checksums import checksums_of, with_checksums
from archive.ingest.copies import best_copies, unmatched
from archive.ingest.documents import is_of_documents, of_documents
from archive.ingest.folders import (
    COMPANIONS,
    NOT_READ,
    SIDECAR,
    SYSTEM_FILES,
    copies_in,
    is_issue,
    naming_folder,
    supplements_in,
    why_no_page,
)
from archive.ingest.issue_source import Discovery, IssueSource
from archive.ingest.mets_delivery import mets_in, of_mets
from archive.ingest.names import natural, printable_name, suffixed, to_slug, why_unread
from archive.ingest.page_source import PageSource
from archive.ingest.texts import text_beside
from archive.ingest.unpack import is_archive, may_hold_pages
from archive.ingest.without_pages import deliveries_without_pages
from schemas.errors import DocumentError, ScanError
from schemas.media_types import PAGE_SUFFIXES, TIFF_SUFFIXES
from schemas.model import IssueId, IssueMetadata, Quarantined
from schemas.sidecar import Sidecar, read_sidecar


def discover(source: Path, *, is_packed: bool = False) -> Discovery:
    """Return the issues at ``source``: a folder, a tree of folders, a PDF, a TIFF or a METS file.

    Every folder that holds at least one page is an issue. Links are not followed. A folder whose
    issue.ini is invalid, whose page images are all bad, or that may not be read, is refused with
    the reason, and so is a folder in ``source`` with files and no page; the others go on.
    ``is_packed``: it was unpacked from an archive file, which is judged as a whole.

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
    known: list[Path] = []
    for folder in _folders(source):
        try:
            discovery = _of_folder(folder)
        except (DocumentError, OSError) as error:
            reason = printable_name(why_unread(error).removeprefix(f"{folder}: "))
            refused.append(Quarantined(printable_name(str(folder)), reason))
            known.append(folder)
            continue
        sources += discovery.issues
        refused += discovery.refused
        if discovery.issues:
            known.append(folder)
    if not is_packed:
        refused += deliveries_without_pages(source, known)
    return Discovery(tuple(_with_kinds(sources)), tuple(refused))


def _folders(source: Path) -> Iterator[Path]:
    yield source
    try:
        if mets_in(source) is not None:
            return  # the METS file says what belongs to the issue, in folders below too
        children = [p for p in source.iterdir() if p.is_dir() and not p.is_symlink()]
    except OSError as error:
        why_unread(error)  # ``discover`` has met it and said so
        return
    parts = [*copies_in(source), *supplements_in(source)] if is_issue(source) else []
    for child in sorted(children, key=lambda p: natural(p.name)):
        if not child.name.startswith(".") and child not in parts:
            yield from _folders(child)


def _of_folder(folder: Path) -> Discovery:
    """Return the issue that ``folder`` is, or those in it if it holds a PDF for each."""
    mets = mets_in(folder)
    if mets is not None and not (folder / SIDECAR).exists():
        return Discovery((of_mets(mets),))
    refused: list[Quarantined] = []
    roles = copies_in(folder) if is_issue(folder) else []
    parts = [_pages_in(part, refused) for part in (folder, *roles)]
    if reason := unmatched(parts):
        raise DocumentError(f"{folder}: {reason}; put the right files together, or name one folder")
    copies = best_copies([page for pages in parts for page in pages])
    if not copies.pages:
        _check_none_lost(folder, refused)
        return Discovery(())
    main_pages = sorted(copies.pages, key=lambda page: (natural(page.path.name), page.frame))
    apart = supplements_in(folder)
    sheets = [page for part in apart for page in _pages_in(part, refused)]
    pages, missing = with_checksums([*main_pages, *sheets], checksums_of(folder, [*roles, *apart]))
    refused += missing
    if not roles and not (folder / SIDECAR).exists() and is_of_documents(main_pages):
        return of_documents(pages[: len(main_pages)], pages[len(main_pages) :], refused)
    sidecar = _sidecar(folder)
    slug = to_slug(sidecar.slug) if sidecar.slug else ""
    issue = IssueSource(
        IssueId(slug or to_slug(naming_folder(folder).name)),
        folder,
        tuple(pages),
        sidecar.metadata,
        tuple(refused),
        is_named=bool(slug),
        copies=copies.others,
        notes=(*sidecar.notes, *_archives_beside(folder)),
    )
    return Discovery((issue,))


def _archives_beside(folder: Path) -> list[str]:
    """Return what a person should know of archives that lie among the pages of an issue."""
    archives = [
        path.name for path in sorted(folder.iterdir()) if is_archive(path) and may_hold_pages(path)
    ]
    return [
        f"{printable_name(name)} lies beside the pages and is not read; if it holds others, put it "
        "in a folder of its own"
        for name in archives
    ]


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
    if lost:
        reasons = "; ".join(f"{quarantined.name}: {quarantined.reason}" for quarantined in lost[:3])
        raise DocumentError(f"{folder}: no page could be accepted ({reasons})")


def _sort_in(entry: Path, pages: list[PageSource], refused: list[Quarantined]) -> None:
    suffix = entry.suffix.lower()
    if suffix in COMPANIONS or is_archive(entry):
        return
    name = printable_name(entry.name)
    if entry.is_symlink() or not entry.is_file():
        refused.append(Quarantined(name, "a link or no regular file; it is not followed"))
    elif suffix not in PAGE_SUFFIXES:
        refused.append(Quarantined(name, why_no_page(suffix)))
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
        return of_mets(path)
    sidecar = _sidecar(path.parent)
    slug = to_slug(sidecar.slug) if sidecar.slug else ""
    return IssueSource(
        IssueId(slug or to_slug(path.stem)),
        path.parent,
        tuple(_frames(path)),
        sidecar.metadata,
        is_named=bool(slug),
        notes=sidecar.notes,
        origin=path,
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
            issue_id = suffixed(source.issue, source.place)
            source = replace(source, issue=issue_id, asked=source.issue)
        seen.add(source.issue)
        yield source
