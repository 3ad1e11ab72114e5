"""bilderbogen evaluate TRUTH."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

import click

from archive.images import load_image, load_labels
from archive.truth import AnnotatedPage, annotated_pages, page_image
from pipeline.evaluation import PageScore, Summary, by_source, score_page
from pipeline.separate import Separator, full_size
from schemas.model import ClassMap
from tasks.engines import separator
from tasks.exits import Exit
from tasks.settings import ENGINES, SeparateSettings

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("truth", type=_FOLDER)
@click.argument("predictions", type=_FOLDER, required=False)
@click.option("--pages", type=_FOLDER, help="Scans of the annotated pages, to separate now.")
@click.option("--engine", type=click.Choice(ENGINES), default="pix2pix", show_default=True)
@click.option("--weights", default="default", show_default=True, help="A name or a path.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--worst", default=0, help="Name the worst N pages.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def evaluate(
    truth: Path,
    predictions: Path | None,
    pages: Path | None,
    engine: str,
    weights: str,
    device: str,
    worst: int,
    as_json: bool,
) -> int:
    """Compare class maps with annotated pages: IoU, boxes, false illustration, per source.

    Give PREDICTIONS, a folder of label maps NAME.png, or --pages to separate the scans now.
    """
    if (predictions is None) == (pages is None):
        raise click.UsageError("give either PREDICTIONS or --pages")
    run = None
    if pages is not None:
        run = separator(SeparateSettings(engine=engine, weights=weights, device=device))
    scores: list[PageScore] = []
    missing: list[str] = []
    for page in annotated_pages(truth):
        found = _prediction(page, predictions, pages, run)
        if found is None:
            missing.append(page.name)
        else:
            scores.append(score_page(page.truth, page.labels, found, name=page.name))
    _print(by_source(scores), as_json)
    for score in sorted(scores, key=lambda one: one.iou)[:worst]:
        click.echo(f"{score.iou:.3f}  {score.name}", err=as_json)  # stdout is for the program
    if missing:
        click.echo(f"no prediction for {len(missing)} pages: {' '.join(missing[:8])}", err=True)
    return Exit.PAGES if missing else Exit.GOOD


def _prediction(
    page: AnnotatedPage, predictions: Path | None, pages: Path | None, run: Separator | None
) -> ClassMap | None:
    if predictions is not None:
        path = predictions / f"{page.name}.png"
        return load_labels(path) if path.exists() else None
    if pages is None or run is None:
        return None
    rgb = load_image(page_image(pages, page)).rgb
    return full_size(run([rgb])[0], rgb.shape[0], rgb.shape[1])


def _print(found: dict[str, Summary], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({name: asdict(one) for name, one in found.items()}, indent=1))
        return
    keys = [one.name for one in fields(Summary)]
    click.echo(f"{'source':24}" + "".join(f"{key:>12}" for key in keys))
    for name, summary in found.items():
        cells = [getattr(summary, key) for key in keys]
        shown = [
            "-" if c is None else f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells
        ]
        click.echo(f"{name[:23]:24}" + "".join(f"{cell:>12}" for cell in shown))
