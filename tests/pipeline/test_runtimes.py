"""pix2pix without torch: the same class maps, and nothing of torch imported."""

import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load, save

from archive.weights import find_weights
from pipeline.separate.engines import pix2pix
from pipeline.separate.engines.model import Model
from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.nets.unet_onnx import unet_to_onnx
from schemas.errors import EngineError
from tests.conftest import ROOT, draw_page

SHIPPED = find_weights("default")
CHANNELS = tuple(SHIPPED.card.channels)
SEPARATE = """
import sys
from archive.weights import find_weights
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings
import numpy as np
separator(SeparateSettings(device="cpu"))([np.full((300, 200, 3), 255, np.uint8)])
sys.exit("torch" in sys.modules)
"""


def engine(runtime):
    architecture = Architecture(CHANNELS, 384)
    return pix2pix.separator(
        Model("pix2pix", SHIPPED.read(), architecture, device="cpu", runtime=runtime)
    )


def test_both_runtimes_draw_the_same_class_map():
    pages = [draw_page(3), draw_page(4, height=500, width=900)]
    for ours, theirs in zip(engine("onnxruntime")(pages), engine("torch")(pages), strict=True):
        assert np.abs(ours.probabilities - theirs.probabilities).max() < 1e-3
        assert (ours.class_map != theirs.class_map).mean() < 1e-4
        assert ours.engine == theirs.engine == "pix2pix"


def test_a_worker_that_separates_on_a_cpu_imports_no_torch():
    assert subprocess.run([sys.executable, "-c", SEPARATE], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("device", "driver", "runtime"),
    [("auto", False, "onnxruntime"), ("auto", True, "torch"), ("cpu", True, "onnxruntime"),
     ("cuda", False, "torch")],
)  # fmt: skip
def test_torch_runs_where_there_may_be_a_gpu(device, driver, runtime, monkeypatch):
    monkeypatch.setattr(pix2pix, "has_gpu_driver", lambda: driver)
    assert pix2pix.runtime_for(device) == runtime


@pytest.mark.parametrize("spoil", [
    lambda tensors: tensors.pop("stem.1.running_mean"),
    lambda tensors: tensors.update({"more.weight": np.zeros(1, np.float32)}),
])  # fmt: skip
def test_weights_that_are_not_those_of_the_net_are_refused(spoil):
    tensors = dict(load(SHIPPED.read()))
    spoil(tensors)
    with pytest.raises(EngineError, match="disagree about"):
        unet_to_onnx(save(tensors), CHANNELS)
    with pytest.raises(EngineError, match="cannot be used"):
        unet_to_onnx(b"no weights", CHANNELS)
    with pytest.raises(EngineError, match="disagree about"):
        unet_to_onnx(SHIPPED.read(), CHANNELS[:-1])
