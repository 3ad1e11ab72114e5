"""Pages a second that the composer makes on every core at once, and a sheet of them to look at.

python -m benchmarks.composer [--corpus FOLDER] [--sheet OUT.png] [--long-side N]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from archive.images.images import save_png
from archive.training.corpus import load_corpus
from archive.training.fonts import find_fonts
from archive.weights import find_weights
from pipeline.overlay import overlay
from pipeline.synthesis.compose import ComposedPage, compose
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.settings import ComposerSettings
from pipeline.synthesis.type import FontBook
from tasks.executors.environment import cores

_WARM, _TIMED = 40, 80
_CELL = (240, 320)


def main() -> None:
    """Measure and print; draw the sheet if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument(
        "--long-side", type=int, default=find_weights("default").card.long_side,
        help="By default that of the weights that ship.",
    )  # fmt: skip
    args = parser.parse_args()
    count, settings = cores(), ComposerSettings(long_side=args.long_side)
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        rates = list(pool.map(partial(_rate, args.corpus, settings), range(count)))
    side = settings.long_side
    print(f"{sum(rates):.1f} pages/s on {count} cores at a long side of {side} pixels")
    if args.sheet:
        save_png(args.sheet, sheet(_pages(args.corpus, settings, 18)))


def _rate(folder: Path | None, settings: ComposerSettings, process: int) -> float:
    """Return pages a second of this process while the others compose, too."""
    first = 1000 * (process + 1)
    made = compose_from(folder, settings)
    for seed in range(_WARM):
        made(seed)
    started = time.monotonic()
    for seed in range(first, first + _TIMED):
        made(seed)
    return _TIMED / (time.monotonic() - started)


def _pages(folder: Path | None, settings: ComposerSettings, count: int) -> list[ComposedPage]:
    made = compose_from(folder, settings)
    return [made(1000 + seed) for seed in range(count)]


def compose_from(folder: Path | None, settings: ComposerSettings) -> Callable[[int], ComposedPage]:
    """Return what composes the page of a seed, on one thread."""
    cv2.setNumThreads(1)
    corpus = load_corpus(folder) if folder else drawn_corpus(0)
    return partial(
        compose,
        corpus=corpus,
        fonts=FontBook(find_fonts()),
        settings=settings,
    )


def sheet(pages: list[ComposedPage], columns: int = 9) -> np.ndarray:
    """Return pages beside their truth; ignored pixels are white."""
    width, height = _CELL
    rows = -(-2 * len(pages) // columns // 2) * 2
    image = np.full((rows * height, columns * width, 3), 128, np.uint8)
    for at, page in enumerate(pages):
        truth = np.where(page.labels == 255, 0, page.labels)
        for shift, picture in ((0, page.page), (1, overlay(page.page, truth, strength=0.6))):
            scale = min((width - 6) / picture.shape[1], (height - 6) / picture.shape[0])
            small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            top = ((at // columns) * 2 + shift) * height
            left = (at % columns) * width
            image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


if __name__ == "__main__":
    main()
