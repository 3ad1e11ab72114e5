"""A model in ONNX format, run by onnxruntime on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.separate.engines.model import Model
from pipeline.separate.engines.net_engine import reduced_engine
from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.separation import Separator
from schemas.errors import EngineError


def separator(model: Model) -> Separator:
    """Return the engine of ``model``, for the table of engines."""
    return onnx(model.weights, model.architecture)


def onnx(
    model: bytes, architecture: Architecture, *, name: str = "onnx", stride: int = 0
) -> Separator:
    """Return the engine of an ONNX ``model``: one input (1, C, H, W), one output of class logits.

    Sides of pages are padded to multiples of ``stride``, by default that of the ``architecture``.

    Raises:
        EngineError: ONNX Runtime cannot use the model.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # pages run side by side in processes
    options.log_severity_level = 3
    try:
        session: Any = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its exceptions share no base of their own
        raise EngineError(f"the ONNX model cannot be used: {error}") from error
    if len(session.get_inputs()) != 1:
        names = ", ".join(model_input.name for model_input in session.get_inputs())
        raise EngineError(f"the ONNX model wants {names}; one input (1, C, H, W) is supported")
    page = session.get_inputs()[0].name

    def infer(pages: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            logits = session.run(None, {page: pages})[0].astype(np.float32)
        except Exception as error:  # as above
            raise EngineError(f"the ONNX model refused a page {pages.shape}: {error}") from error
        if logits.shape[2:] != pages.shape[2:]:
            raise EngineError(f"the ONNX model answers {logits.shape} for {pages.shape}")
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)

    return reduced_engine(name, architecture, infer, stride=stride or architecture.stride)
