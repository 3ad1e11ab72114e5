"""bilderbogen find TEXT."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from tasks.nightly import House
from tasks.options import config_option, plain_text


@click.command()
@click.argument("text", type=plain_text)
@click.option("--issue", help="Only in this issue.")
@click.option("--kind", help="Only of this kind.")
@click.option("--since", help="Only in issues of this date and later: 1871, 1871-03, 1871-03-15.")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def find(
    text: str,
    issue: str | None,
    kind: str | None,
    since: str | None,
    limit: int,
    as_json: bool,
    config: Path,
) -> int:
    """Find illustrations by their caption, their page's text or their magazine's title.

    Old spellings and new ones meet: long s, umlauts, divided words.
    """
    house = House.open(config)
    found = house.catalog.find(text, kind=kind, issue=issue, since=since, limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))
        return 0
    for one in found:
        caption = " ".join(one.caption.split()) or "no caption"
        kind = f"{one.kind} ({one.kind_confidence:.0%})"
        place = f"{one.title} {one.date}, page {one.page}"
        click.echo(f"{one.illustration}  {kind}  {place}  {caption}")
    click.echo(f"{len(found)} illustrations")
    return 0
