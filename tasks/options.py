"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("config.ini"),
    show_default=True,
    envvar="BILDERBOGEN_CONFIG",
    help="The configuration to use.",
)

issue_arguments = click.argument("issues", nargs=-1, required=True, metavar="ISSUE...")
