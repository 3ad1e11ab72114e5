"""Seconds a step of training takes: freed memory kept or not, in bf16 or float32.

python -m benchmarks.training [--long-side 768] [--batch-size 8]
"""

from __future__ import annotations

import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from pipeline.separate.nets.architecture import CHANNELS
from pipeline.training.session import halves_pay
from tasks.executors.environment import cores, keep_freed_memory

_WARM, _TIMED = 3, 5


def main() -> None:
    """Measure each way in a process of its own, and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long-side", type=int, default=768)
    parser.add_argument("--batch-size", type=int, default=8)
    args = parser.parse_args()
    pays = halves_pay("cpu")
    seconds = []
    for keeps, bf16 in ((False, pays), (True, pays), (True, not pays)):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            step = pool.submit(_step, args.long_side, args.batch_size, keeps=keeps, bf16=bf16)
            seconds.append(step.result())
    plain, kept, other = seconds
    print(
        f"{args.batch_size} pages of {args.long_side} pixels on {cores()} cores: {plain:.1f} s a "
        f"step, {kept:.1f} s with freed memory kept, {plain / kept:.1f} times as fast"
    )
    chosen, not_chosen = ("bf16", "float32") if pays else ("float32", "bf16")
    print(f"in {chosen}, as train does here; in {not_chosen} {other:.1f} s a step")


def _step(long_side: int, batch_size: int, *, keeps: bool, bf16: bool) -> float:
    if keeps:
        keep_freed_memory()
    import torch

    from pipeline.separate.nets.unet import GeneratorSettings
    from pipeline.training.trainer import Trainer, TrainingSettings

    torch.set_num_threads(cores())
    settings = TrainingSettings(steps=100, batch_size=batch_size, bf16=bf16)
    trainer = Trainer(GeneratorSettings(channels=CHANNELS), settings)
    pages = torch.randn(batch_size, 1, long_side, long_side * 3 // 4)
    labels = torch.randint(0, 5, (batch_size, long_side, long_side * 3 // 4), dtype=torch.uint8)
    times = []
    for _ in range(_WARM + _TIMED):
        started = time.monotonic()
        trainer.train_step(pages, labels)
        times.append(time.monotonic() - started)
    return statistics.median(times[_WARM:])


if __name__ == "__main__":
    main()
