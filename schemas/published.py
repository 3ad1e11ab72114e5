"""What is known of an issue when it is published: the input of the catalog and of the export."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.capture import AS_SCANNED, Capture
from schemas.decisions import Numbered
from schemas.event import Event
from schemas.look import PageKind, PageLook
from schemas.model import Illustration, Issue, IssueMetadata, PageId, PageText, Region, Scan


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of an issue.

    ``path`` is relative to the archive's root; ``subject`` is a page or an illustration; ``use``
    is MASTER, CUTOUT, CROP, VIEW, THUMBNAIL or DESCREENED.
    """

    use: str
    subject: str
    path: str
    mimetype: str
    sha256: str
    size_bytes: int
    width: int = 0
    height: int = 0


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
class PageDescription:
    """What describe makes of a page, in pixels of the master.

    ``confidence`` is the mean of its words, ``known_words`` the share of them that dictionaries
    have; None where there is nothing to judge. ``capture`` says how the page lies in its scan,
    ``look`` how it looks, ``kind`` what it is.
    """

    page: PageId
    header: PageHeader | None = None
    illustrations: tuple[Illustration, ...] = ()
    regions: tuple[Region, ...] = ()
    text: PageText | None = None
    confidence: float | None = None
    known_words: float | None = None
    capture: Capture = AS_SCANNED
    look: PageLook | None = None
    kind: PageKind | None = None


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """A page as it is published; ``failed`` names the stage that lost it, or is empty.

    ``alarms`` say why a person should look at it.
    """

    scan: Scan
    description: PageDescription
    files: tuple[PublishedFile, ...] = ()
    events: tuple[Event, ...] = ()
    failed: str = ""
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedIssue:
    """An issue as it is published. ``metadata`` has what headers added to what was said.

    ``numbers`` are its illustrations, those left out by a person too.
    """

    issue: Issue
    metadata: IssueMetadata
    edition: str
    pages: tuple[PublishedPage, ...]
    events: tuple[Event, ...] = ()
    numbers: tuple[Numbered, ...] = ()
