"""bilderbogen nightly."""

from __future__ import annotations

from pathlib import Path

import click

from tasks.commands.options import config_option
from tasks.commands.running import run_and_tell


@click.command()
@config_option
@click.option(
    "--scheduler",
    type=click.Choice(["local", "luigid"]),
    default="local",
    show_default=True,
    help="luigid: the one named in [core] default_scheduler_host.",
)
def nightly(config: Path, scheduler: str) -> int:
    """Ingest what is new, run what is due, write the report. Made for cron."""
    return run_and_tell(config, scheduler=scheduler)
