"""Pages whose process died are tried again the next night, up to ``[run] attempts`` times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from schemas.errors import ProcessDiedError
from schemas.ledger import StageState
from schemas.model import IssueId
from tasks.archive_access import OpenArchive
from tasks.flow.luigi import configure_luigi


def try_again(archive: OpenArchive, issues: Collection[IssueId]) -> int:
    """Drop the failures of ``issues`` that another night may not have; return how many.

    The machine may have had too little memory, or another program too much of it. Which pages were
    tried too often, and are quarantined, the ledger says.
    """
    due = defaultdict[tuple[IssueId, str], list[int]](list)
    for row in archive.catalog.progress.bad():
        is_retried = row.state is StageState.FAILED and row.error == ProcessDiedError.__name__
        if is_retried and row.issue in issues and row.sequence is not None:
            due[row.issue, row.stage].append(row.sequence)
    if due:
        configure_luigi(archive.config)  # before Luigi is imported
    for (issue, stage), pages in due.items():
        from tasks.flow.rerun import forget

        forget(issue, archive.config, stage=stage, pages=pages, keeps_attempts=True)
    return sum(map(len, due.values()))
