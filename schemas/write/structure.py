"""The structural maps of METS: the issue with its illustrations, the pages with their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from lxml import etree
from lxml.builder import ElementMaker

from schemas.geometry import Box
from schemas.model import Illustration
from schemas.namespaces import METS, XLINK
from schemas.package import (
    DEFAULT,
    FULLTEXT,
    ILLUSTRATION,
    METADATA,
    ORIGINAL,
    PackageFile,
    alto_illustration_id,
    caption_of,
    file_id,
    halves,
    illustrations,
    label,
    page_label,
)
from schemas.published import PublishedIssue, PublishedPage

E = ElementMaker(namespace=METS, nsmap={"mets": METS, "xlink": XLINK})
_TYPES = {
    "photograph": "photograph",
    "map": "map",
    "plan": "plan",
    "poster": "poster",
    "initial": "initial_decoration",
    "ornament": "ornament",
    "vignette": "ornament",
    "table": "table",
    "diagram": "scheme",
}
"""Our kinds in the words of the DFG structural dataset; every other kind is an illustration."""

Files = Mapping[str, PackageFile]


def logical_map(
    published: PublishedIssue, files: Files, *, has_rights: bool, with_cut_outs: bool
) -> etree._Element:
    """Return the issue with a div for every illustration."""
    divs = [
        E.div(
            *(
                area
                for part in halves(published, page, picture)
                for area in _areas(*part, files, (DEFAULT, ORIGINAL), with_cut_outs=with_cut_outs)
            ),
            ID=logical_id(number),
            TYPE=_TYPES.get(picture.kind, "illustration"),
            ORDER=str(number),
            LABEL=caption_of(picture) or "[Illustration]",
            DMDID=description_id(number),
        )
        for number, page, picture in illustrations(published)
    ]
    whole = E.div(
        *divs,
        ID=logical_id(0),
        TYPE="issue",
        DMDID=description_id(0),
        LABEL=label(published.metadata),
    )
    if has_rights:
        whole.set("ADMID", "AMD")
    return E.structMap(whole, TYPE="LOGICAL")


def physical_map(published: PublishedIssue, files: Files, *, with_areas: bool) -> etree._Element:
    """Return the pages with their files, and in each the areas of its illustrations."""
    by_page: dict[int, list[PackageFile]] = defaultdict(list)
    for file in files.values():
        if not file.ordinal and file.use != METADATA:
            by_page[file.sequence].append(file)
    pages = [
        E.div(
            *(E.fptr(FILEID=file.xml_id) for file in by_page[page.scan.page.sequence]),
            *(_page_areas(page, files) if with_areas else []),
            ID=physical_id(page.scan.page.sequence),
            TYPE="page",
            ORDER=str(page.scan.place),
            ORDERLABEL=page_label(page),
        )
        for page in published.pages
    ]
    return E.structMap(E.div(*pages, ID=physical_id(0), TYPE="physSequence"), TYPE="PHYSICAL")


def links(published: PublishedIssue) -> etree._Element:
    """Return which page each part of the issue is on."""
    pairs = [(logical_id(0), physical_id(0))]
    pairs += [(logical_id(0), physical_id(page.scan.page.sequence)) for page in published.pages]
    pairs += [
        (logical_id(number), physical_id(part.scan.page.sequence))
        for number, page, picture in illustrations(published)
        for part, _ in halves(published, page, picture)
    ]
    structural_links = []
    for start, end in pairs:
        link = E.smLink()
        link.set(f"{{{XLINK}}}from", start)
        link.set(f"{{{XLINK}}}to", end)
        structural_links.append(link)
    return E.structLink(*structural_links)


def logical_id(number: int) -> str:
    """Return the id of an illustration's div, or with 0 of the issue's."""
    return f"LOG_{number:04d}"


def description_id(number: int) -> str:
    """Return the id of an illustration's MODS section, or with 0 of the issue's."""
    return f"DMDLOG_{number + 1:04d}"


def physical_id(sequence: int) -> str:
    """Return the id of a page's div, or with 0 of the sequence of pages."""
    return f"PHYS_{sequence:04d}"


def _page_areas(page: PublishedPage, files: Files) -> list[etree._Element]:
    sequence = page.scan.page.sequence
    return [
        E.div(
            *_areas(page, picture, files, (ORIGINAL,), with_cut_outs=True),
            ID=f"{physical_id(sequence)}_{picture.ordinal:02d}",
            TYPE="pagearea",
            LABEL="illustration",
            ORDER=str(picture.ordinal),
        )
        for picture in page.description.illustrations
    ]


def _areas(
    page: PublishedPage,
    picture: Illustration,
    files: Files,
    uses: Sequence[str],
    *,
    with_cut_outs: bool,
) -> list[etree._Element]:
    """Where an illustration is: its rectangle in an image, its block in the ALTO, its cut-out."""
    sequence = page.scan.page.sequence
    images = (files.get(file_id(use, sequence)) for use in uses)
    areas = [
        E.fptr(
            E.area(
                FILEID=image.xml_id,
                SHAPE="RECT",
                COORDS=_coordinates(picture.box, page, image),
            )
        )
        for image in [next(filter(None, images), None)]
        if image is not None
    ]
    fulltext = file_id(FULLTEXT, sequence)
    if fulltext in files:
        begin = alto_illustration_id(sequence, picture.ordinal)
        areas.append(E.fptr(E.area(FILEID=fulltext, BETYPE="IDREF", BEGIN=begin)))
    cut_out = file_id(ILLUSTRATION, sequence, picture.ordinal)
    if with_cut_outs and cut_out in files:
        areas.append(E.fptr(FILEID=cut_out))
    return areas


def _coordinates(box: Box, page: PublishedPage, image: PackageFile) -> str:
    """METS areas are pixels of the image they name, first and last; our boxes end one after.

    A master is named as it lies, not upright.
    """
    size = page.scan.width, page.scan.height
    if image.use == ORIGINAL:
        capture = page.description.capture
        box, size = capture.on_scan(box, *size), capture.size(*size)
    width, height = image.width or size[0], image.height or size[1]
    across, down = width / size[0], height / size[1]
    left, right = _span(box.left * across, box.right * across, width)
    top, bottom = _span(box.top * down, box.bottom * down, height)
    return f"{left},{top},{right},{bottom}"


def _span(start: float, end: float, length: int) -> tuple[int, int]:
    """Return first and last pixel of a side inside the image, at least two pixels long."""
    first = max(0, min(int(start), length - 2))
    return first, max(first + 1, min(round(end), length) - 1)
