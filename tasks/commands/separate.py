"""bilderbogen separate PAGE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from archive.images.facts import page_frames
from archive.images.images import load_image, save_jpeg, save_png
from archive.images.opened import reading
from archive.images.pdf import count_pages, is_pdf
from archive.store import whole
from pipeline.overlay import overlay
from pipeline.separate.separation import full_size
from pipeline.separate.tidy import drawn
from schemas.errors import ScanError
from schemas.media_types import TIFF_SUFFIXES
from tasks.commands.options import engine_options
from tasks.exits import Exit
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a file, and the name of what is made of it."""

    path: Path
    frame: int
    name: str


@click.command()
@click.argument(
    "files", metavar="PAGES...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@engine_options
@click.option("--labels/--no-labels", default=True, help="Write NAME.png, classes 0 to 4.")
@click.option("--overlay/--no-overlay", "overlays", default=False, help="NAME.overlay.jpg.")
@click.option("--raw", is_flag=True, help="The likeliest class per pixel, nothing tidied.")
def separate(
    files: tuple[Path, ...],
    folder: Path,
    settings: SeparateSettings,
    labels: bool,
    overlays: bool,
    raw: bool,
) -> int:
    """Draw class maps of page images; no archive is needed.

    NAME.png has the page's size: 0 background, 1 illustration, 2 caption, 3 header, 4 text.
    Further pages of a TIFF or PDF are NAME_0002, NAME_0003 and so on. Illustrations are whole
    and parted; one that stands alone is marked by its rectangle. A page that cannot be read is
    named and the others go on.
    """
    made = {".png": labels, ".overlay.jpg": overlays}
    suffixes = [suffix for suffix, is_wanted in made.items() if is_wanted]
    if not suffixes:
        raise click.UsageError("--no-labels leaves nothing to write; give --overlay too")
    pages, bad = _pages(files)
    _check_names(pages, files, folder, suffixes)
    run = separator(settings)
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        try:
            rgb = load_image(page.path, frame=page.frame).rgb
        except ScanError as error:
            click.echo(f"{page.name}: {error}" if page.frame else str(error), err=True)
            bad += 1
            continue
        separation = run([rgb])[0]
        class_map = (
            full_size(separation, rgb.shape[0], rgb.shape[1])
            if raw
            else drawn(separation, rgb, min_area=settings.min_area)
        )
        if labels:
            with whole(folder / f"{page.name}.png") as draft:
                save_png(draft, class_map)
        if overlays:
            with whole(folder / f"{page.name}.overlay.jpg") as draft:
                save_jpeg(draft, overlay(rgb, class_map))
    return Exit.PAGES if bad else Exit.GOOD


def _pages(files: Sequence[Path]) -> tuple[list[_Page], int]:
    """Return every page of ``files``, and how many files could not be read; they are named."""
    pages, bad = [], 0
    for path in files:
        try:
            frames = _frames(path)
        except ScanError as error:
            click.echo(str(error), err=True)
            bad += 1
            continue
        for number, frame in enumerate(frames, 1):
            name = path.stem if number == 1 else f"{path.stem}_{number:04d}"
            pages.append(_Page(path, frame, name))
    return pages, bad


def _frames(path: Path) -> Sequence[int]:
    """Return which frames of ``path`` are pages: a preview in a JPEG is none, as for ingest."""
    if not path.is_file():
        return (0,)  # who loads it says why
    with reading(path):
        if is_pdf(path):
            return range(count_pages(path))
    return page_frames(path) if path.suffix.lower() in TIFF_SUFFIXES else (0,)


def _check_names(
    pages: Sequence[_Page], files: Sequence[Path], folder: Path, suffixes: Sequence[str]
) -> None:
    first: dict[str, _Page] = {}
    scans = {path.resolve(): path for path in files}
    for page in pages:
        for made in (folder / f"{page.name}{suffix}" for suffix in suffixes):
            if made.resolve() in scans:
                raise click.UsageError(
                    f"what is made of {page.path} would replace the page {scans[made.resolve()]}; "
                    "give --to another folder"
                )
        other = first.setdefault(page.name, page)
        if other != page:
            raise click.UsageError(
                f"{other.path} and {page.path} would both become {page.name}.png; separate them "
                "one by one, each into a folder of its own"
            )
