"""Rules for METS: ids and pointers, the two maps, the files, the header.

Kinds: ``archive`` is our own document, ``dfg`` one for the DFG-Viewer, ``other`` any other.
Sources: METS 1.12.1; DFG METS application profile 2.4; OCR-D METS conventions; E-ARK CSIP.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from schemas.namespaces import DV, METS, XLINK
from schemas.rules.rule import Fault, Rules, shown
from schemas.xml import local

ARCHIVE, DFG, OTHER = "archive", "dfg", "other"
_ANY = (ARCHIVE, DFG, OTHER)
_OURS = (ARCHIVE, DFG)
M = f"{{{METS}}}"
HREF, FROM, TO = (f"{{{XLINK}}}{name}" for name in ("href", "from", "to"))

RULES: Rules[etree._Element] = Rules()

_NCNAME = re.compile(r"[^\W\d][\w.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SIDE = r"(\d{1,9})"
RECTANGLE = re.compile(rf"{_SIDE},{_SIDE},{_SIDE},{_SIDE}", re.ASCII)
"""A rectangle as METS has it, of numbers that a picture can have."""
_LOCAL = re.compile(r"file:/|^/(?:home|tmp|root|var|srv|mnt|Users)/|^[A-Za-z]:[\\/]")
PAGE_GROUPS = ("ORIGINAL", "DEFAULT", "THUMBS", "FULLTEXT")

_DATASET = """
act additional address album annotation article atlas bachelor_thesis binding bookplate
cartulary chapter collation colophon contained_work contents corrigenda cover cover_back
cover_front day dedication diploma_thesis doctoral_thesis document dossier edge endsheet
engraved_titlepage entry ephemera fascicle file folder fragment ground_plan
habilitation_thesis illustration image imprint index initial_decoration inventory issue
judgement land_register leaflet lecture letter magister_thesis manuscript map master_thesis
monograph month multivolume_work musical_notation newspaper note official_notification
ornament paper periodical photograph plan poster preface preprint printed_archives
printers_mark privileges proceeding provenance register report research_paper scheme seal
section spine stamp study subinventory table text title_page verse volume year
"""
STRUCTURAL_TYPES = frozenset(_DATASET.split())
"""The structural dataset of the DFG-Viewer."""


def kind_of(root: etree._Element) -> str:
    """Return which of our two profiles a METS document is of, or ``other``."""
    profile = (root.get("PROFILE") or "").lower()
    if profile.startswith("urn:x-bilderbogen:"):
        return ARCHIVE
    has_rights = next(root.iter(f"{{{DV}}}rights"), None) is not None
    return DFG if "dfg-viewer" in profile or (has_rights and not profile) else OTHER


def is_ours(root: etree._Element) -> bool:
    """Say whether the header names our software as the one that wrote the document."""
    names = root.iterfind(f"{M}metsHdr/{M}agent/{M}name")
    return any((name.text or "").startswith("Bilderbogen ") for name in names)


def files(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield every file with the USE of its group."""
    for group in root.iterfind(f"{M}fileSec//{M}fileGrp"):
        for file in group.iterfind(f"{M}file"):
            yield group.get("USE") or "", file


def href_of(file: etree._Element) -> str:
    """Return where a file lies, as the document says it."""
    place = file.find(f"{M}FLocat")
    return (place.get(HREF) or "") if place is not None else ""


def maps(root: etree._Element, kind: str) -> list[etree._Element]:
    """Return the structural maps of a TYPE."""
    return [
        structure for structure in root.iterfind(f"{M}structMap") if structure.get("TYPE") == kind
    ]


def page_divs(root: etree._Element) -> list[etree._Element]:
    """Return the divs of the pages."""
    return [
        div for structure in maps(root, "PHYSICAL") for div in structure.iterfind(f"{M}div/{M}div")
    ]


@RULES.add(3, "every ID is there once and begins with a letter or _", *_ANY)
def _ids(root: etree._Element) -> Iterator[Fault]:
    seen: set[str] = set()
    for element in root.iter(f"{M}*"):
        key = element.get("ID")
        if key is None:
            continue
        if key in seen:
            yield element, f"the ID {key} is there twice"
        elif not _NCNAME.fullmatch(key):
            yield element, f"the ID {key!r} does not begin with a letter or _, or holds a blank"
        seen.add(key)


@RULES.add(4, "every pointer has its target", *_ANY)
def _pointers(root: etree._Element) -> Iterator[Fault]:
    ids = {key for element in root.iter() if (key := element.get("ID"))}
    named = {div.get(f"{{{XLINK}}}label") for div in root.iter(f"{M}div")} | ids
    for element in root.iter(f"{M}*"):
        for name in ("DMDID", "ADMID", "FILEID"):
            for key in (element.get(name) or "").split():
                if key not in ids:
                    yield element, f"{name} names {key}, which is nowhere"
        if local(element) == "smLink":
            for name in (FROM, TO):
                if element.get(name) not in named:
                    yield element, f"smLink names {element.get(name)}, which is nowhere"


@RULES.add(5, "there is one LOGICAL and one PHYSICAL map", *_OURS)
def _both_maps(root: etree._Element) -> Iterator[Fault]:
    for kind in ("LOGICAL", "PHYSICAL"):
        structures = maps(root, kind)
        if len(structures) != 1:
            yield root, f"has {len(structures)} structMaps of TYPE {kind}; wanted is one"


@RULES.add(6, "the one div at the top of the LOGICAL map is described", *_OURS)
def _top(root: etree._Element) -> Iterator[Fault]:
    for structure in maps(root, "LOGICAL"):
        tops = structure.findall(f"{M}div")
        if len(tops) != 1:
            yield structure, f"the LOGICAL map has {len(tops)} divs at its top; wanted is one"
        for top in tops:
            if root.get("TYPE") == "issue" and top.get("TYPE") != "issue":
                yield top, f"the top div is of TYPE {top.get('TYPE')}; wanted is issue"
            if not top.get("DMDID"):
                yield top, "the top div has no DMDID"


@RULES.add(7, "logical TYPEs are of the DFG structural dataset", *_OURS)
def _types(root: etree._Element) -> Iterator[Fault]:
    for structure in maps(root, "LOGICAL"):
        for div in structure.iter(f"{M}div"):
            if div.get("TYPE") not in STRUCTURAL_TYPES:
                yield div, f"the TYPE {div.get('TYPE')} is not of the DFG structural dataset"


@RULES.add(8, "pages lie in a physSequence, numbered 1, 2, 3 …, with a label", *_OURS)
def _order(root: etree._Element) -> Iterator[Fault]:
    for structure in maps(root, "PHYSICAL"):
        for top in structure.iterfind(f"{M}div"):
            if top.get("TYPE") != "physSequence":
                yield top, f"the PHYSICAL map begins with TYPE {top.get('TYPE')}"
    for number, div in enumerate(page_divs(root), start=1):
        if div.get("TYPE") not in ("page", "doublepage", "track"):
            yield div, f"a {div.get('TYPE')} stands where a page is wanted"
        if div.get("ORDER") != str(number):
            yield div, f"ORDER is {div.get('ORDER')}; wanted is {number}"
        if div.get("ORDERLABEL") is None and is_ours(root):
            yield div, 'has no ORDERLABEL; write " - " where no number is printed'


@RULES.add(9, "every page has a file of every group of pages", *_OURS)
def _page_files(root: etree._Element) -> Iterator[Fault]:
    uses = {file.get("ID"): use for use, file in files(root)}
    groups = set(PAGE_GROUPS if kind_of(root) == ARCHIVE else ("DEFAULT",))
    for div in page_divs(root):
        uses_of_page = {uses.get(fptr.get("FILEID")) for fptr in div.iterfind(f"{M}fptr")}
        if missing := groups - uses_of_page:
            yield div, f"page {div.get('ORDER')} has no file of {shown(missing)}"


@RULES.add(10, "every page is linked from the top of the LOGICAL map", *_OURS)
def _linked(root: etree._Element) -> Iterator[Fault]:
    tops = [
        div.get("ID")
        for structure in maps(root, "LOGICAL")
        for div in structure.iterfind(f"{M}div")
    ]
    links = {link.get(TO) for link in root.iter(f"{M}smLink") if link.get(FROM) in tops}
    wholes = [div for structure in maps(root, "PHYSICAL") for div in structure.iterfind(f"{M}div")]
    for div in [*wholes, *page_divs(root)]:
        if div.get("ID") not in links:
            yield div, f"{div.get('ID')} is not linked from {shown(map(str, tops))}"


@RULES.add(12, "every file has its size and its SHA-256", ARCHIVE)
def _fixity(root: etree._Element) -> Iterator[Fault]:
    for _, file in files(root):
        is_digest = _SHA256.fullmatch(file.get("CHECKSUM") or "")
        if file.get("CHECKSUMTYPE") != "SHA-256" or not is_digest:
            yield file, f"{file.get('ID')} has no SHA-256"
        if not (file.get("SIZE") or "").isdigit():
            yield file, f"{file.get('ID')} has no SIZE"


@RULES.add(13, "every file has a MIMETYPE", *_ANY)
def _mimetypes(root: etree._Element) -> Iterator[Fault]:
    for _, file in files(root):
        if "/" not in (file.get("MIMETYPE") or ""):
            yield file, f"{file.get('ID')} has no MIMETYPE; viewers then show nothing"


@RULES.add(14, "addresses are relative, plain and percent-encoded", ARCHIVE)
def _relative(root: etree._Element) -> Iterator[Fault]:
    for _, file in files(root):
        href = href_of(file)
        is_outside = href.startswith(("/", "./")) or ".." in unquote(href).split("/")
        if not href or _SCHEME.match(href) or is_outside:
            yield file, f"{href or 'an empty address'} is no path relative to the document"
        elif re.search(r"[^\w.~!$&'()*+,;=:@%/-]", href, re.ASCII) or "\\" in href:
            yield file, f"{href} is not percent-encoded"


@RULES.add(26, "the header names organization, software with version, and every processor", ARCHIVE)
def _agents(root: etree._Element) -> Iterator[Fault]:
    header = root.find(f"{M}metsHdr")
    if header is None:
        yield root, "has no metsHdr"
        return
    agents = header.findall(f"{M}agent")
    creators = [a for a in agents if a.get("ROLE") == "CREATOR"]
    software = [a.findtext(f"{M}name") or "" for a in creators if a.get("OTHERTYPE") == "SOFTWARE"]
    if not any(re.search(r" \d", name) for name in software):
        yield header, "names no software with its version as CREATOR"
    named = {a.findtext(f"{M}name") for a in agents}
    done = {e.text for e in root.iter("{http://www.loc.gov/premis/v3}agentName")}
    if missing := done - named:
        yield header, f"does not name {shown(map(str, missing))}, which events name"


@RULES.add(27, "file groups are flat and each USE is there once", *_OURS)
def _groups(root: etree._Element) -> Iterator[Fault]:
    groups = list(root.iterfind(f"{M}fileSec//{M}fileGrp"))
    uses = Counter(group.get("USE") for group in groups)
    for group in groups:
        use = group.get("USE") or ""
        if group.find(f"{M}fileGrp") is not None:
            yield group, f"the group {use} holds groups"
        if uses[group.get("USE")] > 1:
            yield group, f"the USE {use} is there {uses[group.get('USE')]} times"
        elif not _NCNAME.fullmatch(use):
            yield group, f"the USE {use!r} is no name"


@RULES.add(30, "rectangles are x1,y1,x2,y2 with x1 < x2 and y1 < y2", *_OURS)
def _rectangles(root: etree._Element) -> Iterator[Fault]:
    for area in root.iter(f"{M}area"):
        if area.get("SHAPE") != "RECT":
            continue
        match = RECTANGLE.fullmatch(area.get("COORDS") or "")
        if not match or int(match[1]) >= int(match[3]) or int(match[2]) >= int(match[4]):
            yield area, f"COORDS {area.get('COORDS')} are no x1,y1,x2,y2"


@RULES.add(40, "no path of the machine that wrote it", *_OURS)
def _no_local_path(root: etree._Element) -> Iterator[Fault]:
    for element in root.iter(f"{M}*"):
        for value in (*element.attrib.values(), element.text or ""):
            if _LOCAL.search(value.strip()):
                yield element, f"holds the path {value.strip()}"
