"""bilderbogen export ISSUE --to DIR."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.errors import ConfigError
from schemas.model import IssueId
from tasks.nightly import House
from tasks.options import config_option, issue_arguments
from tasks.packages import export_package


@click.command()
@issue_arguments
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@config_option
def export(issues: tuple[str, ...], folder: Path, config: Path) -> int:
    """Write the packages of published issues to a folder: masters, cut-outs, ALTO, METS."""
    house = House.open(config)
    for name in issues:
        issue = IssueId(name)
        published = house.catalog.published(issue)
        if published is None:
            raise ConfigError(f"{name}: not published; bilderbogen run {name}")
        export_package(published, house.layout, folder / name, house.settings)
        click.echo(f"{name}  {folder / name}")
    return 0
