"""How alike composed and real running text look to the net, in small derivatives.

    python -m benchmarks.texture TRUTH PAGES --corpus CORPUS [--pages-composed N] [--long-side N]

Patches of 48 pixels that are all text, as the generator sees them (paper -1, ink 1): their mean,
their contrast, the contrast of line against line and that of word against gap inside the lines, as
quartiles over patches. Real pages are those whose every pixel is labelled.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from archive.images.images import load_image
from archive.training.truth import annotated_pages, page_image
from archive.weights import find_weights
from benchmarks.composer import compose_from
from pipeline.separate.page_input import normalize, reduce, to_grey
from pipeline.synthesis.settings import ComposerSettings
from pipeline.synthesis.sheet import TEXT

_PATCH, _ALL_TEXT, _FIRST_SEED = 48, 0.97, 40_000_000
_NAMES = ("mean", "contrast", "line against line", "inside lines")

Seen = tuple[NDArray[np.float32], NDArray[np.uint8]]
"""A page (H, W) as the net sees it, and its labels (H, W)."""


def main() -> None:
    """Print quartiles of real and of composed patches."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--pages-composed", type=int, default=60)
    parser.add_argument(
        "--long-side", type=int, default=find_weights("default").card.long_side,
        help="By default that of the weights that ship.",
    )  # fmt: skip
    args = parser.parse_args()
    print(f"| text | patches | {' | '.join(_NAMES)} |")
    print(f"|---|---:|{'---:|' * len(_NAMES)}")
    for name, pages in (
        ("real", _real(args.truth, args.pages, args.long_side)),
        ("composed", _composed(args.corpus, args.pages_composed, args.long_side)),
    ):
        patches = np.array([row for page in pages for row in _patches(*page)])
        if not patches.size:
            raise SystemExit(
                f"{name} pages: no patch of {_PATCH} pixels is all text; give a larger --long-side "
                "or more pages"
            )
        quartiles = np.percentile(patches, (25, 50, 75), axis=0).T
        cells = [" ".join(f"{value:.2f}" for value in column) for column in quartiles]
        print(f"| {name} | {len(patches)} | {' | '.join(cells)} |")


def _real(truth: Path, pages: Path, side: int) -> Iterator[Seen]:
    for page in annotated_pages(truth):
        if page.labels is not None:
            seen = normalize(reduce(to_grey(load_image(page_image(pages, page)).rgb), side))
            size = (seen.shape[1], seen.shape[0])
            labels = cv2.resize(page.labels, size, interpolation=cv2.INTER_NEAREST)
            yield seen, np.asarray(labels, dtype=np.uint8)


def _composed(folder: Path, count: int, side: int) -> Iterator[Seen]:
    settings = replace(
        ComposerSettings(long_side=side),
        page_kinds={"template": 1.0},
        thumbnail_of_template=1.0,
        square_thumbnail=1.0,
    )
    made = compose_from(folder, settings)
    for seed in range(_FIRST_SEED, _FIRST_SEED + count):
        page = made(seed)
        yield normalize(to_grey(page.page)), page.labels


def _patches(seen: NDArray[np.float32], labels: NDArray[np.uint8]) -> Iterable[tuple[float, ...]]:
    for top in range(0, seen.shape[0] - _PATCH, _PATCH):
        for left in range(0, seen.shape[1] - _PATCH, _PATCH):
            window = np.s_[top : top + _PATCH, left : left + _PATCH]
            if (labels[window] == TEXT).mean() > _ALL_TEXT:
                patch = seen[window]
                lines = patch.mean(axis=1)
                inside = patch - lines[:, None]
                yield (
                    float(patch.mean()), float(patch.std()),
                    float(lines.std()), float(inside.std()),
                )  # fmt: skip


if __name__ == "__main__":
    main()
