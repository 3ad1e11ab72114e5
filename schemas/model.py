"""The records that travel between stages. Frozen, typed, and free of I/O.

Coordinates are pixels of the *master*: the scan as a person sees it (EXIF orientation applied),
origin at the top left, x to the right, y downwards; boxes are half-open, as in ALTO's HPOS/VPOS
plus WIDTH/HEIGHT. The *prepared* page is the master deskewed and cropped to its paper; a
``Transform`` leads from its pixels back to those of the master.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from schemas.geometry import Box, Polygon

if TYPE_CHECKING:  # commands that only ask see no pixels and need no numpy
    import numpy as np
    from numpy.typing import NDArray

RGB8: TypeAlias = "NDArray[np.uint8]"
"""Page image, shape (height, width, 3), sRGB, 0..255."""
Grey8: TypeAlias = "NDArray[np.uint8]"
"""Grey image, shape (height, width), 0 ink .. 255 paper."""
Matte: TypeAlias = "NDArray[np.float64]"
"""Opacity per pixel, shape (height, width), 0 is paper and text, 1 is illustration."""
ClassMap: TypeAlias = "NDArray[np.uint8]"
"""Class per pixel, shape (height, width), an index into ``CLASSES``."""

CLASSES = ("background", "illustration", "caption", "header", "text")
"""The classes of a class map, in the order of their label values."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_SLUG = 100


class RegionKind(StrEnum):
    """What a region of a page is."""

    ILLUSTRATION = "illustration"
    CAPTION = "caption"
    HEADER = "header"
    TEXT = "text"


class Source(StrEnum):
    """Where a statement about an issue comes from; a later one never overrules an earlier."""

    PERSON = "person"
    SIDECAR = "sidecar"
    METS = "mets"
    HEADER = "header"


@dataclass(frozen=True, slots=True, order=True)
class IssueId:
    """One issue of a magazine, for example ``bazar-1871-11``."""

    slug: str

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug) or len(self.slug) > _MAX_SLUG:
            raise ValueError(f"not an issue id: {self.slug!r} (want bazar-1871-11)")

    def __str__(self) -> str:
        return self.slug


@dataclass(frozen=True, slots=True, order=True)
class PageId:
    """One page of an issue. Its number, from 1, stays with it.

    Pages are numbered in reading order when an issue comes in first. In a later version a page that
    was there keeps its number, and a new one gets a number that no page of the issue ever had; the
    reading order is then that of ``Scan.place``.
    """

    issue: IssueId
    sequence: int

    def __post_init__(self) -> None:
        if self.sequence < 1:
            raise ValueError(f"pages are counted from 1, not {self.sequence}")

    def __str__(self) -> str:
        return f"{self.issue}_{self.sequence:04d}"


@dataclass(frozen=True, slots=True)
class Scan:
    """A registered master page: what is known of the file without looking at the picture.

    ``text`` is the file of the text that came with it, relative to the archive's root, or empty.
    ``position`` is its place in reading order, 0 where that is its number.
    """

    page: PageId
    name: str
    path: str
    sha256: str
    width: int
    height: int
    dpi: float
    mimetype: str
    mode: str
    bits: int
    size_bytes: int
    frame: int = 0
    label: str | None = None
    has_icc: bool = False
    dpi_is_known: bool = True
    text: str = ""
    position: int = 0

    @property
    def place(self) -> int:
        """Its place in reading order, from 1."""
        return self.position or self.page.sequence


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name an issue goes by elsewhere: scheme (urn, ppn, issn, zdb, call-number) and value."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class IssueMetadata:
    """What is known of an issue before its pages were read. Empty strings mean unknown.

    ``date`` is EDTF level 0 (1871, 1871-03, 1871-03-15); ``languages`` are ISO 639-2/B codes;
    ``script`` is ISO 15924 (Latf is Fraktur, Latn antiqua).
    """

    title: str = ""
    date: str = ""
    volume: str = ""
    number: str = ""
    languages: tuple[str, ...] = ()
    script: str = ""
    rights: str = ""
    owner: str = ""
    publisher: str = ""
    place: str = ""
    identifiers: tuple[Identifier, ...] = ()
    source: Source = Source.HEADER


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An input that was not accepted, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An ingested issue: its pages in order and what was said about it.

    ``copies`` are files of the delivery that are further copies of its pages, ``notes`` are for a
    person to know.
    """

    issue: IssueId
    version: int
    metadata: IssueMetadata
    scans: tuple[Scan, ...]
    quarantined: tuple[Quarantined, ...] = ()
    source: str = ""
    ingested: datetime | None = None
    copies: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sha256s(self) -> tuple[str, ...]:
        """Digests of the pages in order: the identity of the content."""
        return tuple(scan.sha256 for scan in self.scans)


@dataclass(frozen=True, slots=True)
class Region:
    """A region of a page, in pixels of the master; probability 0..1 is the separator's mean."""

    kind: RegionKind
    box: Box
    polygon: Polygon
    probability: float


@dataclass(frozen=True, slots=True)
class Word:
    """One recognized word; confidence 0..1."""

    text: str
    box: Box
    confidence: float
    hyphenated: bool = False


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words of one line, left to right."""

    box: Box
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The line as it stands."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class TextRegion:
    """Lines of one region; ``kind`` is caption, header or text, never illustration."""

    kind: RegionKind
    box: Box
    lines: tuple[TextLine, ...]
    language: str = ""
    script: str = ""

    @property
    def text(self) -> str:
        """The lines as they stand, one per row."""
        return "\n".join(line.text for line in self.lines)


KEPT = "kept from"
"""Begins ``PageText.models`` of a text that came with the page."""
UNREAD = "unread"
"""``PageText.models`` of a page that nothing has read, as the configuration asked."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page, in reading order; ``models`` names by what.

    ``vetoed`` are boxes that were separated as illustrations and turned out to be text.
    """

    page: PageId
    regions: tuple[TextRegion, ...]
    models: str = ""
    confidence: float | None = None
    vetoed: tuple[Box, ...] = ()

    def words(self) -> tuple[Word, ...]:
        """Every word, in reading order."""
        return tuple(w for region in self.regions for line in region.lines for w in line.words)


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption linked to an illustration, its ``credit`` (who drew or engraved it) apart.

    ``score`` is 0..1; ``method`` is below, beside, above, near, facing or person. ``box`` is on the
    facing page where the method says so.
    """

    text: str
    box: Box
    score: float
    method: str
    number: str | None = None
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Illustration:
    """One picture on a page, numbered from 1 in reading order.

    ``continues`` names the left half of a plate on two pages; this is the right half.
    ``matte`` names how its alpha was made (silhouette, ink, frame); of a very large picture it was
    solved at ``matte_scale`` of its size. ``perceptual_hash`` is 16 hex.
    """

    page: PageId
    ordinal: int
    box: Box
    polygon: Polygon
    probability: float
    kind: str = "unknown"
    kind_confidence: float = 0.0
    matte: str = ""
    matte_score: float | None = None
    caption: Caption | None = None
    perceptual_hash: str = ""
    continues: str = ""
    matte_scale: float = 1.0

    def __str__(self) -> str:
        return f"{self.page}_i{self.ordinal:02d}"
