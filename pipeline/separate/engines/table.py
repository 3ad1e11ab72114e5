"""The separation engines: a row each, the module that makes it, and the nets it runs.

A new engine is one module with a function ``separator(model) -> Separator`` and one row here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from pipeline.separate.nets.architecture import NETS

if TYPE_CHECKING:  # the settings read this table, and so does every command: no OpenCV for them
    from pipeline.separate.engines.model import Model
    from pipeline.separate.separation import Separator

RUNTIMES = AUTO, ONNXRUNTIME, TORCH = "auto", "onnxruntime", "torch"
"""What may run pix2pix: ``[separate] runtime``."""

_HERE = "pipeline.separate.engines"


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine.

    Attributes:
        name: as in ``[separate] engine`` and ``--engine``.
        module: where its ``separator`` is; imported by those alone who use it, since torch costs
            a second and 200 MB.
        nets: the nets whose weights it runs; an engine without any needs no weights.
        ships_weights: whether weights called ``default`` come with the program.
    """

    name: str
    module: str
    nets: tuple[str, ...] = ()
    ships_weights: bool = False

    @property
    def has_weights(self) -> bool:
        """Whether it needs weights."""
        return bool(self.nets)

    def make(self, model: Model) -> Separator:
        """Return the engine of ``model``.

        Raises:
            EngineError: a library is absent, or the weights cannot be used.
        """
        separator: Separator = import_module(self.module).separator(model)
        return separator


def _nets(family: str) -> tuple[str, ...]:
    return tuple(net for net in NETS if net.startswith(family))


TABLE = (
    Engine("pix2pix", f"{_HERE}.pix2pix", _nets("unet"), ships_weights=True),
    Engine("classical", f"{_HERE}.classical"),
    Engine("grabcut", f"{_HERE}.grabcut"),
    Engine("deeplab", f"{_HERE}.torch", _nets("deeplab")),
    Engine("maskrcnn", f"{_HERE}.torch", _nets("maskrcnn")),
    Engine("onnx", f"{_HERE}.onnx", ("onnx",)),
)

ENGINES = tuple(engine.name for engine in TABLE)
"""The names, in the order they are offered."""


def engine_of(name: str) -> Engine:
    """Return the engine called ``name``."""
    return next(engine for engine in TABLE if engine.name == name)


def engine_of_net(net: str) -> str:
    """Return the name of the engine that runs ``net``, or ``net`` itself where none does.

    >>> engine_of_net("deeplab-resnet50"), engine_of_net("perceptron")
    ('deeplab', 'perceptron')
    """
    return next((engine.name for engine in TABLE if net in engine.nets), net)
