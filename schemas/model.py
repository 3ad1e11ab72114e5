"""The records that travel between stages. Frozen, typed, and free of I/O.

Coordinates are pixels of the *master*: the scan as a person sees it (EXIF orientation applied),
origin at the top left, x to the right, y downwards; boxes are half-open, as in ALTO's HPOS/VPOS
plus WIDTH/HEIGHT. The *prepared* page is the master deskewed and cropped to its paper; a
``Transform`` leads from its pixels back to those of the master.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

RGB8 = NDArray[np.uint8]
"""Page image, shape (height, width, 3), sRGB, 0..255."""

Grey8 = NDArray[np.uint8]
"""Grey image, shape (height, width), 0 ink .. 255 paper."""

Matte = NDArray[np.float64]
"""Opacity per pixel, shape (height, width), 0 is paper and text, 1 is illustration."""

ClassMap = NDArray[np.uint8]
"""Class per pixel, shape (height, width), an index into ``CLASSES``."""

CLASSES = ("background", "illustration", "caption", "header", "text")
"""The classes of a class map, in the order of their label values."""

Point = tuple[float, float]
Polygon = tuple[Point, ...]

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
    """One page of an issue, counted from 1 in reading order."""

    issue: IssueId
    sequence: int

    def __post_init__(self) -> None:
        if self.sequence < 1:
            raise ValueError(f"pages are counted from 1, not {self.sequence}")

    def __str__(self) -> str:
        return f"{self.issue}_{self.sequence:04d}"


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A half-open rectangle in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError(f"empty box {self}")

    @property
    def width(self) -> int:
        """Columns covered."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows covered."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height

    def overlap(self, other: Box) -> int:
        """Return the number of pixels shared with ``other``."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def clipped(self, width: int, height: int) -> Box | None:
        """Return the part inside a ``width`` x ``height`` image, or None."""
        left, top = max(0, self.left), max(0, self.top)
        right, bottom = min(width, self.right), min(height, self.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def grown(self, margin: int) -> Box:
        """Return the box with ``margin`` pixels more on every side.

        >>> Box(4, 4, 6, 8).grown(2)
        Box(left=2, top=2, right=8, bottom=10)
        """
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    @classmethod
    def covering(cls, mask: NDArray[np.bool_]) -> Box | None:
        """Return the smallest box that holds all that is true in ``mask`` (H, W), or None.

        >>> Box.covering(np.eye(5, dtype=bool)[:, 1:3])
        Box(left=0, top=1, right=2, bottom=3)
        """
        rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        return cls(int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1)

    @classmethod
    def around(cls, points: Iterable[Point]) -> Box:
        """Return the smallest box holding every point.

        >>> Box.around([(1.2, 3.0), (7.5, 9.9)])
        Box(left=1, top=3, right=8, bottom=10)
        """
        corners = np.asarray(list(points), dtype=np.float64)
        left, top = np.floor(corners.min(axis=0)).astype(int)
        right, bottom = np.ceil(corners.max(axis=0)).astype(int)
        return cls(
            int(left), int(top), max(int(right), int(left) + 1), max(int(bottom), int(top) + 1)
        )


@dataclass(frozen=True, slots=True)
class Transform:
    """Affine way from a prepared page's pixels to the master's: ``master = A @ prepared + t``.

    ``coefficients`` is (a, b, tx, c, d, ty): x' = a*x + b*y + tx, y' = c*x + d*y + ty.
    """

    coefficients: tuple[float, float, float, float, float, float]
    width: int
    height: int
    master_width: int
    master_height: int

    @classmethod
    def identity(cls, width: int, height: int) -> Transform:
        """Return the transform of a page that needs no preparing."""
        return cls((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), width, height, width, height)

    def matrix(self) -> NDArray[np.float64]:
        """Return the (2, 3) matrix from prepared to master, as OpenCV takes it."""
        return np.asarray(self.coefficients, dtype=np.float64).reshape(2, 3)

    def to_master(self, points: Iterable[Point]) -> Polygon:
        """Return ``points`` of the prepared page in pixels of the master, not clipped."""
        a, b, tx, c, d, ty = self.coefficients
        return tuple((a * x + b * y + tx, c * x + d * y + ty) for x, y in points)

    def box_to_master(self, box: Box) -> Box:
        """Return the master box around ``box``, clipped to the master."""
        corners = [
            (box.left, box.top),
            (box.right, box.top),
            (box.right, box.bottom),
            (box.left, box.bottom),
        ]
        found = Box.around(self.to_master(corners)).clipped(self.master_width, self.master_height)
        if found is None:
            raise ValueError(f"{box} of the prepared page lies outside the master")
        return found


@dataclass(frozen=True, slots=True)
class Scan:
    """A registered master page: what is known of the file without looking at the picture.

    ``text`` is the file of the text that came with it, relative to the archive's root, or empty.
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
    """An ingested issue: its pages in order and what was said about it."""

    issue: IssueId
    version: int
    metadata: IssueMetadata
    scans: tuple[Scan, ...]
    quarantined: tuple[Quarantined, ...] = ()
    source: str = ""
    ingested: datetime | None = None

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
class PageHeader:
    """What the running head of a page says; None where it does not."""

    text: str
    title: str | None = None
    date: str | None = None
    number: str | None = None
    volume: str | None = None
    label: str | None = None


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

    ``continues`` names the left half of a plate on two pages, of which this is the right one.
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


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to a page or an issue, as PREMIS has it.

    ``kind`` is a PREMIS event type (ingestion, message digest calculation, …); ``outcome`` is
    success, warning or failure; ``agent`` names the software or model with its version.
    """

    kind: str
    at: datetime
    agent: str
    outcome: str
    detail: str = ""
