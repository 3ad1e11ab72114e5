"""bilderbogen finetune."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.errors import ConfigError
from tasks.commands.train import POSITIVE, SHARE
from tasks.executors.environment import cores, keep_freed_memory
from tasks.exits import Exit
from tasks.workshop.finetuning import Guard
from tasks.workshop.finetuning import finetune as run_finetuning
from tasks.workshop.training_order import TrainingOrder

_FOLDER = click.Path(path_type=Path, file_okay=False)
_THERE = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option(
    "--set", "training_set", type=_THERE, required=True, help="The training set of your pages."
)
@click.option("--to", "folder", type=_FOLDER, required=True, help="Checkpoints, metrics, weights.")
@click.option("--guard", type=_THERE, required=True, help="Annotated pages not to get worse on.")
@click.option("--guard-pages", type=_THERE, help="Their scans; by default beside them.")
@click.option("--held-back", type=_THERE, help="Annotated pages of yours that are not in the set.")
@click.option("--held-back-pages", type=_THERE, help="Their scans; by default beside them.")
@click.option("--weights", default="default", show_default=True, help="A name or a path.")
@click.option("--corpus", type=_FOLDER, help="Training material for the composed pages.")
@click.option("--steps", default=150, show_default=True, type=click.IntRange(1))
@click.option("--learning-rate", default=2e-4, show_default=True, type=POSITIVE)
@click.option(
    "--share", default=0.3, show_default=True, type=SHARE, help="Of your own pages in a batch."
)
@click.option("--real", type=_THERE, help="Annotated scans to mix in: truth/ and pages/.")
@click.option(
    "--real-share", default=0.2, show_default=True, type=SHARE, help="Of pages out of --real."
)
def finetune(
    guard: Path,
    guard_pages: Path | None,
    held_back: Path | None,
    held_back_pages: Path | None,
    weights: str,
    **options: object,
) -> int:
    """Fine-tune the separator on your own corrected pages.

    The weights are kept as weights.safetensors only if the pages held back got better and the
    guarded ones not worse by more than 0.01; otherwise they are called rejected.safetensors.
    Stop it at any time; the same command goes on. Other pages or options begin anew.
    """
    keep_freed_memory()
    order = TrainingOrder(
        threads=cores(), validate_every=0, first_seed=50_000_000, keep_out=guard,
        **options,  # type: ignore[arg-type] # as click checked them
    )  # fmt: skip
    kept = Guard(held_back, held_back_pages or held_back) if held_back else None
    outcome = run_finetuning(order, weights, Guard(guard, guard_pages or guard), kept, click.echo)
    for name, figures in (("held back", outcome.held_back), ("guarded", outcome.guarded)):
        if figures is not None:
            click.echo(
                f"{name}: mean illustration IoU {figures[0]:.3f} before, {figures[1]:.3f} after"
            )
    if outcome.is_accepted:
        click.echo(f"weights: {outcome.weights}")
        return Exit.GOOD
    raise ConfigError(
        f"{outcome.weights.parent}: not better where it should be, or worse where it must not be; "
        f"the weights are called {outcome.weights.name}. Correct more pages, or take a smaller "
        "--share"
    )
