"""Separation engines as config.ini names them, made once a process."""

from __future__ import annotations

from functools import lru_cache

from archive.weights import Card, WeightsFile, find_weights
from pipeline.separate.engines.model import Model
from pipeline.separate.engines.table import engine_of, engine_of_net
from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.separation import Separator
from schemas.errors import EngineError
from tasks.settings import SeparateSettings


@lru_cache(maxsize=2)
def separator(settings: SeparateSettings) -> Separator:
    """Return the separation engine that ``settings`` name; weights are read and checked once.

    Raises:
        EngineError: weights or device are absent, or the weights are another engine's.
    """
    engine = engine_of(settings.engine)
    if not engine.has_weights:
        return engine.make(Model(engine.name))
    weights = chosen_weights(settings)
    return engine.make(
        Model(
            engine.name,
            weights.read(),
            architecture(weights.card),
            device=settings.device,
            batch_size=settings.batch_size,
            runtime=settings.runtime,
        )
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
    if settings.weights == "default" and not engine_of(settings.engine).ships_weights:
        raise EngineError(
            f"the engine {settings.engine} ships no weights; set weights to the path of yours "
            "(a card beside them: bilderbogen weights card)"
        )
    weights = find_weights(settings.weights)
    engine = engine_of_net(weights.card.net)
    if engine != settings.engine:
        raise EngineError(f"{weights.path}: weights of {engine}, not of {settings.engine}")
    return weights
