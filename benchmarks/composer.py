"""Pages a second that the composer makes on one core, and a sheet of them to look at.

python -m benchmarks.composer [--corpus FOLDER] [--sheet OUT.png]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from archive.corpus import load_corpus
from archive.fonts import find_fonts
from archive.images import save_png
from pipeline.overlay import overlay
from pipeline.synthesis.compose import ComposedPage, compose
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.settings import ComposerSettings
from pipeline.synthesis.type import FontBook

_WARM, _TIMED = 40, 80
_CELL = (240, 320)


def main() -> None:
    """Measure and print; draw the sheet if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    corpus = load_corpus(args.corpus) if args.corpus else drawn_corpus(0)
    fonts, settings = FontBook(find_fonts()), ComposerSettings()
    for seed in range(_WARM):
        compose(seed, corpus, fonts, settings)
    started = time.monotonic()
    pages = [compose(1000 + seed, corpus, fonts, settings) for seed in range(_TIMED)]
    rate = _TIMED / (time.monotonic() - started)
    print(f"{rate:.1f} pages/s on one core at a long side of {settings.long_side} pixels")
    if args.sheet:
        save_png(args.sheet, sheet(pages[:18]))


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
