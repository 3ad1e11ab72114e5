"""Text that came with the pages: found, read, and kept as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from archive.images.pdf import is_pdf
from archive.images.pdf_text import pdf_text
from schemas.errors import DocumentError
from schemas.model import KEPT, PageText, Scan
from schemas.read.alto import read_alto
from schemas.read.page_xml import read_page_xml
from schemas.xml import local, parse_xml

_BESIDE = ("", "alto", "page", "ocr", "fulltext")
"""Folders beside a scan in which other systems put its text."""


def text_beside(scan: Path) -> Path | None:
    """Return the ALTO or PAGE-XML file of ``scan``: NAME.xml beside it or in a folder there."""
    for folder in _BESIDE:
        path = scan.parent / folder / f"{scan.stem}.xml"
        if path.is_file() and not path.is_symlink():
            return path
    return None


def read_text(path: Path, scan: Scan) -> PageText | None:
    """Return the text in ``path`` in pixels of ``scan``; None for a PDF without a text layer.

    Raises:
        DocumentError: it is neither ALTO nor PAGE-XML, or of another page; the letters of a text
            layer have no meaning.
        ScanError: a PDF that is damaged.
    """
    size = (scan.width, scan.height)
    if is_pdf(path):
        text = pdf_text(path, scan.frame, page=scan.page, size=size)
        return replace(text, models=f"{KEPT} {path.name}") if text is not None else None
    content = path.read_bytes()
    if local(parse_xml(content, name=str(path))) == "PcGts":
        content_read = read_page_xml(content, page=scan.page, name=str(path), size=size)
    else:
        content_read = read_alto(content, page=scan.page, name=str(path), dpi=scan.dpi, size=size)
    if not any(word.text.strip() for word in content_read.text.words()):
        raise DocumentError(f"{path}: holds no word; the page will be recognized")
    return replace(content_read.text, models=f"{KEPT} {path.name}")
