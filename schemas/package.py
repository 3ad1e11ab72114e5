"""An issue as it is exported: the files of the package, and where the public finds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from schemas.addresses import is_mail_address, is_web_address, to_contact
from schemas.errors import DocumentError
from schemas.event import Event
from schemas.model import Illustration, IssueMetadata
from schemas.published import PublishedIssue, PublishedPage
from schemas.rights import NAMES

ORIGINAL, DEFAULT, THUMBS = "ORIGINAL", "DEFAULT", "THUMBS"
FULLTEXT, HOCR, TEXT = "FULLTEXT", "HOCR", "TEXT"
ILLUSTRATION, VIEW, METADATA = "ILLUSTRATION", "VIEW", "METADATA"
GROUPS = (ORIGINAL, DEFAULT, THUMBS, FULLTEXT, HOCR, TEXT, ILLUSTRATION, VIEW, METADATA)
"""File groups of our METS in their order: of pages, of illustrations, of the issue."""

MANIFEST = "iiif/manifest.json"
"""Where the manifest lies in a package that has one."""

WANTED_ADDRESSES = (
    "wanted are addresses with https:// (owner_contact: or a mail address; license: or a name)"
)
"""What to say of options that are ``unusable``."""
ARCHIVE, DFG, IIIF = "archive", "dfg", "iiif"
"""Profiles: METS for archives, METS for the DFG-Viewer, a IIIF manifest."""

Option = tuple[str, str]
"""Section and name of an option of config.ini."""

ADDRESS: tuple[Option, ...] = (("export", "base_url"),)
"""What has to be set where a package names addresses of the web."""

RIGHTS: tuple[Option, ...] = (
    ("export", "owner"),
    ("rights", "owner_logo"),
    ("rights", "owner_site_url"),
    ("rights", "owner_contact"),
    ("rights", "reference_url"),
)
"""What has to be set where a package says who answers for it."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file in the package.

    ``use`` is its group; ``ordinal`` the number of the illustration (0: the page itself), or, where
    ``sequence`` is 0, of the file about the whole issue. ``href`` is relative to the METS document.
    ``width`` and ``height`` are pixels, 0 where it is no image.
    """

    use: str
    sequence: int
    ordinal: int
    href: str
    mimetype: str
    sha256: str
    size_bytes: int
    width: int = 0
    height: int = 0

    @property
    def xml_id(self) -> str:
        """Id, valid as an xs:ID and unique in the document."""
        return file_id(self.use, self.sequence, self.ordinal)


@dataclass(frozen=True, slots=True)
class Publication:
    """Where the public finds the packages, and who answers for them.

    ``base_url`` is the address below which the payload of the package of issue X lies as ``X/``.
    ``license`` is a name of the DFG profile (pdm, cc0, cc-by …, reserved) or a URL; where it is
    empty it follows from the rights of the issue. ``image_service`` is the address of a page at an
    IIIF image server, with ``{issue}`` and ``{page}`` in it; without it images are plain files.
    """

    base_url: str = ""
    owner: str = ""
    owner_logo: str = ""
    owner_site_url: str = ""
    owner_contact: str = ""
    license: str = ""
    reference_url: str = ""
    image_service: str = ""

    def missing(self, options: Iterable[Option]) -> tuple[str, ...]:
        """Return those of ``options`` of config.ini that are not set.

        >>> Publication(base_url="https://example.org/magazines").missing(ADDRESS)
        ()
        >>> Publication().missing((*ADDRESS, *RIGHTS))[:2]
        ('[export] base_url', '[export] owner')
        """
        return tuple(f"[{section}] {name}" for section, name in options if not getattr(self, name))

    def unusable(self) -> tuple[str, ...]:
        """Return the options of config.ini that are no address where the web needs one.

        >>> Publication(owner_logo="logo.png", owner_contact="info@example.org").unusable()
        ('[rights] owner_logo = logo.png',)
        """
        values = {
            "[export] base_url": self.base_url,
            "[rights] owner_logo": self.owner_logo,
            "[rights] owner_site_url": self.owner_site_url,
            "[rights] owner_contact": to_contact(self.owner_contact),
            "[rights] license": "" if self.license in NAMES else self.license,
        }
        return tuple(
            f"{option} = {value}"
            for option, value in values.items()
            if value and not (is_web_address(value) or is_mail_address(value))
        )

    def url(self, published: PublishedIssue, href: str = "") -> str:
        """Return the public address of a file of the package, or of the package itself."""
        return f"{self.base_url.rstrip('/')}/{published.issue.issue}/{href}"

    def image_service_of(self, published: PublishedIssue, sequence: int) -> str:
        """Return the image server's address of a page, empty where there is no server."""
        if not self.image_service:
            return ""
        issue = str(published.issue.issue)
        return self.image_service.replace("{issue}", issue).replace("{page}", f"{sequence:04d}")

    def reference(self, published: PublishedIssue) -> str:
        """Return the catalog record of the issue; ``{id}`` in the option stands for its name."""
        return self.reference_url.replace("{id}", str(published.issue.issue))


_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def file_id(use: str, sequence: int, ordinal: int = 0) -> str:
    """Return the id of a file in METS; the same page and use give the same id.

    >>> file_id("DEFAULT", 3), file_id("ILLUSTRATION", 3, 1)
    ('FILE_0003_DEFAULT', 'FILE_0003_01_ILLUSTRATION')
    """
    part = f"_{ordinal:02d}" if ordinal else ""
    return f"FILE_{sequence:04d}{part}_{use}"


def events_of(published: PublishedIssue) -> list[Event]:
    """Return everything that was done to the issue, then to its pages."""
    return [*published.events, *(event for page in published.pages for event in page.events)]


def created_at(published: PublishedIssue) -> datetime:
    """Return the date of the last event: the date that every document of the package carries.

    Raises:
        DocumentError: nothing is known to have happened, not even the ingest.
    """
    times = [event.at for event in events_of(published)]
    if published.issue.ingested is not None:
        times.append(published.issue.ingested)
    if not times:
        raise DocumentError(f"{published.issue.issue}: has no date of ingest")
    return max(times)


def instant(at: datetime) -> str:
    """Return a UTC time as every standard here takes it: 2024-03-01T12:00:00Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def urn(published: PublishedIssue) -> str:
    """Return the issue's URN: the same for the same id, on every machine."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'bilderbogen:{published.issue.issue}')}"


def label(metadata: IssueMetadata) -> str:
    """Return how a person names the issue: "Der Bazar, 17 (1871), 11"."""
    year = f"({metadata.date[:4]})" if metadata.date else ""
    volume = " ".join(part for part in (metadata.volume, year) if part)
    parts = [metadata.title or "untitled issue", volume, metadata.number]
    return ", ".join(part for part in parts if part)


def page_label(page: PublishedPage) -> str:
    """Return the printed number, or " - " where there is none, as the DFG wants it."""
    header = page.description.header
    return xml_text(page.scan.label or (header.label if header else None) or " - ")


def illustrations(
    published: PublishedIssue,
) -> Iterator[tuple[int, PublishedPage, Illustration]]:
    """Yield every illustration in reading order, numbered from 1, with its page.

    A plate on two pages comes once, as its left half (``right_half``).
    """
    number = 0
    for page in published.pages:
        for picture in page.description.illustrations:
            if not picture.continues:
                number += 1
                yield number, page, picture


def right_half(
    published: PublishedIssue, picture: Illustration
) -> tuple[PublishedPage, Illustration] | None:
    """Return the other half of a plate on two pages, with its page, or None."""
    halves_of_plates = (
        (page, other)
        for page in published.pages
        for other in page.description.illustrations
        if other.continues == str(picture)
    )
    return next(halves_of_plates, None)


def halves(
    published: PublishedIssue, page: PublishedPage, picture: Illustration
) -> list[tuple[PublishedPage, Illustration]]:
    """Return an illustration as its parts: one, or the two halves of a plate."""
    other = right_half(published, picture)
    return [(page, picture), *([other] if other else [])]


def caption_of(picture: Illustration) -> str:
    """Return the caption in one line, empty where there is none."""
    return " ".join(xml_text(picture.caption.text).split()) if picture.caption else ""


def xml_text(text: str) -> str:
    r"""Return ``text`` with what XML 1.0 cannot hold replaced; recognition may read anything.

    >>> xml_text("Fig.\x0c 1") == "Fig.\ufffd 1"
    True
    """
    return _NO_XML.sub("\ufffd", text)


def alto_page_id(sequence: int) -> str:
    """Return the id of a page in its ALTO file."""
    return f"PAGE_{sequence:04d}"


def alto_illustration_id(sequence: int, ordinal: int) -> str:
    """Return the id of an illustration in its page's ALTO file."""
    return f"PAGE_{sequence:04d}_ILL_{ordinal:04d}"
