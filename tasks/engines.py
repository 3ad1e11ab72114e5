"""Engines by their names in config.ini, made once a process."""

from __future__ import annotations

from functools import lru_cache

from archive.weights import find_weights
from pipeline.separate import Separator
from tasks.settings import SeparateSettings


@lru_cache(maxsize=2)
def separator(settings: SeparateSettings) -> Separator:
    """Return the separation engine that ``settings`` name; weights are read and checked once.

    Raises:
        EngineError: weights or device are absent.
    """
    if settings.engine == "classical":
        from pipeline.classical import classical  # the other engine need not be importable

        return classical()
    # torch: a second and 200 MB, which only processes that separate pay
    from pipeline.pix2pix.engine import Architecture, pix2pix

    weights = find_weights(settings.weights)
    return pix2pix(
        weights.read(),
        Architecture(weights.card.channels, weights.card.long_side),
        device=settings.device,
        batch_size=settings.batch_size,
    )
