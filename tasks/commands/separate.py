"""bilderbogen separate PAGE."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from archive.images import load_image, save_jpeg, save_png
from archive.store import whole
from pipeline.overlay import overlay
from pipeline.separate import full_size
from pipeline.tidy import drawn
from schemas.errors import ScanError
from tasks.engines import separator
from tasks.exits import Exit
from tasks.options import engine_options
from tasks.settings import SeparateSettings


@click.command()
@click.argument("pages", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@engine_options
@click.option("--labels/--no-labels", default=True, help="Write NAME.png, classes 0 to 4.")
@click.option("--overlay/--no-overlay", "overlays", default=False, help="NAME.overlay.jpg.")
@click.option("--raw", is_flag=True, help="The likeliest class per pixel, nothing tidied.")
def separate(
    pages: tuple[Path, ...],
    folder: Path,
    settings: SeparateSettings,
    labels: bool,
    overlays: bool,
    raw: bool,
) -> int:
    """Draw class maps of page images; no archive is needed.

    NAME.png has the page's size: 0 background, 1 illustration, 2 caption, 3 header, 4 text.
    Illustrations are whole and parted; one that stands alone is marked by its rectangle.
    A page that cannot be read is named and the others go on.
    """
    made = {".png": labels, ".overlay.jpg": overlays}
    _check_names(pages, folder, [suffix for suffix, is_wanted in made.items() if is_wanted])
    run = separator(settings)
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    for path in pages:
        try:
            rgb = load_image(path).rgb
        except ScanError as error:
            click.echo(str(error), err=True)
            bad += 1
            continue
        found = run([rgb])[0]
        class_map = (
            full_size(found, rgb.shape[0], rgb.shape[1])
            if raw
            else drawn(found, rgb, min_area=settings.min_area)
        )
        if labels:
            with whole(folder / f"{path.stem}.png") as draft:
                save_png(draft, class_map)
        if overlays:
            with whole(folder / f"{path.stem}.overlay.jpg") as draft:
                save_jpeg(draft, overlay(rgb, class_map))
    return Exit.PAGES if bad else Exit.GOOD


def _check_names(pages: tuple[Path, ...], folder: Path, suffixes: Sequence[str]) -> None:
    first: dict[str, Path] = {}
    scans = {path.resolve(): path for path in pages}
    for path in pages:
        for made in (folder / f"{path.stem}{suffix}" for suffix in suffixes):
            if made.resolve() in scans:
                raise click.UsageError(
                    f"what is made of {path} would replace the page {scans[made.resolve()]}; "
                    "give --to another folder"
                )
        other = first.setdefault(path.stem, path)
        if other != path:
            raise click.UsageError(
                f"{other} and {path} would both become {path.stem}.png; separate them one by one, "
                "each into a folder of its own"
            )
