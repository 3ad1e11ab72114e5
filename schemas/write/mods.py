"""MODS 3.8: what an issue is, and what an illustration is.

Source: https://www.loc.gov/standards/mods/v3/mods-3-8.xsd
"""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from schemas.model import Illustration, IssueMetadata
from schemas.namespaces import MODS, XLINK
from schemas.package import label, urn
from schemas.published import PublishedIssue

M = ElementMaker(namespace=MODS, nsmap={"mods": MODS, "xlink": XLINK})


def issue_mods(published: PublishedIssue) -> etree._Element:
    """Return the MODS record of an issue; what is not known is left out."""
    said = published.metadata
    return M.mods(
        M.titleInfo(M.title(said.title or label(said))),
        M.typeOfResource("text"),
        M.genre("periodical issue"),
        *_origin(said),
        *_languages(said),
        M.physicalDescription(
            M.form("print", authority="marcform"),
            M.extent(f"{len(published.pages)} pages"),
            M.digitalOrigin("reformatted digital"),
        ),
        *_host(said),
        M.identifier(urn(published), type="urn"),
        *(M.identifier(one.value, type=one.scheme) for one in said.identifiers),
        *([M.location(M.physicalLocation(said.owner))] if said.owner else []),
        *_rights(said),
        *_part(said),
        M.recordInfo(M.recordIdentifier(str(published.issue.issue), source="bilderbogen")),
    )


def illustration_mods(picture: Illustration) -> etree._Element:
    """Return the MODS record of an illustration: its caption, and that it is a picture."""
    caption = " ".join(picture.caption.text.split()) if picture.caption else ""
    return M.mods(
        M.titleInfo(M.title(caption or "[Illustration]")),
        M.typeOfResource("still image"),
        *([M.note(caption, type="caption")] if caption else []),
    )


def _origin(said: IssueMetadata) -> list[etree._Element]:
    parts = []
    if said.place:
        parts.append(M.place(M.placeTerm(said.place, type="text")))
    if said.publisher:
        parts.append(M.publisher(said.publisher))
    if said.date:
        parts.append(M.dateIssued(said.date, encoding="iso8601", keyDate="yes"))
    return [M.originInfo(*parts, eventType="publication")] if parts else []


def _languages(said: IssueMetadata) -> list[etree._Element]:
    found = []
    for code in said.languages:
        parts = [M.languageTerm(code, type="code", authority="iso639-2b")]
        if said.script:
            parts.append(M.scriptTerm(said.script, type="code", authority="iso15924"))
        found.append(M.language(*parts))
    return found


def _host(said: IssueMetadata) -> list[etree._Element]:
    return [M.relatedItem(M.titleInfo(M.title(said.title)), type="host")] if said.title else []


def _rights(said: IssueMetadata) -> list[etree._Element]:
    if not said.rights:
        return []
    condition = M.accessCondition(said.rights, type="use and reproduction")
    if said.rights.startswith("http"):
        condition.set(f"{{{XLINK}}}href", said.rights)
    return [condition]


def _part(said: IssueMetadata) -> list[etree._Element]:
    details = [
        M.detail(M.number(value), type=kind)
        for kind, value in (("volume", said.volume), ("issue", said.number))
        if value
    ]
    if said.date:
        details.append(M.date(said.date, encoding="iso8601"))
    return [M.part(*details)] if details else []
