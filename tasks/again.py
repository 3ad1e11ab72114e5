"""Forget outcomes, so that the next run builds them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from schemas.ledger import StageState
from schemas.model import IssueId, PageId
from tasks.base import PageStage
from tasks.publishing import Export, Publish
from tasks.recipes import following
from tasks.stages import PAGE_STAGES


def forget(
    issue: IssueId,
    config: Path,
    *,
    stage: str | None = None,
    pages: Sequence[int] = (),
    failed: bool = False,
) -> tuple[PageId, ...]:
    """Drop the outcomes of ``pages`` (none: all) from ``stage`` on; return the pages dropped.

    With ``failed``, only pages are dropped that failed in ``stage`` or, without a stage, anywhere.
    Files of other pages stay and are not built again.

    Raises:
        ConfigError: there is no such issue.
    """
    task = Export(issue=str(issue), config=config)
    known = [scan.page for scan in task.record.scans]
    chosen = [page for page in known if not pages or page.sequence in pages]
    stages = following(stage or "prepare")
    page_tasks = [
        kind(issue=str(issue), config=config) for kind in PAGE_STAGES if kind.stage in stages
    ]
    if failed:
        chosen = [page for page in chosen if any(_failed(t, page) for t in page_tasks)]
    if not chosen:
        return ()
    for page_task in page_tasks:
        page_task.forget(chosen)
    task.catalog.forget(issue, stages, [str(page) for page in chosen])
    Publish(issue=str(issue), config=config).withdraw()
    task.withdraw()
    return tuple(chosen)


def _failed(task: PageStage, page: PageId) -> bool:
    return task.is_settled(page) and task.outcome(page).state is StageState.FAILED
