"""Seconds for the class map of a decoded A4 page of 300 dpi, one thread, for each engine.

python -m benchmarks.separation

The shipped weights run in PyTorch (pix2pix) and, converted, in onnxruntime (onnx).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.separate.engines.table import TABLE
from pipeline.separate.separation import full_size
from tasks.commands.weights import convert
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings

_A4 = (3508, 2480)


def _engines() -> Iterator[tuple[str, str]]:
    yield "pix2pix", "default"
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "default.onnx"
        convert("default", model)
        yield "onnx", str(model)
    yield from ((engine.name, "default") for engine in TABLE if not engine.has_weights)


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(0)
    page = rng.integers(0, 255, (*_A4, 3), dtype=np.uint8)
    for name, weights in _engines():
        engine = separator(SeparateSettings(engine=name, weights=weights, device="cpu"))
        engine([page])
        times = []
        for _ in range(5):
            started = time.monotonic()
            full_size(engine([page])[0], *_A4)
            times.append(time.monotonic() - started)
        print(f"{name}: {statistics.median(times):.2f} s a page, class map at full size included")


if __name__ == "__main__":
    main()
