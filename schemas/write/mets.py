"""METS 1.12.1 for one issue: records in, bytes out.

Two profiles of one model. ``archive`` has relative addresses, PREMIS and MIX; ``dfg`` is what the
DFG-Viewer takes (application profile 2.4): absolute addresses, its own rights and links, and no
PREMIS or MIX, which that profile forbids. Source: https://www.loc.gov/standards/mets/mets.xsd
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from lxml import etree
from lxml.builder import ElementMaker

from schemas.namespaces import DV, METS, MIX, MODS, PREMIS, XLINK, XSI
from schemas.package import (
    ADDRESS,
    ARCHIVE,
    DEFAULT,
    DFG,
    FULLTEXT,
    GROUPS,
    MANIFEST,
    RIGHTS,
    THUMBS,
    PackageFile,
    Publication,
    events_of,
    illustrations,
    instant,
    label,
    urn,
)
from schemas.published import PublishedIssue
from schemas.write.dfg import rights_and_links
from schemas.write.mods import illustration_mods, issue_mods
from schemas.write.provenance import SOFTWARE, administration_id, provenance
from schemas.write.structure import (
    description_id,
    links,
    logical_map,
    physical_id,
    physical_map,
)

_NSMAP = {"mets": METS, "mods": MODS, "xlink": XLINK, "xsi": XSI}
_NSMAPS = {
    ARCHIVE: _NSMAP | {"premis": PREMIS, "mix": MIX, "dv": DV},
    DFG: _NSMAP | {"dv": DV},
}
PROFILE = "urn:x-bilderbogen:mets-profile:1.0"
PROFILE_URIS = {ARCHIVE: PROFILE, DFG: "http://dfg-viewer.de/profil-der-metadaten/"}
_SCHEMAS = {
    METS: "http://www.loc.gov/standards/mets/mets.xsd",
    MODS: "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd",
    PREMIS: "http://www.loc.gov/standards/premis/v3/premis-v3-0.xsd",
    MIX: "http://www.loc.gov/standards/mix/mix20/mix20.xsd",
}
_DFG_GROUPS = (DEFAULT, THUMBS, FULLTEXT)


def mets_document(
    published: PublishedIssue,
    files: Sequence[PackageFile],
    *,
    created: datetime,
    profile: str = ARCHIVE,
    publication: Publication | None = None,
) -> bytes:
    """Return the METS document of ``published`` with ``files``.

    The same arguments give the same bytes; that is why the caller passes ``created``.

    Raises:
        ValueError: the profile dfg without everything it needs of ``publication``.
    """
    public = publication or Publication()
    if profile == DFG and public.missing((*ADDRESS, *RIGHTS)):
        raise ValueError(f"the profile dfg needs {', '.join(public.missing((*ADDRESS, *RIGHTS)))}")
    known = _files(files, profile)
    has_rights = not public.missing((*ADDRESS, *RIGHTS))
    is_shown = any(file.href == MANIFEST for file in files)
    E = ElementMaker(namespace=METS, nsmap=_NSMAPS[profile])  # noqa: N806 - lxml's own name
    root = E.mets(
        _header(E, published, created, profile, public),
        _dmd(E, description_id(0), issue_mods(published, public)),
        *(
            _dmd(E, description_id(number), illustration_mods(picture))
            for number, _, picture in illustrations(published)
        ),
        *([rights_and_links(published, public, has_manifest=is_shown)] if has_rights else []),
        *(provenance(published, known) if profile == ARCHIVE else ()),
        *_file_section(E, known, published, created, public if profile == DFG else None),
        logical_map(published, known, has_rights=has_rights, with_cut_outs=profile == ARCHIVE),
        physical_map(published, known, with_areas=profile == ARCHIVE),
        links(published),
        OBJID=urn(published),
        LABEL=label(published.metadata),
        TYPE="issue",
        PROFILE=PROFILE_URIS[profile],
    )
    root.set(f"{{{XSI}}}schemaLocation", _locations(profile))
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return document


def _files(files: Iterable[PackageFile], profile: str) -> Mapping[str, PackageFile]:
    """Return the files of the groups that the profile has, by id, in the order of the groups."""
    groups = _DFG_GROUPS if profile == DFG else GROUPS
    rank = {use: number for number, use in enumerate(groups)}
    kept = [file for file in files if file.use in rank]
    kept.sort(key=lambda file: (rank[file.use], file.sequence, file.ordinal))
    return {file.xml_id: file for file in kept}


def _locations(profile: str) -> str:
    used = (METS, MODS, PREMIS, MIX) if profile == ARCHIVE else (METS, MODS)
    return " ".join(f"{uri} {_SCHEMAS[uri]}" for uri in used)


def _header(
    E: ElementMaker,  # noqa: N803 - lxml's own name
    published: PublishedIssue,
    created: datetime,
    profile: str,
    public: Publication,
) -> etree._Element:
    agents = sorted({(event.kind, event.agent) for event in events_of(published)})
    software = {"TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}
    owner = published.metadata.owner or public.owner
    return E.metsHdr(
        *([E.agent(E.name(owner), ROLE="CREATOR", TYPE="ORGANIZATION")] if owner else []),
        E.agent(E.name(SOFTWARE), ROLE="CREATOR", **software),
        *(
            E.agent(E.name(agent), ROLE="OTHER", OTHERROLE=kind, **software)
            for kind, agent in (agents if profile == ARCHIVE else [])
        ),
        E.metsDocumentID(str(published.issue.issue), TYPE="local"),
        CREATEDATE=instant(created),
        LASTMODDATE=instant(created),
        RECORDSTATUS="complete" if not any(p.failed for p in published.pages) else "partial",
    )


def _dmd(E: ElementMaker, key: str, mods: etree._Element) -> etree._Element:  # noqa: N803
    return E.dmdSec(E.mdWrap(E.xmlData(mods), MDTYPE="MODS", MIMETYPE="text/xml"), ID=key)


def _file_section(
    E: ElementMaker,  # noqa: N803 - lxml's own name
    files: Mapping[str, PackageFile],
    published: PublishedIssue,
    created: datetime,
    public: Publication | None,
) -> list[etree._Element]:
    groups: dict[str, list[etree._Element]] = {}
    places = {page.scan.page.sequence: page.scan.place for page in published.pages}
    for file in files.values():
        href = quote(file.href)
        location = E.FLocat(LOCTYPE="URL")
        location.set(f"{{{XLINK}}}type", "simple")
        location.set(f"{{{XLINK}}}href", public.url(published, href) if public else href)
        element = E.file(location, **_file_attributes(file, created, places))
        about = administration_id(file) if public is None else None
        if about is not None:
            element.set("ADMID", about)
        groups.setdefault(file.use, []).append(element)
    return [E.fileSec(*(E.fileGrp(*of, USE=use) for use, of in groups.items()))] if groups else []


def _file_attributes(
    file: PackageFile, created: datetime, places: Mapping[int, int]
) -> dict[str, str]:
    attributes = {"ID": file.xml_id, "MIMETYPE": file.mimetype}
    if file.sequence:
        attributes["SEQ"] = str(places[file.sequence])
    return attributes | {
        "SIZE": str(file.size_bytes),
        "CREATED": instant(created),
        "CHECKSUM": file.sha256,
        "CHECKSUMTYPE": "SHA-256",
        "GROUPID": physical_id(file.sequence),
    }
