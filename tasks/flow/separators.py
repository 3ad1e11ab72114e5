"""Engines by their names in config.ini, made once a process."""

from __future__ import annotations

from functools import lru_cache

from archive.weights import Card, WeightsFile, find_weights
from pipeline.separate.engines.net_engine import ENGINE_OF, Architecture
from pipeline.separate.separation import Separator
from schemas.errors import EngineError
from tasks.settings import SeparateSettings


@lru_cache(maxsize=2)
def separator(settings: SeparateSettings) -> Separator:
    """Return the separation engine that ``settings`` name; weights are read and checked once.

    Raises:
        EngineError: weights or device are absent, or the weights are another engine's.
    """
    # each engine's library is imported by those alone who use it
    if settings.engine == "classical":
        from pipeline.separate.engines.classical import classical

        return classical()
    if settings.engine == "grabcut":
        from pipeline.separate.engines.grabcut import grabcut

        return grabcut()
    weights = chosen_weights(settings)
    if settings.engine == "onnx":
        from pipeline.separate.engines.onnx import onnx

        return onnx(weights.read(), architecture(weights.card))
    # torch: a second and 200 MB, which only processes that separate pay
    from pipeline.separate.engines.torch import pix2pix

    return pix2pix(
        weights.read(),
        architecture(weights.card),
        device=settings.device,
        batch_size=settings.batch_size,
    )


def architecture(card: Card) -> Architecture:
    """Return what ``card`` says of the net.

    Raises:
        EngineError: no net is like that.
    """
    try:
        return Architecture(
            card.channels, card.long_side, card.net, card.input, card.planes, card.stride
        )
    except EngineError as error:
        raise EngineError(f"card of {card.name}: {error}") from error


def chosen_weights(settings: SeparateSettings) -> WeightsFile:
    """Return the weights of an engine that has some.

    Raises:
        EngineError: they are absent, or another engine's.
    """
    if settings.engine != "pix2pix" and settings.weights == "default":
        raise EngineError(
            f"the engine {settings.engine} ships no weights; set weights to the path of yours "
            "(a card beside them: bilderbogen weights card)"
        )
    weights = find_weights(settings.weights)
    kind = ENGINE_OF.get(weights.card.net, weights.card.net)
    if kind != settings.engine:
        raise EngineError(f"{weights.path}: weights of {kind}, not of {settings.engine}")
    return weights
