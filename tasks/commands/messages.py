"""Open an archive for a command, and tell a person what it warns of.

Light: commands that only ask come in here. What runs an archive is in ``tasks.commands.running``.
"""

from __future__ import annotations

from pathlib import Path

import click

from tasks.archive_access import OpenArchive


def open_archive(config: Path, *, is_new: bool = False) -> OpenArchive:
    """Open the archive that ``config`` names and print its warnings to standard error."""
    archive = OpenArchive.open(config, is_new=is_new)
    for warning in archive.warnings:
        click.echo(warning, err=True)
    return archive
