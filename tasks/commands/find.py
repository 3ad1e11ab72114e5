"""bilderbogen find TEXT."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from schemas.dates import ALLOWED
from schemas.kinds import KINDS
from schemas.model import IssueId
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option, date, issue_id, plain_text


@click.command()
@click.argument("text", type=plain_text)
@click.option("--issue", type=issue_id, metavar="ISSUE", help="Only in this issue.")
@click.option("--kind", type=click.Choice(KINDS), help="Only of this kind.")
@click.option(
    "--since", type=date, metavar="DATE",
    help=f"Only in issues of this date and later: {ALLOWED}.",
)  # fmt: skip
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def find(
    text: str,
    issue: IssueId | None,
    kind: str | None,
    since: str | None,
    limit: int,
    as_json: bool,
    config: Path,
) -> int:
    """Find illustrations by their caption, their page's text or their magazine's title.

    Old spellings and new ones meet: long s, umlauts, divided words.
    """
    archive = open_archive(config)
    if issue is not None and archive.catalog.edition_of(issue) is None:
        archive.layout.check_known([issue])
    only = None if issue is None else str(issue)
    illustrations = archive.catalog.find(text, kind=kind, issue=only, since=since, limit=limit)
    if as_json:
        click.echo(
            json.dumps(
                [asdict(illustration) for illustration in illustrations],
                indent=1,
                ensure_ascii=False,
            )
        )
        return 0
    for illustration in illustrations:
        caption = " ".join(illustration.caption.split()) or "no caption"
        kind = f"{illustration.kind} ({illustration.kind_confidence:.0%})"
        place = f"{illustration.title} {illustration.date}, page {illustration.page}"
        click.echo(f"{illustration.illustration}  {kind}  {place}  {caption}")
    click.echo(f"{len(illustrations)} illustrations")
    return 0
