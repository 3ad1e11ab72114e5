"""A net as an ONNX model, for machines and programs without PyTorch."""

from __future__ import annotations

import io
import warnings

import torch

from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.nets.loading import load_net
from schemas.errors import EngineError

_EXAMPLE = (1, 1, 768, 576)


def to_onnx(weights: bytes, architecture: Architecture) -> bytes:
    """Return the ONNX model of ``weights``: input ``page`` (1, 1, H, W), output ``logits``.

    Height and width are free, as multiples of the net's stride.

    Raises:
        EngineError: the weights do not fit the architecture or are those of Mask R-CNN, or the
            package onnx is not installed.
    """
    if architecture.net.startswith("maskrcnn"):
        # a trace would hold as many regions as the example has
        raise EngineError(
            f"{architecture.net} cannot be an ONNX model: its regions differ from page to page; "
            "use the .safetensors with the engine maskrcnn"
        )
    net = load_net(weights, architecture)
    content = io.BytesIO()
    with warnings.catch_warnings():
        # the tracing exporter writes what our nets need, without another package at run time
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            net,
            (torch.zeros(_EXAMPLE),),
            content,  # type: ignore[arg-type] # a stream does as well as a path
            dynamo=False,
            input_names=["page"],
            output_names=["logits"],
            dynamic_axes={"page": {2: "height", 3: "width"}, "logits": {2: "height", 3: "width"}},
            opset_version=17,
        )
    return content.getvalue()
