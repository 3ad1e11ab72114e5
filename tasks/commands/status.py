"""bilderbogen status."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from schemas.ledger import LedgerRow
from schemas.model import IssueId
from tasks.options import config_option
from tasks.recipes import STAGES
from tasks.settings import load


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE...]")
@click.option("--worst", default=0, help="Name the N pages that were read with least confidence.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def status(issues: tuple[str, ...], worst: int, as_json: bool, config: Path) -> int:
    """Show how far each issue has come, and name every page that failed."""
    settings = load(config)
    layout, catalog = Layout(settings.archive.root), Catalog.open(settings.archive.catalog_url)
    wanted = [IssueId(issue) for issue in issues] or list(layout.issues())
    rows = {str(issue): catalog.ledger(issue=issue) for issue in wanted}
    troubles = [row for ledger in rows.values() for row in ledger if row.state.is_bad]
    if as_json:
        report = {
            issue: {
                stage: dict(Counter(str(r.state) for r in ledger if r.stage == stage))
                for stage in ("ingest", *STAGES)
            }
            for issue, ledger in rows.items()
        }
        click.echo(json.dumps(report, indent=1, ensure_ascii=False))
        return 1 if troubles else 0
    table = Table(title="pages done (failed) by stage")
    table.add_column("issue", no_wrap=True)
    for stage in ("ingest", *STAGES[:-2]):
        table.add_column(stage, overflow="fold")
    for issue, ledger in rows.items():
        cells = [_cell([r for r in ledger if r.stage == s]) for s in ("ingest", *STAGES[:-2])]
        table.add_row(issue, *cells)
    Console().print(table)
    for row in troubles:
        click.echo(f"{row.issue}  {row.name}  {row.stage}  {row.state}: {row.message}")
    for one in wanted:
        for lost in catalog.decisions.lost(one):
            said = f"{lost.field} {lost.value}".strip()
            click.echo(f"{lost.illustration}  not found any more; decided was: {said}")
    for page, confidence, known in catalog.least_sure(issues=wanted, limit=worst):
        said = "" if known is None else f", {known:.0%} of them known"
        click.echo(f"{page}  mean confidence of its words {confidence:.2f}{said}")
    return 1 if troubles else 0


def _cell(rows: Sequence[LedgerRow]) -> str:
    bad = sum(r.state.is_bad for r in rows)
    good = len(rows) - bad
    return f"{good} ({bad})" if bad else str(good) if good else "-"
