"""bilderbogen validate PATH..."""

from __future__ import annotations

from pathlib import Path

import click

from archive.package.schema_store import SchemaStore, default_folder
from archive.package.validate import check_path
from tasks.commands.options import schemas_folder_option
from tasks.exits import Exit


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@schemas_folder_option("--schemas")
def validate(paths: tuple[Path, ...], folder: Path | None) -> int:
    """Check METS, ALTO, MODS, IIIF and hOCR files, packages (zipped too) and folders of them.

    Documents of others are checked by the official schemas and by what every reader needs;
    packages of ours by all our rules. Nothing is fetched from anywhere.
    """
    store = SchemaStore(folder or default_folder())
    is_installed = store.is_installed
    if not is_installed:
        click.echo(
            f"the official schemas are not in {store.folder}: checked by our own profiles and "
            "rules alone; see bilderbogen schemas --help",
            err=True,
        )
    bad = 0
    for path in paths:
        findings = 0
        for finding in check_path(path, store=store if is_installed else None):
            click.echo(f"{path}/{finding}" if path.is_dir() else str(finding))
            findings += 1
        bad += bool(findings)
        click.echo(f"{path}: {findings or 'no'} faults")
    return Exit.PAGES if bad else Exit.GOOD
