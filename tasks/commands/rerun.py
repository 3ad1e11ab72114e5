"""bilderbogen rerun ISSUE."""

from __future__ import annotations

from pathlib import Path

import click

from archive.lock import hold_lock
from schemas.errors import ConfigError
from schemas.ledger import StageState
from schemas.model import IssueId
from tasks.archive_access import OpenArchive
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option, issue_id
from tasks.commands.running import run_and_tell
from tasks.flow.graph import STAGES
from tasks.flow.luigi import configure_luigi

_MAX_NAMES = 3


@click.command()
@click.argument("issue", type=issue_id)
@click.option("--stage", type=click.Choice(STAGES), help="Begin with this stage.")
@click.option("--page", "pages", type=int, multiple=True, help="Only this page; may be repeated.")
@click.option("--failed", is_flag=True, help="Only pages that have failed.")
@config_option
def rerun(
    issue: IssueId, stage: str | None, pages: tuple[int, ...], failed: bool, config: Path
) -> int:
    """Do an issue, a stage or a page again, and whatever depends on it, and nothing else."""
    archive = open_archive(config)
    configure_luigi(config)
    from tasks.flow.ledger_truth import refresh_ledger  # imports luigi, which reads its
    from tasks.flow.rerun import forget  # configuration

    with hold_lock(archive.layout.root, "run"):
        refresh_ledger(archive, [issue])
        dropped = forget(issue, config, stage=stage, pages=pages, failed=failed)
    if failed:
        _say_quarantined(archive, issue)
    if failed and not dropped:
        click.echo(f"{issue}: no page has failed")
        return 0
    if pages and not dropped:
        raise ConfigError(f"{issue} has no page {', '.join(map(str, pages))}")
    return run_and_tell(config, only=(issue,))


def _say_quarantined(archive: OpenArchive, issue: IssueId) -> None:
    """Say that scans which never came in are no failed pages: no rerun reads them."""
    rows = archive.catalog.ledger(issue, state=StageState.QUARANTINED)
    if rows:
        names = ", ".join(row.name for row in rows[:_MAX_NAMES])
        more = f" and {len(rows) - _MAX_NAMES} more" if len(rows) > _MAX_NAMES else ""
        click.echo(
            f"{issue}: {len(rows)} quarantined ({names}{more}); once mended they come in by "
            "bilderbogen nightly or ingest, not by rerun"
        )
