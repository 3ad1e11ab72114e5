"""bilderbogen weights list|card|onnx|average."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from archive.store import sha256, whole
from archive.weights import Card, find_weights, shipped_weights, write_card
from pipeline.engines.reduced import INPUTS, NETS, Architecture
from schemas.errors import ConfigError
from schemas.model import CLASSES
from tasks.engines import architecture

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def weights() -> None:
    """Show, describe and convert weights of the separator."""


@weights.command("list")
def list_weights() -> int:
    """Name the weights that come with the project."""
    for one in shipped_weights():
        size = one.path.stat().st_size / 1e6
        click.echo(f"{one.card.name}  {size:.1f} MB  sha256 {one.sha256[:12]}  {one.card.data}")
    return 0


@weights.command("card")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--net", type=click.Choice([*NETS, "onnx"]), required=True)
@click.option("--sha256", "wanted", help="Refuse the file if it has another digest.")
@click.option("--long-side", default=768, show_default=True, help="Pixels pages are reduced to.")
@click.option("--input", "shown", type=click.Choice(INPUTS), default="imagenet", show_default=True)
@click.option("--planes", default=",".join(CLASSES), show_default=True, help="A class per output.")
@click.option("--stride", default=32, show_default=True, help="onnx: sides are multiples of it.")
def make_card(
    file: Path,
    net: str,
    wanted: str | None,
    long_side: int,
    shown: str,
    planes: str,
    stride: int,
) -> int:
    """Write the card beside weights of your own, so that [separate] weights can name them."""
    if file.suffix != (".onnx" if net == "onnx" else ".safetensors"):
        raise ConfigError(f"{file}: {net} wants {'.onnx' if net == 'onnx' else '.safetensors'}")
    digest = sha256(file)
    if wanted and wanted.lower() != digest:
        raise ConfigError(f"{file}: sha256 is {digest}, not {wanted}; get the file again")
    built = Architecture((), long_side, net, shown, tuple(planes.split(",")), stride)
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
    write_card(file.with_suffix(".json"), card)
    click.echo(f"{file.with_suffix('.json')}  sha256 {digest}")
    return 0


@weights.command("average")
@click.argument("one")
@click.argument("other")
@click.option("--share", default=0.5, show_default=True, type=click.FloatRange(0, 1))
@click.option("--to", "file", type=_FILE, required=True, help="FILE.safetensors; its card beside.")
def average(one: str, other: str, share: float, file: Path) -> int:
    """Mix weights with what further training made of them: new pages learned, less forgotten.

    ONE and OTHER are names or paths; --share is that of OTHER.
    """
    from pipeline.pix2pix.averaging import averaged  # torch, for this command alone

    if file.suffix != ".safetensors":
        raise ConfigError(f"{file}: weights are called NAME.safetensors")
    first, second = find_weights(one), find_weights(other)
    content = averaged(first.read(), second.read(), share)
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as draft:
        draft.write_bytes(content)
    mixed = {"of": first.sha256, "with": second.sha256, "share": share}
    card = replace(first.card, name=file.stem, sha256=sha256(file), recipe=mixed, figures={})
    write_card(file.with_suffix(".json"), card)
    click.echo(f"{file}  sha256 {card.sha256}")
    return 0


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
        ConfigError: ``file`` is not called NAME.onnx.
        EngineError: there are no such weights.
    """
    from pipeline.pix2pix.portable import to_onnx  # torch, for this command alone

    if file.suffix != ".onnx":
        raise ConfigError(f"{file}: an ONNX model is called NAME.onnx")
    source = find_weights(name)
    model = to_onnx(source.read(), architecture(source.card))
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as draft:
        draft.write_bytes(model)
    stride = 2 ** max(5, len(source.card.channels))
    card = Card(
        name=file.stem,
        sha256=sha256(file),
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
    write_card(file.with_suffix(".json"), card)
