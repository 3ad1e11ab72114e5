"""The text of a page alone: as plain text, and as hOCR 1.2 with places and confidences.

Source: https://kba.github.io/hocr-spec/1.2/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.builder import ElementMaker

from schemas.geometry import Box
from schemas.languages import to_tag
from schemas.model import Illustration, RegionKind, TextLine, TextRegion
from schemas.namespaces import XHTML
from schemas.package import alto_illustration_id, alto_page_id, caption_of, xml_text
from schemas.published import PublishedPage
from schemas.write.alto import divided, whole_word
from schemas.write.provenance import SOFTWARE

H = ElementMaker(namespace=XHTML, nsmap={None: XHTML})
_CAPABILITIES = "ocr_page ocr_carea ocr_header ocr_caption ocr_line ocrx_word ocr_photo ocrp_lang"
_CONFIDENCE = "ocrp_wconf"
_DOCTYPE = "<!DOCTYPE html>"
_CLASSES = {RegionKind.HEADER: "ocr_header", RegionKind.CAPTION: "ocr_caption"}


def plain_text(page: PublishedPage) -> str:
    """Return the words of ``page`` in reading order: a line a row, divided words joined.

    A blank row parts regions. A page without words gives an empty text.
    """
    text = page.description.text
    blocks = ["\n".join(_rows(region)) for region in (text.regions if text else ())]
    return "".join(f"{block}\n\n" for block in blocks if block).removesuffix("\n")


def hocr_document(page: PublishedPage, *, languages: Sequence[str] = ()) -> bytes:
    """Return ``page`` as hOCR; illustrations are ``ocr_photo`` with box and outline."""
    tags = [tag for code in languages if (tag := to_tag(code))]
    agents = [event.agent for event in page.events if event.kind.startswith("recognition/")]
    root = H.html(
        H.head(
            H.title(str(page.scan.page)),
            _meta("ocr-system", ", ".join(dict.fromkeys([*agents, SOFTWARE]))),
            _meta("ocr-capabilities", f"{_CAPABILITIES} {_CONFIDENCE}"),
            _meta("ocr-langs", " ".join(tags) or "unknown"),
            _meta("ocr-number-of-pages", "1"),
        ),
        H.body(_page(page, tags)),
    )
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=_DOCTYPE
    )
    return document


def _rows(region: TextRegion) -> Iterator[str]:
    """Yield the lines; a word divided at the end of one stands whole in it."""
    taken = 0
    read = [line for line in region.lines if line.words]
    for at, line in enumerate(read, start=1):
        words = [word.text for word in line.words[taken:]]
        cut = divided(line.words[-1]) if at < len(read) else None
        if cut is not None and words:
            words[-1] = whole_word(cut[0], read[at:])
        taken = int(cut is not None)
        if words:
            yield " ".join(words)


def _meta(name: str, content: str) -> etree._Element:
    return H.meta(name=name, content=content)


def _page(page: PublishedPage, tags: Sequence[str]) -> etree._Element:
    prefix, description = alto_page_id(page.scan.page.sequence), page.description
    regions = description.text.regions if description.text else ()
    whole = f"{_bbox(Box(0, 0, page.scan.width, page.scan.height))}; "
    whole += f"ppageno {page.scan.place - 1}; scan_res {page.scan.dpi:g} {page.scan.dpi:g}"
    return H.div(
        *(_region(region, number, prefix, tags) for number, region in enumerate(regions, start=1)),
        *(_picture(picture) for picture in description.illustrations),
        {"class": "ocr_page", "id": prefix, "title": whole},
    )


def _region(region: TextRegion, number: int, prefix: str, tags: Sequence[str]) -> etree._Element:
    key = f"{prefix}_B{number:04d}"
    element = H.div(
        *(_line(line, f"{key}_L{at:04d}") for at, line in enumerate(region.lines, start=1)),
        {
            "class": _CLASSES.get(region.kind, "ocr_carea"),
            "id": key,
            "title": _bbox(region.box),
        },
    )
    tag = to_tag(region.language) or next(iter(tags), "")
    if tag:
        element.set("lang", tag)
    return element


def _line(line: TextLine, key: str) -> etree._Element:
    words = []
    for at, word in enumerate(line.words, start=1):
        title = f"{_bbox(word.box)}; x_wconf {round(word.confidence * 100)}"
        words.append(
            H.span(
                xml_text(word.text),
                {"class": "ocrx_word", "id": f"{key}_W{at:03d}", "title": title},
            )
        )
    return H.span(*words, {"class": "ocr_line", "id": key, "title": _bbox(line.box)})


def _picture(picture: Illustration) -> etree._Element:
    outline = " ".join(f"{round(x)} {round(y)}" for x, y in picture.polygon)
    attributes = {
        "class": "ocr_photo",
        "id": alto_illustration_id(picture.page.sequence, picture.ordinal),
        "title": f"{_bbox(picture.box)}; poly {outline}",
    }
    if caption := caption_of(picture):
        attributes["aria-label"] = caption
    return H.div(attributes)


def _bbox(box: Box) -> str:
    return f"bbox {box.left} {box.top} {box.right} {box.bottom}"
