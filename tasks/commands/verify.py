"""bilderbogen verify."""

from __future__ import annotations

from pathlib import Path

import click

from archive.layout import Layout
from archive.store import sha256
from schemas.codec import from_json
from schemas.model import Issue
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option
from tasks.exits import Exit


@click.command()
@config_option
def verify(config: Path) -> int:
    """Read every master and every published file again and compare it with its checksum.

    Masters of older versions too, unless they stayed where they were delivered.
    """
    archive = open_archive(config)
    archive.catalog.check()
    checks: set[tuple[Path, str]] = set()
    for issue in archive.layout.issues():
        for path in archive.layout.issue_versions(issue):
            checks |= _masters(path, archive.layout, copies_only=True)
        checks |= _masters(archive.layout.issue_record(issue), archive.layout)
    checks |= {(archive.layout.root / file.path, file.sha256) for file in archive.catalog.files()}
    bad = 0
    for path, digest in sorted(checks):
        if not path.is_file():
            click.echo(f"{path}: is gone")
        elif sha256(path) != digest:
            click.echo(f"{path}: has changed")
        else:
            continue
        bad += 1
    click.echo(f"{len(checks)} files read, {bad} gone or changed")
    return Exit.PAGES if bad else Exit.GOOD


def _masters(record: Path, layout: Layout, *, copies_only: bool = False) -> set[tuple[Path, str]]:
    issue = from_json(Issue, record.read_bytes(), name=str(record))
    return {
        (layout.master(scan), scan.sha256)
        for scan in issue.scans
        if not (copies_only and Path(scan.path).is_absolute())
    }
