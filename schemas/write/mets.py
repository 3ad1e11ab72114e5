"""METS 1.12.1 for one issue: records in, bytes out.

Source: https://www.loc.gov/standards/mets/version1121/mets.xsd
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml import etree
from lxml.builder import ElementMaker

from schemas.model import Box, Illustration
from schemas.namespaces import METS, MODS, XLINK, XSI
from schemas.package import (
    FULLTEXT,
    ILLUSTRATION,
    ORIGINAL,
    PackageFile,
    alto_illustration_id,
    label,
    page_label,
    urn,
)
from schemas.published import PublishedIssue, PublishedPage
from schemas.version import VERSION
from schemas.write.mods import illustration_mods, issue_mods

_NSMAP = {"mets": METS, "mods": MODS, "xlink": XLINK, "xsi": XSI}
E = ElementMaker(namespace=METS, nsmap=_NSMAP)
PROFILE = "urn:x-bilderbogen:mets-profile:1.0"
_LOCATIONS = (
    f"{METS} http://www.loc.gov/standards/mets/mets.xsd "
    f"{MODS} http://www.loc.gov/standards/mods/v3/mods-3-8.xsd"
)


def mets_document(
    published: PublishedIssue, files: Sequence[PackageFile], *, created: datetime
) -> bytes:
    """Return the METS document of ``published`` with ``files`` (hrefs relative to it).

    The same arguments give the same bytes; that is why the caller passes ``created``.
    """
    root = E.mets(
        _header(published, created),
        _dmd("DMDLOG_0001", issue_mods(published)),
        *(
            _dmd(_dmd_id(number), illustration_mods(picture))
            for number, (_, picture) in _pictures(published)
        ),
        _file_section(files, created),
        _logical_map(published, files),
        _physical_map(published, files),
        _links(published),
        OBJID=urn(published),
        LABEL=label(published.metadata),
        TYPE="issue",
        PROFILE=PROFILE,
    )
    root.set(f"{{{XSI}}}schemaLocation", _LOCATIONS)
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return document


def _header(published: PublishedIssue, created: datetime) -> etree._Element:
    agents = sorted({(e.kind, e.agent) for page in published.pages for e in page.events})
    owner = published.metadata.owner
    return E.metsHdr(
        *([E.agent(E.name(owner), ROLE="CREATOR", TYPE="ORGANIZATION")] if owner else []),
        E.agent(
            E.name(f"Bilderbogen {VERSION}"),
            ROLE="CREATOR",
            TYPE="OTHER",
            OTHERTYPE="SOFTWARE",
        ),
        *(
            E.agent(
                E.name(agent),
                ROLE="OTHER",
                OTHERROLE=kind,
                TYPE="OTHER",
                OTHERTYPE="SOFTWARE",
            )
            for kind, agent in agents
        ),
        E.metsDocumentID(str(published.issue.issue), TYPE="local"),
        CREATEDATE=_instant(created),
        RECORDSTATUS="complete" if not any(p.failed for p in published.pages) else "partial",
    )


def _dmd(key: str, mods: etree._Element) -> etree._Element:
    return E.dmdSec(E.mdWrap(E.xmlData(mods), MDTYPE="MODS", MIMETYPE="text/xml"), ID=key)


def _file_section(files: Sequence[PackageFile], created: datetime) -> etree._Element:
    groups = []
    for use in (ORIGINAL, FULLTEXT, ILLUSTRATION):
        members = [file for file in files if file.use == use]
        if members:
            groups.append(E.fileGrp(*(_file(file, created) for file in members), USE=use))
    return E.fileSec(*groups)


def _file(file: PackageFile, created: datetime) -> etree._Element:
    location = E.FLocat(LOCTYPE="URL")
    location.set(f"{{{XLINK}}}type", "simple")
    location.set(f"{{{XLINK}}}href", file.href)
    return E.file(
        location,
        ID=file.xml_id,
        MIMETYPE=file.mimetype,
        SEQ=str(file.sequence),
        CREATED=_instant(created),
        SIZE=str(file.size_bytes),
        CHECKSUM=file.sha256,
        CHECKSUMTYPE="SHA-256",
        GROUPID=_phys(file.sequence),
    )


def _logical_map(published: PublishedIssue, files: Sequence[PackageFile]) -> etree._Element:
    known = {file.xml_id for file in files}
    divs = [
        E.div(
            *_areas(page, picture, known),
            ID=f"LOG_{number:04d}",
            TYPE="illustration",
            ORDER=str(number),
            LABEL=_picture_label(picture),
            DMDID=_dmd_id(number),
        )
        for number, (page, picture) in _pictures(published)
    ]
    whole = E.div(
        *divs, ID="LOG_0000", TYPE="issue", DMDID="DMDLOG_0001", LABEL=label(published.metadata)
    )
    return E.structMap(whole, TYPE="LOGICAL")


def _physical_map(published: PublishedIssue, files: Sequence[PackageFile]) -> etree._Element:
    pages = []
    for page in published.pages:
        sequence = page.scan.page.sequence
        own = [f for f in files if f.sequence == sequence and not f.ordinal]
        known = {f.xml_id for f in files if f.sequence == sequence}
        areas = [
            E.div(
                *_areas(page, picture, known),
                ID=f"{_phys(sequence)}_{picture.ordinal:02d}",
                TYPE="pagearea",
                LABEL="illustration",
                ORDER=str(picture.ordinal),
            )
            for picture in page.description.illustrations
        ]
        pages.append(
            E.div(
                *(E.fptr(FILEID=file.xml_id) for file in own),
                *areas,
                ID=_phys(sequence),
                TYPE="page",
                ORDER=str(sequence),
                ORDERLABEL=page_label(page),
            )
        )
    return E.structMap(E.div(*pages, ID=_phys(0), TYPE="physSequence"), TYPE="PHYSICAL")


def _areas(page: PublishedPage, picture: Illustration, known: set[str]) -> list[etree._Element]:
    """Where an illustration is: its rectangle in the master, its block in the ALTO, its cut-out."""
    sequence, ordinal = page.scan.page.sequence, picture.ordinal
    found = [
        E.fptr(
            E.area(
                FILEID=f"FILE_{sequence:04d}_{ORIGINAL}",
                SHAPE="RECT",
                COORDS=_coordinates(picture.box),
            )
        )
    ]
    fulltext = f"FILE_{sequence:04d}_{FULLTEXT}"
    if fulltext in known:
        begin = alto_illustration_id(sequence, ordinal)
        found.append(E.fptr(E.area(FILEID=fulltext, BETYPE="IDREF", BEGIN=begin)))
    crop = f"FILE_{sequence:04d}_{ordinal:02d}_{ILLUSTRATION}"
    if crop in known:
        found.append(E.fptr(FILEID=crop))
    return found


def _links(published: PublishedIssue) -> etree._Element:
    pairs = [("LOG_0000", _phys(0))]
    pairs += [("LOG_0000", _phys(page.scan.page.sequence)) for page in published.pages]
    pairs += [
        (f"LOG_{number:04d}", _phys(page.scan.page.sequence))
        for number, (page, _) in _pictures(published)
    ]
    links = []
    for start, end in pairs:
        link = E.smLink()
        link.set(f"{{{XLINK}}}from", start)
        link.set(f"{{{XLINK}}}to", end)
        links.append(link)
    return E.structLink(*links)


def _pictures(
    published: PublishedIssue,
) -> Iterator[tuple[int, tuple[PublishedPage, Illustration]]]:
    every = (
        (page, picture) for page in published.pages for picture in page.description.illustrations
    )
    return enumerate(every, start=1)


def _picture_label(picture: Illustration) -> str:
    return " ".join(picture.caption.text.split()) if picture.caption else "[Illustration]"


def _dmd_id(number: int) -> str:
    return f"DMDLOG_{number + 1:04d}"


def _phys(sequence: int) -> str:
    return f"PHYS_{sequence:04d}"


def _coordinates(box: Box) -> str:
    """METS areas name the last pixel, our boxes the one after it."""
    return f"{box.left},{box.top},{box.right - 1},{box.bottom - 1}"


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
