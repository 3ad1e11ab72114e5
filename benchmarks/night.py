"""Seconds a page and stage, and peak memory, against plain Tesseract on the same pages.

    python -m benchmarks.night [--pages FOLDER --language ger --script Latf] [--limit N]

Without --pages the demo's magazine is drawn. One process does the work, so that seconds are
seconds of one core; plain Tesseract runs on the same pages, in the same run, with one thread.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

from archive.catalog.catalog import Catalog
from archive.training.fonts import find_fonts
from archive.training.magazine import write_issue
from pipeline.synthesis.magazine import DPI, draw_page, issues
from pipeline.synthesis.type import FontBook

CONFIG = """[archive]
root = archive
incoming = incoming
[recognize]
languages = {language}
script = {script}
[run]
processes = 1
[core]
log_level = CRITICAL
"""
MODELS = {
    ("ger", "Latf"): "Fraktur",
    ("ger", "Latn"): "deu",
    ("eng", "Latn"): "eng",
    ("fre", "Latn"): "fra",
}


def main() -> None:
    """Measure and print a table."""
    args = arguments()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        language, script = fill(home, args)
        (home / "config.ini").write_text(CONFIG.format(language=language, script=script))
        wall, peak = night(home)
        again, _ = night(home)
        stages = ledger(home)
        plain = tesseract(home, MODELS[language, script])
    pages = stages["prepare"][1]
    print(
        f"{pages} pages; {platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}"
    )
    print("| stage | s a page |\n|---|---:|")
    total = 0.0
    for stage, (seconds, count) in stages.items():
        if count:
            total += seconds / pages
            print(f"| {stage} | {seconds / pages:.2f} |")
    print(f"| all stages | {total:.2f} |")
    print(f"| plain tesseract, whole page | {plain / pages:.2f} |")
    print(f"| ratio | {total / (plain / pages):.2f} |")
    print(f"a second night, with nothing to do: {again:.1f} s")
    print(f"wall {wall:.1f} s; largest process {peak:.0f} MB")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--match", default="*")
    parser.add_argument("--limit", type=int, default=12)
    parser.add_argument("--language", default="eng")
    parser.add_argument("--script", default="Latn")
    return parser.parse_args()


def fill(home: Path, args: argparse.Namespace) -> tuple[str, str]:
    """Put pages into the archive's incoming folder; return language and script."""
    incoming = home / "incoming" / "issue-1"
    incoming.mkdir(parents=True)
    if args.pages:
        for page in sorted(args.pages.glob(args.match))[: args.limit]:
            shutil.copy(page, incoming)
        return args.language, args.script
    fonts, issue = FontBook(find_fonts()), issues()[1]
    drawn = (draw_page(issue, n, fonts).image for n in range(len(issue.pages)))
    write_issue(incoming, "issue-1", issue.metadata, drawn, dpi=DPI)
    return "eng", "Latn"


def night(home: Path) -> tuple[float, float]:
    """Run the nightly job; return its wall time and the largest process it had, in MB."""
    started, largest = time.monotonic(), 0.0
    command = [sys.executable, "-m", "tasks", "nightly", "--config", str(home / "config.ini")]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watched = psutil.Process(run.pid)
    while run.poll() is None:
        for process in [watched, *watched.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                largest = max(largest, process.memory_info().rss / 2**20)
        time.sleep(0.05)
    return time.monotonic() - started, largest


def ledger(home: Path) -> dict[str, tuple[float, int]]:
    """Return seconds and pages by stage."""
    seconds_by_stage: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for row in Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite").ledger():
        if row.seconds:
            seconds, count = seconds_by_stage[row.stage]
            seconds_by_stage[row.stage] = (seconds + row.seconds, count + 1)
    return dict(seconds_by_stage)


def tesseract(home: Path, model: str) -> float:
    """Return the seconds plain Tesseract takes for the same pages, TSV like ours."""
    started = time.monotonic()
    for page in sorted((home / "incoming").rglob("*.*")):
        if page.suffix != ".ini":
            subprocess.run(
                ["tesseract", str(page), str(home / "out"), "-l", model, "--psm", "3", "tsv"],
                check=True,
                capture_output=True,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )
    return time.monotonic() - started


if __name__ == "__main__":
    main()
