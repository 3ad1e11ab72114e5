"""bilderbogen verify."""

from __future__ import annotations

from pathlib import Path

import click

from tasks.commands.messages import open_archive
from tasks.commands.options import config_option
from tasks.exits import Exit
from tasks.flow.fixity import verified


@click.command()
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    help="Read only the next share of all files, as 0.1; without it all of them.",
)
@config_option
def verify(share: float, config: Path) -> int:
    """Read all that the archive holds again and compare it with its checksums.

    Masters of all versions (unless older ones stayed where they were delivered), texts that came
    with them, records of issues, published files, packages, and the catalog. What is damaged is
    named with what helps.
    """
    archive = open_archive(config)
    result = verified(archive, share)
    for damage in result.damages:
        click.echo(str(damage))
    click.echo(f"{result.files} files read, {len(result.damages)} gone or changed")
    return Exit.PAGES if result.damages else Exit.GOOD
