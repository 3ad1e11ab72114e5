"""An issue for those without a METS reader: Dublin Core, JSON, and a table of illustrations.

Sources: http://www.openarchives.org/OAI/2.0/oai_dc.xsd; RFC 4180; RFC 8259.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from schemas.model import Illustration
from schemas.namespaces import DC, OAI_DC, XSI
from schemas.package import (
    ILLUSTRATION,
    PackageFile,
    caption_of,
    created_at,
    file_id,
    instant,
    label,
    page_label,
    urn,
)
from schemas.published import PublishedIssue, PublishedPage

D = ElementMaker(namespace=DC, nsmap={"dc": DC})
R = ElementMaker(namespace=OAI_DC, nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
_LOCATION = f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
COLUMNS = (
    "id", "issue", "page", "page_label", "number", "kind", "caption", "left", "top", "width",
    "height", "polygon", "file", "sha256", "pixel_width", "pixel_height", "dpi", "probability",
    "matte", "perceptual_hash", "credit", "caption_score", "caption_method", "kind_confidence",
    "continues",
)  # fmt: skip
"""Columns of illustrations.csv; places are pixels of the master."""

_FORMULA = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula."""


def dublin_core(published: PublishedIssue) -> bytes:
    """Return the ``oai_dc`` record of an issue, which every OAI-PMH server has to have."""
    metadata = published.metadata
    fields = [
        ("title", label(metadata)),
        ("publisher", metadata.publisher),
        ("date", metadata.date),
        ("type", "Text"),
        ("type", "StillImage"),
        ("format", f"{len(published.pages)} pages"),
        ("identifier", urn(published)),
        *(
            ("identifier", f"{identifier.scheme}:{identifier.value}")
            for identifier in metadata.identifiers
        ),
        ("source", metadata.owner),
        *(("language", code) for code in metadata.languages),
        ("relation", metadata.title),
        ("rights", metadata.rights),
    ]
    root = R.dc(*(D(name, value) for name, value in fields if value))
    root.set(f"{{{XSI}}}schemaLocation", _LOCATION)
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return document


def issue_json(published: PublishedIssue, files: Mapping[str, PackageFile]) -> bytes:
    """Return everything the catalog says of an issue; ``schemas/profile`` has its JSON Schema."""
    metadata = published.metadata
    record: dict[str, Any] = {
        "format": "bilderbogen-issue/1",
        "id": str(published.issue.issue),
        "urn": urn(published),
        "edition": published.edition,
        "created": instant(created_at(published)),
        "label": label(metadata),
        "title": metadata.title,
        "date": metadata.date,
        "volume": metadata.volume,
        "number": metadata.number,
        "languages": list(metadata.languages),
        "script": metadata.script,
        "rights": metadata.rights,
        "owner": metadata.owner,
        "publisher": metadata.publisher,
        "place": metadata.place,
        "identifiers": [{"scheme": i.scheme, "value": i.value} for i in metadata.identifiers],
        "metadata_source": str(metadata.source),
        "pages": [_page(page, files) for page in published.pages],
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"


def illustrations_csv(published: PublishedIssue, files: Mapping[str, PackageFile]) -> bytes:
    """Return a table of the illustrations: UTF-8, a header, a row each.

    A plate on two pages has two rows: each half has a place, a file and a digest of its own.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    for page in published.pages:
        for picture in page.description.illustrations:
            table.writerow(_row(published, page, picture, files))
    return text.getvalue().encode()


def _page(page: PublishedPage, files: Mapping[str, PackageFile]) -> dict[str, Any]:
    scan, description = page.scan, page.description
    return {
        "id": str(scan.page),
        "sequence": scan.place,
        "label": page_label(page),
        "name": scan.name,
        "sha256": scan.sha256,
        "width": scan.width,
        "height": scan.height,
        "dpi": scan.dpi if scan.dpi_is_known else None,
        "failed": page.failed,
        "turned": description.capture.turn,
        "mirrored": description.capture.is_mirrored,
        "negative": description.capture.is_negative,
        "kind": str(description.kind) if description.kind else None,
        "alarms": list(page.alarms),
        "confidence": description.confidence,
        "illustrations": [_picture(picture, files) for picture in description.illustrations],
    }


def _picture(picture: Illustration, files: Mapping[str, PackageFile]) -> dict[str, Any]:
    file = files.get(file_id(ILLUSTRATION, picture.page.sequence, picture.ordinal))
    return {
        "id": str(picture),
        "ordinal": picture.ordinal,
        "kind": picture.kind,
        "caption": caption_of(picture),
        "box": list(_place(picture)),
        "polygon": [[round(x), round(y)] for x, y in picture.polygon],
        "file": file.href if file else None,
        "probability": round(picture.probability, 4),
        "matte": picture.matte,
        "perceptual_hash": picture.perceptual_hash,
        "kind_confidence": round(picture.kind_confidence, 3),
        "continues": picture.continues or None,
        **_caption_record(picture),
    }


def _caption_record(picture: Illustration) -> dict[str, Any]:
    caption = picture.caption
    if caption is None:
        return {"credit": "", "caption_score": 0.0, "caption_method": ""}
    return {
        "credit": caption.credit,
        "caption_score": round(caption.score, 3),
        "caption_method": caption.method,
    }


def _row(
    published: PublishedIssue,
    page: PublishedPage,
    picture: Illustration,
    files: Mapping[str, PackageFile],
) -> dict[str, object]:
    scan = page.scan
    file = files.get(file_id(ILLUSTRATION, scan.page.sequence, picture.ordinal))
    values = (
        str(picture), str(published.issue.issue), scan.place,
        _plain(page_label(page).strip()), picture.ordinal, picture.kind,
        _plain(caption_of(picture)), *_place(picture),
        " ".join(f"{round(x)},{round(y)}" for x, y in picture.polygon),
        file.href if file else "", file.sha256 if file else "",
        file.width if file else "", file.height if file else "",
        f"{scan.dpi:g}" if scan.dpi_is_known else "", f"{picture.probability:.4f}",
        picture.matte, picture.perceptual_hash, *_caption(picture),
        f"{picture.kind_confidence:.3f}", picture.continues,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _caption(picture: Illustration) -> tuple[str, str, str]:
    caption = picture.caption
    return (
        (_plain(caption.credit), f"{caption.score:.3f}", caption.method)
        if caption
        else ("", "", "")
    )


def _plain(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: with an apostrophe before it.

    >>> _plain("=1+1"), _plain("Fig. 1"), _plain("")
    ("'=1+1", 'Fig. 1', '')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _place(picture: Illustration) -> Iterator[int]:
    box = picture.box
    return iter((box.left, box.top, box.width, box.height))
