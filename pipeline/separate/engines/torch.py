"""Engines of PyTorch nets: weights in memory to a Separator."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pipeline.separate.engines.model import Model
from pipeline.separate.engines.net_engine import reduced_engine
from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.nets.loading import load_net
from pipeline.separate.separation import Separator
from schemas.errors import EngineError, SystemicError


def choose_device(device: str) -> str:
    """Return cpu or cuda; auto takes CUDA where there is a device.

    Raises:
        EngineError: cuda was asked for and there is none.
    """
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise EngineError("no CUDA device; set [separate] device to auto or cpu")
    return "cuda" if device != "cpu" and available else "cpu"


def torch_engine(
    weights: bytes,
    architecture: Architecture,
    *,
    name: str = "pix2pix",
    device: str = "auto",
    batch_size: int = 8,
) -> Separator:
    """Return the engine ``name`` that safetensors ``weights`` make, whichever net they belong to.

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
        name,
        architecture,
        lambda pages: _infer(net, pages, place),
        stride=int(net.stride),
        together=1 if place == "cpu" else batch_size,
    )


def separator(model: Model) -> Separator:
    """Return the engine of ``model``, for the table of engines."""
    return torch_engine(
        model.weights,
        model.architecture,
        name=model.engine,
        device=model.device,
        batch_size=model.batch_size,
    )


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
