"""Rows a second into the catalog, and how long its answers take on a large one.

    python -m benchmarks.catalog [--issues N] [--url URL]

Issues of 16 pages, three illustrations and 5,000 letters a page, of invented words; without --url
an SQLite file in a temporary folder. ``--url`` wants an empty database.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime

from archive.catalog.catalog import Catalog
from schemas.event import Event
from schemas.geometry import Box
from schemas.ledger import LedgerRow, StageState
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
from schemas.published import PageDescription, PublishedFile, PublishedIssue, PublishedPage
from tasks.flow.graph import INGEST, STAGES

PAGES, PICTURES, LINES, WORDS = 16, 3, 80, 9
PASSED = (INGEST, *STAGES[: STAGES.index("export")])
AT = datetime(2024, 1, 1, tzinfo=UTC)
BOX = Box(0, 0, 100, 100)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--issues", type=int, default=200)
    parser.add_argument("--url", help="an empty database")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(args.url or f"sqlite:///{folder}/catalog.sqlite")
        measure(catalog, args.issues)


def measure(catalog: Catalog, number: int) -> None:
    """Fill ``catalog`` with ``number`` issues and ask it everything once."""
    rng, language = random.Random(1), words()
    made = [issue(n, rng, language) for n in range(number)]
    pages = number * PAGES
    print(f"{number} issues, {pages} pages, {pages * PICTURES} illustrations")
    print("| question | |\n|---|---:|")
    seconds = timed(lambda: [catalog.publish(published) for published in made])
    say("publish, issues/s", number / seconds)
    say("the same again, replacing", number / timed(lambda: [catalog.publish(i) for i in made]))
    rows = [ledger(published) for published in made]
    seconds = timed(lambda: [catalog.record(some) for some in rows])
    say("ledger, rows/s (an issue at a time)", sum(map(len, rows)) / seconds)
    word = language[17]
    rare = made[-1].pages[0].description.illustrations[0].caption
    assert rare is not None
    say("find a word of captions and pages, ms", 1000 * timed(lambda: catalog.find(word)))
    say("find one whole caption, ms", 1000 * timed(lambda: catalog.find(rare.text)))
    say("find what is not there, ms", 1000 * timed(lambda: catalog.find("xyzzy")))
    say("read a published issue, ms", 1000 * timed(lambda: catalog.published(made[0].issue.issue)))
    say("all issues, ms", 1000 * timed(catalog.issues))
    say("counts of the ledger, ms", 1000 * timed(catalog.progress.counts))
    say(
        "duplicates within 4 bits, ms",
        1000 * timed(lambda: catalog.duplicate_groups(max_distance=4)),
    )


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that ``call`` takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def say(question: str, value: float) -> None:
    """Print a row of the table."""
    print(f"| {question} | {value:,.0f} |", flush=True)


def words() -> list[str]:
    """Return the words of an invented language."""
    rng = random.Random(1)
    return ["".join(rng.choices("abdeghiklmnorstu", k=rng.randint(3, 9))) for _ in range(5000)]


def invented(number: int) -> PublishedIssue:
    """Return one invented issue."""
    return issue(number, random.Random(number), words())


def issue(number: int, rng: random.Random, language: list[str]) -> PublishedIssue:
    """Return an invented issue as it is published."""
    name = IssueId(f"invented-{number:05d}")
    pages = tuple(page(PageId(name, n + 1), rng, language) for n in range(PAGES))
    metadata = IssueMetadata(title=" ".join(rng.sample(language, 2)), date=f"{1850 + number % 60}")
    record = Issue(name, 1, metadata, tuple(item.scan for item in pages), ingested=AT)
    return PublishedIssue(record, metadata, "v001-aaaaaaaa", pages)


def page(at: PageId, rng: random.Random, language: list[str]) -> PublishedPage:
    """Return an invented page."""
    path = f"masters/{at}.tif"
    digest = f"{rng.getrandbits(256):064x}"
    scan = Scan(at, f"{at}.tif", path, digest, 2000, 3000, 300.0, "image/tiff", "L", 8, 6_000_000)
    lines = tuple(
        TextLine(BOX, tuple(Word(w, BOX, 0.9) for w in rng.choices(language, k=WORDS)))
        for _ in range(LINES)
    )
    text = PageText(at, (TextRegion(RegionKind.TEXT, BOX, lines),))
    pictures = tuple(
        Illustration(
            at,
            n + 1,
            BOX,
            ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0)),
            0.9,
            caption=Caption(" ".join(rng.choices(language, k=6)), BOX, 0.9, "below"),
            perceptual_hash=f"{rng.getrandbits(64):016x}",
        )
        for n in range(PICTURES)
    )
    uses = ("CUTOUT", "CROP", "VIEW", "THUMBNAIL")
    files = tuple(
        PublishedFile(use, str(picture), f"issues/{picture}.{use}", "image/png", digest, 900_000)
        for picture in pictures
        for use in uses
    )
    events = tuple(Event(kind, AT, f"{kind} 1.0", "success") for kind in ("layout", "text"))
    return PublishedPage(scan, PageDescription(at, None, pictures, (), text, 0.9), files, events)


def ledger(published: PublishedIssue) -> list[LedgerRow]:
    """Return the ledger rows of an issue that went well."""
    return [
        LedgerRow(published.issue.issue, str(scan.page), stage, StageState.DONE, sequence=n + 1)
        for n, scan in enumerate(published.issue.scans)
        for stage in PASSED
    ]


if __name__ == "__main__":
    main()
