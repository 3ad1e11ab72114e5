"""bilderbogen status."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from schemas.ledger import StageState
from schemas.model import IssueId
from tasks.nightly import House
from tasks.options import config_option, issue_id
from tasks.recipes import STAGES

Counts = dict[tuple[IssueId, str], Counter[StageState]]
"""Pages by issue and stage, and there by state."""


@click.command()
@click.argument("issues", nargs=-1, type=issue_id, metavar="[ISSUE...]")
@click.option("--worst", default=0, help="Name the N pages that were read with least confidence.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def status(issues: tuple[IssueId, ...], worst: int, as_json: bool, config: Path) -> int:
    """Show how far each issue has come, and name every page that failed."""
    house = House.open(config)
    layout, catalog = house.layout, house.catalog
    layout.check_known(issues)
    named = tuple(dict.fromkeys(issues)) or None
    wanted = named or layout.issues()
    place = {issue: at for at, issue in enumerate(wanted)}
    counts: Counts = defaultdict(Counter)
    for one in catalog.standing.counts(named):
        counts[one.issue, one.stage][one.state] = one.pages
    troubles = [row for row in catalog.standing.bad(named) if row.issue in place]
    if as_json:
        click.echo(json.dumps(_report(wanted, counts), indent=1, ensure_ascii=False))
        return 1 if troubles else 0
    Console().print(_table(wanted, counts))
    for row in sorted(troubles, key=lambda row: place[row.issue]):
        click.echo(f"{row.issue}  {row.name}  {row.stage}  {row.state}: {row.message}")
    lost = [(issue, said) for issue, said in catalog.decisions.lost(named) if issue in place]
    for _, decision in sorted(lost, key=lambda found: place[found[0]]):
        said = f"{decision.field} {decision.value}".strip()
        click.echo(f"{decision.illustration}  not found any more; decided was: {said}")
    for page, confidence, known in catalog.least_sure(issues=named, limit=worst):
        share = "" if known is None else f", {known:.0%} of them known"
        click.echo(f"{page}  mean confidence of its words {confidence:.2f}{share}")
    return 1 if troubles else 0


def _report(issues: Sequence[IssueId], counts: Counts) -> dict[str, dict[str, dict[str, int]]]:
    return {
        str(issue): {
            stage: {str(state): pages for state, pages in counts[issue, stage].items()}
            for stage in ("ingest", *STAGES)
        }
        for issue in issues
    }


def _table(issues: Sequence[IssueId], counts: Counts) -> Table:
    table = Table(title="pages done (failed) by stage")
    table.add_column("issue", no_wrap=True)
    stages = ("ingest", *STAGES[:-2])
    for stage in stages:
        table.add_column(stage, overflow="fold")
    for issue in issues:
        table.add_row(str(issue), *(_cell(counts[issue, stage]) for stage in stages))
    return table


def _cell(counts: Counter[StageState]) -> str:
    bad = sum(pages for state, pages in counts.items() if state.is_bad)
    good = counts.total() - bad
    return f"{good} ({bad})" if bad else str(good) if good else "-"
