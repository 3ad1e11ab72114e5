"""bilderbogen verify."""

from __future__ import annotations

from pathlib import Path

import click

from archive.store import sha256
from schemas.codec import from_json
from schemas.model import Issue
from tasks.exits import Exit
from tasks.nightly import House
from tasks.options import config_option


@click.command()
@config_option
def verify(config: Path) -> int:
    """Read every master and every published file again and compare it with its checksum."""
    house = House.open(config)
    house.catalog.check()
    wanted: dict[Path, str] = {}
    for issue in house.layout.issues():
        path = house.layout.issue_record(issue)
        record = from_json(Issue, path.read_bytes(), name=str(path))
        wanted |= {house.layout.master(scan): scan.sha256 for scan in record.scans}
    wanted |= {house.layout.root / file.path: file.sha256 for file in house.catalog.files()}
    bad = 0
    for path, digest in sorted(wanted.items()):
        if not path.is_file():
            click.echo(f"{path}: is gone")
        elif sha256(path) != digest:
            click.echo(f"{path}: has changed")
        else:
            continue
        bad += 1
    click.echo(f"{len(wanted)} files read, {bad} gone or changed")
    return Exit.PAGES if bad else Exit.GOOD
