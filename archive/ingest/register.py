"""Register an issue: validate every page, checksum it, keep the master bit for bit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.images import load_image
from archive.ingest.sources import IssueSource, PageSource, printable_name
from archive.layout import Layout
from archive.store import sha256, whole, write_whole
from schemas.codec import from_json, to_json
from schemas.errors import ScanError
from schemas.model import Issue, PageId, Quarantined, Scan


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted, and whether masters are copied."""

    copy: bool = True
    max_megapixels: float = 300.0
    pdf_dpi: int = 300
    default_dpi: int = 300


@dataclass(frozen=True, slots=True)
class Registered:
    """The issue as it stands now, and whether anything was new."""

    issue: Issue
    is_new: bool


def register(source: IssueSource, layout: Layout, accept: Acceptance) -> Registered:
    """Register ``source``; the same content again changes nothing, other content is a new version.

    Raises:
        ScanError: no page could be accepted.
        OSError: the disk is full or read-only.
    """
    known = read_issue(layout, source)
    if known is not None and _looks_alike(known, source):
        return Registered(known, is_new=False)
    scans, refused = _validated(source, accept)
    if not scans:
        reasons = "; ".join(f"{one.name}: {one.reason}" for one in refused[:3])
        raise ScanError(f"{source.folder}: no page could be accepted ({reasons})")
    if known is not None and _is_same(known, scans, source):
        return Registered(known, is_new=False)
    version = known.version + 1 if known is not None else 1
    issue = Issue(
        issue=source.issue,
        version=version,
        metadata=source.metadata,
        scans=_kept(source, scans, layout, version, accept),
        quarantined=(*source.refused, *refused),
        source=printable_name(str(source.folder)),
        ingested=datetime.now(UTC).replace(microsecond=0),
    )
    write_whole(layout.issue_record(source.issue, version), to_json(issue))
    write_whole(layout.issue_record(source.issue), to_json(issue))
    return Registered(issue, is_new=True)


def read_issue(layout: Layout, source: IssueSource) -> Issue | None:
    """Return the newest version registered of ``source``'s issue, or None."""
    path = layout.issue_record(source.issue)
    if not path.exists():
        return None
    return from_json(Issue, path.read_bytes(), name=str(path))


def _looks_alike(known: Issue, source: IssueSource) -> bool:
    """Compare names, sizes and dates only: a nightly walk must not read every master again.

    A file changed in place keeps neither its size nor its date; ``verify`` reads everything.
    """
    if known.metadata != source.metadata or known.source != printable_name(str(source.folder)):
        return False
    if known.ingested is None or known.quarantined[: len(source.refused)] != source.refused:
        return False
    accepted = {(scan.name, scan.frame): scan.size_bytes for scan in known.scans}
    bad = {one.name for one in known.quarantined}
    since = known.ingested.timestamp()
    for page in source.pages:
        found = page.path.stat()
        size = accepted.pop((printable_name(page.path.name), page.frame), None)
        if found.st_mtime >= since - 1 or (size != found.st_size and _name(page) not in bad):
            return False
    return not accepted


def _is_same(known: Issue, scans: list[tuple[PageSource, Scan]], source: IssueSource) -> bool:
    digests = tuple((scan.sha256, scan.frame) for _, scan in scans)
    before = tuple((scan.sha256, scan.frame) for scan in known.scans)
    return digests == before and known.metadata == source.metadata


def _validated(
    source: IssueSource, accept: Acceptance
) -> tuple[list[tuple[PageSource, Scan]], list[Quarantined]]:
    scans: list[tuple[PageSource, Scan]] = []
    refused: list[Quarantined] = []
    digests: dict[Path, str] = {}
    for page in source.pages:
        try:
            if page.path not in digests:
                digests[page.path] = sha256(page.path)
            sequence = len(scans) + 1
            scan = _scan(PageId(source.issue, sequence), page, digests[page.path], accept)
            scans.append((page, scan))
        except ScanError as error:
            reason = printable_name(str(error).removeprefix(f"{page.path}: "))
            refused.append(Quarantined(_name(page), reason))
    return scans, refused


def _scan(page_id: PageId, page: PageSource, digest: str, accept: Acceptance) -> Scan:
    image = load_image(
        page.path,
        frame=page.frame,
        max_megapixels=accept.max_megapixels,
        pdf_dpi=accept.pdf_dpi,
    )
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
        has_icc=image.had_icc,
        dpi_is_known=image.dpi is not None,
    )


def _kept(
    source: IssueSource,
    scans: list[tuple[PageSource, Scan]],
    layout: Layout,
    version: int,
    accept: Acceptance,
) -> tuple[Scan, ...]:
    folder = layout.master_folder(source.issue, version)
    kept = []
    for page, scan in scans:
        if not accept.copy:
            kept.append(replace(scan, path=str(page.path.resolve())))
            continue
        target = folder / _safe_name(scan, page)
        if not target.exists() or sha256(target) != scan.sha256:
            with whole(target) as draft:
                shutil.copyfile(page.path, draft)
                if sha256(draft) != scan.sha256:
                    raise ScanError(f"{page.path}: changed while it was copied; ingest it again")
        kept.append(replace(scan, path=str(target.relative_to(layout.root))))
    return tuple(kept)


def _safe_name(scan: Scan, page: PageSource) -> str:
    """Name a master by its digest where its own name cannot stand in XML or on other disks."""
    name = page.path.name
    if name.isascii() and name.isprintable() and not set(name) & set('<>:"|?*\\ &%#'):
        return name
    return f"{scan.sha256[:16]}{page.path.suffix.lower()}"


def _name(page: PageSource) -> str:
    name = printable_name(page.path.name)
    return name if page.frame == 0 else f"{name}#{page.frame + 1}"
