"""PAGE-XML 2010 to 2024 to text and illustrations in pixels.

Source: https://github.com/PRImA-Research-Lab/PAGE-XML
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from schemas.errors import DocumentError
from schemas.geometry import Box, Polygon
from schemas.languages import to_language
from schemas.model import PageId, PageText, Region, RegionKind, TextLine, TextRegion, Word
from schemas.read.content import PageContent, Scale, around, clamp, number, points, union
from schemas.xml import local, namespace, parse_xml

_NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/"
_PICTURES = (
    "ImageRegion",
    "LineDrawingRegion",
    "GraphicRegion",
    "ChartRegion",
    "MapRegion",
)
_NO_PICTURES = (
    "separator",
    "frame",
    "punch-hole",
    "handwritten-annotation",
    "barcode",
    "decoration",
)
"""Types of GraphicRegion that are no illustration."""
_KINDS = {
    "caption": RegionKind.CAPTION,
    "header": RegionKind.HEADER,
    "page-number": RegionKind.HEADER,
}
_SCRIPT = re.compile(r"[A-Z][a-z]{3}(?![a-z])")


@dataclass(frozen=True, slots=True)
class _PageSheet:
    """What every element of a page is read with."""

    name: str
    scale: Scale
    frame: Box


def read_page_xml(
    content: bytes, *, page: PageId, name: str, size: tuple[int, int] | None = None
) -> PageContent:
    """Return what the PAGE-XML document ``content`` says of ``page``.

    ``size`` (width, height) is that of the image the result is wanted for; without it, pixels
    are those of the image the document names. Regions come in its reading order, those it leaves
    out after the others. A line without words is parted at its blanks, each word as large as
    the line.

    Raises:
        DocumentError: no PAGE-XML, no size of the image, points that are none; file, line and
            remedy are named.
    """
    root = parse_xml(content, name=name)
    if local(root) != "PcGts" or not namespace(root).startswith(_NAMESPACE):
        root_name = f"{local(root)} in {namespace(root) or 'no namespace'}"
        raise DocumentError(f"{name}:{root.sourceline}: root is {root_name}, not PAGE-XML")
    element = root.find("{*}Page")
    if element is None:
        raise DocumentError(f"{name}:{root.sourceline}: holds no Page; export it again")
    sheet = _sheet(element, name, size)
    text = PageText(page, tuple(_regions(element, sheet)), confidence=None)
    return PageContent(
        text, tuple(_illustrations(element, sheet)), sheet.frame.right, sheet.frame.bottom
    )


def _sheet(page: etree._Element, name: str, size: tuple[int, int] | None) -> _PageSheet:
    width, height = (number(page, key, name=name) or 0 for key in ("imageWidth", "imageHeight"))
    where = f"{name}:{page.sourceline}"
    if width < 1 or height < 1:
        raise DocumentError(f"{where}: Page states no imageWidth and imageHeight; add them")
    if size is None:
        return _PageSheet(name, Scale(), Box(0, 0, round(width), round(height)))
    scale = Scale.between((width, height), size, where=where)
    return _PageSheet(name, scale, Box(0, 0, *size))


def _regions(page: etree._Element, sheet: _PageSheet) -> Iterator[TextRegion]:
    regions = list(page.iter("{*}TextRegion"))
    place = {key: at for at, key in enumerate(_reading_order(page))}
    regions.sort(key=lambda region: place.get(region.get("id", ""), len(place)))
    for region in regions:
        outline = _box(region, sheet)
        lines = tuple(_lines(region, sheet, outline or sheet.frame))
        if not lines:
            continue
        box = outline or union(line.box for line in lines) or sheet.frame
        kind = _KINDS.get(region.get("type") or "", RegionKind.TEXT)
        yield TextRegion(kind, box, lines, language=_language(region), script=_script(region))


def _reading_order(page: etree._Element) -> list[str]:
    """Return the ids of regions in the order of the document's groups, indexed ones by index."""
    order = page.find("{*}ReadingOrder")
    return list(_flattened(order)) if order is not None else []


def _flattened(group: etree._Element) -> Iterator[str]:
    def index(element: etree._Element) -> int:
        index_text = element.get("index") or ""
        return (
            int(index_text)
            if index_text.isascii() and index_text.isdigit() and len(index_text) < 10
            else 0
        )

    for element in sorted(group, key=index):
        if element.get("regionRef"):
            yield element.get("regionRef", "")
        if len(element):
            yield from _flattened(element)


def _lines(region: etree._Element, sheet: _PageSheet, within: Box) -> Iterator[TextLine]:
    lines = region.findall("{*}TextLine")
    if not lines and region.find("{*}TextRegion") is None:
        for text in _text(region, sheet.name)[0].splitlines():
            if words := _split(text, within, 1.0):
                yield TextLine(within, words)
    for line in lines:
        outline = _box(line, sheet)
        words = tuple(_words(line, sheet, outline or within))
        if words:
            yield TextLine(outline or union(word.box for word in words) or within, words)


def _words(line: etree._Element, sheet: _PageSheet, within: Box) -> Iterator[Word]:
    words = line.findall("{*}Word")
    if not any(_text(word, sheet.name)[0].strip() for word in words):
        whole, sure = _text(line, sheet.name)
        yield from _split(whole, within, sure)
        return
    for word in words:
        text, sure = _text(word, sheet.name)
        if text.strip():
            yield Word(" ".join(text.split()), _box(word, sheet) or within, sure)


def _split(text: str, box: Box, sure: float) -> tuple[Word, ...]:
    return tuple(Word(part, box, sure) for part in text.split())


def _text(element: etree._Element, name: str) -> tuple[str, float]:
    """Return the text of ``element`` and how sure the document is of it, the best reading first."""
    equivalents = element.findall("{*}TextEquiv")
    if not equivalents:
        return "", 1.0
    best = min(equivalents, key=lambda equivalent: (equivalent.get("index") or "0").zfill(9))
    unicode, plain = best.find("{*}Unicode"), best.find("{*}PlainText")
    text = unicode if unicode is not None else plain
    sure = number(best, "conf", name=name)
    return (text.text or "") if text is not None else "", min(
        1.0, max(0.0, 1.0 if sure is None else sure)
    )


def _language(region: etree._Element) -> str:
    """Return the language of ``region``, else that of its first line."""
    lines = region.iterfind("{*}TextLine")
    codes = [region.get("primaryLanguage"), *(line.get("primaryLanguage") for line in lines)]
    return next((code for term in codes if term and (code := to_language(term))), "")


def _script(region: etree._Element) -> str:
    """Return the code at the front of "Latf - Latin (Fraktur variant)"."""
    match = _SCRIPT.match(region.get("primaryScript") or "")
    return match[0] if match else ""


def _illustrations(page: etree._Element, sheet: _PageSheet) -> Iterator[Region]:
    for element in page.iter(*(f"{{*}}{tag}" for tag in _PICTURES)):
        if element.get("type") in _NO_PICTURES:
            continue
        outline = _outline(element, sheet)
        box = around(outline, sheet.frame)
        if box is not None:
            yield Region(RegionKind.ILLUSTRATION, box, clamp(outline, sheet.frame), 1.0)


def _box(element: etree._Element, sheet: _PageSheet) -> Box | None:
    return around(_outline(element, sheet), sheet.frame)


def _outline(element: etree._Element, sheet: _PageSheet) -> Polygon:
    """Return the points of ``element`` in pixels: since 2013 one attribute, before elements."""
    coords = element.find("{*}Coords")
    if coords is None:
        return ()
    if coords.get("points"):
        where = f"{sheet.name}:{coords.sourceline}"
        return sheet.scale.apply(points(coords.get("points", ""), where=where))
    pairs = [
        (number(point, "x", name=sheet.name), number(point, "y", name=sheet.name))
        for point in coords.iterfind("{*}Point")
    ]
    return sheet.scale.apply([(x, y) for x, y in pairs if x is not None and y is not None])
