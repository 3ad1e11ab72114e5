"""Pages a second and memory of the export, for issues of growing length.

Drawn records: 600 words and two illustrations a page, small images, so that what is measured is the
documents and their checks. Each length runs in a process of its own.

python -m benchmarks.export_scale [--pages 125,250,500]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from archive.images.images import save_jpeg, save_png, save_tiff
from archive.layout import Layout
from archive.package.export import write_package
from schemas.event import Event
from schemas.geometry import Box
from schemas.model import (
    Caption,
    Illustration,
    Issue,
    IssueId,
    IssueMetadata,
    PageId,
    PageText,
    RegionKind,
    Scan,
    TextLine,
    TextRegion,
    Word,
)
from schemas.package import Publication
from schemas.published import PageDescription, PublishedFile, PublishedIssue, PublishedPage

AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
ISSUE = IssueId("scale-1871")
WIDTH, HEIGHT, LINES, WORDS, PICTURES = 600, 840, 60, 10, 2
_STEPS = (
    ("layout/segmentation/region", "pix2pix default sha256:0123456789ab"),
    ("recognition/text-recognition", "Tesseract 5.3.0"),
    ("layout/segmentation/matting", "PyMatting 1.1.16"),
)
_PUBLIC = Publication(
    base_url="https://example.org/magazines",
    owner="Example Library",
    owner_logo="https://example.org/logo.png",
    owner_site_url="https://example.org/",
    owner_contact="mailto:digital@example.org",
    reference_url="https://example.org/catalog/{id}",
)


def main() -> None:
    """Run every length and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", default="125,250,500")
    parser.add_argument("--one", type=int)
    args = parser.parse_args()
    if args.one:
        print(_measure(args.one))
        return
    print("| pages | s | pages/s | peak MB |\n|---:|---:|---:|---:|")
    for pages in args.pages.split(","):
        command = [sys.executable, "-m", "benchmarks.export_scale", "--one", pages]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def _measure(pages: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        issue, layout = drawn_issue(folder, pages)
        started = time.monotonic()
        profiles = ("archive", "dfg", "iiif")
        write_package(issue, layout, folder / "out", profiles=profiles, publication=_PUBLIC)
        seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {pages} | {seconds:.1f} | {pages / seconds:.1f} | {peak:.0f} |"


def drawn_issue(folder: Path, pages: int) -> tuple[PublishedIssue, Layout]:
    """Return an issue of ``pages`` pages with its files below ``folder``."""
    layout = Layout(folder / "archive")
    (layout.root / "cut").mkdir(parents=True)
    made = tuple(_page(layout, PageId(ISSUE, number)) for number in range(1, pages + 1))
    metadata = IssueMetadata("Scale", "1871-03-15", "17", "11", languages=("ger",), script="Latf")
    record = Issue(ISSUE, 1, metadata, tuple(page.scan for page in made), ingested=AT)
    events = (Event("ingestion", AT, "Bilderbogen 0.1.0", "success", f"{pages} pages"),)
    return PublishedIssue(record, metadata, "v001-00000000", made, events), layout


def _page(layout: Layout, page: PageId) -> PublishedPage:
    name = f"cut/{page.sequence:04d}.tif"
    save_tiff(layout.root / name, np.full((HEIGHT, WIDTH), page.sequence % 200, np.uint8), dpi=100)
    content = (layout.root / name).read_bytes()
    digest = sha256(content).hexdigest()
    scan = Scan(
        page, f"p{page.sequence}.tif", name, digest, WIDTH, HEIGHT, 100.0, "image/tiff", "L", 8,
        len(content),
    )  # fmt: skip
    pictures = tuple(_picture(page, ordinal) for ordinal in range(1, PICTURES + 1))
    files = [file for picture in pictures for file in _files(layout, picture)]
    description = PageDescription(page, None, pictures, (), _text(page), 0.9)
    events = tuple(Event(kind, AT, agent, "success", "r") for kind, agent in _STEPS)
    return PublishedPage(scan, description, tuple(files), events)


def _text(page: PageId) -> PageText:
    lines = []
    for row in range(LINES):
        top = 20 + row * 13
        words = tuple(
            Word(f"Wort{row}", Box(20 + 56 * at, top, 70 + 56 * at, top + 10), 0.9)
            for at in range(WORDS)
        )
        lines.append(TextLine(Box(20, top, 20 + 56 * WORDS, top + 10), words))
    box = Box(20, 20, 20 + 56 * WORDS, 20 + 13 * LINES)
    region = TextRegion(RegionKind.TEXT, box, tuple(lines), "ger", "Latf")
    return PageText(page, (region,), "frk", 0.9)


def _picture(page: PageId, ordinal: int) -> Illustration:
    box = Box(10 + 60 * ordinal, 20, 60 + 60 * ordinal, 80)
    polygon = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom))
    outline = tuple((float(x), float(y)) for x, y in polygon)
    caption = Caption(f"Fig. {ordinal}. Probe", Box(10, 85, 60, 95), 0.9, "below")
    return Illustration(page, ordinal, box, outline, 0.9, caption=caption)


def _files(layout: Layout, picture: Illustration) -> list[PublishedFile]:
    rgba = np.full((picture.box.height, picture.box.width, 4), 90, np.uint8)
    cut, view = layout.root / f"cut/{picture}.png", layout.root / f"cut/{picture}.jpg"
    save_png(cut, rgba)
    save_jpeg(view, np.ascontiguousarray(rgba[..., :3]))
    return [
        PublishedFile(
            use,
            str(picture),
            str(path.relative_to(layout.root)),
            mimetype,
            sha256(path.read_bytes()).hexdigest(),
            path.stat().st_size,
        )
        for use, path, mimetype in (("CUTOUT", cut, "image/png"), ("VIEW", view, "image/jpeg"))
    ]


if __name__ == "__main__":
    main()
