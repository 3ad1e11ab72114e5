"""Options that several commands share, and what may stand in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from archive.ingest.names import to_slug
from pipeline.separate.engines.table import ENGINES
from schemas.dates import ALLOWED, is_date
from schemas.model import IssueId
from tasks.settings import SeparateSettings

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("config.ini"),
    show_default=True,
    envvar="BILDERBOGEN_CONFIG",
    help="The configuration to use.",
)


def issue_id(value: str) -> IssueId:
    """Return the issue that an argument names; a usage error if it is no id."""
    try:
        return IssueId(value)
    except ValueError as error:
        meant = to_slug(value)
        raise click.BadParameter(f"{value!r} is no id of an issue; is it {meant}?") from error


def plain_text(value: str) -> str:
    """Return text that can be stored and printed: the bytes of a command line need not be."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise click.BadParameter(f"{value!r} is not UTF-8; check the terminal") from error
    return value


def date(value: str) -> str:
    """Return a year, month or day; a usage error if it does not exist."""
    if not is_date(value):
        raise click.BadParameter(f"{value!r}: allowed is a date that exists, as {ALLOWED}")
    return value


issue_arguments = click.argument(
    "issues", nargs=-1, required=True, type=issue_id, metavar="ISSUE..."
)


def engine_options(command: Callable[..., int]) -> Callable[..., int]:
    """Let the user name an engine; the command gets it as ``settings``."""

    @click.option("--engine", type=click.Choice(ENGINES), default="pix2pix", show_default=True)
    @click.option("--weights", default="default", show_default=True, help="A name or a path.")
    @click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
    @wraps(command)
    def with_settings(engine: str, weights: str, device: str, **others: Any) -> int:  # noqa: ANN401 - any option
        return command(settings=SeparateSettings(engine=engine, weights=weights, device=device),
                       **others)  # fmt: skip

    return with_settings


def schemas_folder_option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option called ``name`` for the folder of the official schemas."""
    return click.option(
        name,
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="BILDERBOGEN_SCHEMAS",
        help="Folder of the official schemas.  [default: ~/.local/share/bilderbogen/schemas]",
    )
