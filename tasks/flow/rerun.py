"""Forget outcomes, so that the next run builds them again.

What readers see stays until the next run replaces it. The outcomes to drop are written down first,
so that a process killed while it drops leaves the rest to the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.lock import hold_lock
from archive.store import write_whole
from schemas.codec import from_json, to_json
from schemas.model import IssueId, PageId
from tasks.flow.graph import PAGE_STAGES, STAGES, following
from tasks.flow.issue import IssueTask
from tasks.flow.stages import Describe


@dataclass(frozen=True, slots=True)
class Rerun:
    """What is to be done again: stages by name, pages by number.

    ``keeps_attempts`` if no person asked for it: pages whose process died too often stay
    as they are in the end.
    """

    stages: tuple[str, ...]
    pages: tuple[int, ...]
    keeps_attempts: bool = False


def forget(
    issue: IssueId,
    config: Path,
    *,
    stage: str | None = None,
    pages: Sequence[int] = (),
    failed: bool = False,
    keeps_attempts: bool = False,
) -> tuple[PageId, ...]:
    """Drop the outcomes of ``pages`` (none: all) from ``stage`` on; return the pages dropped.

    With ``failed``, only pages are dropped that failed in ``stage`` or, without a stage, anywhere.
    Files of other pages stay and are not built again.

    Raises:
        ConfigError: there is no such issue.
    """
    task = Describe(issue=str(issue), config=config)
    known = [scan.page for scan in task.record.scans]
    chosen = [page for page in known if not pages or page.sequence in pages]
    stages = following(stage or STAGES[0])
    if failed:
        page_stages = [name for name in stages if name in PAGE_STAGES]
        chosen = [
            page for page in chosen if any(task.has_failed(name, page) for name in page_stages)
        ]
    if not chosen:
        return ()
    drop_noted(task)  # a rerun before this one may have been killed
    note = Rerun(stages, tuple(page.sequence for page in chosen), keeps_attempts)
    write_whole(task.layout.rerun(issue), to_json(note))
    drop_noted(task)
    return tuple(chosen)


def drop_noted(task: IssueTask) -> None:
    """Drop what somebody wants done again of the task's issue, unless it is dropped already.

    Of several runs that find the note one drops, and the others wait for it: they would drop what
    that one has built anew.

    Raises:
        ConfigError: the disk knows no locks.
        DocumentError: the note of what that is cannot be read.
    """
    if task.layout.rerun(task.issue_id).exists():
        with hold_lock(task.layout.root, "rerun", waits=True):
            _drop(task)


def _drop(task: IssueTask) -> None:
    issue, note = task.issue_id, task.layout.rerun(task.issue_id)
    try:
        content = note.read_bytes()
    except FileNotFoundError:  # another run has dropped it while we waited
        return
    rerun = from_json(Rerun, content, name=str(note))
    pages = [PageId(issue, number) for number in rerun.pages]
    for stage in reversed(rerun.stages):  # what readers see is due before anything is gone
        if stage in PAGE_STAGES:
            task.task_of(stage).forget(pages, keeps_attempts=rerun.keeps_attempts)
        else:
            write_whole(task.layout.due(issue, stage), b"")
    note.unlink(missing_ok=True)
