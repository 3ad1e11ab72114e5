"""An issue as it is exported: pages and the files that stand for them in the package."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from schemas.model import IssueMetadata
from schemas.published import PublishedIssue, PublishedPage

ORIGINAL, FULLTEXT, ILLUSTRATION = "ORIGINAL", "FULLTEXT", "ILLUSTRATION"
"""File groups of our METS, the names libraries know."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file in the package: group, page, ordinal of the illustration (0: the page itself)."""

    use: str
    sequence: int
    ordinal: int
    href: str
    mimetype: str
    sha256: str
    size_bytes: int

    @property
    def xml_id(self) -> str:
        """Id, valid as an xs:ID and unique in the document."""
        part = f"_{self.ordinal:02d}" if self.ordinal else ""
        return f"FILE_{self.sequence:04d}{part}_{self.use}"


def urn(published: PublishedIssue) -> str:
    """Return the issue's URN: the same for the same id, on every machine."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'bilderbogen:{published.issue.issue}')}"


def label(metadata: IssueMetadata) -> str:
    """Return how a person names the issue: "Der Bazar, 17 (1871), 11"."""
    year = metadata.date[:4]
    volume = f"{metadata.volume} ({year})" if metadata.volume and year else metadata.volume or year
    parts = [metadata.title or "untitled issue", volume, metadata.number]
    return ", ".join(part for part in parts if part)


def page_label(page: PublishedPage) -> str:
    """Return the printed number, or " - " where there is none, as the DFG wants it."""
    header = page.description.header
    return page.scan.label or (header.label if header else None) or " - "


def alto_page_id(sequence: int) -> str:
    """Return the id of a page in its ALTO file."""
    return f"PAGE_{sequence:04d}"


def alto_illustration_id(sequence: int, ordinal: int) -> str:
    """Return the id of an illustration in its page's ALTO file."""
    return f"PAGE_{sequence:04d}_ILL_{ordinal:04d}"
