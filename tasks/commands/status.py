"""bilderbogen status."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from schemas.decisions import Decision
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId
from tasks.archive_access import OpenArchive
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option, issue_id
from tasks.commands.progress_display import console
from tasks.flow.graph import STAGES

_NARROWEST = 4
"""Characters of a stage's column, if long names of issues leave no more."""
_FRAME = 3
"""Characters of the line and the padding of a column."""


@dataclass(frozen=True, slots=True)
class _Status:
    """What is said of ``issues``, in their order.

    ``counts`` are pages by issue and stage, and there by state; ``kinds`` are published pages by
    issue and kind; ``worst`` are pages with the mean
    confidence of their words and the share of them that dictionaries have.
    """

    issues: Sequence[IssueId]
    counts: defaultdict[tuple[IssueId, str], Counter[StageState]]
    kinds: Mapping[IssueId, Mapping[str, int]]
    bad: Sequence[LedgerRow]
    lost: Sequence[tuple[IssueId, Decision]]
    worst: Sequence[tuple[str, float, float | None]]


@click.command()
@click.argument("issues", nargs=-1, type=issue_id, metavar="[ISSUE...]")
@click.option(
    "--worst", default=0, type=click.IntRange(0),
    help="Name the N pages that were read with least confidence.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def status(issues: tuple[IssueId, ...], worst: int, as_json: bool, config: Path) -> int:
    """Show how far each issue has come, and name every page that failed."""
    state = _asked(open_archive(config), tuple(dict.fromkeys(issues)), worst)
    if as_json:
        click.echo(json.dumps(_report(state), indent=1, ensure_ascii=False))
    else:
        _say(state)
    return 1 if state.bad else 0


def _asked(archive: OpenArchive, named: Sequence[IssueId], worst: int) -> _Status:
    archive.layout.check_known(named)
    asked_issues = named or archive.layout.issues()
    only = named or None  # an archive has more issues than a query may name
    place = {issue: at for at, issue in enumerate(asked_issues)}
    counts: defaultdict[tuple[IssueId, str], Counter[StageState]] = defaultdict(Counter)
    for count in archive.catalog.progress.counts(only):
        counts[count.issue, count.stage][count.state] = count.pages
    bad = [row for row in archive.catalog.progress.bad(only) if row.issue in place]
    lost = [count for count in archive.catalog.decisions.lost(only) if count[0] in place]
    read = archive.catalog.least_sure(issues=only, limit=worst) if worst else ()
    return _Status(
        asked_issues,
        counts,
        archive.catalog.progress.page_kinds(only),
        sorted(bad, key=lambda row: place[row.issue]),
        sorted(lost, key=lambda count: place[count[0]]),
        [count for count in read if IssueId(count[0].rpartition("_")[0]) in place],
    )


def _say(state: _Status) -> None:
    console().print(_table(state))
    for issue in state.issues:
        if issue in state.kinds:
            pages = ", ".join(f"{number} {kind}" for kind, number in state.kinds[issue].items())
            click.echo(f"{issue}  pages: {pages}")
    for row in state.bad:
        click.echo(f"{row.issue}  {row.name}  {row.stage}  {row.state}: {row.message}")
    for _, decision in state.lost:
        decided = f"{decision.field} {decision.value}".strip()
        click.echo(f"{decision.illustration}  not found any more; decided was: {decided}")
    for page, confidence, known in state.worst:
        share = "" if known is None else f", {known:.0%} of them known"
        click.echo(f"{page}  mean confidence of its words {confidence:.2f}{share}")


def _report(report_state: _Status) -> dict[str, Any]:
    """Return what status says, by issue, for programs."""
    report: dict[str, Any] = {
        str(issue): {
            stage: {str(state): pages for state, pages in report_state.counts[issue, stage].items()}
            for stage in ("ingest", *STAGES)
        }
        | {"kinds": dict(report_state.kinds.get(issue, {})), "bad": [], "lost": [], "worst": []}
        for issue in report_state.issues
    }
    for row in report_state.bad:
        report[str(row.issue)]["bad"].append(row.facts())
    for issue, lost in report_state.lost:
        facts = {"illustration": lost.illustration, "field": str(lost.field), "value": lost.value}
        report[str(issue)]["lost"].append(facts)
    for page, confidence, known in report_state.worst:
        read = {"page": page, "confidence": confidence, "known_words": known}
        report[page.rpartition("_")[0]]["worst"].append(read)
    return report


def _table(state: _Status) -> Table:
    stages = ("ingest", *STAGES[:-2])
    left = console().width - len(stages) * (_NARROWEST + _FRAME) - _FRAME - 1
    rest = max(left, _NARROWEST)
    table = Table(title="pages done (failed) by stage")
    table.add_column("issue", no_wrap=True)
    for stage in stages:
        table.add_column(stage, overflow="fold")
    for issue in state.issues:
        name = "\n".join(str(issue)[at : at + rest] for at in range(0, len(str(issue)), rest))
        table.add_row(name, *(_cell(state.counts[issue, stage]) for stage in stages))
    return table


def _cell(counts: Counter[StageState]) -> str:
    bad = sum(pages for state, pages in counts.items() if state.is_bad)
    good = counts.total() - bad
    return f"{good} ({bad})" if bad else str(good) if good else "-"
