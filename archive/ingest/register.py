"""Register an issue: validate every page, checksum it, keep the master bit for bit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.ingest.identity import READING, fingerprint, own_id, str_of
from archive.ingest.issue_source import IssueSource
from archive.ingest.masters import check_digest, in_place, kept
from archive.ingest.measure import Measure, measure
from archive.ingest.names import printable_name, why_unread
from archive.ingest.page_source import PageSource
from archive.ingest.texts import read_text
from archive.layout import Layout
from archive.records import read_issue, read_record, write_issue, write_record
from archive.store import sha256, write_whole
from schemas.codec import from_json, to_json
from schemas.errors import DocumentError, PageError, ScanError
from schemas.model import Issue, PageId, PageText, Quarantined, Scan
from schemas.page_versions import numbered


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted, whether masters are copied and text that came with them is kept.

    ``measure`` decodes a page; it is no part of what makes a page be read again.
    """

    copy: bool = True
    max_megapixels: float = 300.0
    pdf_dpi: int = 300
    default_dpi: int = 300
    keep_text: bool = False
    measure: Measure = field(default=measure, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """The issue as it stands now, and whether anything was new."""

    issue: Issue
    is_new: bool


def register(source: IssueSource, layout: Layout, accept: Acceptance) -> Registered:
    """Register ``source``; the same content again changes nothing, other content is a new version.

    A folder that only has the name of another issue becomes an issue of its own. Folders of one
    walk come through ``Walk.identified``.

    Raises:
        ScanError: no page could be accepted.
        DocumentError: the record of the issue is damaged.
        OSError: the disk is full or read-only.
    """
    if not accept.keep_text:
        bare = tuple(replace(page, text=None, no_text="") for page in source.pages)
        source = replace(source, pages=bare)
    seen = fingerprint(source, accept)
    known = read_issue(layout, source.issue)
    if known is not None and _was_seen(layout, known, seen):
        return Registered(known, is_new=False)
    read = _validated(source, accept)
    if not read.scans:
        refused = (*source.refused, *read.refused)[:3]
        reasons = "; ".join(f"{quarantined.name}: {quarantined.reason}" for quarantined in refused)
        raise ScanError(f"{source.place}: no page could be accepted ({reasons})")
    issue_id = own_id(source, layout, read.scans)
    if issue_id != source.issue:
        return register(replace(source, issue=issue_id, others=()), layout, accept)
    registered = _entered(source, layout, accept, known, read)
    if read.is_final:
        write_whole(layout.seen(source.issue), _mark(seen, registered.issue).encode())
    return registered


def _was_seen(layout: Layout, known: Issue, seen: str) -> bool:
    path = layout.seen(known.issue)
    return path.exists() and path.read_text() == _mark(seen, known)


def _mark(seen: str, issue: Issue) -> str:
    """Return ``seen`` with how files were read, if that refused some: another release may not."""
    return f"{seen} {READING}" if issue.quarantined else seen


def _entered(
    source: IssueSource,
    layout: Layout,
    accept: Acceptance,
    known: Issue | None,
    read: _Read,
) -> Registered:
    """Write the record of a new version; if the pages are the same, mend that of the last one."""
    scans = _numbered(read.scans, known, layout)
    texts, unread = _texts(scans)
    quarantined = (*source.refused, *read.refused, *unread)
    folder = str_of(source.place.resolve())
    if known is not None and _is_same(known, scans, texts, source, layout):
        moved = _moved(known.scans, scans)
        issue = replace(
            known,
            scans=moved,
            quarantined=quarantined,
            source=folder,
            copies=_copies(source),
            notes=source.notes,
        )
        if issue != known:
            write_issue(layout, issue)
        return Registered(issue, is_new=False)
    version = known.version + 1 if known is not None else 1
    folder_of_masters = layout.master_folder(source.issue, version)
    before = known.scans if known is not None else ()
    masters = (
        kept(scans, folder_of_masters, root=layout.root, before=before)
        if accept.copy
        else in_place(scans)
    )
    issue = Issue(
        issue=source.issue,
        version=version,
        metadata=source.metadata,
        scans=_with_texts(masters, texts, layout, version),
        quarantined=quarantined,
        source=folder,
        ingested=datetime.now(UTC).replace(microsecond=0),
        copies=_copies(source),
        notes=source.notes,
    )
    write_issue(layout, issue)
    return Registered(issue, is_new=True)


def _numbered(
    scans: list[tuple[PageSource, Scan]], known: Issue | None, layout: Layout
) -> list[tuple[PageSource, Scan]]:
    """Return ``scans`` with the numbers that their pages have had in earlier versions."""
    if known is None:
        return scans
    versions = [
        from_json(Issue, read_record(path), name=str(path))
        for path in layout.issue_versions(known.issue)
    ]
    most = max(scan.page.sequence for issue in (known, *versions) for scan in issue.scans)
    now = numbered([scan for _, scan in scans], known.scans, most)
    return [(page, scan) for (page, _), scan in zip(scans, now, strict=True)]


def _copies(source: IssueSource) -> tuple[str, ...]:
    folder = source.folder.resolve()
    paths = [path.resolve() for path in source.copies]
    return tuple(
        str_of(path.relative_to(folder) if path.is_relative_to(folder) else path) for path in paths
    )


def _moved(known: tuple[Scan, ...], scans: list[tuple[PageSource, Scan]]) -> tuple[Scan, ...]:
    """Return ``known`` with masters that were registered in place where they stand now."""
    return tuple(
        replace(scan, path=str(page.path.resolve())) if Path(scan.path).is_absolute() else scan
        for scan, (page, _) in zip(known, scans, strict=True)
    )


def _is_same(
    known: Issue,
    scans: list[tuple[PageSource, Scan]],
    texts: dict[PageId, PageText],
    source: IssueSource,
    layout: Layout,
) -> bool:
    if len({scan.path for scan in known.scans}) < len(set(known.sha256s)):
        return False  # masters of one name that an older release kept in one place
    now, before = (
        [
            (page_scan.sha256, page_scan.frame, page_scan.label, page_scan.width, page_scan.height)
            for page_scan in side
        ]
        for side in ([scan for _, scan in scans], known.scans)
    )  # a page of a PDF may be drawn at another size
    if now != before or known.metadata != source.metadata:
        return False
    written = {
        scan.page: (layout.root / scan.text).read_bytes() for scan in known.scans if scan.text
    }
    return written == {page: to_json(text) for page, text in texts.items()}


def _texts(
    scans: list[tuple[PageSource, Scan]],
) -> tuple[dict[PageId, PageText], list[Quarantined]]:
    """Read the texts that came with the pages; one that is of no use is named."""
    texts: dict[PageId, PageText] = {}
    unread: list[Quarantined] = []
    for page, scan in scans:
        name, reason = scan.name, page.no_text
        if page.text is not None:
            try:
                text = read_text(page.text, scan)
            except (DocumentError, ScanError, OSError) as error:
                name, reason = page.text.name, why_unread(error).removeprefix(f"{page.text}: ")
            else:
                texts |= {scan.page: text} if text is not None else {}
        if reason:
            why = f"text not taken, {scan.name} will be recognized: {printable_name(reason)}"
            unread.append(Quarantined(printable_name(name), why))
    return texts, unread


def _with_texts(
    scans: tuple[Scan, ...], texts: dict[PageId, PageText], layout: Layout, version: int
) -> tuple[Scan, ...]:
    kept = []
    for scan in scans:
        text = texts.get(scan.page)
        if text is not None:
            path = layout.kept_text(scan.page, version)
            write_record(path, to_json(text))
            scan = replace(scan, text=str(path.relative_to(layout.root)))
        kept.append(scan)
    return tuple(kept)


@dataclass(slots=True)
class _Read:
    """Pages that were accepted and refused; not final if some may be read another night."""

    scans: list[tuple[PageSource, Scan]] = field(default_factory=list)
    refused: list[Quarantined] = field(default_factory=list)
    is_final: bool = True


def _validated(source: IssueSource, accept: Acceptance) -> _Read:
    read = _Read()
    digests: dict[Path, str] = {}
    refused_files: set[Path] = set()
    for page in source.pages:
        if page.path in refused_files:
            continue  # named with its first page
        try:
            if page.path not in digests:
                digest = sha256(page.path)
                check_digest(page, digest)
                digests[page.path] = digest
            sequence = len(read.scans) + 1
            scan = _scan(PageId(source.issue, sequence), page, digests[page.path], accept)
            read.scans.append((page, scan))
        except (PageError, OSError) as error:
            reason = printable_name(why_unread(error).removeprefix(f"{page.path}: "))
            read.refused.append(Quarantined(_name(page, source.folder), reason))
            read.is_final &= not isinstance(error, OSError)
            if page.path not in digests:
                refused_files.add(page.path)
    return read


def _scan(page_id: PageId, page: PageSource, digest: str, accept: Acceptance) -> Scan:
    image = accept.measure(page.path, page.frame, accept.max_megapixels, accept.pdf_dpi)
    return Scan(
        page=page_id,
        name=printable_name(page.path.name),
        path="",
        sha256=digest,
        width=image.width,
        height=image.height,
        dpi=image.dpi or float(accept.default_dpi),
        mimetype=image.mimetype,
        mode=image.mode,
        bits=image.bits,
        size_bytes=page.path.stat().st_size,
        frame=page.frame,
        label=page.label or None,
        has_icc=image.has_icc,
        dpi_is_known=image.dpi is not None,
    )


def _name(page: PageSource, folder: Path) -> str:
    inside = page.path.is_relative_to(folder)
    name = str_of(page.path.relative_to(folder) if inside else Path(page.path.name))
    return name if page.frame == 0 else f"{name}#{page.frame + 1}"
