"""The report of a run: a table for the terminal, HTML with thumbnails, JSON for programs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.store import whole
from schemas.ledger import LedgerRow, StageState
from schemas.model import Illustration, IssueId
from schemas.package import label
from tasks.flow.graph import STAGES
from tasks.flow.run_result import RunResult

_MAX_PICTURES = 2000
_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class StageSum:
    """What a stage did in a run."""

    name: str
    counts: tuple[int, ...]
    seconds: float


def sums(rows: Sequence[LedgerRow]) -> tuple[StageSum, ...]:
    """Return done, empty, failed, quarantined and seconds for each stage that did work."""
    stages = []
    for stage in ("ingest", *STAGES):
        stage_rows = [row for row in rows if row.stage == stage]
        states = Counter(row.state for row in stage_rows)
        if stage_rows:
            counts = tuple(states[state] for state in StageState)
            stages.append(StageSum(stage, counts, sum(row.seconds for row in stage_rows)))
    return tuple(stages)


def summary(result: RunResult) -> str:
    """Return the run in one sentence."""
    if result.is_idle:
        return f"Nothing to do: {len(result.issues)} issues are complete ({result.seconds:.1f} s)."
    pages = len({(str(row.issue), row.name) for row in result.done if row.sequence is not None})
    bad = len(result.bad())
    published = len({str(row.issue) for row in result.done if row.stage == "publish"})
    return (
        f"{published} issues published, {pages} pages worked on{_unread(result)}, "
        f"{bad} to look at, "
        f"{len(result.failures)} issues not published{_refused(result)}{_damaged(result)} "
        f"({result.seconds:.1f} s)."
    )


def _unread(result: RunResult) -> str:
    """Count the pages that this run published without text because reading them failed."""
    published = {row.name for row in result.done if row.stage == "publish"}
    failed = {row.name for row in result.done if row.stage == "recognize" and row.state.is_bad}
    return f", {len(failed & published)} without text" if failed & published else ""


def _refused(result: RunResult) -> str:
    names = [source.name for source in result.intake.refused]
    rest = len(names) - _MAX_NAMES
    more = f" and {rest} more" if rest > 0 else ""
    return f", {len(names)} refused: {', '.join(names[:_MAX_NAMES])}{more}" if names else ""


def _damaged(result: RunResult) -> str:
    return f", {len(result.damages)} files damaged" if result.damages else ""


def write_report(result: RunResult, layout: Layout, catalog: Catalog) -> Path:
    """Write the report's folder; return the HTML file's path."""
    target = layout.report(result.name)
    environment = Environment(
        loader=PackageLoader("tasks"), autoescape=True, undefined=StrictUndefined
    )
    with whole(target) as draft:
        draft.mkdir()
        page = environment.get_template("report.html").render(
            night=result,
            summary=summary(result),
            bad=result.bad(),
            refused=result.intake.refused,
            failures=result.failures,
            damages=result.damages,
            stages=sums(result.done),
            issues=[_issue(issue, layout, catalog, target) for issue in _worked_on(result)],
        )
        (draft / "index.html").write_text(page, encoding="utf-8")
        (draft / "report.json").write_text(json.dumps(_facts(result), indent=1, ensure_ascii=False))
    return target / "index.html"


def _worked_on(result: RunResult) -> list[IssueId]:
    touched = {row.issue for row in result.done}
    return [issue for issue in result.issues if issue in touched]


def _how(picture: Illustration) -> str:
    """Return what is known of a picture and how surely, in one line."""
    parts = [f"{picture.kind} {picture.kind_confidence:.0%}", picture.matte]
    if picture.caption is not None:
        parts.append(f"caption {picture.caption.method} {picture.caption.score:.0%}")
    if picture.continues:
        parts.append(f"right half of {picture.continues}")
    return " · ".join(parts)


def _issue(issue: IssueId, layout: Layout, catalog: Catalog, target: Path) -> dict[str, Any]:
    published = catalog.published(issue)
    if published is None:
        return {
            "name": str(issue),
            "title": str(issue),
            "date": "",
            "kinds": "",
            "pages": 0,
            "pictures": [],
        }
    files = {
        (file.use, file.subject): os.path.relpath(layout.root / file.path, target)
        for page in published.pages
        for file in page.files
    }
    pictures = [
        {
            "name": str(picture),
            "caption": picture.caption.text if picture.caption else "",
            "credit": picture.caption.credit if picture.caption else "",
            "how": _how(picture),
            "view": files["VIEW", str(picture)],
            "thumbnail": files["THUMBNAIL", str(picture)],
        }
        for page in published.pages
        for picture in page.description.illustrations
    ]
    return {
        "name": str(issue),
        "title": label(published.metadata),
        "date": published.metadata.date or "no date",
        "pages": len(published.pages),
        "kinds": ", ".join(
            f"{pages} {kind}"
            for kind, pages in Counter(
                str(page.description.kind) for page in published.pages if page.description.kind
            ).items()
        ),
        "pictures": pictures[:_MAX_PICTURES],
    }


def _facts(result: RunResult) -> dict[str, Any]:
    return {
        "run": result.name,
        "started": result.started.isoformat(timespec="seconds"),
        "seconds": round(result.seconds, 1),
        "exit": int(result.verdict()),
        "summary": summary(result),
        "issues": [str(issue) for issue in result.issues],
        "stages": {
            stage.name: dict(zip([str(s) for s in StageState], stage.counts, strict=True))
            | {"seconds": round(stage.seconds, 1)}
            for stage in sums(result.done)
        },
        "bad": [row.facts() for row in result.bad()],
        "refused": [
            {"name": source.name, "reason": source.reason} for source in result.intake.refused
        ],
        "failures": dict(result.failures),
        "damaged": [
            {"path": str(damage.path), "fault": damage.fault, "remedy": damage.remedy}
            for damage in result.damages
        ],
    }
