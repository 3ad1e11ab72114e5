"""bilderbogen evaluate TRUTH."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

import click

from archive.ingest.names import printable_name
from archive.training.pairs import read_map
from archive.training.truth import annotated_pages
from pipeline.training.evaluation import PageScore, Summary, by_source, score_page
from schemas.errors import ScanError
from tasks.commands.options import engine_options
from tasks.exits import Exit
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings
from tasks.workshop.evaluation import judge

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("truth", type=_FOLDER)
@click.argument("predictions", type=_FOLDER, required=False)
@click.option("--pages", type=_FOLDER, help="Scans of the annotated pages, to separate now.")
@engine_options
@click.option("--raw", is_flag=True, help="Judge the likeliest class per pixel, nothing tidied.")
@click.option("--worst", type=click.IntRange(0), default=0, help="Name the worst N pages.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def evaluate(
    truth: Path,
    predictions: Path | None,
    pages: Path | None,
    settings: SeparateSettings,
    raw: bool,
    worst: int,
    as_json: bool,
) -> int:
    """Compare class maps with annotated pages: IoU, boxes, false illustration, per source.

    Give PREDICTIONS, a folder of class maps NAME.png (labels 0 to 4, or colors), or --pages to
    separate the scans now.
    """
    if (predictions is None) == (pages is None):
        raise click.UsageError("give either PREDICTIONS or --pages")
    if pages is not None:
        run = separator(settings)
        judgement = judge(truth, pages, run, min_area=settings.min_area, raw=raw)
        scores, unread = judgement.scores, judgement.unread
    elif predictions is not None:
        scores, unread = _compare(truth, predictions)
    _print(by_source(scores), as_json)
    for score in sorted(scores, key=lambda score_key: score_key.iou)[:worst]:
        line = f"{score.iou:.3f}  {printable_name(score.name)}"
        click.echo(line, err=as_json)  # stdout is for the program
    for line in unread:
        click.echo(line, err=True)
    return Exit.PAGES if unread else Exit.GOOD


def _compare(truth: Path, predictions: Path) -> tuple[list[PageScore], list[str]]:
    scores: list[PageScore] = []
    missing: list[str] = []
    refused: list[str] = []
    for page in annotated_pages(truth):
        path = predictions / f"{page.name}.png"
        if not path.exists():
            missing.append(page.name)
            continue
        try:
            class_map = read_map(path, is_whole=True)
        except ScanError as error:
            refused.append(str(error))
            continue
        scores.append(score_page(page.truth, page.labels, class_map, name=page.name))
    if missing:
        missing = [f"no prediction for {len(missing)} pages: {' '.join(missing[:8])}"]
    return scores, missing + refused


def _print(summaries: dict[str, Summary], as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(
                {name: asdict(source_summary) for name, source_summary in summaries.items()},
                indent=1,
            )
        )
        return
    keys = [source_summary.name for source_summary in fields(Summary)]
    click.echo(f"{'source':24}" + "".join(f"{key:>12}" for key in keys))
    for name, summary in summaries.items():
        cells = [getattr(summary, key) for key in keys]
        shown = [
            "-" if c is None else f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells
        ]
        click.echo(f"{name[:23]:24}" + "".join(f"{cell:>12}" for cell in shown))
