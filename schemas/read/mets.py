"""METS 1.x of other systems to pages in order, with their files and metadata.

Read are the dialects of DFG-Viewer and Kitodo, OCR-D, ENMAP, BnF, British Library, BnL, NDNP,
HathiTrust and our own: a physical structMap (or, where none is called so, a paged one), files by
group, MODS or Dublin Core. A METS document inside an OAI-PMH answer is found there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lxml import etree

from schemas.errors import DocumentError
from schemas.media_types import PICTURE_SUFFIXES
from schemas.model import IssueMetadata
from schemas.namespaces import DV, METS, XLINK
from schemas.read.metadata import issue_metadata
from schemas.xml import local, namespace, parse_xml

_M = f"{{{METS}}}"

IMAGE_GROUPS = (
    "MASTER",
    "ARCHIVE",
    "ORIGINAL",
    "PRESERVATION",
    "IMGGRP",
    "OCR-D-IMG",
    "LOCAL",
    "MAX",
    "PRESENTATION",
    "IMAGE",
    "SERVICE",
    "DEFAULT",
    "VIEWING",
)
"""File groups that hold page images, the best first: untouched scans before those made to be
looked at. A group whose name only begins so (PreservationMaster, Images) comes after the exact."""

NO_PAGE_GROUPS = ("THUMB", "TEASER", "COLORPROFILE", "DISCARDED")
"""File groups whose images are never taken for a page."""

TEXT_GROUPS = ("FULLTEXT", "ALTO", "OCR", "TEXT", "CONTENT")
"""Beginnings of the names of file groups that hold the text of pages."""

_PAGES = ("page", "doublepage", "surface", "folio", "np:page", "object")
_LONGEST_ORDER = 9


@dataclass(frozen=True, slots=True)
class MetsFile:
    """One file of the fileSec as the document says it; ``href`` is empty where it has none."""

    use: str
    href: str
    mimetype: str
    checksum: str = ""
    checksum_type: str = ""
    id: str = ""

    @property
    def is_image(self) -> bool:
        """Whether a page could be read from it, by type or else by suffix."""
        if not self.href or self.use.upper().startswith(NO_PAGE_GROUPS):
            return False
        if self.mimetype:
            return self.mimetype.lower().startswith("image/")
        return PurePosixPath(self.href).suffix.lower() in PICTURE_SUFFIXES

    @property
    def is_text(self) -> bool:
        """Whether it says that it holds a page's text with places, as ALTO or PAGE-XML."""
        is_xml = "xml" in self.mimetype.lower() or self.href.lower().endswith(".xml")
        return is_xml and bool(self.href) and self.use.upper().startswith(TEXT_GROUPS)


@dataclass(frozen=True, slots=True)
class MetsPage:
    """One page in order, with its files; ``label`` is its ORDERLABEL, else its LABEL.

    ``dangling`` are ids that it points at and no file has.
    """

    order: int
    label: str
    files: tuple[MetsFile, ...]
    dangling: tuple[str, ...] = ()

    def image(self) -> MetsFile | None:
        """The best image, as its group says."""
        return next(iter(self.images()), None)

    def images(self) -> list[MetsFile]:
        """The images, best first: by group as in ``IMAGE_GROUPS``, then all but thumbnails."""
        images = [file for file in self.files if file.is_image]
        ordered: list[MetsFile] = []
        for group in IMAGE_GROUPS:
            ordered += [file for file in images if file.use.upper() == group]
            ordered += [file for file in images if file.use.upper().startswith(group)]
        return list(dict.fromkeys([*ordered, *images]))

    def fulltext(self) -> MetsFile | None:
        """The page's ALTO or PAGE-XML file, by group and suffix or type."""
        texts = [file for file in self.files if file.is_text]
        return texts[0] if texts else None


@dataclass(frozen=True, slots=True)
class MetsIssue:
    """What a METS document says of an issue; ``dialect`` names who writes such documents."""

    metadata: IssueMetadata
    pages: tuple[MetsPage, ...]
    dialect: str = "METS"


def read_mets(content: bytes, *, name: str) -> MetsIssue:
    """Return pages and metadata of a METS document.

    Raises:
        DocumentError: not one METS 1.x, no order of pages, duplicate or dangling ids; file,
            line and remedy are named.
    """
    mets = _root(parse_xml(content, name=name), name)
    _check_ids(mets, name)
    files = {file.id: file for file in _files(mets)}
    divs = _page_divs(mets, name)
    orders = [order for div in divs if (order := _order(div)) is not None]
    if len(set(orders)) < len(divs):
        # sections that count their own pages: the order of the document is the reading order
        orders = list(range(1, len(divs) + 1))
    numbered = sorted(zip(orders, divs, strict=True), key=lambda pair: pair[0])
    pages = tuple(_page(order, div, files) for order, div in numbered)
    return MetsIssue(issue_metadata(mets), pages, _dialect(mets, files))


def _root(root: etree._Element, name: str) -> etree._Element:
    if root.tag == f"{_M}mets":
        return root
    if local(root) == "mets" and namespace(root).startswith(METS):
        raise DocumentError(f"{name}:{root.sourceline}: METS 2 is not read; export METS 1.12")
    inside = list(root.iter(f"{_M}mets"))
    if len(inside) == 1:
        return inside[0]
    if inside:
        raise DocumentError(f"{name}: holds {len(inside)} METS documents; give each its own file")
    what = f"{local(root)} in {namespace(root) or 'no namespace'}"
    raise DocumentError(f"{name}:{root.sourceline}: root is {what}, not METS 1.x ({METS})")


def _check_ids(mets: etree._Element, name: str) -> None:
    lines: dict[str, object] = {}
    for element in mets.iter(f"{_M}*"):
        key = element.get("ID")
        if key is None:
            continue
        if key in lines:
            raise DocumentError(
                f"{name}:{element.sourceline}: the ID {key} is already given in line"
                f" {lines[key]}; ids must differ, export it again"
            )
        lines[key] = element.sourceline


def _files(mets: etree._Element) -> Iterator[MetsFile]:
    for file in mets.iterfind(f".//{_M}fileSec//{_M}file"):
        hrefs = [location.get(f"{{{XLINK}}}href", "") for location in file.iterfind(f"{_M}FLocat")]
        beside = [href for href in hrefs if not href.lower().startswith(("http:", "https:"))]
        groups = list(file.iterancestors(f"{_M}fileGrp"))
        # NDNP names the role on the file; docWorks nests groups and names only some of them
        uses = [file.get("USE"), *(g.get("USE") for g in groups), *(g.get("ID") for g in groups)]
        yield MetsFile(
            use=next(filter(None, uses), ""),
            href=next(iter([*beside, *hrefs]), "").strip(),
            mimetype=(file.get("MIMETYPE") or "").strip(),
            checksum=file.get("CHECKSUM", ""),
            checksum_type=file.get("CHECKSUMTYPE", ""),
            id=file.get("ID", ""),
        )


def _page_divs(mets: etree._Element, name: str) -> list[etree._Element]:
    maps = mets.findall(f"{_M}structMap")
    if not maps:
        raise DocumentError(
            f"{name}:{mets.sourceline}: has no structMap, so the order of pages is unknown;"
            " export it with a physical structMap"
        )
    physical = [
        structure for structure in maps if (structure.get("TYPE") or "").upper() == "PHYSICAL"
    ]
    others = [structure for structure in maps if (structure.get("TYPE") or "").upper() != "LOGICAL"]
    for structure in physical or others:
        pages = list(_pages_in(structure))
        if pages:
            return pages
    raise DocumentError(
        f"{name}:{maps[0].sourceline}: no structMap lists pages; export it with a physical"
        " structMap that holds a div for every page"
    )


def _pages_in(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the outermost divs that are a page by type, or hold files and no div with files."""
    for div in parent.iterfind(f"{_M}div"):
        kind = (div.get("TYPE") or "").lower()
        inner = any(True for _ in div.iterfind(f".//{_M}div//{_M}fptr"))
        if kind in _PAGES or kind.endswith("_page") or (_keys(div) and not inner):
            yield div
        else:
            yield from _pages_in(div)


def _keys(div: etree._Element) -> list[str]:
    """Return the ids of the files that ``div`` itself points to, directly or by areas."""
    pointers = [p for fptr in div.iterfind(f"{_M}fptr") for p in (fptr, *fptr.iter(f"{_M}area"))]
    return [key for pointer in pointers if (key := pointer.get("FILEID"))]


def _page(order: int, div: etree._Element, files: dict[str, MetsFile]) -> MetsPage:
    keys = dict.fromkeys(_keys(div))
    known = tuple(dict.fromkeys(files[key] for key in keys if key in files))
    return MetsPage(order, _label(div), known, tuple(key for key in keys if key not in files))


def _order(div: etree._Element) -> int | None:
    text = (div.get("ORDER") or "").strip()
    is_whole = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ORDER
    return int(text) if is_whole else None


def _label(div: etree._Element) -> str:
    labels = (" ".join((div.get(key) or "").split()) for key in ("ORDERLABEL", "LABEL"))
    return next((text for text in labels if text.strip(" -")), "")


def _dialect(mets: etree._Element, files: dict[str, MetsFile]) -> str:
    """Return the name of the dialect, by what only its writers put in."""
    profile = (mets.get("PROFILE") or "").lower()
    uses = {file.use.lower() for file in files.values()}
    agents = " ".join(agent.text or "" for agent in mets.iterfind(f"{_M}metsHdr/{_M}agent/{_M}*"))
    types = {(div.get("TYPE") or "").lower() for div in mets.iter(f"{_M}div")}
    signs = (
        ("Bilderbogen", profile.startswith("urn:x-bilderbogen:")),
        ("ENMAP", profile == "enmap"),
        ("HathiTrust", "hathitrust" in profile),
        ("NDNP", "np:page" in types),
        ("OCR-D", any(use.startswith("ocr-d-") for use in uses)),
        ("BnF", any("bibnum.bnf.fr" in uri for uri in mets.nsmap.values())),
        ("BL", "preservationmaster" in uses),
        ("BnL", {"images", "text", "completeobject"} <= uses),
        ("Kitodo", "kitodo" in agents.lower()),
        ("DFG", next(mets.iter(f"{{{DV}}}rights"), None) is not None or "default" in uses),
    )
    return next((dialect for dialect, is_so in signs if is_so), "METS")
