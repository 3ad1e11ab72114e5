"""bilderbogen schemas install."""

from __future__ import annotations

from pathlib import Path

import click

from archive.package.schema_store import SchemaStore, default_folder, install, official
from tasks.commands.options import schemas_folder_option
from tasks.exits import Exit


@click.group()
def schemas() -> None:
    """The official schemas that validate checks with: METS, MODS, PREMIS, MIX, ALTO.

    They belong to their publishers and are not part of Bilderbogen. Download them once, to any
    folder and under any name; install finds them by their SHA-256. Without them documents are
    checked by our own profiles and rules.
    """


@schemas.command("install")
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder they were downloaded to.",
)
@schemas_folder_option("--to")
def install_command(source: Path, folder: Path | None) -> int:
    """Copy the official schemas to where validate looks for them."""
    target = folder or default_folder()
    for schema in install(source, target):
        click.echo(f"{schema.name}  {schema.sha256[:12]}")
    click.echo(f"{len(official())} schemas in {target}")
    return Exit.GOOD


@schemas.command("list")
@schemas_folder_option("--to")
def list_command(folder: Path | None) -> int:
    """Say which official schemas there are, their publishers' addresses, and which are here."""
    store = SchemaStore(folder or default_folder())
    for schema in official():
        state = "here" if (store.folder / schema.name).is_file() else "absent"
        click.echo(f"{state:7}{schema.sha256}  {schema.url}")
    return Exit.GOOD
