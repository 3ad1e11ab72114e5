"""The report of a run: a table for the terminal, HTML with thumbnails, JSON for programs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.table import Table

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.store import whole
from schemas.ledger import LedgerRow, StageState
from schemas.model import Illustration, IssueId
from schemas.package import label
from tasks.flow.progress import console
from tasks.flow.recipes import STAGES
from tasks.flow.run_result import Night

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
    found = []
    for stage in ("ingest", *STAGES):
        own = [row for row in rows if row.stage == stage]
        states = Counter(row.state for row in own)
        if own:
            counts = tuple(states[state] for state in StageState)
            found.append(StageSum(stage, counts, sum(row.seconds for row in own)))
    return tuple(found)


def summary(night: Night) -> str:
    """Return the run in one sentence."""
    if night.is_idle:
        return f"Nothing to do: {len(night.issues)} issues are complete ({night.seconds:.1f} s)."
    pages = len({(str(row.issue), row.name) for row in night.done if row.sequence is not None})
    bad = len(night.bad())
    published = len({str(row.issue) for row in night.done if row.stage == "publish"})
    return (
        f"{published} issues published, {pages} pages worked on, {bad} to look at, "
        f"{len(night.failures)} issues not published{_refused(night)} ({night.seconds:.1f} s)."
    )


def _refused(night: Night) -> str:
    names = [one.name for one in night.intake.refused]
    rest = len(names) - _MAX_NAMES
    more = f" and {rest} more" if rest > 0 else ""
    return f", {len(names)} refused: {', '.join(names[:_MAX_NAMES])}{more}" if names else ""


def write_report(night: Night, layout: Layout, catalog: Catalog) -> Path:
    """Write the report's folder; return the HTML file's path."""
    target = layout.report(night.name)
    environment = Environment(
        loader=PackageLoader("tasks"), autoescape=True, undefined=StrictUndefined
    )
    with whole(target) as draft:
        draft.mkdir()
        page = environment.get_template("report.html").render(
            night=night,
            summary=summary(night),
            bad=night.bad(),
            refused=night.intake.refused,
            failures=night.failures,
            stages=sums(night.done),
            issues=[_issue(issue, layout, catalog, target) for issue in _worked_on(night)],
        )
        (draft / "index.html").write_text(page, encoding="utf-8")
        (draft / "report.json").write_text(json.dumps(_facts(night), indent=1, ensure_ascii=False))
    return target / "index.html"


def say(night: Night, report: Path | None) -> None:
    """Print the run to standard output, every bad page by name."""
    done = sums(night.done)
    if done:
        table = Table("stage", *[str(s) for s in StageState], "seconds", title="This run")
        for stage in done:
            table.add_row(stage.name, *(str(n or "") for n in stage.counts), f"{stage.seconds:.1f}")
        console().print(table)
    for row in night.bad():
        click.echo(f"{row.issue}  {row.name}  {row.stage}  {row.state}: {row.message}")
    for one in night.intake.refused:
        click.echo(f"refused  {one.name}: {one.reason}")
    for issue, why in night.failures.items():
        click.echo(f"{issue}  not published: {why}")
    click.echo(summary(night))
    if report is not None:
        click.echo(f"report: {report}")


def _worked_on(night: Night) -> list[IssueId]:
    touched = {row.issue for row in night.done}
    return [issue for issue in night.issues if issue in touched]


def _how(picture: Illustration) -> str:
    """Return what is known of a picture and how surely, in one line."""
    said = [f"{picture.kind} {picture.kind_confidence:.0%}", picture.matte]
    if picture.caption is not None:
        said.append(f"caption {picture.caption.method} {picture.caption.score:.0%}")
    if picture.continues:
        said.append(f"right half of {picture.continues}")
    return " · ".join(said)


def _issue(issue: IssueId, layout: Layout, catalog: Catalog, target: Path) -> dict[str, Any]:
    published = catalog.published(issue)
    if published is None:
        return {"name": str(issue), "title": str(issue), "date": "", "pages": 0, "pictures": []}
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
        "pictures": pictures[:_MAX_PICTURES],
    }


def facts_of(row: LedgerRow) -> dict[str, str]:
    """Return what programs are told of a bad page."""
    return {
        "issue": str(row.issue),
        "name": row.name,
        "stage": row.stage,
        "state": str(row.state),
        "message": row.message,
    }


def _facts(night: Night) -> dict[str, Any]:
    return {
        "run": night.name,
        "started": night.started.isoformat(timespec="seconds"),
        "seconds": round(night.seconds, 1),
        "exit": int(night.verdict()),
        "summary": summary(night),
        "issues": [str(issue) for issue in night.issues],
        "stages": {
            stage.name: dict(zip([str(s) for s in StageState], stage.counts, strict=True))
            | {"seconds": round(stage.seconds, 1)}
            for stage in sums(night.done)
        },
        "bad": [facts_of(row) for row in night.bad()],
        "refused": [{"name": one.name, "reason": one.reason} for one in night.intake.refused],
        "failures": dict(night.failures),
    }
