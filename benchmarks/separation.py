"""Seconds for the class map of a decoded A4 page of 300 dpi, one thread, for each engine.

python -m benchmarks.separation
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from pipeline.separate import full_size
from tasks.engines import separator
from tasks.settings import ENGINES, SeparateSettings

_A4 = (3508, 2480)


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(0)
    page = rng.integers(0, 255, (*_A4, 3), dtype=np.uint8)
    for name in ENGINES:
        engine = separator(SeparateSettings(engine=name, device="cpu"))
        engine([page])
        times = []
        for _ in range(5):
            started = time.monotonic()
            full_size(engine([page])[0], *_A4)
            times.append(time.monotonic() - started)
        print(f"{name}: {statistics.median(times):.2f} s a page, class map at full size included")


if __name__ == "__main__":
    main()
