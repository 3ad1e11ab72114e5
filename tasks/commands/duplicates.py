"""bilderbogen duplicates."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tasks.commands.messages import open_archive
from tasks.commands.options import config_option


@click.command()
@click.option(
    "--distance", default=6, show_default=True, type=click.IntRange(0, 64),
    help="Bits of 64 in which the perceptual hashes of two pictures may differ.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def duplicates(distance: int, as_json: bool, config: Path) -> int:
    """Group illustrations that were printed more than once: mastheads, adverts, ornaments."""
    archive = open_archive(config)
    groups = archive.catalog.duplicate_groups(max_distance=distance)
    if as_json:
        click.echo(json.dumps(groups, indent=1))
        return 0
    for group in groups:
        click.echo(f"{len(group)}  {'  '.join(group)}")
    click.echo(f"{len(groups)} groups")
    return 0
