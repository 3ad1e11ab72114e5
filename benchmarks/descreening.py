"""How near a halftone without its screen comes to the picture that was screened.

    python -m benchmarks.descreening CORPUS

Photographs of the corpus, four times enlarged, are printed through screens of known period and
taken off them again; the error is against the picture before it was screened.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from archive.images.images import load_image
from pipeline.refine.descreen import descreened, find_screen
from pipeline.synthesis.pictures import screen

_PERIODS = (3.5, 4.5, 6.0, 8.0)
_EVERY = 6


def main(corpus: Path) -> None:
    """Print the table."""
    rows = defaultdict(list)
    plain = []
    for picture in _photographs(corpus):
        tone = picture.astype(np.float32) / 255
        plain.append(find_screen(np.dstack([picture] * 3)) is not None)
        for period in _PERIODS:
            printed = np.dstack([screen(tone, pitch=period)] * 3)
            row = find_screen(printed)
            clear = descreened(printed, row) if row else printed
            off = abs(row.period - period) / period if row else 1.0
            rows[period].append((off < 0.1, _psnr(printed, picture), _psnr(clear, picture)))
    print("| period, pixels | pictures | found | PSNR screened, dB | without screen, dB |")
    print("|---:|---:|---:|---:|---:|")
    for period, row in rows.items():
        share, before, after = np.array(row, dtype=float).mean(axis=0)
        print(f"| {period} | {len(row)} | {share:.0%} | {before:.1f} | {after:.1f} |")
    print(f"of the pictures before screening {np.mean(plain):.0%} are said to have a screen")


def _photographs(corpus: Path) -> list[NDArray[np.uint8]]:
    with (corpus / "illustrations.csv").open(newline="", encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["kind"] == "halftone photo"]
    pictures = []
    for row in rows[::_EVERY]:
        grey = load_image(corpus / row["file"]).rgb.mean(axis=2).astype(np.uint8)
        large = cv2.resize(grey, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        pictures.append(np.asarray(cv2.GaussianBlur(large, (0, 0), 1.5), dtype=np.uint8))
    return pictures


def _psnr(descreened: NDArray[np.uint8], tone: NDArray[np.uint8]) -> float:
    error = ((descreened[..., 0].astype(np.float32) - tone) ** 2).mean()
    return float(10 * np.log10(255**2 / max(1e-6, error)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
