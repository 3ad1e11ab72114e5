"""The script of an issue, found once on sample pages instead of on every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.store import write_whole
from pipeline.recognize.blank import blank_illustrations
from pipeline.recognize.script import (
    EACH_PAGE,
    IssueScript,
    ReadSample,
    agreed,
    find_scripts,
    sample_pages,
)
from pipeline.recognize.text_engine import Readers
from schemas.codec import from_json, to_json
from schemas.model import PageId, RegionKind
from tasks.flow.page_stage import PageStage


def issue_script(stage: PageStage, engines: Readers) -> IssueScript:
    """Return what sample pages of the issue of ``stage`` agree on.

    The worker that asks first finds it and writes it beside the pages. Two that ask at once find
    the same.
    """
    if len(engines.by_script) < 2:
        return EACH_PAGE
    recipe = stage.recipe_of(stage.stage)
    path = stage.layout.script(stage.stage, recipe, stage.issue_id, stage.record.version)
    if not path.exists():
        write_whole(path, to_json(agreed([*_samples(stage, engines)])))
    return from_json(IssueScript, path.read_bytes(), name=str(path))


def _samples(stage: PageStage, engines: Readers) -> Iterator[Mapping[RegionKind, ReadSample]]:
    for page in sample_pages([page for page in stage.asked() if _has_text(stage, page)]):
        blanked = blank_illustrations(*stage.page_and_classes(page))
        yield find_scripts(blanked, stage.regions(page), engines, dpi=stage.scan(page).dpi)


def _has_text(stage: PageStage, page: PageId) -> bool:
    """Say whether ``page`` has text to read."""
    is_read = not stage.scan(page).text
    return is_read and any(region.kind is RegionKind.TEXT for region in stage.regions(page))
