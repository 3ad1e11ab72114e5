"""Weights on disk: .safetensors or .onnx and a .json card, whose digest is checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from typing import Annotated

import msgspec

from archive.store import sha256, write_whole
from schemas.errors import ConfigError, EngineError
from schemas.model import CLASSES

SHIPPED = Path(__file__).parent / "shipped"
KINDS_FILE = SHIPPED / "kinds.json"
"""The model that tells kinds of print apart (``benchmarks/kinds.py`` trains it)."""
LETTERS_FILE = SHIPPED / "letters.json"
"""The model that tells which way up letters stand (``benchmarks/letters.py`` trains it)."""
_Natural = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class Card:
    """What weights are: how the net is built, its digest, how it came about and how good it is.

    ``net``, ``input``, ``planes`` and ``stride`` as in ``Architecture`` of the net engine;
    ``net`` is onnx for a model in that format.
    """

    name: str
    sha256: str
    channels: tuple[_Natural, ...]
    long_side: Annotated[int, msgspec.Meta(ge=32)]
    recipe: dict[str, object]
    data: str
    figures: dict[str, dict[str, float | None]]
    known_failures: tuple[str, ...] = ()
    net: str = "unet"
    input: str = "paper-ink"
    planes: tuple[str, ...] = CLASSES
    stride: _Natural = 32
    license: str = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A card and where its weights lie."""

    path: Path
    card: Card

    @property
    def sha256(self) -> str:
        """Digest by the card."""
        return self.card.sha256

    def read(self) -> bytes:
        """Return the weights.

        Raises:
            EngineError: they are not what the card says.
        """
        digest = sha256(self.path)
        if digest != self.card.sha256:
            raise EngineError(
                f"{self.path}: sha256 is {digest[:12]}…, the card says {self.card.sha256[:12]}…; "
                "get the file again, or the card that belongs to it"
            )
        return self.path.read_bytes()


def find_weights(name: str) -> WeightsFile:
    """Return the weights called ``name``: shipped ones, or the path of a .safetensors or .onnx.

    A relative path starts at the current folder; paths from config.ini are already absolute.

    Raises:
        EngineError: there are none, or there is no card beside them.
    """
    is_path = name.endswith((".safetensors", ".onnx"))
    whole = expanduser(name)  # noqa: PTH111 - pathlib's raises RuntimeError for an unknown user
    path = Path(whole) if is_path else SHIPPED / f"{name}.safetensors"
    card = path.with_suffix(".json")
    if not path.is_file() or not card.is_file():
        shipped = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.safetensors"))) or "none"
        raise EngineError(
            f"no weights {name!r} (with a .json card beside them); shipped are {shipped}"
        )
    return WeightsFile(path, _read_card(card))


def _read_card(path: Path) -> Card:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except msgspec.DecodeError as error:
        raise EngineError(f"{path}: {error}") from error


def check_place(file: Path) -> None:
    """Check that weights called ``file`` would take no other file's card.

    Weights that lie there with their own card may be replaced.

    Raises:
        ConfigError: they would; without its card the other file cannot be used.
    """
    check_alone(file)
    path = file.with_suffix(".json")
    known = _card_there(path)
    if known and not (file.is_file() and sha256(file) == known.sha256):
        raise ConfigError(f"{path}: is not the card of {file}; move it, or name another file")


def check_alone(file: Path) -> None:
    """Check that no weights in the other format share the stem of ``file``.

    Raises:
        ConfigError: they do.
    """
    for suffix in {".safetensors", ".onnx"} - {file.suffix}:
        if file.with_suffix(suffix).exists():
            raise ConfigError(
                f"{file.with_suffix(suffix)}: both would share one card; name another file"
            )


def write_card(path: Path, card: Card, *, replaces: bool = False) -> None:
    """Write a card as indented JSON, over another file's only if it ``replaces`` that.

    Raises:
        ConfigError: there is another file's card, or a document that is no card at all.
    """
    known = _card_there(path)
    if known and not replaces and known.sha256 != card.sha256:
        raise ConfigError(f"{path}: is the card of another file; move it, or name another file")
    write_whole(path, msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")


def write_weights(file: Path, content: bytes, card: Card) -> None:
    """Write weights and their card.

    Raises:
        ConfigError: the card would take another file's place.
    """
    check_place(file)
    write_whole(file, content)
    write_card(file.with_suffix(".json"), card, replaces=True)


def _card_there(path: Path) -> Card | None:
    if not path.exists():
        return None
    try:
        return _read_card(path)
    except EngineError as error:
        raise ConfigError(
            f"{path}: is no card of weights ({error}); move it, or name another file"
        ) from error


def shipped_weights() -> tuple[WeightsFile, ...]:
    """Return the weights that come with the project, by name."""
    return tuple(find_weights(path.stem) for path in sorted(SHIPPED.glob("*.safetensors")))
