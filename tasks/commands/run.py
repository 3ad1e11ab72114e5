"""bilderbogen run ISSUE…."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.model import IssueId
from tasks.commands.options import config_option, issue_arguments
from tasks.commands.running import run_and_tell


@click.command()
@issue_arguments
@config_option
def run(issues: tuple[IssueId, ...], config: Path) -> int:
    """Bring the named issues from their pages to catalog and METS.

    What is finished is not done again; issues that are complete cost nothing.
    """
    return run_and_tell(config, only=issues)
