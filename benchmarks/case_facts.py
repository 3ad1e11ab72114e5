"""What an archive holds after a delivery, as ``cases.toml`` names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive.catalog.catalog import Catalog
from archive.images.images import load_image
from archive.layout import Layout
from archive.records import read_issue
from schemas.model import Issue, IssueId, Scan
from schemas.published import PublishedPage


@dataclass(frozen=True, slots=True)
class Facts:
    """What came of a command: its exit code, memory and words, and the archive at ``root``.

    ``same_as`` is an image whose pixels a page should have.
    """

    root: Path
    exit_code: int
    memory_mb: int
    printed: str
    same_as: Path | None = None

    def get(self, kind: str, key: str) -> object:
        """Return the fact ``kind`` of ``key``, an issue or a page; None if there is none."""
        of_all: dict[str, Callable[[], object]] = {
            "exit": lambda: self.exit_code,
            "memory_mb": lambda: self.memory_mb,
            "names": lambda: self.printed,
            "issues": lambda: [str(issue) for issue in Layout(self.root).issues()],
            "published": lambda: [str(known.issue) for known in self._catalog().issues()],
            "extremes": lambda: self._extremes(key),
        }
        if kind in of_all:
            return of_all[kind]()
        if kind in _OF_PAGES:
            published = self._catalog().published(IssueId(key))
            return _OF_PAGES[kind](published.pages) if published is not None else None
        issue = read_issue(Layout(self.root), IssueId(key))
        if issue is None:
            return None
        return self._differing(issue) if kind == "differing" else _OF_ISSUE[kind](issue)

    def _catalog(self) -> Catalog:
        return Catalog.open(f"sqlite:///{self.root}/catalog.sqlite")

    def _extremes(self, name: str) -> list[int] | None:
        layout = Layout(self.root)
        for issue_id in layout.issues():
            issue = read_issue(layout, issue_id)
            for scan in issue.scans if issue is not None else ():
                if scan.name == name:
                    rgb = load_image(layout.master(scan)).rgb
                    return [int(rgb.min()), int(rgb.max())]
        return None

    def _differing(self, issue: Issue) -> int | None:
        """Return how many pixels of the first page are not those of ``same_as``."""
        scan = issue.scans[0]
        page = load_image(Layout(self.root).master(scan), frame=scan.frame).rgb
        assert self.same_as is not None  # the table says both
        truth = load_image(self.same_as).rgb
        return int(np.any(page != truth, axis=2).sum()) if page.shape == truth.shape else None


def _dpi(scan: Scan) -> str:
    return f"{scan.dpi:.0f}" if scan.dpi_is_known else "not known"


def _words(page: PublishedPage) -> list[str]:
    text = page.description.text
    return [word.text for word in text.words()] if text is not None else []


def _captions(page: PublishedPage) -> list[str]:
    captions = [illustration.caption for illustration in page.description.illustrations]
    return [caption.text for caption in captions if caption is not None]


_OF_ISSUE: dict[str, Callable[[Issue], object]] = {
    "pages": lambda issue: [scan.name for scan in issue.scans],
    "sizes": lambda issue: [f"{scan.width}x{scan.height}" for scan in issue.scans],
    "dpi": lambda issue: [_dpi(scan) for scan in issue.scans],
    "copies": lambda issue: len(issue.copies),
    "title": lambda issue: issue.metadata.title,
    "date": lambda issue: str(issue.metadata.date or ""),
}
_OF_PAGES: dict[str, Callable[[tuple[PublishedPage, ...]], object]] = {
    "illustrations": lambda pages: [len(page.description.illustrations) for page in pages],
    "captions": lambda pages: [_captions(page) for page in pages],
    "words": lambda pages: [len(_words(page)) for page in pages],
    "reads": lambda pages: " ".join(word for page in pages for word in _words(page)),
}
