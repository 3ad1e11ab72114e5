"""How pictures of known kinds are taken: for line art (ink matte) or for tones (silhouette).

python -m benchmarks.mattes CORPUS
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from archive.training.corpus import load_corpus
from pipeline.refine.ink import ink_matte, is_line_art

_DPI = 150.0
"""The corpus says no resolution; its pictures are derivatives of about that."""


def main(folder: Path) -> None:
    """Print a row for every kind, and the time of an ink matte."""
    taken: dict[str, list[bool]] = defaultdict(list)
    seconds, pixels = 0.0, 0
    for picture in load_corpus(folder).pictures:
        image = picture.image if picture.image.ndim == 3 else np.dstack([picture.image] * 3)
        inside = np.ones(image.shape[:2], bool)
        taken[picture.kind].append(is_line_art(image, inside, dpi=_DPI))
        start = time.perf_counter()
        ink_matte(image, inside, dpi=_DPI)
        seconds, pixels = seconds + time.perf_counter() - start, pixels + inside.size
    print("| kind | pictures | ink matte |\n|---|---:|---:|")
    for kind, answers in sorted(taken.items()):
        print(f"| {kind} | {len(answers)} | {100 * np.mean(answers):.0f} % |")
    print(f"\nink matte: {1e6 * seconds / pixels:.2f} s a megapixel")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
