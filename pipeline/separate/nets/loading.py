"""Weights in memory to a net."""

from __future__ import annotations

from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from pipeline.separate.nets.architecture import NETS, Architecture
from pipeline.separate.nets.registry import build
from pipeline.separate.nets.unet import GeneratorSettings
from schemas.errors import EngineError


def load_net(weights: bytes, architecture: Architecture) -> nn.Module:
    """Return the net that ``weights`` fill, ready for use.

    Raises:
        EngineError: they do not fit.
    """
    if architecture.net not in NETS:
        raise EngineError(f"no net {architecture.net!r}; known are {', '.join(NETS)}")
    net = build(
        GeneratorSettings(
            channels=architecture.channels or GeneratorSettings().channels,
            net=architecture.net,
            classes=len(architecture.planes),
        )
    )
    try:
        tensors = _named(load(weights), architecture.net)
        state: dict[str, Any] = {
            name: tensors.get(name, value) for name, value in net.state_dict().items()
        }
        unknown = set(tensors) - set(net.state_dict())
        # statistics too: without them every page would be normalized by made-up ones
        needed = {name for name, value in net.state_dict().items() if value.is_floating_point()}
        lacking = needed - set(tensors)
        if unknown or lacking:
            raise EngineError(f"weights and card disagree about {min(unknown | lacking)}")
        net.load_state_dict(state)
    except (SafetensorError, RuntimeError) as error:
        raise EngineError(f"weights cannot be used: {error}") from error
    return net.eval().requires_grad_(False)


def _named(tensors: dict[str, Tensor], net: str) -> dict[str, Tensor]:
    """Return floating ``tensors`` in full precision, under the names that our net has."""
    known = {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    if net == "unet" or any(name.startswith("model.") for name in known):
        return known
    # as torchvision saves them; the auxiliary head is for training alone
    return {f"model.{k}": v for k, v in known.items() if not k.startswith("aux_classifier.")}
