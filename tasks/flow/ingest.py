"""Ingest: what is new comes in, what is bad is quarantined by name, the rest is left alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archive.catalog.catalog import Catalog
from archive.ingest.archived import SeenArchives, archives_at, unpacked
from archive.ingest.identity import Walk
from archive.ingest.issue_source import Discovery, IssueSource
from archive.ingest.measure import Measure, measure
from archive.ingest.names import printable_name, why_unread
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.ingest.unpack import UnpackLimits, is_archive
from archive.layout import Layout
from archive.records import read_issue
from schemas.errors import DocumentError, ScanError
from schemas.ledger import LedgerRow, StageState
from schemas.model import Issue, IssueId, Quarantined
from tasks.flow.run_number import run_number
from tasks.settings import IngestSettings

_Lists = tuple[list[IssueId], list[IssueId], list[Quarantined]]
"""New issues, known ones, and what was refused."""
_LONGEST = 255
"""Characters of a name in the ledger."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of an ingest: new issues, issues known already, and sources refused."""

    new: tuple[IssueId, ...] = ()
    known: tuple[IssueId, ...] = ()
    refused: tuple[Quarantined, ...] = ()


def take_in(
    sources: Iterable[Path],
    layout: Layout,
    catalog: Catalog,
    settings: IngestSettings,
    measure: Measure = measure,
) -> Intake:
    """Register every issue at ``sources``; one bad source costs only itself.

    ``measure`` decodes a page.

    Raises:
        OSError: the disk is full or read-only.
    """
    accept = Acceptance(
        copy=settings.masters == "copy",
        max_megapixels=settings.max_megapixels,
        pdf_dpi=settings.pdf_dpi,
        default_dpi=settings.default_dpi,
        keep_text=settings.text == "keep",
        measure=measure,
    )
    new: list[IssueId] = []
    known: list[IssueId] = []
    refused: list[Quarantined] = []
    walk = Walk(layout)
    into = (new, known, refused)
    for place in sources:
        discovery = _discovered(place, layout)
        _take_all(discovery, walk, catalog, accept, into)
        for path in archives_at(place) if _is_outside(place, layout) else ():
            _take_archive(path, walk, catalog, accept, settings, into)
    return Intake(tuple(new), tuple(known), tuple(refused))


def _take_all(
    discovery: Discovery, walk: Walk, catalog: Catalog, accept: Acceptance, into: _Lists
) -> None:
    into[2].extend(discovery.refused)
    for source, twice in walk.identified(discovery.issues):
        if twice is not None:
            into[2].append(twice)
        else:
            _take(source, walk, catalog, accept, into)


def _take_archive(
    path: Path,
    walk: Walk,
    catalog: Catalog,
    accept: Acceptance,
    settings: IngestSettings,
    into: _Lists,
) -> None:
    """Register the issues in an archive file, or say why not; an unchanged one is read once."""
    new, known, refused = into
    seen, accepted = SeenArchives(walk.layout), repr((accept, settings.max_archive_files))
    counts = [len(entries) for entries in into]
    limits = UnpackLimits(settings.max_archive_files, round(settings.max_archive_gigabytes * 1e9))
    try:
        if not accept.copy:
            raise ScanError(f"{path}: masters = reference needs pages that stay; unpack it")
        before = seen.same(path, accepted)
        if before is not None:
            refused += before.refused
            for name in before.issues:
                _know(read_issue(walk.layout, IssueId(name)), walk, catalog, known)
            return
        with unpacked(path, walk.layout, limits) as discovery:
            _take_all(discovery, walk, catalog, accept, into)
        issues = (*new[counts[0] :], *known[counts[1] :])
        seen.enter(path, accepted, issues, tuple(refused[counts[2] :]))
    except (ScanError, DocumentError, OSError) as error:
        refused.append(_refused(path, error))


def _know(issue: Issue | None, walk: Walk, catalog: Catalog, known: list[IssueId]) -> None:
    if issue is not None:
        walk.taken.add(issue.issue)
        known.append(issue.issue)
        catalog.record_intake(issue.issue, intake_rows(issue), run=run_number())


def _discovered(place: Path, layout: Layout) -> Discovery:
    try:
        _check_outside(place, layout)
        return Discovery(()) if place.is_file() and is_archive(place) else discover(place)
    except (ScanError, DocumentError) as error:
        return Discovery((), (Quarantined(str(place), str(error)),))


def _refused(place: Path, error: Exception) -> Quarantined:
    """Return ``place`` with the reason of ``error``, which begins with it."""
    reason = why_unread(error).removeprefix(f"{place}: ")
    return Quarantined(printable_name(str(place)), printable_name(reason))


def _is_outside(place: Path, layout: Layout) -> bool:
    try:
        _check_outside(place, layout)
    except ScanError:  # named already
        return False
    return True


def _check_outside(place: Path, layout: Layout) -> None:
    """Refuse what holds masters or results of the archive: each walk would make new issues of them.

    Raises:
        ScanError: ``place`` is the archive, holds it, or lies among what the archive made.
    """
    asked, root = (Path(os.path.realpath(path)) for path in (place, layout.root))
    if root.is_relative_to(asked):
        raise ScanError(f"{place}: holds the archive {root}; name folders of issues beside it")
    for folder in layout.drafts():  # all that the archive writes
        if asked.is_relative_to(root / folder.name):
            raise ScanError(
                f"{place}: lies in the archive's own {folder.name}; name what was scanned"
            )


def _take(
    source: IssueSource,
    walk: Walk,
    catalog: Catalog,
    accept: Acceptance,
    into: _Lists,
) -> None:
    new, known, refused = into
    started = time.monotonic()
    try:
        result = register(source, walk.layout, accept)
    except (ScanError, DocumentError, OSError) as error:
        refused.append(_refused(source.place, error))
        return
    issue = result.issue
    walk.taken.add(issue.issue)
    (new if result.is_new else known).append(issue.issue)
    catalog.record_intake(
        issue.issue, intake_rows(issue, time.monotonic() - started), run=run_number()
    )  # again if a killed run could not


def intake_rows(issue: Issue, wall_s: float = 0.0) -> Sequence[LedgerRow]:
    """Return what the ledger says of the ingest of ``issue``."""
    accepted = [
        LedgerRow(
            issue=issue.issue,
            name=str(scan.page),
            sequence=scan.page.sequence,
            stage="ingest",
            state=StageState.DONE,
            seconds=wall_s / len(issue.scans),
        )
        for scan in issue.scans
    ]
    quarantined = [
        LedgerRow(
            issue=issue.issue,
            name=_short(scan.name),
            stage="ingest",
            state=StageState.QUARANTINED,
            error="ScanError",
            message=scan.reason,
        )
        for scan in issue.quarantined
    ]
    return [*accepted, *quarantined]


def _short(name: str) -> str:
    """Return ``name`` as the ledger can hold it: its end, told apart by a digest, if it is long."""
    if len(name) <= _LONGEST:
        return name
    return f"{sha256(name.encode()).hexdigest()[:8]}…{name[-_LONGEST + 9 :]}"
