"""Weights on disk: .safetensors or .onnx and a .json card, whose digest is checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path

import msgspec

from archive.store import sha256
from schemas.errors import EngineError
from schemas.model import CLASSES

SHIPPED = Path(__file__).parents[1] / "pipeline" / "weights"
KINDS_FILE = SHIPPED / "kinds.json"
"""The model that tells kinds of print apart (``benchmarks/kinds.py`` trains it)."""


@dataclass(frozen=True, slots=True)
class Card:
    """What weights are: how the net is built, its digest, how it came about and how good it is.

    ``net``, ``input``, ``planes`` and ``stride`` as in ``pipeline.engines.reduced.Architecture``;
    ``net`` is onnx for a model in that format.
    """

    name: str
    sha256: str
    channels: tuple[int, ...]
    long_side: int
    recipe: dict[str, object]
    data: str
    figures: dict[str, dict[str, float | None]]
    known_failures: tuple[str, ...] = ()
    net: str = "unet"
    input: str = "paper-ink"
    planes: tuple[str, ...] = CLASSES
    stride: int = 32
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
        found = sha256(self.path)
        if found != self.card.sha256:
            raise EngineError(
                f"{self.path}: sha256 is {found[:12]}…, the card says {self.card.sha256[:12]}…; "
                "get the file again, or the card that belongs to it"
            )
        return self.path.read_bytes()


def find_weights(name: str) -> WeightsFile:
    """Return the weights called ``name``: shipped ones, or the path of a .safetensors or .onnx.

    A relative path is relative to the folder one is in; config.ini's are whole when they come here.

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
    try:
        return WeightsFile(path, msgspec.json.decode(card.read_bytes(), type=Card))
    except msgspec.DecodeError as error:
        raise EngineError(f"{card}: {error}") from error


def write_card(path: Path, card: Card) -> None:
    """Write a card as indented JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")


def shipped_weights() -> tuple[WeightsFile, ...]:
    """Return the weights that come with the project, by name."""
    return tuple(find_weights(path.stem) for path in sorted(SHIPPED.glob("*.safetensors")))
