"""bilderbogen compare."""

from __future__ import annotations

from pathlib import Path

import click

from archive.store import write_whole
from tasks.exits import Exit
from tasks.workshop.comparison import Entrant, Result, contest, page_table, table, write_sheet

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option("--truth", type=_FOLDER, required=True, help="Annotated pages.")
@click.option("--pages", type=_FOLDER, help="Their scans; by default beside the annotations.")
@click.option(
    "--engine", "engines", multiple=True, default=("pix2pix", "classical", "grabcut"),
    show_default=True, help="NAME or NAME=WEIGHTS; once for each.",
)  # fmt: skip
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--raw", is_flag=True, help="Judge the likeliest class per pixel, nothing tidied.")
@click.option("--worst", type=click.IntRange(1), help="Show only the worst N pages.")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False),
    help="compare.csv, pages.csv, compare.html and its pictures.",
)  # fmt: skip
def compare(
    truth: Path,
    pages: Path | None,
    engines: tuple[str, ...],
    device: str,
    raw: bool,
    worst: int | None,
    folder: Path,
) -> int:
    """Judge engines side by side: quality, seconds and memory, and every page as a picture."""
    entrants = [Entrant.named(name, device) for name in engines]
    results: list[Result] = []
    for result in contest(truth, pages or truth, entrants, folder, raw=raw):
        results.append(result)
        _write(folder, results, worst)  # an engine that fails does not cost those before it
    click.echo(table(results).rstrip())
    click.echo(f"{folder / 'compare.html'}")
    for line in dict.fromkeys(line for entrant in results for line in entrant.unread):
        click.echo(line, err=True)
    return Exit.PAGES if any(entrant.unread for entrant in results) else Exit.GOOD


def _write(folder: Path, results: list[Result], worst: int | None) -> None:
    write_whole(folder / "compare.csv", table(results).encode())
    write_whole(folder / "pages.csv", page_table(results).encode())
    write_sheet(folder / "compare.html", results, worst=worst)
