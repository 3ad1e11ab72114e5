"""Enter in the catalog what the disk knows: the ledger out of outcomes and records.

For a catalog that was put back from a backup. What lies in it alone, numbers of illustrations and
decisions of people, is as old as the backup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.records import read_issue
from archive.upkeep.runs import begin_run
from schemas.errors import DocumentError
from schemas.ledger import LedgerRow
from schemas.model import IssueId
from tasks.archive_access import OpenArchive
from tasks.flow.graph import PAGE_STAGES
from tasks.flow.ingest import intake_rows
from tasks.flow.page_stage import BatchStage
from tasks.flow.run_number import numbered, run_number
from tasks.flow.stages import Describe

REBUILT = "rebuilt"
"""How such a run ends: no exit code, so that the next night tells what it entered."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many issues were read, rows entered and rows dropped; issues that could not be read."""

    issues: int
    entered: int
    dropped: int
    unread: tuple[str, ...]


def rebuild(archive: OpenArchive) -> Rebuilt:
    """Make the ledger what outcomes and records on the disk say.

    Raises:
        SystemicError, CatalogError: the catalog cannot be written.
    """
    number = begin_run(archive.catalog, archive.layout, "rebuild")
    entered = dropped = 0
    unread: list[str] = []
    issues = archive.layout.issues()
    with numbered(number):
        for issue in issues:
            try:
                counts = _rebuild_issue(archive, issue)
            except DocumentError as error:
                unread.append(str(error))
                continue
            entered, dropped = entered + counts[0], dropped + counts[1]
    archive.catalog.end_run(number, REBUILT)
    return Rebuilt(len(issues) - len(unread), entered, dropped, tuple(unread))


def _rebuild_issue(archive: OpenArchive, issue: IssueId) -> tuple[int, int]:
    """Return how many rows of ``issue`` were entered and dropped."""
    record = read_issue(archive.layout, issue)
    assert record is not None  # it is listed
    archive.catalog.record_intake(issue, intake_rows(record), run=run_number())
    task = Describe(issue=str(issue), config=archive.config)
    entered = dropped = 0
    for name in PAGE_STAGES:
        stage = task.task_of(name)
        assert isinstance(stage, BatchStage)
        rows = stage.ledger_rows([s.page for s in record.scans if stage.is_settled(s.page)])
        known = archive.catalog.ledger(issue, stage=name)
        new = [row for row in rows if row.content not in {old.content for old in known}]
        archive.catalog.record(new, run=run_number())
        gone = _names(known) - _names(rows)
        archive.catalog.forget(issue, [name], gone)
        entered, dropped = entered + len(new), dropped + len(gone)
    return entered, dropped


def _names(rows: Sequence[LedgerRow]) -> set[str]:
    return {row.name for row in rows}
