"""bilderbogen decide ILLUSTRATION."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click

from schemas.decisions import Decision, Field
from schemas.errors import ConfigError
from schemas.kinds import KINDS
from schemas.model import IssueId
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option, plain_text


@click.command()
@click.argument("illustration", type=plain_text)
@click.option("--kind", type=click.Choice(KINDS), help="What kind of picture it is.")
@click.option("--caption", type=plain_text, metavar="TEXT", help="Its caption; empty: it has none.")
@click.option(
    "--reject", type=plain_text, metavar="REASON", help="It is no picture, or not one to publish."
)
@click.option("--undo", is_flag=True, help="Take back everything decided about it.")
@click.option(
    "--by",
    type=plain_text,
    metavar="NAME",
    help="Who decided; otherwise the name you are logged in with.",
)
@config_option
def decide(
    illustration: str,
    kind: str | None,
    caption: str | None,
    reject: str | None,
    undo: bool,
    by: str | None,
    config: Path,
) -> int:
    """Correct the record of an illustration. The correction stays when the page is done again.

    The next run of its issue publishes and exports it anew; nothing else is done again.
    """
    issue = _issue_of(illustration)
    decisions = open_archive(config).catalog.decisions
    values = {Field.KIND: kind, Field.CAPTION: caption, Field.REJECTED: reject}
    if undo == any(value is not None for value in values.values()):
        raise click.UsageError("say --kind, --caption or --reject, or --undo alone")
    if undo:
        click.echo(f"{illustration}: {decisions.take_back(illustration)} decisions taken back")
    for field, value in values.items():
        if value is not None:
            who = by or _login()
            decisions.decide(issue, Decision(illustration, field, value.strip(), who))
            click.echo(f"{illustration}: {field} {value.strip() or 'none'}, by {who}")
    click.echo(f"to publish it: bilderbogen run {issue}")
    return 0


def _login() -> str:
    """Return the name one is logged in with, or the number of a user without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no entry in passwd, as in containers; OSError from Python 3.13
        return str(os.getuid())


def _issue_of(illustration: str) -> IssueId:
    """Return the issue of bazar-1871-11_0003_i02."""
    try:
        return IssueId(illustration.rsplit("_", 2)[0])
    except ValueError as error:
        raise ConfigError(
            f"{illustration!r} is no illustration; they are called bazar-1871-11_0003_i02"
        ) from error
