"""Memory of the largest process for one page of 25 and of 100 megapixels, from scan to package.

python -m benchmarks.memory [--megapixels 25 100]

A page of the drawn magazine is enlarged, in eight bits and color, and goes through the whole job
alone; resolution grows with it, as it does in a scanner.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import psutil

from archive.catalog.catalog import Catalog
from archive.training.fonts import find_fonts
from archive.training.magazine import write_issue
from benchmarks.night import CONFIG, ledger
from pipeline.synthesis.magazine import DPI, draw_page, issues
from pipeline.synthesis.type import FontBook
from schemas.model import IssueId

_GIB = 2**30


def main() -> None:
    """Run a page of each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[8, 25, 100])
    args = parser.parse_args()
    print("| megapixels | dpi | largest process, GiB | illustrations | seconds by stage |")
    print("|---:|---:|---:|---:|---|")
    for megapixels in args.megapixels:
        with tempfile.TemporaryDirectory(prefix="bilderbogen-") as name:
            print(_row(Path(name), megapixels), flush=True)


def _row(home: Path, megapixels: float) -> str:
    issue = issues()[1]
    page = draw_page(issue, 0, FontBook(find_fonts())).image
    factor = float(np.sqrt(megapixels * 1e6 / (page.shape[0] * page.shape[1])))
    large = cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    dpi = round(DPI * factor)
    write_issue(home / "incoming" / "issue-1", "issue-1", issue.metadata, [large], dpi=dpi)
    (home / "config.ini").write_text(CONFIG.format(language="eng", script="Latn"))
    del page, large
    peak = _watched(home)
    published = Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite").published(
        IssueId("issue-1")
    )
    pictures = sum(len(p.description.illustrations) for p in published.pages) if published else 0
    seconds = ", ".join(f"{stage} {spent:.1f}" for stage, (spent, _) in ledger(home).items())
    return f"| {megapixels:g} | {dpi} | {peak / _GIB:.2f} | {pictures} | {seconds} |"


def _watched(home: Path) -> int:
    """Run the job; return the most memory of its own that one of its processes had."""
    command = [sys.executable, "-m", "tasks", "nightly", "--config", str(home / "config.ini")]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watched = psutil.Process(run.pid)
    most: dict[int, int] = defaultdict(int)
    while run.poll() is None:
        for process in [watched, *watched.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                most[process.pid] = max(most[process.pid], process.memory_full_info().uss)
        time.sleep(0.02)
    return max(most.values())


if __name__ == "__main__":
    main()
