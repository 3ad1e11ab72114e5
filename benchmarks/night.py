"""CPU seconds a page of a whole night, against plain Tesseract on the same pages in the same run.

    python -m benchmarks.night [--pages FOLDER] [--kind text ...] [--limit N]

FOLDER is that of ../shared/eval-dev/pages, or one with such names; without it the demo's magazine is
drawn. One process works on pages. Seconds are user and system seconds of all processes, those of
workers too. What a night costs before its first page (start, workers, models) is measured on an
archive of one blank page and stands apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive.catalog.catalog import Catalog
from archive.images.images import save_png
from archive.training.fonts import find_fonts
from archive.training.magazine import write_issue
from benchmarks.cpu import Cost, cost_of
from pipeline.synthesis.magazine import DPI, draw_page, issues
from pipeline.synthesis.type import FontBook
from tasks.flow.graph import PAGE_STAGES

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
BLANK_DPI, BLANK_SIZE = 300.0, (1600, 1200)


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages of one kind: which files, the settings they are read with, Tesseract's model."""

    pattern: str
    language: str
    script: str
    model: str


KINDS = {
    "bitonal magazine": Kind("idler_p2*.png", "eng", "Latn", "eng"),
    "color book": Kind("setaf_*", "fre", "Latn", "fra"),
    "Fraktur book": Kind("pbl_brehm*", "ger", "Latf", "Fraktur"),
    "text, script = auto": Kind("pbl_text_*", "ger", "auto", "Fraktur"),
}
DRAWN = Kind("", "eng", "Latn", "eng")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--kind", nargs="*", choices=[*KINDS], default=[*KINDS])
    parser.add_argument("--limit", type=int, default=6)
    args = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}\n")
    print(
        f"| pages | n | {' | '.join(PAGE_STAGES)} | CPU s a page | Tesseract | ratio "
        "| fixed CPU s | largest MB |"
    )
    print("|---|" + "--:|" * (len(PAGE_STAGES) + 6))
    for name in args.kind if args.pages else ("drawn magazine",):
        kind = KINDS.get(name, DRAWN)
        files = sorted(args.pages.glob(kind.pattern))[: args.limit] if args.pages else []
        print(row(name, kind, files), flush=True)


def row(name: str, kind: Kind, pages: list[Path]) -> str:
    """Return the line of the table for ``pages``; drawn ones where there are none."""
    fixed = blank_night(kind)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        count = fill(home, pages)
        cost = night(home, kind)
        by_stage = stage_seconds(home)
        plain = tesseract(home, kind.model) / count
    page = max(0.0, cost.cpu_s - fixed.cpu_s) / count
    stages = " | ".join(f"{by_stage[stage] / count:.2f}" for stage in PAGE_STAGES)
    return (
        f"| {name} | {count} | {stages} | {page:.2f} | {plain:.2f} | {page / plain:.2f} "
        f"| {fixed.cpu_s:.1f} | {cost.largest_mb:.0f} |"
    )


def fill(home: Path, pages: Iterable[Path]) -> int:
    """Put ``pages`` into the archive's incoming folder; return how many."""
    incoming = home / "incoming" / "issue-1"
    incoming.mkdir(parents=True)
    for page in pages:
        shutil.copy(page, incoming)
    copied = sum(1 for _ in incoming.iterdir())
    if copied:
        return copied
    fonts, issue = FontBook(find_fonts()), issues()[1]
    drawn = (draw_page(issue, number, fonts).image for number in range(len(issue.pages)))
    write_issue(incoming, "issue-1", issue.metadata, drawn, dpi=DPI)
    return len(issue.pages)


def blank_night(kind: Kind) -> Cost:
    """Return what a night of one blank page costs."""
    with tempfile.TemporaryDirectory() as folder:
        incoming = Path(folder) / "incoming" / "blank"
        incoming.mkdir(parents=True)
        save_png(incoming / "p1.png", np.full(BLANK_SIZE, 255, np.uint8), dpi=BLANK_DPI)
        return night(Path(folder), kind)


def night(home: Path, kind: Kind) -> Cost:
    """Run the nightly job."""
    config = home / "config.ini"
    config.write_text(CONFIG.format(language=kind.language, script=kind.script))
    return cost_of([sys.executable, "-m", "tasks", "nightly", "--config", str(config)])


def stage_seconds(home: Path) -> dict[str, float]:
    """Return the seconds of all pages by stage; those of the clock, as the ledger has them."""
    seconds: dict[str, float] = defaultdict(float)
    for ledger_row in Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite").ledger():
        seconds[ledger_row.stage] += ledger_row.seconds
    return seconds


def tesseract(home: Path, model: str) -> float:
    """Return the CPU seconds of plain Tesseract for the same pages, TSV like ours, one thread."""
    one_thread = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return sum(
        cost_of(
            ["tesseract", str(page), str(home / "out"), "-l", model, "--psm", "3", "tsv"],
            env=one_thread,
        ).cpu_s
        for page in sorted((home / "incoming").rglob("*.*"))
        if page.suffix != ".ini"
    )


if __name__ == "__main__":
    main()
