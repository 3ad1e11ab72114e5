"""Rules for ALTO and hOCR, and the facts of an ALTO file that METS is compared with.

Kinds: ``archive`` is our own ALTO, ``other`` any other. Sources: ALTO 4.4; the readers of the
DFG-Viewer and Kitodo; hOCR 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from lxml import etree

from schemas.geometry import Box
from schemas.model import RegionKind
from schemas.namespaces import XHTML
from schemas.rules.mets import ARCHIVE, OTHER
from schemas.rules.rule import Fault, Rules
from schemas.xml import local, text_of

ALTO_RULES: Rules[etree._Element] = Rules()
HOCR_RULES: Rules[etree._Element] = Rules()
H = f"{{{XHTML}}}"
_PLACED = ("TextBlock", "TextLine", "String", "Illustration", "ComposedBlock", "GraphicalElement")
_POINT = re.compile(r"-?[\d.]+,-?[\d.]+")
_FLOAT = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_LOCAL = re.compile(r"file:/|^/(?:home|tmp|root|var|srv|mnt|Users)/|^[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True)
class AltoFacts:
    """What METS and a manifest are compared with: size, number, blocks, illustrations."""

    width: int
    height: int
    number: int
    blocks: frozenset[str]
    illustrations: tuple[tuple[str, str, Box], ...]
    """Id, FILEID and place of each."""


def kind_of_alto(root: etree._Element) -> str:
    """Return whether an ALTO document is our own."""
    tags = {tag.get("ID") for tag in root.iterfind("{*}Tags/{*}LayoutTag")}
    tags_of_regions = {f"LT_{kind.upper()}" for kind in RegionKind}
    return ARCHIVE if tags_of_regions <= tags and root.get("SCHEMAVERSION") == "4.4" else OTHER


def alto_facts(root: etree._Element) -> AltoFacts:
    """Return the facts of an ALTO document; what is no number counts as 0."""
    page = root.find("{*}Layout/{*}Page")
    if page is None:
        return AltoFacts(0, 0, 0, frozenset(), ())
    blocks = (e.get("ID") for e in page.iter("{*}TextBlock", "{*}ComposedBlock", "{*}Illustration"))
    pictures = tuple(
        (e.get("ID") or "", e.get("FILEID") or "", box)
        for e in page.iter("{*}Illustration")
        if (box := _box(e)) is not None
    )
    width, height, number = (
        int(_number(page.get(key)) or 0) for key in ("WIDTH", "HEIGHT", "PHYSICAL_IMG_NR")
    )
    return AltoFacts(width, height, number, frozenset(filter(None, blocks)), pictures)


@ALTO_RULES.add(4, "every tag and step that is referred to is there", ARCHIVE, OTHER)
def _references(root: etree._Element) -> Iterator[Fault]:
    ids = {key for e in root.iter("{*}*") if (key := e.get("ID"))}
    for element in root.iter("{*}*"):
        for name in ("TAGREFS", "PROCESSINGREFS", "STYLEREFS", "IDNEXT"):
            for key in (element.get(name) or "").split():
                if key not in ids:
                    yield element, f"{name} names {key}, which is nowhere"


@ALTO_RULES.add(34, "measured in pixels; every box is in the page and has a size", ARCHIVE)
def _boxes(root: etree._Element) -> Iterator[Fault]:
    if text_of(root.find("{*}Description/{*}MeasurementUnit")) != "pixel":
        yield root, "does not measure in pixel"
    facts = alto_facts(root)
    for element in root.iter(*(f"{{*}}{name}" for name in (*_PLACED, "PrintSpace"))):
        box = _box(element)
        if box is None:
            yield element, f"{_named(element)} has no width or height"
        elif not _inside(box, Box(0, 0, max(1, facts.width), max(1, facts.height))):
            yield element, f"{_named(element)} lies outside the page"


@ALTO_RULES.add(35, "confidences lie between 0 and 1", ARCHIVE, OTHER)
def _confidences(root: etree._Element) -> Iterator[Fault]:
    for element in root.iter("{*}String", "{*}Page"):
        for name in ("WC", "PC"):
            stated = element.get(name)
            value = _number(stated)
            if stated is not None and (value is None or not 0 <= value <= 1):
                yield element, f"{name} is {stated}; wanted is 0 to 1"


@ALTO_RULES.add(36, "a blank parts words; a divided word is said whole on both lines", ARCHIVE)
def _words(root: etree._Element) -> Iterator[Fault]:
    for line in root.iter("{*}TextLine"):
        before = ""
        for element in line:
            if before == local(element) == "String":
                yield element, f"no SP before {element.get('CONTENT')}"
            before = local(element)
    strings = [s for s in root.iter("{*}String") if s.get("SUBS_TYPE")]
    for string in strings:
        if not string.get("SUBS_CONTENT"):
            yield string, f"{string.get('CONTENT')} does not say the whole word"
    for first, second in zip(strings, [*strings[1:], None], strict=False):
        is_first = first.get("SUBS_TYPE") == "HypPart1"
        after = second.get("SUBS_TYPE") if second is not None else None
        if is_first and after != "HypPart2":
            yield first, f"{first.get('CONTENT')} is divided and has no second part"


@ALTO_RULES.add(37, "all text lies in the PrintSpace, and within its box", ARCHIVE)
def _print_space(root: etree._Element) -> Iterator[Fault]:
    space = root.find("{*}Layout/{*}Page/{*}PrintSpace")
    if space is None:
        yield root, "has no PrintSpace"
        return
    outline = _box(space)
    for block in root.iter("{*}TextBlock"):
        if next((a for a in block.iterancestors() if a is space), None) is None:
            yield block, f"{_named(block)} is not in the PrintSpace; viewers will not show it"
        box = _box(block)
        if box is not None and outline is not None and not _inside(box, outline):
            yield block, f"{_named(block)} lies outside the box of the PrintSpace"


@ALTO_RULES.add(38, "every illustration names its file and has an outline", ARCHIVE)
def _illustrations(root: etree._Element) -> Iterator[Fault]:
    for element in root.iter("{*}Illustration"):
        if not element.get("FILEID"):
            yield element, f"{_named(element)} has no FILEID"
        polygon = element.find("{*}Shape/{*}Polygon")
        points = (polygon.get("POINTS") or "").split() if polygon is not None else []
        if len(points) < 3 or not all(_POINT.fullmatch(point) for point in points):
            yield element, f"{_named(element)} has no outline of three points x,y or more"


@ALTO_RULES.add(40, "no path of the machine that wrote it", ARCHIVE)
def _no_local_path(root: etree._Element) -> Iterator[Fault]:
    description = root.find("{*}Description")
    for element in description.iter("{*}*") if description is not None else ():
        if _LOCAL.search(text_of(element)):
            yield element, f"holds the path {text_of(element)}"


@ALTO_RULES.add(42, "recognition is named with software, version and settings", ARCHIVE)
def _processing(root: etree._Element) -> Iterator[Fault]:
    if next(root.iter("{*}String"), None) is None:
        return
    steps = list(root.iterfind("{*}Description/{*}Processing"))
    read = [s for s in steps if "recognition" in text_of(s.find("{*}processingStepDescription"))]
    if not read:
        yield root, "has words and names no recognition in Processing"
    for step in read:
        for name in ("processingStepSettings", "processingSoftware/{*}softwareVersion"):
            if not text_of(step.find(f"{{*}}{name}")):
                yield step, f"the recognition has no {name.rpartition('}')[2]}"


def kind_of_hocr(root: etree._Element) -> str:
    """Return whether an hOCR document is our own."""
    return ARCHIVE if "Bilderbogen " in _metas(root).get("ocr-system", "") else OTHER


@HOCR_RULES.add(43, "hOCR says system and capabilities", ARCHIVE, OTHER)
def _system(root: etree._Element) -> Iterator[Fault]:
    yield from _without(root, "ocr-system", "ocr-capabilities")


@HOCR_RULES.add(43, "ours says languages, pages, and where everything lies", ARCHIVE)
def _hocr(root: etree._Element) -> Iterator[Fault]:
    yield from _without(root, "ocr-langs", "ocr-number-of-pages")
    able = _metas(root).get("ocr-capabilities", "").split()
    for element in root.iter(f"{H}div", f"{H}span"):
        of = element.get("class") or ""
        if of and of not in able:
            yield element, f"uses {of}, which ocr-capabilities does not name"
        if of and not (element.get("title") or "").startswith("bbox "):
            yield element, f"{of} has no bbox"


def _without(root: etree._Element, *names: str) -> Iterator[Fault]:
    metas = _metas(root)
    for name in names:
        if not metas.get(name):
            yield root, f"has no meta {name}"


def _metas(root: etree._Element) -> dict[str, str]:
    return {meta.get("name") or "": meta.get("content") or "" for meta in root.iter(f"{H}meta")}


def _number(text: str | None) -> float | None:
    """Return an xs:float; what is none, or has no end, is None."""
    if text is None or not _FLOAT.fullmatch(text.strip()) or not isfinite(value := float(text)):
        return None
    return value


def _box(element: etree._Element) -> Box | None:
    place = [_number(element.get(key)) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    left, top, width, height = (value or 0 for value in place)
    if None in place or width <= 0 or height <= 0 or not isfinite(left + width + top + height):
        return None
    return Box(round(left), round(top), max(round(left + width), round(left) + 1),
               max(round(top + height), round(top) + 1))  # fmt: skip


def _inside(box: Box, outline: Box) -> bool:
    return box.overlap(outline) == box.area


def _named(element: etree._Element) -> str:
    return f"{local(element)} {element.get('ID') or ''}".strip()
