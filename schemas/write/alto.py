"""ALTO 4.4 of one page: words, lines, regions and illustrations in pixels of the master.

Written is the subset that is valid from 4.1 on; all text lies in the PrintSpace, because viewers
look nowhere else. Source: https://www.loc.gov/standards/alto/v4/alto-4-4.xsd
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.builder import ElementMaker

from schemas.event import Event
from schemas.geometry import Box
from schemas.languages import to_tag
from schemas.model import KEPT, Illustration, RegionKind, TextLine, TextRegion, Word
from schemas.namespaces import ALTO, XSI
from schemas.normalize import HYPHENS
from schemas.package import (
    ILLUSTRATION,
    alto_illustration_id,
    alto_page_id,
    file_id,
    instant,
    page_label,
    xml_text,
)
from schemas.published import PublishedPage

A = ElementMaker(namespace=ALTO, nsmap={None: ALTO, "xsi": XSI})
_LOCATION = f"{ALTO} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_DIVIDED = re.compile(rf"^(.*\w)([{HYPHENS}])$")
_VERSIONED = re.compile(r"(.+?) (\d\S*|sha256:\S+)")
_READING, _PICTURES = "recognition/", "layout/"
_MODIFYING = "matting"


def alto_document(page: PublishedPage, *, languages: Sequence[str] = ()) -> bytes:
    """Return the ALTO document of ``page``; a page without words has a PrintSpace without any.

    ``languages`` (ISO 639-2) are those of the issue; a region without its own gets the first.
    """
    root = A.alto(
        _description(page),
        A.Tags(*(A.LayoutTag(ID=f"LT_{k.upper()}", TYPE="region", LABEL=k) for k in RegionKind)),
        A.Layout(_page(page, languages)),
        SCHEMAVERSION="4.4",
    )
    root.set(f"{{{XSI}}}schemaLocation", _LOCATION)
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return document


def divided(word: Word) -> tuple[str, str] | None:
    """Return the part of a word before its hyphen at the end of a line, and the hyphen."""
    match = _DIVIDED.match(xml_text(word.text)) if word.hyphenated else None
    return (match[1], match[2]) if match else None


def whole_word(start: str, following: Sequence[TextLine]) -> str:
    """Return the word that ``start`` begins; a line of nothing but a divided part leads on.

    ``following`` are the lines after it, each with a word.

    >>> box = Box(0, 0, 1, 1)
    >>> parts = Word("dampf-", box, 1.0, hyphenated=True), Word("schiffahrt", box, 1.0)
    >>> whole_word("Donau", [TextLine(box, (part,)) for part in parts])
    'Donaudampfschiffahrt'
    """
    for at, line in enumerate(following, start=1):
        is_all = len(line.words) == 1 and at < len(following)
        cut = divided(line.words[0]) if is_all else None
        if cut is None:
            return start + xml_text(line.words[0].text)
        start += cut[0]
    return start


def _description(page: PublishedPage) -> etree._Element:
    of = page.scan.page
    return A.Description(
        A.MeasurementUnit("pixel"),
        A.sourceImageInformation(
            A.fileName(xml_text(page.scan.name)),
            A.fileIdentifier(str(of), fileIdentifierLocation="local"),
            A.documentIdentifier(str(of.issue), documentIdentifierLocation="local"),
        ),
        *(_processing(key, event, page) for key, event in _steps(page)),
    )


def _steps(page: PublishedPage) -> list[tuple[str, Event]]:
    return [(f"PROC_{number:02d}", event) for number, event in enumerate(page.events, start=1)]


def _step_ids(page: PublishedPage, kind: str) -> dict[str, str]:
    """Return the attribute that names the steps of ``kind``, if there was one."""
    keys = [key for key, event in _steps(page) if event.kind.startswith(kind)]
    return {"PROCESSINGREFS": " ".join(keys)} if keys else {}


def _processing(key: str, event: Event, page: PublishedPage) -> etree._Element:
    category = "contentModification" if event.kind.endswith(_MODIFYING) else "contentGeneration"
    read = page.description.text if event.kind.startswith(_READING) else None
    models = f"; models {read.models}" if read and not read.models.startswith(KEPT) else ""
    software = [A.softwareName(event.agent)]
    if match := _VERSIONED.fullmatch(event.agent):
        software = [A.softwareName(match[1]), A.softwareVersion(match[2])]
    return A.Processing(
        A.processingCategory(category),
        A.processingDateTime(instant(event.at)),
        A.processingStepDescription(event.kind),
        *([A.processingStepSettings(event.detail + models)] if event.detail else []),
        A.processingSoftware(*software),
        ID=key,
    )


def _page(page: PublishedPage, languages: Sequence[str]) -> etree._Element:
    sequence, description = page.scan.page.sequence, page.description
    regions = description.text.regions if description.text else ()
    boxes = [r.box for r in regions] + [p.box for p in description.illustrations]
    element = A.Page(
        A.PrintSpace(
            *_regions(regions, alto_page_id(sequence), languages),
            *(_illustration(picture, page) for picture in description.illustrations),
            **_place(_around(boxes, page)),
        ),
        ID=alto_page_id(sequence),
        PHYSICAL_IMG_NR=str(page.scan.place),
        WIDTH=str(page.scan.width),
        HEIGHT=str(page.scan.height),
        **_step_ids(page, _READING),
    )
    printed = page_label(page)
    if printed.strip(" -"):
        element.set("PRINTED_IMG_NR", printed)
    if description.confidence is not None:
        element.set("PC", f"{description.confidence:.3f}")
    return element


def _regions(
    regions: Sequence[TextRegion], prefix: str, languages: Sequence[str]
) -> Iterator[etree._Element]:
    lines = words = 0
    for number, region in enumerate(regions, start=1):
        built = []
        whole: str | None = None
        read = [line for line in region.lines if line.words]
        for at, line in enumerate(read, start=1):
            lines += 1
            element, whole = _line(line, read[at:], whole, f"{prefix}_TL_{lines:04d}", words)
            words += len(line.words)
            built.append(element)
        block = A.TextBlock(
            *built,
            ID=f"{prefix}_TB_{number:04d}",
            TAGREFS=f"LT_{region.kind.upper()}",
            **_place(region.box),
        )
        tag = to_tag(region.language or (languages[0] if languages else ""))
        if tag:
            block.set("LANG", tag)
        yield block


def _line(
    line: TextLine, following: Sequence[TextLine], whole: str | None, key: str, counted: int
) -> tuple[etree._Element, str | None]:
    """Return a TextLine, and the whole of the word that it leaves to the next one.

    ALTO knows no middle of a word: a part that goes on and is divided again is a HypPart2 with HYP.
    """
    parts: list[etree._Element] = []
    left: str | None = None
    last = len(line.words) - 1  # HYP may stand nowhere else
    for at, word in enumerate(line.words):
        if at:
            parts.append(_space(line.words[at - 1], word))
        number = f"{key.split('_TL_')[0]}_ST_{counted + at + 1:05d}"
        cut = divided(word) if at == last and following else None
        begun = whole if at == 0 else None
        if cut is not None:
            left = begun or whole_word(cut[0], following)
        content = cut[0] if cut else None
        part = 2 if begun else 1 if cut else 0
        parts.append(_string(word, number, content=content, part=part, whole=begun or left or ""))
        if cut is not None:
            parts.append(A.HYP(CONTENT=cut[1]))
    return A.TextLine(*parts, ID=key, **_place(line.box)), left


def _string(
    word: Word, key: str, *, content: str | None = None, part: int = 0, whole: str = ""
) -> etree._Element:
    element = A.String(
        ID=key,
        CONTENT=content or xml_text(word.text),
        WC=f"{word.confidence:.3f}",
        **_place(word.box),
    )
    if part:
        element.set("SUBS_TYPE", f"HypPart{part}")
        element.set("SUBS_CONTENT", whole)
    return element


def _space(before: Word, after: Word) -> etree._Element:
    width = max(0, after.box.left - before.box.right)
    return A.SP(HPOS=str(before.box.right), VPOS=str(before.box.top), WIDTH=str(width))


def _illustration(picture: Illustration, page: PublishedPage) -> etree._Element:
    points = " ".join(f"{round(x)},{round(y)}" for x, y in picture.polygon)
    sequence = picture.page.sequence
    element = A.Illustration(
        A.Shape(A.Polygon(POINTS=points)),
        ID=alto_illustration_id(sequence, picture.ordinal),
        TAGREFS="LT_ILLUSTRATION",
        FILEID=file_id(ILLUSTRATION, sequence, picture.ordinal),
        **_step_ids(page, _PICTURES),
        **_place(picture.box),
    )
    if picture.kind != "unknown":
        element.set("TYPE", picture.kind)
    return element


def _around(boxes: Sequence[Box], page: PublishedPage) -> Box:
    whole: Box | None = None
    for box in boxes:
        whole = box if whole is None else whole.union(box)
    return whole or Box(0, 0, page.scan.width, page.scan.height)


def _place(box: Box) -> dict[str, str]:
    return {
        "HPOS": str(box.left),
        "VPOS": str(box.top),
        "WIDTH": str(box.width),
        "HEIGHT": str(box.height),
    }
