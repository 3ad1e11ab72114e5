"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from tasks.settings import ENGINES, SeparateSettings

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("config.ini"),
    show_default=True,
    envvar="BILDERBOGEN_CONFIG",
    help="The configuration to use.",
)

issue_arguments = click.argument("issues", nargs=-1, required=True, metavar="ISSUE...")


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
