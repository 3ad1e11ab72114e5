"""Engines of PyTorch nets: weights in memory to a Separator."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from pipeline.separate.engines.net_engine import ENGINE_OF, NETS, Architecture, reduced_engine
from pipeline.separate.nets.registry import build
from pipeline.separate.nets.unet import GeneratorSettings
from pipeline.separate.separation import Separator
from schemas.errors import EngineError, SystemicError


def choose_device(wanted: str) -> str:
    """Return cpu or cuda; auto takes CUDA where there is a device.

    Raises:
        EngineError: cuda was asked for and there is none.
    """
    available = torch.cuda.is_available()
    if wanted == "cuda" and not available:
        raise EngineError("no CUDA device; set [separate] device to auto or cpu")
    return "cuda" if wanted != "cpu" and available else "cpu"


def pix2pix(
    weights: bytes, architecture: Architecture, *, device: str = "auto", batch_size: int = 8
) -> Separator:
    """Return the engine that these safetensors ``weights`` make, whichever net they belong to.

    On a CPU every page goes through alone, so that its map does not depend on its neighbors; on
    CUDA pages of one padded size go together, in bf16.

    Raises:
        EngineError: the weights do not fit the architecture, or the device is absent.
    """
    torch.set_num_threads(1)  # pages run side by side in processes
    place = choose_device(device)
    net = load_net(weights, architecture).to(place)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # stub lacks it
    return reduced_engine(
        ENGINE_OF[architecture.net],
        architecture,
        lambda pages: _infer(net, pages, place),
        stride=int(net.stride),
        together=1 if place == "cpu" else batch_size,
    )


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


def _infer(net: nn.Module, batch: NDArray[np.float32], place: str) -> NDArray[np.float32]:
    try:
        return _answer(net, batch, place)
    except torch.OutOfMemoryError as error:
        if len(batch) == 1:
            raise SystemicError("the GPU has no memory for one page; set device = cpu") from error
    # not before here is the error gone, which holds on to all that the net had made
    torch.cuda.empty_cache()
    half = len(batch) // 2
    return np.concatenate([_infer(net, batch[:half], place), _infer(net, batch[half:], place)])


def _answer(net: nn.Module, batch: NDArray[np.float32], place: str) -> NDArray[np.float32]:
    with torch.inference_mode(), torch.autocast(place, torch.bfloat16, enabled=place != "cpu"):
        pages = torch.from_numpy(batch).to(place, memory_format=torch.channels_last)
        probabilities = net(pages).float().softmax(dim=1).cpu().numpy()
    return np.asarray(probabilities, dtype=np.float32)
