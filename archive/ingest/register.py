"""Register an issue: validate every page, checksum it, keep the master bit for bit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from archive.images import load_image
from archive.ingest.sources import IssueSource, PageSource, printable_name
from archive.ingest.texts import read_text
from archive.layout import Layout
from archive.store import sha256, whole, write_whole
from schemas.codec import from_json, to_json
from schemas.errors import DocumentError, ScanError
from schemas.model import Issue, PageId, PageText, Quarantined, Scan

_ALGORITHMS = {"SHA-256": "sha256", "SHA-512": "sha512", "SHA-1": "sha1", "MD5": "md5"}
"""CHECKSUMTYPE of METS that we can check."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted, whether masters are copied and text that came with them is kept."""

    copy: bool = True
    max_megapixels: float = 300.0
    pdf_dpi: int = 300
    default_dpi: int = 300
    keep_text: bool = False


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
    if not accept.keep_text:
        source = replace(source, pages=tuple(replace(page, text=None) for page in source.pages))
    known = read_issue(layout, source)
    if known is not None and _looks_alike(known, source):
        return Registered(known, is_new=False)
    scans, refused = _validated(source, accept)
    if not scans:
        reasons = "; ".join(f"{one.name}: {one.reason}" for one in refused[:3])
        raise ScanError(f"{source.folder}: no page could be accepted ({reasons})")
    texts, unread = _texts(scans)
    if known is not None and _is_same(known, scans, texts, source, layout):
        return Registered(known, is_new=False)
    version = known.version + 1 if known is not None else 1
    kept = _kept(source, scans, layout, version, accept)
    issue = Issue(
        issue=source.issue,
        version=version,
        metadata=source.metadata,
        scans=_with_texts(kept, texts, layout, version),
        quarantined=(*source.refused, *refused, *unread),
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
    if any(_is_newer_text(page, known) for page in source.pages):
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


def _is_newer_text(page: PageSource, known: Issue) -> bool:
    """Say whether the text of ``page`` came, went or changed since ``known`` was registered."""
    name = printable_name(page.path.name)
    had = any(scan.text for scan in known.scans if (scan.name, scan.frame) == (name, page.frame))
    if page.text is None or known.ingested is None:
        return had
    refused = {one.name for one in known.quarantined}
    was_seen = had or printable_name(page.text.name) in refused
    return not was_seen or page.text.stat().st_mtime >= known.ingested.timestamp() - 1


def _is_same(
    known: Issue,
    scans: list[tuple[PageSource, Scan]],
    texts: dict[PageId, PageText],
    source: IssueSource,
    layout: Layout,
) -> bool:
    digests = tuple((scan.sha256, scan.frame) for _, scan in scans)
    before = tuple((scan.sha256, scan.frame) for scan in known.scans)
    if digests != before or known.metadata != source.metadata:
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
        if page.text is None:
            continue
        try:
            texts[scan.page] = read_text(page.text, scan)
        except (DocumentError, OSError) as error:
            reason = str(error).removeprefix(f"{page.text}: ")
            unread.append(
                Quarantined(
                    printable_name(page.text.name),
                    f"text not taken, {_name(page)} will be recognized: {printable_name(reason)}",
                )
            )
    return texts, unread


def _with_texts(
    scans: tuple[Scan, ...], texts: dict[PageId, PageText], layout: Layout, version: int
) -> tuple[Scan, ...]:
    kept = []
    for scan in scans:
        text = texts.get(scan.page)
        if text is not None:
            path = layout.kept_text(scan.page, version)
            write_whole(path, to_json(text))
            scan = replace(scan, text=str(path.relative_to(layout.root)))
        kept.append(scan)
    return tuple(kept)


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
                check_digest(page.path, digests[page.path], page.checksum)
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


def check_digest(path: Path, found: str, wanted: tuple[str, str]) -> None:
    """Compare a file with what METS says of it.

    Raises:
        ScanError: it is another file than METS describes.
    """
    algorithm, digest = wanted
    name = _ALGORITHMS.get(algorithm)
    if not digest or name is None:
        return
    if name != "sha256":
        with path.open("rb") as stream:
            found = file_digest(stream, name).hexdigest()
    if found != digest:
        raise ScanError(
            f"{path}: its {algorithm} is {found}, METS says {digest}; get the file again"
        )


def _safe_name(scan: Scan, page: PageSource) -> str:
    """Name a master by its digest where its own name cannot stand in XML or on other disks."""
    name = page.path.name
    if name.isascii() and name.isprintable() and not set(name) & set('<>:"|?*\\ &%#'):
        return name
    return f"{scan.sha256[:16]}{page.path.suffix.lower()}"


def _name(page: PageSource) -> str:
    name = printable_name(page.path.name)
    return name if page.frame == 0 else f"{name}#{page.frame + 1}"
