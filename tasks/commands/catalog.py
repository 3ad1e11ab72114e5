"""bilderbogen catalog."""

from __future__ import annotations

from pathlib import Path

import click

from archive.lock import hold_lock
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option
from tasks.exits import Exit
from tasks.flow.rebuild import rebuild as rebuild_ledger


@click.group()
def catalog() -> None:
    """Look after the catalog."""


@catalog.command()
@config_option
def rebuild(config: Path) -> int:
    """Enter in the catalog what the disk knows, after an older catalog was put back.

    The ledger becomes what outcomes and records on the disk say; failures are told again by the
    next night, and what is published is published again where the catalog does not know it.
    Numbers of illustrations and decisions of people stand in the catalog alone: they stay as it
    has them.
    """
    archive = open_archive(config)
    with hold_lock(archive.layout.root, "run"):
        result = rebuild_ledger(archive)
    for reason in result.unread:
        click.echo(f"not read: {reason}")
    click.echo(
        f"{result.issues} issues read, {result.entered} rows entered, {result.dropped} dropped"
    )
    return Exit.PAGES if result.unread else Exit.GOOD
