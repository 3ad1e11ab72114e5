"""What it costs to replace one page of an issue, and by what the store of masters grows.

Pages are drawn and small. The first night makes the whole issue, the second what changed.

python -m benchmarks.mended_page [--pages 200]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.catalog.catalog import Catalog
from schemas.model import IssueId
from tasks.__main__ import main as run_cli
from tasks.flow.graph import PAGE_STAGES

_CONFIG = """[archive]
root = archive
incoming = incoming

[recognize]
languages = eng
script = Latn

[core]
log_level = CRITICAL
"""
_ISSUE = IssueId("book-1")
_LINE = "The lamp stood on the table and the night was still"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bilderbogen-") as folder:
        _measure(Path(folder), args.pages)


def _measure(home: Path, count: int) -> None:
    config, folder = home / "config.ini", home / "incoming" / str(_ISSUE)
    config.write_text(_CONFIG)
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        _save(folder / f"{number:04d}.png", number)
    print("| night | seconds of stages on pages | wall s | masters, MB |\n|---|---:|---:|---:|")
    _night(home, config, f"{count} pages")
    page = folder / f"{count // 2:04d}.png"
    _save(page, count + 1)
    _night(home, config, f"one of them replaced ({page.stat().st_size / 1e6:.2f} MB)")


def _night(home: Path, config: Path, name: str) -> None:
    started = time.monotonic()
    code = run_cli(["nightly", "--config", str(config)])
    wall = time.monotonic() - started
    if code != 0:
        raise SystemExit(f"the night ended with {code}")
    ledger = Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite").ledger(_ISSUE)
    seconds = sum(row.seconds for row in ledger if row.stage in PAGE_STAGES)
    files = [path for path in (home / "archive" / "masters").rglob("*") if path.is_file()]
    stored = sum(path.stat().st_size for path in files) / 1e6
    print(f"| {name} | {seconds:.1f} | {wall:.1f} | {stored:.2f} |", flush=True)


def _save(path: Path, seed: int) -> None:
    Image.fromarray(_draw(seed)).save(path, dpi=(100, 100))


def _draw(seed: int) -> NDArray[np.uint8]:
    """Return a page (900, 640) uint8: lines of type and, on every other page, a picture."""
    rng = np.random.default_rng(seed)
    page = np.full((900, 640), 235, np.uint8)
    top = 60
    if seed % 2:
        cv2.circle(page, (320, 220), int(rng.integers(90, 140)), int(rng.integers(40, 110)), -1)
        top = 420
    for y in range(top, 860, 28):
        text = _LINE[int(rng.integers(0, 8)) :]
        cv2.putText(page, text, (40, y), cv2.FONT_HERSHEY_COMPLEX, 0.55, 20, 1, cv2.LINE_AA)
    noisy = page + rng.normal(0, 3, page.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
