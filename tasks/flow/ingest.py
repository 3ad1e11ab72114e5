"""Ingest: what is new comes in, what is bad is quarantined by name, the rest is left alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archive.catalog.catalog import Catalog
from archive.ingest.identity import Walk
from archive.ingest.names import printable_name, why_unread
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import Discovery, IssueSource, discover
from archive.layout import Layout
from schemas.errors import DocumentError, ScanError
from schemas.ledger import LedgerRow, StageState
from schemas.model import Issue, IssueId, Quarantined
from tasks.settings import IngestSettings

_LONGEST = 255
"""Characters of a name in the ledger."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of an ingest: new issues, issues known already, and sources refused."""

    new: tuple[IssueId, ...] = ()
    known: tuple[IssueId, ...] = ()
    refused: tuple[Quarantined, ...] = ()


def take_in(
    sources: Iterable[Path], layout: Layout, catalog: Catalog, settings: IngestSettings
) -> Intake:
    """Register every issue at ``sources``; one bad source costs only itself.

    Raises:
        OSError: the disk is full or read-only.
    """
    accept = Acceptance(
        copy=settings.masters == "copy",
        max_megapixels=settings.max_megapixels,
        pdf_dpi=settings.pdf_dpi,
        default_dpi=settings.default_dpi,
        keep_text=settings.text == "keep",
    )
    new: list[IssueId] = []
    known: list[IssueId] = []
    refused: list[Quarantined] = []
    walk = Walk(layout)
    for place in sources:
        discovery = _discovered(place, layout)
        refused += discovery.refused
        for source, twice in walk.identified(discovery.issues):
            if twice is not None:
                refused.append(twice)
            else:
                _take(source, walk, catalog, accept, (new, known, refused))
    return Intake(tuple(new), tuple(known), tuple(refused))


def _discovered(place: Path, layout: Layout) -> Discovery:
    try:
        _check_outside(place, layout)
        return discover(place)
    except (ScanError, DocumentError) as error:
        return Discovery((), (Quarantined(str(place), str(error)),))


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
    into: tuple[list[IssueId], list[IssueId], list[Quarantined]],
) -> None:
    new, known, refused = into
    try:
        result = register(source, walk.layout, accept)
    except (ScanError, DocumentError, OSError) as error:
        reason = printable_name(why_unread(error))
        refused.append(Quarantined(printable_name(str(source.folder)), reason))
        return
    issue = result.issue
    walk.taken.add(issue.issue)
    (new if result.is_new else known).append(issue.issue)
    catalog.record_intake(issue.issue, _rows(issue))  # again if a killed run could not


def _rows(issue: Issue) -> Sequence[LedgerRow]:
    accepted = [
        LedgerRow(
            issue=issue.issue,
            name=str(scan.page),
            sequence=scan.page.sequence,
            stage="ingest",
            state=StageState.DONE,
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
