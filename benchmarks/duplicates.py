"""Seconds and memory to find what was printed more than once, in catalogs of many pictures.

    python -m benchmarks.duplicates [--pictures 20000 200000] [--distance BITS]

Invented hashes: one picture in ten is an ornament that was printed 500 times, with up to three
bits of 64 changed. Each catalog is made and asked by a process of its own, which takes so much more
memory for the question.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

import numpy as np
from sqlalchemy import insert

from archive.catalog.catalog import Catalog
from archive.catalog.connect import writing
from archive.catalog.tables import IllustrationRow
from benchmarks.catalog import invented

OFTEN, SHARE, CHANGED = 500, 0.1, 3


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--distance", type=int, default=6)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(measure(args.only, args.distance))
        return
    print("| pictures | groups | s | MB |\n|---:|---:|---:|---:|")
    for number in args.pictures:
        command = [sys.executable, "-m", "benchmarks.duplicates", "--only", str(number),
                   "--distance", str(args.distance)]  # fmt: skip
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def measure(number: int, distance: int) -> str:
    """Return a row of the table for a catalog of ``number`` pictures."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(f"sqlite:///{folder}/catalog.sqlite")
        fill(catalog, number)
        before, started = peak_mb(), time.perf_counter()
        groups = catalog.duplicate_groups(max_distance=distance)
        seconds = time.perf_counter() - started
    return f"| {number:,} | {len(groups)} | {seconds:.1f} | {peak_mb() - before:.0f} |"


def fill(catalog: Catalog, number: int) -> None:
    """Publish one page and put all pictures on it."""
    random = np.random.default_rng(1)
    hashes = random.integers(0, 2**64, number, dtype=np.uint64)
    often = int(number * SHARE)
    hashes[:often] = np.repeat(hashes[: -(-often // OFTEN)], OFTEN)[:often]
    for _ in range(CHANGED):
        hashes[:often] ^= np.uint64(1) << random.integers(0, 64, often, dtype=np.uint64)
    published = invented(0)
    catalog.publish(replace(published, pages=published.pages[:1]))
    page = str(published.pages[0].scan.page)
    row = {"page": page, "left": 0, "top": 0, "right": 9, "bottom": 9, "polygon": "[]",
           "probability": 0.9, "kind": "unknown", "matte": "frame", "caption": "",
           "caption_method": "", "search": ""}  # fmt: skip
    for start in range(0, number, 10_000):
        rows = [
            row
            | {"id": f"{page}_i{at:07d}", "ordinal": at, "perceptual_hash": f"{hashes[at]:016x}"}
            for at in range(start, min(number, start + 10_000))
        ]
        with writing(catalog.engine) as session:
            session.execute(insert(IllustrationRow), rows)


def peak_mb() -> float:
    """Return the most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
