"""Choices at test time, each made on one half of the sources and reported on the other.

    python -m benchmarks.choices TRUTH PAGES [WEIGHTS]

Mirrored pages, a second working size, other working sizes, the tidying of class maps and its
figures, the smallest picture; and how far the probabilities can be trusted (reliability, Guo et
al., "On Calibration of Modern Neural Networks", ICML 2017).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from archive.images.images import load_image
from archive.training.truth import AnnotatedPage, annotated_pages, page_image
from archive.weights import find_weights
from pipeline.separate.engines.torch import torch_engine
from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.page_input import reduce, to_grey
from pipeline.separate.separation import Separation, full_size
from pipeline.separate.tidy import SHIPPED, RectangleRule, tidied
from pipeline.training.evaluation import GRID, PageScore, score_page, summarize
from schemas.model import RGB8, ClassMap
from tasks.flow.separators import architecture

Planes = NDArray[np.float32]
_SCALE = 5 / 6
_OTHER_SIDES = (5 / 6, 4 / 3)
_MIN_AREA = 0.002
_BINS = 10


def main(truth: Path, pages: Path, weights: str) -> None:
    """Print a table of choices and one of reliability."""
    known = find_weights(weights)
    built = architecture(known.card)
    engine = torch_engine(known.read(), built, device="cpu")
    others = {
        side: torch_engine(known.read(), replace(built, long_side=side), device="cpu")
        for side in _other_sides(built.long_side)
    }
    kept = max(GRID, built.long_side, *others)
    scores: dict[str, list[PageScore]] = {}
    bins = np.zeros((_BINS, 3))
    for page, grey in _pages(truth, pages, kept):
        shown = _shown(grey, built)
        plain = engine([shown])[0].probabilities
        mirrored = engine([np.ascontiguousarray(shown[:, ::-1])])[0].probabilities[..., ::-1]
        smaller = engine([_shown(_onto_larger(grey), built)])[0].probabilities
        smaller = _cut_back(smaller, plain.shape)
        sized = {side: other([shown])[0].probabilities for side, other in others.items()}
        for name, labels in _choices(plain, mirrored, smaller, sized, grey):
            scores.setdefault(name, []).append(
                score_page(page.truth, page.labels, labels, name=page.name)
            )
        _fill_bins(bins, page, plain)
    _print(scores)
    _print_reliability(bins)


def _other_sides(long_side: int) -> list[int]:
    """Return a smaller and a larger working size, multiples of what nets pad to.

    >>> _other_sides(768), _other_sides(1024)
    ([640, 1024], [832, 1344])
    """
    return [max(1, round(long_side * share / 64)) * 64 for share in _OTHER_SIDES]


def _pages(
    truth: Path, pages: Path, long_side: int
) -> Iterator[tuple[AnnotatedPage, NDArray[np.uint8]]]:
    for page in annotated_pages(truth):
        yield page, reduce(to_grey(load_image(page_image(pages, page)).rgb), long_side)


def _shown(grey: NDArray[np.uint8], built: Architecture) -> RGB8:
    """Return the page as the engine takes it: some nets see three planes."""
    return grey if built.input == "paper-ink" else np.dstack([grey] * 3)


def _onto_larger(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the page on a larger sheet of paper, so that the net sees it smaller."""
    height, width = (round(side / _SCALE) for side in grey.shape)
    sheet = np.full((height, width), np.percentile(grey, 90), np.uint8)
    sheet[: grey.shape[0], : grey.shape[1]] = grey
    return sheet


def _cut_back(planes: Planes, shape: tuple[int, ...]) -> Planes:
    height, width = (round(side * _SCALE) for side in planes.shape[1:])
    size = (shape[2], shape[1])
    return np.stack([cv2.resize(plane[:height, :width], size) for plane in planes])


def _choices(
    plain: Planes,
    mirrored: Planes,
    smaller: Planes,
    sized: dict[int, Planes],
    grey: NDArray[np.uint8],
) -> Iterator[tuple[str, ClassMap]]:
    height, width = grey.shape
    yield "likeliest class", full_size(Separation(plain, ""), height, width)
    yield "and mirrored", full_size(Separation(_mean(plain, mirrored), ""), height, width)
    yield "and smaller", full_size(Separation(_mean(plain, smaller), ""), height, width)
    for side, planes in sized.items():
        yield f"at {side} pixels", full_size(Separation(planes, ""), height, width)
    yield "tidied", _tidied(plain, grey, SHIPPED)
    yield "tidied, mirrored too", _tidied(_mean(plain, mirrored), grey, SHIPPED)
    for share in (0.0, 0.1, 0.3):
        yield f"{share:.2f} of others", _tidied(plain, grey, replace(SHIPPED, others_inside=share))
    for share in (0.0, 0.1, 0.5):
        yield f"edge {share:.2f}", _tidied(plain, grey, replace(SHIPPED, edge=share))
    for share in (0.1, 0.3, 1.0):
        yield f"faint {share:.2f}", _tidied(plain, grey, replace(SHIPPED, faint=share))
    for share in (0.0, 0.005, 0.02):
        yield f"margin {share:.3f}", _tidied(plain, grey, replace(SHIPPED, margin=share))
    extents = replace(SHIPPED, edge=0.0, faint=1.0, margin=0.0)
    yield "extents of the map", _tidied(plain, grey, extents)
    for share in (0.001, 0.0015, 0.003):
        name = f"smallest {100 * share:.2f} %"
        yield name, _tidied(plain, grey, SHIPPED, min_area=share)


def _mean(first: Planes, other: Planes) -> Planes:
    return (first + other) / np.float32(2)


def _tidied(
    planes: Planes, grey: NDArray[np.uint8], rule: RectangleRule, *, min_area: float = _MIN_AREA
) -> ClassMap:
    return tidied(Separation(planes, ""), grey, min_area=min_area, rule=rule)


def _fill_bins(bins: NDArray[np.float64], page: AnnotatedPage, planes: Planes) -> None:
    """Count, per bin of the probability of illustration, pixels, their sum, and those that are."""
    if page.truth.ignore or (page.labels is None and not page.truth.illustrations):
        return
    height, width = planes.shape[1:]
    if page.labels is not None:
        is_one = cv2.resize(page.labels, (width, height), interpolation=cv2.INTER_NEAREST) == 1
    else:
        canvas = np.zeros((height, width), np.uint8)
        factor = np.array([width / page.truth.width, height / page.truth.height])
        for shape in page.truth.illustrations:
            points = (np.array(shape.outline()) * factor).round().astype(np.int32)
            cv2.fillPoly(canvas, [points], 1 if shape.kind == "illustration" else 0)
        is_one = canvas > 0
    at = np.minimum((planes[1] * _BINS).astype(int), _BINS - 1).ravel()
    for column, values in enumerate((np.ones(at.size), planes[1].ravel(), is_one.ravel())):
        bins[:, column] += np.bincount(at, weights=values.astype(np.float64), minlength=_BINS)


def _halves(scores: list[PageScore]) -> tuple[list[PageScore], list[PageScore]]:
    """Split by source, in alphabetical order, every other one."""
    sources = sorted({score.source for score in scores if not score.is_text_only})
    first = set(sources[::2])
    chosen = [score for score in scores if score.source in first]
    return chosen, [score for score in scores if score.source not in first]


def _print(scores: dict[str, list[PageScore]]) -> None:
    print("| choice | IoU all | half 1 | half 2 | box F1 all | half 1 | half 2 |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    best: dict[int, Callable[[str], float]] = {}
    for at in (0, 1):
        best[at] = lambda name, at=at: summarize(_halves(scores[name])[at]).iou or 0.0  # type: ignore[misc]
    for name, score in scores.items():
        parts = [summarize(part) for part in (score, *_halves(score))]
        cells = [f"{p.iou or 0:.3f}" for p in parts] + [f"{p.box_f1_50 or 0:.3f}" for p in parts]
        print(f"| {name} | {' | '.join(cells)} |")
    for at in (0, 1):
        chosen = max(scores, key=best[at])
        other = summarize(_halves(scores[chosen])[1 - at])
        print(f"chosen on half {at + 1}: {chosen}; on the other half IoU {other.iou:.3f}")


def _print_reliability(bins: NDArray[np.float64]) -> None:
    print("\n| probability of illustration | pixels | mean | are illustration |")
    print("|---|---:|---:|---:|")
    total, error = bins[:, 0].sum(), 0.0
    for at, (count, stated, true) in enumerate(bins):
        if not count:
            continue
        error += abs(stated - true) / total
        low, high, part = at / _BINS, (at + 1) / _BINS, 100 * count / total
        shares = f"{stated / count:.3f} | {true / count:.3f}"
        print(f"| {low:.1f} to {high:.1f} | {part:.1f} % | {shares} |")
    print(f"expected calibration error {error:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "default")
