"""bilderbogen weights list|card|onnx|average."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256 as digest_of
from pathlib import Path

import click

from archive.store import sha256
from archive.weights import (
    Card,
    WeightsFile,
    check_alone,
    check_place,
    find_weights,
    shipped_weights,
    write_card,
    write_weights,
)
from pipeline.separate.nets.architecture import CHANNELS, INPUTS, LEAST_SIDE, NETS, Architecture
from schemas.errors import ConfigError, EngineError
from schemas.model import CLASSES
from tasks.commands.train import SHARE, parse_channels
from tasks.flow.separators import architecture

_FILE = click.Path(path_type=Path, dir_okay=False)
_SIDE = click.IntRange(LEAST_SIDE)


@click.group()
def weights() -> None:
    """Show, describe and convert weights of the separator."""


@weights.command("list")
def list_weights() -> int:
    """Name the weights that come with the project."""
    for weights_file in shipped_weights():
        size = weights_file.path.stat().st_size / 1e6
        card, digest = weights_file.card, weights_file.sha256[:12]
        click.echo(f"{card.name}  {size:.1f} MB  sha256 {digest}  {card.data}")
    return 0


@weights.command("card")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--net", type=click.Choice([*NETS, "onnx"]), required=True)
@click.option("--sha256", "sha256_stated", help="Refuse the file if it has another digest.")
@click.option(
    "--long-side", default=768, show_default=True, type=_SIDE, help="Pixels pages are reduced to."
)
@click.option(
    "--input", "shown", type=click.Choice(INPUTS),
    help="By default paper-ink for unet, imagenet for all others.",
)  # fmt: skip
@click.option("--planes", default=",".join(CLASSES), show_default=True, help="A class per output.")
@click.option(
    "--stride", default=32, show_default=True, type=click.IntRange(1),
    help="onnx: sides are multiples of it.",
)  # fmt: skip
@click.option("--channels", callback=parse_channels, help="unet: of each level, as it was trained.")
@click.option("--replace", "replaces", is_flag=True, help="Write over the card that is there.")
def make_card(
    file: Path,
    net: str,
    sha256_stated: str | None,
    shown: str | None,
    planes: str,
    *,
    replaces: bool,
    **sizes: object,
) -> int:
    """Write the card beside weights of your own, so that [separate] weights can name them."""
    path = file.with_suffix(".json")
    if file.suffix != (".onnx" if net == "onnx" else ".safetensors"):
        raise ConfigError(f"{file}: {net} wants {'.onnx' if net == 'onnx' else '.safetensors'}")
    digest = sha256(file)
    if sha256_stated and sha256_stated.lower() != digest:
        raise ConfigError(f"{file}: sha256 is {digest}, not {sha256_stated}; get the file again")
    check_alone(file)
    if path.exists() and not replaces:
        raise ConfigError(f"{path}: is there already; --replace writes another card over it")
    shown = shown or ("paper-ink" if net == "unet" else "imagenet")
    built = Architecture(net=net, input=shown, planes=tuple(planes.split(",")), **sizes)  # type: ignore[arg-type] # as click checked them
    _try(file, built)
    card = Card(
        name=file.stem,
        sha256=digest,
        channels=built.channels,
        long_side=built.long_side,
        recipe={},
        data="the user's",
        figures={},
        license="",
        net=built.net,
        input=built.input,
        planes=built.planes,
        stride=built.stride,
    )
    write_card(path, card, replaces=replaces)
    click.echo(f"{path}  sha256 {digest}")
    return 0


def _try(file: Path, built: Architecture) -> None:
    """Fill the net with the weights; an ONNX model brings its own."""
    if built.net == "onnx":
        return
    from pipeline.separate.nets.loading import load_net  # torch, for this command alone

    try:
        load_net(file.read_bytes(), built)
    except EngineError as error:
        raise EngineError(
            f"{file}: {error}; give --net, --planes and --channels of its training"
        ) from error


@weights.command("average")
@click.argument("first")
@click.argument("second")
@click.option("--share", default=0.5, show_default=True, type=SHARE)
@click.option("--to", "file", type=_FILE, required=True, help="FILE.safetensors; its card beside.")
@click.option(
    "--long-side", type=_SIDE,
    help="Pixels at which the mix sees a page; needed where the two see other sizes.",
)  # fmt: skip
def average(first: str, second: str, share: float, file: Path, long_side: int | None) -> int:
    """Mix weights with what further training made of them: new pages learned, less forgotten.

    FIRST and SECOND are names or paths; --share is that of SECOND.
    """
    from pipeline.training.averaging import averaged  # torch, for this command alone

    if file.suffix != ".safetensors":
        raise ConfigError(f"{file}: weights are called NAME.safetensors")
    base, further = find_weights(first), find_weights(second)
    _check_apart(file, base, further)
    _check_alike(base, further)
    if long_side is None and base.card.long_side != further.card.long_side:
        raise ConfigError(
            f"{base.path} sees pages at {base.card.long_side} pixels, {further.path} at "
            f"{further.card.long_side}; name the size that the mix shall see with --long-side"
        )
    content = averaged(base.read(), further.read(), share)
    mixed = {"of": base.sha256, "with": further.sha256, "share": share}
    card = replace(
        base.card, name=file.stem, sha256=digest_of(content).hexdigest(), recipe=mixed,
        figures={}, long_side=long_side or base.card.long_side,
    )  # fmt: skip
    write_weights(file, content, card)
    click.echo(f"{file}  sha256 {card.sha256}")
    return 0


def _check_apart(file: Path, *mixed: WeightsFile) -> None:
    """Refuse to write the mix over weights that it is made of: they would be gone."""
    if file.exists() and any(file.samefile(weights_file.path) for weights_file in mixed):
        raise ConfigError(
            f"{file}: is one of the two that are mixed and would be lost; name another file with "
            "--to"
        )


def _check_alike(first: WeightsFile, second: WeightsFile) -> None:
    ours, theirs = _built(first.card), _built(second.card)
    for name, value in ours.items():
        if theirs[name] != value:
            raise ConfigError(
                f"{first.path} has {name} {value}, {second.path} {theirs[name]}; only weights of "
                "one net can be averaged"
            )


def _built(card: Card) -> dict[str, str]:
    """Return what two nets must have alike to be mixed."""
    named = {"net": card.net, "input": card.input, "planes": ", ".join(card.planes)}
    if card.net != "unet":  # to others channels mean nothing
        return named
    return named | {"channels": ", ".join(map(str, card.channels or CHANNELS))}


@weights.command("onnx")
@click.argument("name")
@click.option("--to", "file", type=_FILE, required=True, help="FILE.onnx; its card goes beside.")
def to_onnx_file(name: str, file: Path) -> int:
    """Convert weights to an ONNX model for the engine onnx."""
    convert(name, file)
    click.echo(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
    return 0


def convert(name: str, file: Path) -> None:
    """Write the weights called ``name`` as the ONNX model ``file``, and its card.

    Raises:
        ConfigError: ``file`` is not called NAME.onnx, or its card would take another's place.
        EngineError: there are no such weights.
    """
    from pipeline.separate.nets.onnx_export import to_onnx  # torch, for this command alone

    if file.suffix != ".onnx":
        raise ConfigError(f"{file}: an ONNX model is called NAME.onnx")
    check_place(file)  # before the minute that the conversion takes
    source = find_weights(name)
    model = to_onnx(source.read(), architecture(source.card))
    stride = 2 ** max(5, len(source.card.channels))
    card = Card(
        name=file.stem,
        sha256=digest_of(model).hexdigest(),
        channels=(),
        long_side=source.card.long_side,
        recipe={"from": source.card.name, "sha256": source.sha256},
        data=source.card.data,
        figures=source.card.figures,
        net="onnx",
        input=source.card.input,
        planes=source.card.planes,
        stride=stride,
    )
    write_weights(file, model, card)
