"""bilderbogen ingest SOURCE."""

from __future__ import annotations

from pathlib import Path

import click

from archive.ingest.names import printable_name
from archive.lock import hold_lock
from archive.records import read_issue
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option
from tasks.exits import Exit
from tasks.flow.ingest_bounded import take_in_bounded


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@config_option
def ingest(sources: tuple[Path, ...], config: Path) -> int:
    """Register issues: folders of pages, trees of them, PDFs, TIFFs or METS files.

    Masters are validated and checksummed, never changed. The same content again is skipped,
    changed content becomes a new version. Bad pages are named, the rest comes in.
    """
    archive = open_archive(config, is_new=True)
    with hold_lock(archive.layout.root, "ingest", waits=True):
        intake = take_in_bounded(sources, archive)
    bad = list(intake.refused)
    for issue in intake.new:
        record = read_issue(archive.layout, issue)
        assert record is not None  # it has just been written
        click.echo(f"{issue}  version {record.version}  {len(record.scans)} pages")
        if record.copies:
            names = ", ".join(record.copies[:3])
            click.echo(f"{issue}  {len(record.copies)} other copies of its pages: {names}")
        for note in record.notes:
            click.echo(f"{issue}  {note}")
        bad += record.quarantined
    for issue in intake.known:
        click.echo(f"{issue}  known, nothing changed")
    for source in bad:
        click.echo(f"quarantined  {source.name}: {source.reason}")
    if not (intake.new or intake.known or bad):
        places = ", ".join(printable_name(str(source)) for source in sources)
        click.echo(f"no page image found in {places}")
        return Exit.PAGES
    return Exit.PAGES if bad else Exit.GOOD
