"""Weights between two trainings of one net.

Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022: between weights and what
further training made of them lie weights that know the new pages and forget less of the old.
"""

from __future__ import annotations

from safetensors import SafetensorError
from safetensors.torch import load, save

from schemas.errors import EngineError


def averaged(first_weights: bytes, other: bytes, share: float) -> bytes:
    """Return safetensors of half precision, the ``share`` 0..1 of ``other`` mixed into ``one``.

    Raises:
        EngineError: the two are not weights of one net.
    """
    try:
        first, second = load(first_weights), load(other)
    except SafetensorError as error:
        raise EngineError(f"weights cannot be read: {error}") from error
    shapes = [{name: tensor.shape for name, tensor in x.items()} for x in (first, second)]
    if shapes[0] != shapes[1]:
        raise EngineError("only weights of one net, of the same channels, can be averaged")
    return save({
        name: (first[name].float().lerp(second[name].float(), share)).half().contiguous()
        for name in first
    })  # fmt: skip
