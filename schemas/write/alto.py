"""ALTO 4.4 of one page: words, lines, regions and illustrations in pixels of the master.

Source: https://www.loc.gov/standards/alto/v4/alto-4-4.xsd
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree
from lxml.builder import ElementMaker

from schemas.model import Box, Illustration, RegionKind, TextLine, TextRegion, Word
from schemas.namespaces import ALTO, XSI
from schemas.package import alto_illustration_id, alto_page_id, page_label
from schemas.published import PublishedPage

A = ElementMaker(namespace=ALTO, nsmap={None: ALTO, "xsi": XSI})
_LOCATION = f"{ALTO} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_BCP47 = {"ger": "de", "deu": "de", "eng": "en", "fre": "fr", "fra": "fr", "lat": "la"}
_DIVIDED = re.compile(r"^(.*\w)([-⸗¬=\u2010])$")


def alto_document(page: PublishedPage, *, languages: Sequence[str] = ()) -> bytes:
    """Return the ALTO document of ``page``; a page without words has an empty PrintSpace."""
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


def _description(page: PublishedPage) -> etree._Element:
    steps = [
        A.Processing(
            A.processingDateTime(event.at.strftime("%Y-%m-%dT%H:%M:%SZ")),
            A.processingStepDescription(event.kind),
            A.processingSoftware(A.softwareName(event.agent)),
            ID=f"PROC_{number:02d}",
        )
        for number, event in enumerate(page.events, start=1)
    ]
    return A.Description(
        A.MeasurementUnit("pixel"),
        A.sourceImageInformation(A.fileName(page.scan.name)),
        *steps,
    )


def _page(page: PublishedPage, languages: Sequence[str]) -> etree._Element:
    sequence, found = page.scan.page.sequence, page.description
    regions = found.text.regions if found.text else ()
    boxes = [r.box for r in regions] + [p.box for p in found.illustrations]
    element = A.Page(
        A.PrintSpace(
            *_regions(regions, alto_page_id(sequence), languages),
            *(_illustration(picture) for picture in found.illustrations),
            **_place(_around(boxes, page)),
        ),
        ID=alto_page_id(sequence),
        PHYSICAL_IMG_NR=str(sequence),
        WIDTH=str(page.scan.width),
        HEIGHT=str(page.scan.height),
    )
    printed = page_label(page)
    if printed.strip(" -"):
        element.set("PRINTED_IMG_NR", printed)
    if found.confidence is not None:
        element.set("PC", f"{found.confidence:.3f}")
    return element


def _regions(
    regions: Sequence[TextRegion], prefix: str, languages: Sequence[str]
) -> Iterable[etree._Element]:
    lines = words = 0
    for number, region in enumerate(regions, start=1):
        built = []
        divided: str | None = None
        for line in region.lines:
            lines += 1
            after = _next(region.lines, line)
            element, divided = _line(line, after, divided, f"{prefix}_TL_{lines:04d}", words)
            words += len(line.words)
            built.append(element)
        block = A.TextBlock(
            *built,
            ID=f"{prefix}_TB_{number:04d}",
            TAGREFS=f"LT_{region.kind.upper()}",
            **_place(region.box),
        )
        language = region.language or (languages[0] if languages else "")
        if language:
            block.set("LANG", _BCP47.get(language, language))
        yield block


def _next(lines: Sequence[TextLine], line: TextLine) -> TextLine | None:
    at = lines.index(line)
    return lines[at + 1] if at + 1 < len(lines) else None


def _line(
    line: TextLine, after: TextLine | None, divided: str | None, key: str, counted: int
) -> tuple[etree._Element, str | None]:
    """Return a TextLine, and the whole of the word that it leaves to the next one."""
    parts: list[etree._Element] = []
    left: str | None = None
    for at, word in enumerate(line.words):
        if at:
            parts.append(_space(line.words[at - 1], word))
        number = f"{key.split('_TL_')[0]}_ST_{counted + at + 1:05d}"
        if word.hyphenated and after is not None and (cut := _DIVIDED.match(word.text)):
            left = cut[1] + after.words[0].text
            parts += [
                _string(word, number, content=cut[1], part=1, whole=left),
                A.HYP(CONTENT=cut[2]),
            ]
        elif at == 0 and divided is not None:
            parts.append(_string(word, number, part=2, whole=divided))
        else:
            parts.append(_string(word, number))
    return A.TextLine(*parts, ID=key, **_place(line.box)), left


def _string(
    word: Word, key: str, *, content: str | None = None, part: int = 0, whole: str = ""
) -> etree._Element:
    element = A.String(
        ID=key, CONTENT=content or word.text, WC=f"{word.confidence:.3f}", **_place(word.box)
    )
    if part:
        element.set("SUBS_TYPE", f"HypPart{part}")
        element.set("SUBS_CONTENT", whole)
    return element


def _space(before: Word, after: Word) -> etree._Element:
    width = max(0, after.box.left - before.box.right)
    return A.SP(HPOS=str(before.box.right), VPOS=str(before.box.top), WIDTH=str(width))


def _illustration(picture: Illustration) -> etree._Element:
    points = " ".join(f"{round(x)},{round(y)}" for x, y in picture.polygon)
    return A.Illustration(
        A.Shape(A.Polygon(POINTS=points)),
        ID=alto_illustration_id(picture.page.sequence, picture.ordinal),
        TAGREFS="LT_ILLUSTRATION",
        **_place(picture.box),
    )


def _around(boxes: Sequence[Box], page: PublishedPage) -> Box:
    if not boxes:
        return Box(0, 0, page.scan.width, page.scan.height)
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def _place(box: Box) -> dict[str, str]:
    return {
        "HPOS": str(box.left),
        "VPOS": str(box.top),
        "WIDTH": str(box.width),
        "HEIGHT": str(box.height),
    }
