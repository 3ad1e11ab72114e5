"""Take over a stage's result for a page of an earlier version if nothing about it has changed.

A page that is scanned again, or added, makes a new version of its issue. The other pages have the
same master, the same number and the same recipe: their files are linked, not made again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from archive.layout import page_name
from archive.records import read_version
from archive.store import digests_in, place, whole, write_whole
from schemas.codec import from_json
from schemas.errors import DocumentError
from schemas.ledger import StageState
from schemas.model import Issue, PageId, Scan
from tasks.flow.issue import PageOutcome
from tasks.flow.outcomes import StageOutcomes
from tasks.flow.page_files import OUTCOME


def carry_over(stage: StageOutcomes, pages: Sequence[PageId]) -> None:
    """Settle those of ``pages`` that ``stage`` has made for an earlier version of the issue.

    A page that failed is tried anew. Files are compared with their digests before they count.
    """
    left = list(pages)
    for version in range(stage.record.version - 1, 0, -1):
        if not left:
            return
        folder = _folder(stage, version)
        before = _record(stage, version) if folder.is_dir() else None
        if before is not None and before.metadata == stage.record.metadata:
            same = _unchanged(before, stage.record)
            left = [page for page in left if page not in same or not _taken(stage, page, folder)]


def _folder(stage: StageOutcomes, version: int) -> Path:
    recipe = stage.recipe_of(stage.stage)
    return stage.layout.pages(stage.stage, recipe, stage.issue_id, version)


def _record(stage: StageOutcomes, version: int) -> Issue | None:
    with suppress(FileNotFoundError, DocumentError):
        return read_version(stage.layout, stage.issue_id, version)
    return None


def _unchanged(before: Issue, now: Issue) -> set[PageId]:
    """Return the pages whose scan is the same, wherever it lies and however its file is called.

    The first and the last page of an issue are looked at as its covers.
    """
    scans = {scan.page: (_content(scan), _is_outer(scan, before)) for scan in before.scans}
    return {
        scan.page
        for scan in now.scans
        if scans.get(scan.page) == (_content(scan), _is_outer(scan, now))
    }


def _content(scan: Scan) -> Scan:
    return replace(scan, name="", path="", position=0, text="kept" if scan.text else "")


def _is_outer(scan: Scan, issue: Issue) -> tuple[bool, bool]:
    return scan.place == 1, scan.place == len(issue.scans)


def _taken(stage: StageOutcomes, page: PageId, folder: Path) -> bool:
    """Link what ``folder`` has of ``page``, and write its outcome; say whether that was done."""
    path = folder / page_name(page, OUTCOME)
    try:
        content = path.read_bytes()
        outcome = from_json(PageOutcome, content, name=str(path))
    except (FileNotFoundError, DocumentError):
        return False
    source = folder / page_name(page, stage.suffix)
    is_whole = outcome.state is not StageState.FAILED and bool(outcome.digests)
    if not is_whole or not source.exists() or digests_in(source) != outcome.digests:
        return False
    with whole(stage.target(page)) as draft:
        _link(source, draft)
    write_whole(stage.made_by(stage.stage, page, OUTCOME), content)
    return True


def _link(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file)
    else:
        place(source, target)


def _link_file(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk that knows no links
        shutil.copyfile(source, target)
