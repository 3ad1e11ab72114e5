"""ALTO 1.4 to 4.4 to text and illustrations in pixels.

In any of its namespaces or none, in pixels, tenths of a millimeter or 1/1200 inch. Source:
https://www.loc.gov/standards/alto/
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from schemas.errors import DocumentError
from schemas.geometry import Box, Polygon
from schemas.languages import to_language
from schemas.model import PageId, PageText, Region, RegionKind, TextLine, TextRegion, Word
from schemas.read.content import PageContent, Scale, around, clamp, corners, number, points, union
from schemas.xml import local, namespace, parse_xml, text_of

_NAMESPACES = ("http://www.loc.gov/standards/alto/", "http://schema.ccs-gmbh.com/")
_UNITS_PER_INCH = {"mm10": 254.0, "inch1200": 1200.0}
_PICTURES = ("illustration", "picture", "photograph", "photo", "image", "drawing", "map")
_KINDS = {
    "caption": RegionKind.CAPTION,
    "header": RegionKind.HEADER,
    "page-header": RegionKind.HEADER,
    "running head": RegionKind.HEADER,
}
_ELLIPSE_POINTS = 16


@dataclass(frozen=True, slots=True)
class _AltoSheet:
    """What every element of a page is read with."""

    name: str
    scale: Scale
    frame: Box | None
    kinds: dict[str, RegionKind]
    confidence: float | None


def read_alto(
    content: bytes,
    *,
    page: PageId,
    name: str,
    dpi: float | None = None,
    size: tuple[int, int] | None = None,
) -> PageContent:
    """Return what the ALTO document ``content`` says of ``page``.

    ``size`` (width, height) is that of the image the result is wanted for: coordinates are
    scaled to it from the page's own WIDTH and HEIGHT. Without it, units of length are turned
    into pixels by ``dpi``. A place the document leaves out, or puts outside its page, is taken
    from what is around: a word is then as large as its line.

    Raises:
        DocumentError: no ALTO, not one page, numbers that are none, units that need ``dpi`` or
            ``size``; file, line and remedy are named.
    """
    root = parse_xml(content, name=name)
    if local(root) != "alto" or not (namespace(root) or _NAMESPACES[0]).startswith(_NAMESPACES):
        root_name = f"{local(root)} in {namespace(root) or 'no namespace'}"
        raise DocumentError(f"{name}:{root.sourceline}: root is {root_name}, not ALTO 1 to 4")
    element = _page(root, name)
    scale = _scale(root, element, name, dpi, size)
    frame = _frame(element, name, scale)
    sheet = _AltoSheet(name, scale, frame, _kinds(root), _stated_confidence(element, name))
    regions = tuple(_regions(element, sheet))
    illustrations = tuple(_illustrations(element, sheet))
    whole = union([frame, *(r.box for r in regions), *(i.box for i in illustrations)])
    text = PageText(page, regions, models="", confidence=sheet.confidence)
    return PageContent(text, illustrations, *((whole.right, whole.bottom) if whole else (0, 0)))


def _page(root: etree._Element, name: str) -> etree._Element:
    pages = root.findall("{*}Layout/{*}Page")
    if len(pages) != 1:
        raise DocumentError(
            f"{name}:{root.sourceline}: holds {len(pages)} pages; export one file for each page"
        )
    return pages[0]


def _scale(
    root: etree._Element,
    page: etree._Element,
    name: str,
    dpi: float | None,
    size: tuple[int, int] | None,
) -> Scale:
    unit = text_of(root.find("{*}Description/{*}MeasurementUnit")) or "pixel"
    where = f"{name}:{page.sourceline}"
    if unit != "pixel" and unit not in _UNITS_PER_INCH:
        raise DocumentError(f"{where}: unit {unit!r}; allowed are pixel, mm10, inch1200")
    width, height = (number(page, key, name=name) or 0 for key in ("WIDTH", "HEIGHT"))
    if size is not None and width > 0 and height > 0:
        return Scale.between((width, height), size, where=where)
    if unit == "pixel":
        return Scale()
    if dpi is None or not 0 < dpi < math.inf:
        raise DocumentError(
            f"{where}: measures in {unit} and states no size of the page; give the dpi of its image"
        )
    return Scale(dpi / _UNITS_PER_INCH[unit], dpi / _UNITS_PER_INCH[unit])


def _frame(page: etree._Element, name: str, scale: Scale) -> Box | None:
    width, height = (number(page, key, name=name) or 0 for key in ("WIDTH", "HEIGHT"))
    if width <= 0 or height <= 0:
        return None
    (far,) = scale.apply([(width, height)])
    return Box(0, 0, max(1, round(far[0])), max(1, round(far[1])))


def _kinds(root: etree._Element) -> dict[str, RegionKind]:
    """Return the tags that say what a block is, by their ids."""
    tags = root.iterfind("{*}Tags/{*}*")
    labels = {tag.get("ID", ""): (tag.get("LABEL") or "").strip().lower() for tag in tags}
    return {key: _KINDS[label] for key, label in labels.items() if label in _KINDS}


def _stated_confidence(page: etree._Element, name: str) -> float | None:
    confidence = number(page, "PC", name=name)
    percent = number(page, "ACCURACY", name=name) if confidence is None else None
    return _unit(confidence if percent is None else percent / 100)


def _unit(value: float | None) -> float | None:
    """Return a confidence as 0..1; some write per cent."""
    if value is None:
        return None
    return min(1.0, max(0.0, value / 100 if value > 1 else value))


def _regions(page: etree._Element, sheet: _AltoSheet) -> Iterator[TextRegion]:
    for block in page.iter("{*}TextBlock"):
        outline = _box(block, sheet)
        lines = tuple(_lines(block, sheet, outline or sheet.frame))
        box = outline or union(line.box for line in lines)
        if not lines or box is None:
            continue
        language = block.get("LANG") or block.get("language") or ""
        yield TextRegion(_kind(block, sheet), box, lines, language=to_language(language))


def _kind(block: etree._Element, sheet: _AltoSheet) -> RegionKind:
    for key in (block.get("TAGREFS") or "").split():
        if key in sheet.kinds:
            return sheet.kinds[key]
    above = next(block.iterancestors("{*}TopMargin"), None)
    return RegionKind.TEXT if above is None else RegionKind.HEADER


def _lines(block: etree._Element, sheet: _AltoSheet, around_it: Box | None) -> Iterator[TextLine]:
    for line in block.iterfind("{*}TextLine"):
        outline = _box(line, sheet)
        words = tuple(_words(line, sheet, outline or around_it))
        box = outline or union(word.box for word in words)
        if words and box is not None:
            yield TextLine(box, words)


def _words(line: etree._Element, sheet: _AltoSheet, around_it: Box | None) -> Iterator[Word]:
    for string in line.iterfind("{*}String"):
        text = " ".join((string.get("CONTENT") or "").split())
        box = _box(string, sheet) or around_it
        if not text:
            continue
        if box is None:
            raise DocumentError(
                f"{sheet.name}:{string.sourceline}: the word {text[:20]!r} has no place, nor has"
                " anything around it; export it with coordinates"
            )
        hyphen = _hyphen(string)
        confidence = _unit(number(string, "WC", name=sheet.name))
        sure = next((c for c in (confidence, sheet.confidence) if c is not None), 1.0)
        yield Word(text + hyphen, box, sure, hyphenated=bool(hyphen))


def _hyphen(string: etree._Element) -> str:
    after = string.getnext()
    if after is None or local(after) != "HYP":
        return ""
    content = (after.get("CONTENT") or "").strip()
    return "-" if content in ("", "\xad") else content


def _illustrations(page: etree._Element, sheet: _AltoSheet) -> Iterator[Region]:
    for element in page.iter("{*}Illustration", "{*}ComposedBlock"):
        if local(element) == "ComposedBlock" and not _is_picture(element):
            continue
        outline = _outline(element, sheet)
        box = around(outline, sheet.frame)
        if box is not None:
            yield Region(RegionKind.ILLUSTRATION, box, clamp(outline, sheet.frame), 1.0)


def _is_picture(block: etree._Element) -> bool:
    """Say whether a ComposedBlock is a picture, as docWorks and NDNP write it."""
    kind = (block.get("TYPE") or "").strip().lower()
    return kind in _PICTURES and block.find(".//{*}Illustration") is None


def _box(element: etree._Element, sheet: _AltoSheet) -> Box | None:
    return around(_outline(element, sheet), sheet.frame)


def _outline(element: etree._Element, sheet: _AltoSheet) -> Polygon:
    """Return the polygon of ``element`` in pixels: its Shape, its box, or that of its glyphs."""
    shape = element.find("{*}Shape")
    drawn = _drawn(shape[0], sheet) if shape is not None and len(shape) else ()
    if len(drawn) > 2:
        return sheet.scale.apply(drawn)
    sides = [number(element, key, name=sheet.name) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    left, top, width, height = sides
    if left is not None and top is not None and (width or 0) > 0 and (height or 0) > 0:
        far = (left + (width or 0), top + (height or 0))
        return sheet.scale.apply([(left, top), (far[0], top), far, (left, far[1])])
    glyphs = union(_box(glyph, sheet) for glyph in element.iterfind("{*}Glyph"))
    return corners(glyphs) if glyphs else ()


def _drawn(shape: etree._Element, sheet: _AltoSheet) -> Polygon:
    if local(shape) == "Polygon":
        where = f"{sheet.name}:{shape.sourceline}"
        return points(shape.get("POINTS") or "", where=where)
    keys = ("HPOS", "VPOS", "HLENGTH", "VLENGTH", "RADIUS")
    x, y, along, across, radius = (number(shape, key, name=sheet.name) for key in keys)
    along, across = along or radius, across or radius
    if x is None or y is None or not along or not across:
        return ()
    angles = [2 * math.pi * step / _ELLIPSE_POINTS for step in range(_ELLIPSE_POINTS)]
    return tuple((x + along * math.cos(a), y + across * math.sin(a)) for a in angles)
