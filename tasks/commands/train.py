"""bilderbogen train."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import click

from pipeline.separate.nets.architecture import CHANNELS, NETS
from tasks.executors.environment import cores, keep_freed_memory
from tasks.workshop.training import train as run_training
from tasks.workshop.training_order import TrainingOrder

_FOLDER = click.Path(path_type=Path, file_okay=False)


class Finite(click.FloatRange):
    """A range that holds neither infinity nor what is no number."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{value} is no number to reckon with", param, ctx)
        return number


POSITIVE, SHARE = Finite(0, min_open=True), Finite(0, 1)


def parse_channels(_: click.Context, option: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Return the channels of each level, none if the option was not given."""
    if value is None:
        return ()
    parts = value.split(",")
    if not all(part.strip().isdecimal() and int(part) > 0 for part in parts) or len(parts) < 2:
        raise click.BadParameter(
            f"{value!r}: give two or more numbers, as 12,24,48,80", param=option
        )
    return tuple(int(part) for part in parts)


@click.command()
@click.option("--to", "folder", type=_FOLDER, required=True, help="Checkpoints, metrics, weights.")
@click.option("--net", type=click.Choice(NETS), default="unet", show_default=True)
@click.option("--corpus", type=_FOLDER, help="Training material; without it, drawn pictures.")
@click.option(
    "--keep-out",
    type=_FOLDER,
    help="Annotated pages; layouts of the corpus that are theirs are not used.",
)
@click.option("--steps", default=1500, show_default=True, type=click.IntRange(1))
@click.option("--batch-size", default=8, show_default=True, type=click.IntRange(1))
@click.option(
    "--long-side",
    default=768,
    show_default=True,
    type=click.IntRange(128, 4096),
    help="Pixels at which the net sees a page.",
)
@click.option("--learning-rate", default=2e-3, show_default=True, type=POSITIVE)
@click.option(
    "--warm-up", default=100, show_default=True, type=click.IntRange(0),
    help="Steps in which the learning rate rises; few are enough with --base.",
)  # fmt: skip
@click.option(
    "--form", type=click.Choice(["label-map", "paper"]), default="label-map", show_default=True,
    help="Cross-entropy and Dice, or the paper's L1.",
)  # fmt: skip
@click.option(
    "--adversarial-weight", default=0.0, show_default=True, type=Finite(0), help="0: no GAN term."
)
@click.option("--start-from", type=click.Path(path_type=Path), help="A checkpoint to begin with.")
@click.option(
    "--base",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Finished weights to begin with: a .safetensors of the same net.",
)
@click.option(
    "--first-seed", default=1_000_000, show_default=True, type=click.IntRange(1000),
    help="Of the composed pages; those before it are kept to validate on.",
)  # fmt: skip
@click.option("--set", "training_set", type=_FOLDER, help="A training set of your own to mix in.")
@click.option("--share", default=0.5, show_default=True, type=SHARE, help="Of pages out of --set.")
@click.option("--real", type=_FOLDER, help="Annotated scans to mix in: truth/ and pages/.")
@click.option(
    "--real-share", default=0.4, show_default=True, type=SHARE, help="Of pages out of --real."
)
@click.option(
    "--leave-out", "left_out", multiple=True, metavar="SOURCE",
    help="Of --real: not trained on but tried on; may be repeated.",
)  # fmt: skip
@click.option(
    "--validate-every", default=200, show_default=True, type=click.IntRange(0),
    help="Steps; 0: never.",
)  # fmt: skip
@click.option(
    "--patience", default=0, show_default=True, type=click.IntRange(0),
    help="Trials without a better one.",
)  # fmt: skip
@click.option("--tensorboard", is_flag=True, help="Write curves for TensorBoard too.")
@click.option("--minutes", type=POSITIVE, help="End after so long, the learning rate brought down.")
@click.option(
    "--channels", callback=parse_channels, help="Of each level: 12,24,48,80 is a small net."
)
@click.option(
    "--workers", default=0, type=click.IntRange(0),
    help="Processes that compose; 0: all cores but one.",
)  # fmt: skip
@click.option("--threads", default=0, type=click.IntRange(0), help="0: every core.")
def train(
    folder: Path,
    threads: int,
    workers: int,
    channels: tuple[int, ...],
    net: str,
    batch_size: int,
    **options: object,
) -> int:
    """Train the separator on composed pages. Stop it at any time; the same command goes on."""
    if net.startswith("deeplab") and batch_size == 1:  # a norm of it sees one value a page
        raise click.UsageError(f"{net} learns from two pages at a time; raise --batch-size")
    keep_freed_memory()
    order = TrainingOrder(
        folder=folder,
        threads=threads or cores(),
        workers=workers or max(1, cores() - 1),
        channels=channels or CHANNELS,
        net=net,
        batch_size=batch_size,
        **options,  # type: ignore[arg-type]
    )
    weights = run_training(order, click.echo)
    click.echo(f"weights: {weights}")
    return 0
