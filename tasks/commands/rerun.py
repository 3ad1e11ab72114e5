"""bilderbogen rerun ISSUE."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.errors import ConfigError
from schemas.model import IssueId
from tasks.alone import alone
from tasks.nightly import House, bring_forward
from tasks.options import config_option, issue_id
from tasks.recipes import STAGES
from tasks.runner import configure_luigi


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
    root = House.open(config).layout.root
    configure_luigi(config)
    from tasks.again import forget  # imports luigi, which reads its configuration

    with alone(root, "run"):
        dropped = forget(issue, config, stage=stage, pages=pages, failed=failed)
    if failed and not dropped:
        click.echo(f"{issue}: no page has failed")
        return 0
    if pages and not dropped:
        raise ConfigError(f"{issue} has no page {', '.join(map(str, pages))}")
    return bring_forward(config, wanted=(issue,))
