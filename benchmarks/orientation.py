"""Turn, mirror and invert real pages, and count how many are put right.

    python -m benchmarks.orientation PAGES [--pages 60]

PAGES is a folder of scans that stand upright, for instance ``../shared/eval-dev/pages``. The net of
letters was trained on ``../shared/corpus``; of those pages the figures are no proof.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from archive.images.images import load_image
from archive.weights import LETTERS_FILE
from pipeline.prepare.letters import LetterModel, letter_model
from pipeline.prepare.straighten import to_grey
from pipeline.prepare.upright import find_capture
from schemas.capture import Capture
from schemas.model import Grey8

_LAID = {
    "upright": Capture(),
    "turned by 90": Capture(turn=90),
    "turned by 180": Capture(turn=180),
    "turned by 270": Capture(turn=270),
    "mirrored": Capture(is_mirrored=True),
    "negative": Capture(is_negative=True),
}
"""Ways to lay a page wrongly; the same change again, or the turn back, puts it right."""


def main() -> None:
    """Print a table: put right, said unsure, wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--pages", dest="most", type=int, default=60)
    args = parser.parse_args()
    every = sorted(path for path in args.pages.iterdir() if path.is_file())
    paths = [every[at] for at in np.linspace(0, len(every) - 1, args.most).astype(int)]
    greys = [to_grey(load_image(path).rgb) for path in paths]
    model = letter_model(LETTERS_FILE.read_bytes())
    print(f"{len(paths)} pages of {args.pages}")
    print("| laid | right | unsure | wrong | CPU s a page |\n|---|---:|---:|---:|---:|")
    for name, capture in _LAID.items():
        _print_row(name, capture, paths, greys, model)


def _print_row(
    name: str, laid: Capture, paths: Sequence[Path], greys: Sequence[Grey8], model: LetterModel
) -> None:
    expected = Capture(-laid.turn % 360, laid.is_mirrored, laid.is_negative)
    wrong: list[str] = []
    right = unsure = 0
    seconds = 0.0
    for path, grey in zip(paths, greys, strict=True):
        scan = laid.shown(grey)
        start = time.process_time()
        capture, _ = find_capture(scan, model)
        seconds += time.process_time() - start
        if not capture.is_sure:
            unsure += 1
        elif capture == expected:
            right += 1
        else:
            wrong.append(f"{path.name}: {capture.changes or 'as it is'}")
    print(f"| {name} | {right} | {unsure} | {len(wrong)} | {seconds / len(paths):.3f} |")
    for line in wrong:
        print(f"    {line}")


if __name__ == "__main__":
    main()
