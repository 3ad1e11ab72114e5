"""The engine pix2pix: our U-Net in ONNX Runtime on a CPU, in PyTorch on a GPU.

Both run the same weights; their probabilities agree within 1e-3.
"""

from __future__ import annotations

import ctypes
import logging

from pipeline.separate.engines.model import Model
from pipeline.separate.engines.table import AUTO, ONNXRUNTIME, TORCH
from pipeline.separate.nets.architecture import CHANNELS
from pipeline.separate.separation import Separator

_log = logging.getLogger(__name__)

_DRIVER = "libcuda.so.1"


def separator(model: Model) -> Separator:
    """Return the engine of ``model``, for the table of engines.

    Raises:
        EngineError: the weights do not fit the card, or the device is absent.
    """
    runtime = model.runtime if model.runtime != AUTO else runtime_for(model.device)
    _log.debug("pix2pix runs in %s", runtime)
    if runtime == ONNXRUNTIME:
        from pipeline.separate.engines.onnx import onnx
        from pipeline.separate.nets.unet_onnx import unet_to_onnx

        channels = model.architecture.channels or CHANNELS
        content = unet_to_onnx(model.weights, channels)
        return onnx(content, model.architecture, name=model.engine, stride=2 ** len(channels))
    from pipeline.separate.engines import torch

    return torch.separator(model)


def runtime_for(device: str) -> str:
    """Return what runs the net on ``device`` (auto, cpu or cuda).

    Torch is imported only where it may be that it finds a GPU.
    """
    return TORCH if device == "cuda" or (device == AUTO and has_gpu_driver()) else ONNXRUNTIME


def has_gpu_driver() -> bool:
    """Say whether NVIDIA's driver is installed."""
    try:
        ctypes.CDLL(_DRIVER)
    except OSError:
        return False
    return True
