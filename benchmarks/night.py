"""CPU seconds a page of a whole night, against plain Tesseract on the same pages in the same run.

    python -m benchmarks.night [--pages FOLDER] [--kind text ...] [--limit N]

FOLDER is that of ../shared/eval-dev/pages, or one with such names. Without it the demo's magazine
is drawn. One process works on pages. Seconds are user and system seconds of all processes, those
of workers too. What a night costs before its first page (start, workers, models) is that of a
night with one blank page, and stands apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive.images.images import save_png
from archive.training.fonts import find_fonts
from archive.training.magazine import write_issue
from benchmarks.cpu import Cost, cost_of
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
ISSUE = "issue-1"
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
    print("| pages | n | CPU s a page | plain Tesseract | ratio | fixed CPU s | largest MB |")
    print("|---|" + "--:|" * 6)
    for name in args.kind if args.pages else ("drawn magazine",):
        kind = KINDS.get(name, DRAWN)
        files = sorted(args.pages.glob(kind.pattern))[: args.limit] if args.pages else []
        print(row(name, kind, files), flush=True)


def row(name: str, kind: Kind, pages: list[Path]) -> str:
    """Return the line of the table for ``pages``; drawn ones where there are none."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = home / "config.ini"
        config.write_text(CONFIG.format(language=kind.language, script=kind.script))
        put_blank(home, grey=255)
        night(config)  # begins the archive
        put_blank(home, grey=250)
        fixed = night(config)
        count = fill(home, pages)
        cost = night(config)
        plain = tesseract(home, kind.model) / count
    page = max(0.0, cost.cpu_s - fixed.cpu_s) / count
    return (
        f"| {name} | {count} | {page:.2f} | {plain:.2f} | {page / plain:.2f} "
        f"| {fixed.cpu_s:.1f} | {cost.largest_mb:.0f} |"
    )


def fill(home: Path, pages: Iterable[Path]) -> int:
    """Put ``pages`` into the archive's incoming folder; return how many."""
    incoming = home / "incoming" / ISSUE
    incoming.mkdir(parents=True)
    for page in pages:
        shutil.copy(page, incoming)
    copied = sum(1 for _ in incoming.iterdir())
    if copied:
        return copied
    fonts, issue = FontBook(find_fonts()), issues()[1]
    drawn = (draw_page(issue, number, fonts).image for number in range(len(issue.pages)))
    write_issue(incoming, ISSUE, issue.metadata, drawn, dpi=DPI)
    return len(issue.pages)


def put_blank(home: Path, *, grey: int) -> None:
    """Put an issue of one blank page into the incoming folder."""
    incoming = home / "incoming" / f"blank-{grey}"
    incoming.mkdir(parents=True)
    save_png(incoming / "p1.png", np.full(BLANK_SIZE, grey, np.uint8), dpi=BLANK_DPI)


def night(config: Path) -> Cost:
    """Run the nightly job."""
    return cost_of([sys.executable, "-m", "tasks", "nightly", "--config", str(config)])


def tesseract(home: Path, model: str) -> float:
    """Return the CPU seconds of plain Tesseract for the same pages, TSV like ours, one thread."""
    one_thread = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return sum(
        cost_of(
            ["tesseract", str(page), str(home / "out"), "-l", model, "--psm", "3", "tsv"],
            env=one_thread,
        ).cpu_s
        for page in sorted((home / "incoming" / ISSUE).iterdir())
        if page.suffix != ".ini"
    )


if __name__ == "__main__":
    main()
