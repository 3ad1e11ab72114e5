"""The ledger says of a page what its outcome under today's settings says.

After a setting was changed and taken back, stages find their work of before and do nothing. The
ledger would go on with what was met under the other setting.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.model import IssueId
from tasks.archive_access import OpenArchive
from tasks.flow.graph import PAGE_STAGES
from tasks.flow.page_stage import BatchStage
from tasks.flow.recipes import recipe
from tasks.flow.stages import Describe


def refresh_ledger(archive: OpenArchive, issues: Sequence[IssueId] | None = None) -> None:
    """Make rows of another recipe say what the finished stages of today's recipe left.

    Of ``issues``, or of all. Attempts, seconds and times stay: nothing is done to the pages.
    """
    today = {stage: recipe(archive.settings, stage) for stage in PAGE_STAGES}
    for (issue, stage), names in archive.catalog.progress.recipes(issues).items():
        if stage in today and names != {today[stage]}:
            _refresh(archive, issue, stage)


def _refresh(archive: OpenArchive, issue: IssueId, stage: str) -> None:
    if not archive.layout.issue_record(issue).is_file():
        return
    task = Describe(issue=str(issue), config=archive.config).task_of(stage)
    assert isinstance(task, BatchStage)
    if not task.output().exists():
        return  # not finished under today's settings; what was met last is all that is known
    rows = task.ledger_rows([page for page in task.asked() if task.is_settled(page)])
    archive.catalog.record(task.untold(rows), is_tried=False)
    known = {row.name for row in archive.catalog.ledger(issue, stage=stage)}
    archive.catalog.forget(issue, [stage], known - {row.name for row in rows})
