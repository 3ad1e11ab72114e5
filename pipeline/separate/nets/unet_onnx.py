"""Our U-Net as an ONNX model, straight from its weights. Imports no torch.

A worker that only separates saves torch's import: two CPU seconds and 300 MB. The normalization by
stored statistics is folded into the convolution before it. The net itself is in
``pipeline.separate.nets.unet``; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from safetensors import SafetensorError
from safetensors.numpy import load

from schemas.errors import EngineError
from schemas.model import CLASSES

_OPSET, _IR_VERSION = 17, 8
_EPSILON = 1e-5
"""Of torch's BatchNorm2d."""

_Weights = Mapping[str, NDArray[np.float32]]


def unet_to_onnx(weights: bytes, channels: tuple[int, ...]) -> bytes:
    """Return the ONNX model of a U-Net: input ``page`` (N, 1, H, W), output ``logits``.

    Height and width are multiples of ``2 ** len(channels)``.

    Args:
        weights: safetensors, as the trainer writes them.
        channels: of the net, at strides 2, 4, 8, …

    Raises:
        EngineError: the weights are damaged, or not those of such a net.
    """
    try:
        tensors = {name: value.astype(np.float32) for name, value in load(weights).items()}
        return _Graph(tensors).of_levels(len(channels)).SerializeToString()
    except SafetensorError as error:
        raise EngineError(f"weights cannot be used: {error}") from error
    except KeyError as error:
        raise EngineError(f"weights and card disagree about {error.args[0]}") from error


class _Graph:
    """Nodes in order, and the tensors they need; every method adds to them and names its result."""

    def __init__(self, weights: _Weights) -> None:
        self._weights = weights
        self._used: set[str] = set()
        self._nodes: list[NodeProto] = []
        self._tensors = [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice")]

    def of_levels(self, levels: int) -> ModelProto:
        """Return the model of a net with ``levels`` strides."""
        kept = [self._block("stem", "page", stride=2)]
        for level in range(levels - 1):
            half = self._block(f"downs.{level}.0", kept[-1], stride=2)
            kept.append(self._block(f"downs.{level}.1", half))
        last = self._block("middle.1", self._block("middle.0", kept.pop(), dilation=2))
        for level in range(levels - 1):
            last = self._twice(last, mode="nearest", coordinates="asymmetric")
            last = self._node("Concat", [last, kept.pop()], axis=1)
            is_pair = level < levels - 2
            for name in (f"ups.{level}.0", f"ups.{level}.1") if is_pair else (f"ups.{level}",):
                last = self._block(name, last)
        head = self._convolved("head", last, self._take("head.weight"), self._take("head.bias"))
        self._twice(head, mode="linear", coordinates="pytorch_half_pixel", name="logits")
        unknown = {name for name in self._weights if "num_batches" not in name} - self._used
        if unknown:
            raise KeyError(min(unknown))
        return self._model()

    def _take(self, name: str) -> NDArray[np.float32]:
        self._used.add(name)
        return self._weights[name]

    def _block(self, name: str, before: str, *, stride: int = 1, dilation: int = 1) -> str:
        """Add convolution, normalization and ReLU of the block ``name``."""
        gain = self._take(f"{name}.1.weight") / np.sqrt(
            self._take(f"{name}.1.running_var") + _EPSILON
        )
        bias = self._take(f"{name}.1.bias") - self._take(f"{name}.1.running_mean") * gain
        kernel = self._take(f"{name}.0.weight") * gain[:, None, None, None]
        after = self._convolved(name, before, kernel, bias, stride=stride, dilation=dilation)
        return self._node("Relu", [after])

    def _convolved(
        self,
        name: str,
        before: str,
        kernel: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        stride: int = 1,
        dilation: int = 1,
    ) -> str:
        names = [f"{name}.kernel", f"{name}.bias"]
        self._tensors += [
            numpy_helper.from_array(np.ascontiguousarray(tensor), tensor_name)
            for tensor, tensor_name in zip((kernel, bias), names, strict=True)
        ]
        reach = dilation * (kernel.shape[2] // 2)
        return self._node(
            "Conv", [before, *names],
            strides=[stride] * 2, dilations=[dilation] * 2, pads=[reach] * 4,
        )  # fmt: skip

    def _twice(self, before: str, *, mode: str, coordinates: str, name: str = "") -> str:
        """Add an enlargement to twice the size, as torch's ``interpolate`` does it."""
        return self._node(
            "Resize", [before, "", "twice"], name=name,
            mode=mode, coordinate_transformation_mode=coordinates, nearest_mode="floor",
        )  # fmt: skip

    def _node(self, kind: str, before: list[str], *, name: str = "", **options: object) -> str:
        after = name or f"{kind}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, before, [after], **options))
        return after

    def _model(self) -> ModelProto:
        size = ["pages", 1, "height", "width"]
        page = helper.make_tensor_value_info("page", TensorProto.FLOAT, size)
        size[1] = len(CLASSES)
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, size)
        graph = helper.make_graph(self._nodes, "unet", [page], [logits], self._tensors)
        opset = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=_IR_VERSION)
