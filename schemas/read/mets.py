"""METS of other systems to pages in order, with their metadata.

Read are METS 1.x with a physical structMap (or a paged one), files by group, and MODS in dmdSec.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from schemas.errors import DocumentError
from schemas.model import Identifier, IssueMetadata, Source
from schemas.namespaces import METS, MODS, XLINK
from schemas.xml import parse_xml

_NS = {"mets": METS, "mods": MODS, "xlink": XLINK}

IMAGE_GROUPS = (
    "MASTER",
    "ARCHIVE",
    "ORIGINAL",
    "PRESERVATION",
    "IMGGRP",
    "OCR-D-IMG",
    "MAX",
    "PRESENTATION",
    "IMAGES",
    "DEFAULT",
)
"""File groups that hold page images, the best first."""


@dataclass(frozen=True, slots=True)
class MetsFile:
    """One file of the fileSec: group, location and type as the document says them."""

    use: str
    href: str
    mimetype: str
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class MetsPage:
    """One page in order, with its files."""

    order: int
    label: str
    files: tuple[MetsFile, ...]

    def image(self) -> MetsFile | None:
        """The best image: by group as in ``IMAGE_GROUPS``, then any image type."""
        images = [f for f in self.files if f.mimetype.startswith("image/") or not f.mimetype]
        for group in IMAGE_GROUPS:
            for file in images:
                if file.use.upper().startswith(group):
                    return file
        return images[0] if images else None


@dataclass(frozen=True, slots=True)
class MetsIssue:
    """What a METS document says of an issue."""

    metadata: IssueMetadata
    pages: tuple[MetsPage, ...]


def read_mets(content: bytes, *, name: str) -> MetsIssue:
    """Return pages and metadata of a METS document.

    Raises:
        DocumentError: not METS 1.x, no physical order, duplicate or dangling ids.
    """
    root = parse_xml(content, name=name)
    if root.tag != f"{{{METS}}}mets":
        found = etree.QName(root)
        raise DocumentError(f"{name}: root is {found.localname} in {found.namespace}, not METS 1.x")
    files = _files(root, name)
    return MetsIssue(_metadata(root), tuple(_pages(root, files, name)))


def _files(root: etree._Element, name: str) -> dict[str, MetsFile]:
    files: dict[str, MetsFile] = {}
    for file in root.iterfind(".//mets:fileSec//mets:file", _NS):
        location = file.find("mets:FLocat", _NS)
        key = file.get("ID", "")
        if location is None or not key:
            continue
        if key in files:
            raise DocumentError(f"{name}:{file.sourceline}: two files have the ID {key}")
        group = file.iterancestors(f"{{{METS}}}fileGrp")
        use = next((g.get("USE") or g.get("ID") or "" for g in group), file.get("USE", ""))
        files[key] = MetsFile(
            use=use,
            href=location.get(f"{{{XLINK}}}href", ""),
            mimetype=file.get("MIMETYPE", ""),
            checksum=file.get("CHECKSUM", ""),
        )
    return files


def _pages(root: etree._Element, files: dict[str, MetsFile], name: str) -> Iterable[MetsPage]:
    maps = root.findall("mets:structMap", _NS)
    physical = [m for m in maps if m.get("TYPE", "").upper() == "PHYSICAL"] or maps[:1]
    if not physical:
        raise DocumentError(f"{name}: has no structMap, so the order of pages is unknown")
    divs = [
        d for d in physical[0].iterfind(".//mets:div", _NS) if d.find("mets:fptr", _NS) is not None
    ]
    pages = [
        d for d in divs if d.get("TYPE", "page").lower() in ("page", "surface", "folio")
    ] or divs
    numbered = [(_order(div, at), div) for at, div in enumerate(pages, start=1)]
    for order, div in sorted(numbered, key=lambda pair: pair[0]):
        yield MetsPage(
            order, div.get("ORDERLABEL") or div.get("LABEL") or "", _of(div, files, name)
        )


def _of(div: etree._Element, files: dict[str, MetsFile], name: str) -> tuple[MetsFile, ...]:
    found = []
    for pointer in div.iterfind("mets:fptr", _NS):
        keys = (
            [pointer.get("FILEID")]
            if pointer.get("FILEID")
            else [area.get("FILEID") for area in pointer.iterfind(".//mets:area", _NS)]
        )
        for key in keys:
            if key is None:
                continue
            if key not in files:
                raise DocumentError(
                    f"{name}:{pointer.sourceline}: fptr names {key}, which is no file"
                )
            found.append(files[key])
    return tuple(dict.fromkeys(found))


def _order(div: etree._Element, fallback: int) -> int:
    text = div.get("ORDER", "")
    return int(text) if text.isdigit() else fallback


def _metadata(root: etree._Element) -> IssueMetadata:
    records = root.findall(".//mets:dmdSec//mods:mods", _NS)
    if not records:
        return IssueMetadata(source=Source.METS)
    first = records[0]
    host = next((_text(r, ".//mods:relatedItem[@type='host']//mods:title") for r in records), "")
    title = _text(first, "./mods:titleInfo/mods:title") or host
    return IssueMetadata(
        title=title,
        date=_text(first, ".//mods:dateIssued") or _text(first, ".//mods:dateOther"),
        volume=_detail(first, "volume"),
        number=_detail(first, "issue") or _detail(first, "number"),
        languages=tuple(
            dict.fromkeys(
                term.text.strip()
                for term in first.iterfind("./mods:language/mods:languageTerm", _NS)
                if term.text
            )
        ),
        rights=_text(first, "./mods:accessCondition"),
        publisher=_text(first, ".//mods:publisher"),
        place=_text(first, ".//mods:placeTerm"),
        identifiers=tuple(
            Identifier(one.get("type", "local"), one.text.strip())
            for one in first.iterfind("./mods:identifier", _NS)
            if one.text and one.text.strip()
        ),
        source=Source.METS,
    )


def _detail(record: etree._Element, kind: str) -> str:
    return _text(record, f"./mods:part/mods:detail[@type='{kind}']/mods:number")


def _text(record: etree._Element, path: str) -> str:
    found = record.find(path, _NS)
    return " ".join((found.text or "").split()) if found is not None else ""
