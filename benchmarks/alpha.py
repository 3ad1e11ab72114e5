"""How good cut-outs are, on composed pages whose alpha is known.

    python -m benchmarks.alpha CORPUS [--pages N]

Pages of 2,400 pixels (300 dpi, 8 inches) go through separation and matting as in a night. Every
illustration found is compared with the alpha it was composed with: sum of absolute differences
(SAD) in thousands of pixels, mean squared error and gradient error (Rhemann et al., "A Perceptually
Motivated Online Benchmark for Image Matting", CVPR 2009), the share of neighboring type that is
left in the cut-out, and the share of the picture that is lost. The outline alone, without matting,
is what it is compared with; seconds are of matting, on one core.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from archive.training.corpus import load_corpus
from archive.training.fonts import find_fonts
from pipeline.refine.crops import crop_box, inside_of
from pipeline.refine.mattes import refine_illustration
from pipeline.refine.settings import RefineSettings
from pipeline.separate.page_input import to_grey
from pipeline.separate.regions import find_regions
from pipeline.separate.separation import Separator
from pipeline.synthesis.compose import ComposedPage, compose
from pipeline.synthesis.settings import ComposerSettings
from pipeline.synthesis.type import FontBook
from schemas.model import Region, RegionKind
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings

_DPI = 300
_LONG_SIDE = 2400
_KINDS = {"columns": 1.0, "wrapped": 2.0, "figures": 1.0, "plate": 0.5}
_MARGIN = 12

Alpha = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of one matte."""

    sad: float
    mse: float
    gradient: float
    text_left: float
    lost: float


def main() -> None:
    """Print the table and the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pages", type=int, default=24)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    engine = separator(SeparateSettings(device="cpu"))
    errors_by_way: dict[str, list[Errors]] = defaultdict(list)
    seconds: dict[str, list[float]] = defaultdict(list)
    for page in _pages(args.corpus, args.pages):
        for how, made, outline, true, text, taken in _cut(page, engine):
            errors_by_way[f"outline alone ({how})"].append(errors(outline, true, text))
            errors_by_way[f"matte ({how})"].append(errors(made, true, text))
            seconds[how].append(taken)
    print("| | illustrations | SAD, 1000 px | MSE | gradient | text left in | picture lost |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, rows in sorted(errors_by_way.items()):
        mean = [statistics.fmean(getattr(row, field) for row in rows) for field in Errors.__slots__]
        print(f"| {name} | {len(rows)} | {mean[0]:.1f} | {mean[1]:.4f} | {mean[2]:.2f} | "
              f"{mean[3]:.2%} | {mean[4]:.2%} |")  # fmt: skip
    for how, times in sorted(seconds.items()):
        print(f"{how}: median {statistics.median(times):.2f} s, worst {max(times):.1f} s")
    every = [seconds_of_page for times in seconds.values() for seconds_of_page in times]
    print(f"all {len(every)}: median {statistics.median(every):.2f} s an illustration")


def errors(matte: Alpha, true: Alpha, text: NDArray[np.bool_]) -> Errors:
    """Return the errors of (H, W) alpha 0..1 against the true one; ``text`` is printed type."""
    away = np.abs(matte - true)
    slopes = [
        np.hypot(cv2.Sobel(a, cv2.CV_64F, 1, 0, ksize=3), cv2.Sobel(a, cv2.CV_64F, 0, 1, ksize=3))
        for a in (matte, true)
    ]
    sure = true > 0.95
    return Errors(
        float(away.sum() / 1000),
        float((away**2).mean()),
        float(((slopes[0] - slopes[1]) ** 2).sum() / 1000),
        float(matte[text].mean()) if text.any() else 0.0,
        float((matte[sure] < 0.5).mean()) if sure.any() else 0.0,
    )


def _pages(corpus: Path, count: int) -> Iterator[ComposedPage]:
    material, fonts = load_corpus(corpus), FontBook(find_fonts())
    settings = ComposerSettings(
        long_side=_LONG_SIDE, supersampling=1.0, page_kinds=_KINDS, bitonal=0.0, thumbnail=0.0,
        squashed=0.0, low_resolution=0.0, scanner_border=0.0, halftone=0.0, library_stamp=0.0,
        heavy_ink=0.0,
    )  # fmt: skip
    for seed in range(70_000, 70_000 + count):
        yield compose(seed, material, fonts, settings)


def _cut(
    page: ComposedPage, engine: Separator
) -> Iterator[tuple[str, Alpha, Alpha, Alpha, NDArray[np.bool_], float]]:
    height, width = page.labels.shape
    separation = engine([page.page])[0]
    regions = find_regions(
        separation.probabilities, page_width=width, page_height=height, min_area=0.002,
        page=to_grey(page.page),
    )  # fmt: skip
    planes = [cv2.resize(plane, (width, height)) for plane in separation.probabilities]
    text = np.max(planes[2:], axis=0)
    own_parts = _own_parts(page)
    for region in regions:
        if region.kind is not RegionKind.ILLUSTRATION:
            continue
        box = crop_box(region, margin=_MARGIN, width=width, height=height)
        window = np.s_[box.top : box.bottom, box.left : box.right]
        true = _true_of(region, own_parts, page)[window]
        if true.sum() < 0.5 * (inside_of(region.polygon, box) > 0).sum():
            continue  # something else was found, which separation is judged for
        outline = inside_of(region.polygon, box)
        inside = np.where(outline > 0, np.maximum(planes[1][window], 0.51), 0).astype(np.float32)
        start = time.process_time()
        made = refine_illustration(
            page.page[window], inside, text[window], dpi=_DPI,
            settings=RefineSettings(matte="silhouette"),
        )  # fmt: skip
        taken = time.process_time() - start
        yield made.method, made.matte, outline.astype(np.float64), true, _type(page)[window], taken


def _type(page: ComposedPage) -> NDArray[np.bool_]:
    """Return the printed type: ink where caption, header or text is."""
    grey = to_grey(page.page)
    is_type = (page.labels >= 2) & (page.labels <= 4)
    return np.asarray(is_type & (grey < 0.75 * np.percentile(grey, 90)))


def _own_parts(page: ComposedPage) -> NDArray[np.int32]:
    _, parts = cv2.connectedComponents((page.labels == 1).astype(np.uint8))
    return np.asarray(parts)


def _true_of(region: Region, parts: NDArray[np.int32], page: ComposedPage) -> Alpha:
    """Return the alpha of the illustrations that the region mostly holds."""
    box = region.box
    window = np.s_[box.top : box.bottom, box.left : box.right]
    inside = inside_of(region.polygon, box) > 0
    counts = np.bincount(parts[window][inside], minlength=2)
    counts[0] = 0
    sizes = np.bincount(parts.ravel(), minlength=len(counts))
    chosen = np.flatnonzero(counts > 0.5 * np.maximum(1, sizes[: len(counts)]))
    return np.where(np.isin(parts, chosen), page.alpha / 255.0, 0.0)


if __name__ == "__main__":
    main()
