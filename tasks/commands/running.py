"""Run an archive, and print what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from schemas.ledger import StageState
from schemas.model import IssueId
from tasks.commands.messages import open_archive
from tasks.commands.progress_display import console, progress_on_stderr
from tasks.exits import Exit
from tasks.flow.nightly import run_archive
from tasks.flow.progress import telling
from tasks.flow.report import summary, sums
from tasks.flow.run_result import RunResult


def run_and_tell(
    config: Path, *, only: Sequence[IssueId] | None = None, scheduler: str = "local"
) -> Exit:
    """Run the issues of ``only``, or whatever is due; print the result; return the exit code.

    Only a run of whatever is due may begin an archive: named issues are in one that is there.
    """
    archive = open_archive(config, is_new=only is None)
    with telling(progress_on_stderr()):
        result, report = run_archive(archive, only=only, scheduler=scheduler)
    print_run(result, report)
    return result.verdict()


def print_run(result: RunResult, report: Path | None) -> None:
    """Print the run to standard output, every bad page by name."""
    done = sums(result.done)
    if done:
        table = Table("stage", *[str(s) for s in StageState], "seconds", title="This run")
        for stage in done:
            table.add_row(stage.name, *(str(n or "") for n in stage.counts), f"{stage.seconds:.1f}")
        console().print(table)
    for row in result.bad():
        click.echo(f"{row.issue}  {row.name}  {row.stage}  {row.state}: {row.message}")
    for source in result.intake.refused:
        click.echo(f"refused  {source.name}: {source.reason}")
    for issue, reason in result.failures.items():
        click.echo(f"{issue}  not published: {reason}")
    for damage in result.damages:
        click.echo(f"damaged  {damage}")
    click.echo(summary(result))
    if report is not None:
        click.echo(f"report: {report}")
