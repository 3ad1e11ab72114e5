"""MODS 3.8: what an issue is, and what an illustration is.

Source: https://www.loc.gov/standards/mods/v3/mods-3-8.xsd; what the DFG-Viewer wants of it
(MODS application profile 2.4): one recordInfo, a typed identifier, a numbered part for a host.
"""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from schemas.languages import to_language
from schemas.model import Illustration, IssueMetadata
from schemas.namespaces import MODS, XLINK
from schemas.numerals import first_number
from schemas.package import Publication, caption_of, created_at, label, urn, xml_text
from schemas.published import PublishedIssue

M = ElementMaker(namespace=MODS, nsmap={"mods": MODS, "xlink": XLINK})
HOST_SCHEMES = ("zdb", "issn", "lccn")
"""Identifiers of the periodical, not of the issue."""
_SHELF_MARKS = ("call-number", "shelf-mark", "shelfmark")


def issue_mods(published: PublishedIssue, publication: Publication | None = None) -> etree._Element:
    """Return the MODS record of an issue; what is not known is left out."""
    metadata = published.metadata
    public = publication or Publication()
    return M.mods(
        M.titleInfo(M.title(metadata.title or label(metadata))),
        M.typeOfResource("text"),
        M.genre("periodical issue"),
        *_origin(metadata),
        _digitization(published, public),
        *_languages(metadata),
        M.physicalDescription(
            M.form("print", authority="marcform"),
            M.extent(f"{len(published.pages)} pages"),
            M.digitalOrigin("reformatted digital"),
        ),
        *_host(metadata),
        *_identifiers(published, public),
        *_location(published, public),
        *_rights(metadata),
        *_part(metadata),
        _record(published, public),
    )


def illustration_mods(picture: Illustration) -> etree._Element:
    """Return the MODS record of an illustration: its caption, its kind, that it is a picture."""
    caption = caption_of(picture)
    credit = xml_text(picture.caption.credit) if picture.caption else ""
    return M.mods(
        M.titleInfo(M.title(caption or "[Illustration]")),
        M.typeOfResource("still image"),
        *([] if picture.kind == "unknown" else [M.genre(picture.kind)]),
        *([M.note(caption, type="caption")] if caption else []),
        *([M.note(credit, type="statement of responsibility")] if credit else []),
    )


def part_order(metadata: IssueMetadata) -> int:
    """Return a number that sorts the issues of one title: by date, else by volume and number.

    It is 0 where nothing says any; the DFG-Viewer wants one of every part.

    >>> part_order(IssueMetadata(date="1871-03")), part_order(IssueMetadata(number="No. 7"))
    (18710300, 7)
    """
    if metadata.date:
        year, month, day = (*metadata.date.split("-"), "0", "0")[:3]
        return int(year) * 10_000 + int(month) * 100 + int(day)
    volume, number = (first_number(text) or 0 for text in (metadata.volume, metadata.number))
    return volume * 10_000 + number


def _origin(metadata: IssueMetadata) -> list[etree._Element]:
    parts = []
    if metadata.place:
        parts.append(M.place(M.placeTerm(metadata.place, type="text")))
    if metadata.publisher:
        parts.append(M.publisher(metadata.publisher))
    if metadata.date:
        parts.append(M.dateIssued(metadata.date, encoding="iso8601", keyDate="yes"))
    return [M.originInfo(*parts, eventType="publication")] if parts else []


def _digitization(published: PublishedIssue, public: Publication) -> etree._Element:
    owner = published.metadata.owner or public.owner
    return M.originInfo(
        *([M.publisher(owner)] if owner else []),
        M.dateCaptured(f"{created_at(published):%Y-%m-%d}", encoding="iso8601"),
        eventType="digitization",
    )


def _languages(metadata: IssueMetadata) -> list[etree._Element]:
    terms = []
    for code in dict.fromkeys(to_language(language) or language for language in metadata.languages):
        parts = [M.languageTerm(code, type="code", authority="iso639-2b")]
        if metadata.script:
            parts.append(M.scriptTerm(metadata.script, type="code", authority="iso15924"))
        terms.append(M.language(*parts))
    return terms


def _host(metadata: IssueMetadata) -> list[etree._Element]:
    if not metadata.title:
        return []
    ids = [identifier for identifier in metadata.identifiers if identifier.scheme in HOST_SCHEMES]
    records = [identifier for identifier in ids if identifier.scheme == "zdb"][:1]
    return [
        M.relatedItem(
            M.titleInfo(M.title(metadata.title)),
            *(
                M.identifier(identifier.value, type=identifier.scheme)
                for identifier in ids
                if identifier not in records
            ),
            *(
                M.recordInfo(M.recordIdentifier(identifier.value, source=identifier.scheme))
                for identifier in records
            ),
            type="host",
        )
    ]


def _identifiers(published: PublishedIssue, public: Publication) -> list[etree._Element]:
    metadata = published.metadata
    has_host = bool(_host(metadata))
    identifiers = [
        identifier
        for identifier in metadata.identifiers
        if identifier.scheme not in _SHELF_MARKS
        and not (has_host and identifier.scheme in HOST_SCHEMES)
    ]
    elements = [
        M.identifier(identifier.value, type=identifier.scheme) for identifier in identifiers
    ]
    if not any(identifier.scheme == "urn" for identifier in identifiers):
        elements.insert(0, M.identifier(urn(published), type="urn"))
    if public.base_url and not any(identifier.scheme == "purl" for identifier in identifiers):
        elements.append(M.identifier(public.url(published), type="purl"))
    return elements


def _location(published: PublishedIssue, public: Publication) -> list[etree._Element]:
    """Physical location, shelf mark, address: in this order, or MODS 3.8 is not valid."""
    metadata = published.metadata
    owner = metadata.owner or public.owner
    marks = [
        identifier.value for identifier in metadata.identifiers if identifier.scheme in _SHELF_MARKS
    ]
    parts = [M.physicalLocation(owner)] if owner else []
    parts += [M.shelfLocator(mark) for mark in marks]
    if public.base_url:
        parts.append(M.url(public.url(published), access="object in context"))
    return [M.location(*parts)] if parts else []


def _rights(metadata: IssueMetadata) -> list[etree._Element]:
    if not metadata.rights:
        return []
    condition = M.accessCondition(metadata.rights, type="use and reproduction")
    if metadata.rights.startswith("http"):
        condition.set(f"{{{XLINK}}}href", metadata.rights)
    return [condition]


def _part(metadata: IssueMetadata) -> list[etree._Element]:
    """Volume and number, or date or title for them: a part without a detail is none."""
    known = {"volume": metadata.volume, "issue": metadata.number}
    if not any(known.values()):
        known["issue"] = metadata.date or metadata.title
    details = [M.detail(M.number(value), type=kind) for kind, value in known.items() if value]
    if not details:
        return []
    dates = [M.date(metadata.date, encoding="iso8601")] if metadata.date else []
    return [M.part(*details, *dates, order=str(part_order(metadata)))]


def _record(published: PublishedIssue, public: Publication) -> etree._Element:
    owner = published.metadata.owner or public.owner
    return M.recordInfo(
        *([M.recordContentSource(owner)] if owner else []),
        M.recordCreationDate(f"{created_at(published):%Y-%m-%d}", encoding="iso8601"),
        M.recordIdentifier(str(published.issue.issue), source="bilderbogen"),
    )
