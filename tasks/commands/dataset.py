"""bilderbogen dataset combine|split|check."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from archive.training import dataset as sets
from archive.training.pairs import FORMS, read_pairs
from schemas.errors import ArchiveError, ConfigError, ScanError
from tasks.exits import Exit

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def dataset() -> None:
    """Make training sets of pages and label maps of one's own."""


@dataset.command()
@click.argument("sources", nargs=-1, required=True, type=_FOLDER)
@click.option("--to", "folder", required=True, type=_FOLDER, help="A/, B/ and manifest.csv.")
@click.option("--form", type=click.Choice(list(FORMS)), help="By default it is told by the files.")
@click.option("--order", type=click.Choice(["AtoB", "BtoA"]), default="AtoB", show_default=True)
@click.option("--keep-going", is_flag=True, help="Exit 0 though some pairs were refused.")
def combine(
    sources: tuple[Path, ...], folder: Path, form: str | None, order: str, keep_going: bool
) -> int:
    """Bring annotated pages of any known form into one training set.

    Forms: A/ and B/ folders, NAME.map.png, COCO polygons, annotations of evaluate, PAGE-XML, and
    A|B images. Pairs that are not whole and sources that hold none are named, never passed over.
    """
    added = bad = unread = 0
    for source in sources:
        try:
            pairs = read_pairs(source, form=form or "", order=order)
        except ScanError as error:
            click.echo(str(error), err=True)
            unread += 1
            continue
        for entry in sets.combine(pairs, folder, source=source.name):
            if isinstance(entry, ArchiveError):
                click.echo(str(entry), err=True)
                bad += 1
            else:
                added += 1
    click.echo(f"{added} pairs in {folder}, {bad} refused")
    return Exit.PAGES if unread or (bad and not keep_going) else Exit.GOOD


@dataset.command()
@click.argument("folder", type=_FOLDER)
@click.option("--validation", default=0.1, show_default=True, help="Share of the issues.")
@click.option("--test", default=0.1, show_default=True, help="Share of the issues.")
@click.option("--seed", default=1, show_default=True)
def split(folder: Path, validation: float, test: float, seed: int) -> int:
    """Say in the manifest which pages train, validate and test; an issue is never divided."""
    try:
        entries = sets.split(
            sets.read_manifest(folder), validation=validation, test=test, seed=seed
        )
    except ValueError as error:
        raise ConfigError(str(error)) from error
    sets.write_manifest(folder, entries)
    shares = {"validation": validation, "test": test}
    for part in sets.PARTS:
        part_entries = [entry for entry in entries if entry.part == part]
        issues = {entry.issue for entry in part_entries}
        click.echo(f"{part:10} {len(part_entries):6} pages of {len(issues)} issues")
        if not part_entries and shares.get(part):
            click.echo(f"{part} has no issue; combine more or take another seed", err=True)
    return 0


@dataset.command()
@click.argument("folder", type=_FOLDER)
def check(folder: Path) -> int:
    """Say what is wrong with a training set, and how much of each class it shows."""
    faults = list(sets.check(folder))
    for line in faults:
        click.echo(line, err=True)
    parts = Counter(entry.part or "not split" for entry in sets.read_manifest(folder))
    for part, count in sorted(parts.items()):
        click.echo(f"{part:12} {count:6} pages")
    if not faults:
        for name, share in sets.shares(folder).items():
            click.echo(f"{name:12} {100 * share:5.1f} %")
    return Exit.PAGES if faults else Exit.GOOD
