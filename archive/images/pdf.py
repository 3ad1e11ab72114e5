"""PDF files: a page is its scan, pixel by pixel, or it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image
from pypdfium2 import raw

from archive.images.opened import check_total
from archive.images.pdf_layout import PageLayout, ScanPart, page_layout
from archive.images.pdf_objects import matrix_of
from schemas.errors import ScanError
from schemas.model import Scan

_MAGIC = b"%PDF-"
_INSET = 0.02
"""Pixels by which an image stays inside its own, so that PDFium does not widen it by rounding."""
_MOST_PAGES = 10_000
_NO_PASSWORD = (
    "protected by a password; deliver it without one, for example as `qpdf --decrypt` writes it"
)
_REASONS = {
    raw.FPDF_ERR_PASSWORD: _NO_PASSWORD,
    raw.FPDF_ERR_SECURITY: "encrypted in a way that is not read; deliver it without encryption",
    raw.FPDF_ERR_FORMAT: "damaged or no PDF; get the file again",
}


def is_pdf(path: Path) -> bool:
    """Say whether the file begins as a PDF does."""
    with path.open("rb") as stream:
        return _MAGIC in stream.read(1024)


def count_pages(path: Path) -> int:
    """Return the number of pages.

    Raises:
        ScanError: damaged, protected by a password, or of too many pages.
    """
    with _opened(path) as document:
        pages = len(document)
    if pages > _MOST_PAGES:
        raise ScanError(f"{path}: claims {pages} pages, allowed are {_MOST_PAGES}; split it")
    return pages


def registered_dpi(scan: Scan) -> int:
    """Return the resolution at which a page of a PDF is drawn again as it was registered.

    A page that is a scan without a known resolution has the pixels of the scan at the least.
    """
    return round(scan.dpi) if scan.dpi_is_known else 1


def pdf_page(
    path: Path, number: int, *, dpi: int, max_megapixels: float
) -> tuple[Image.Image, float | None]:
    """Return page ``number`` (from 0) in RGB as it is seen, and its resolution if that is known.

    A page that is one scan has the pixels of the scan; another is drawn at ``dpi``. CropBox,
    rotation and masks are respected; annotations and form fields are drawn.

    Raises:
        ScanError: damaged, protected, too large, or there is no such page.
    """
    with opened_page(path, number) as (document, page):
        layout = page_layout(page, name=_name(path, number), dpi=dpi, max_megapixels=max_megapixels)
        # a page as often as the file has pages: all others would have to be drawn to be measured
        check_total(path, layout.width * layout.height * len(document), max_megapixels)
        picture = _drawn(document, page, layout)
        if layout.parts and picture.getextrema() == ((255, 255),) * 3:
            _check_readable(layout.parts, _name(path, number))
        return picture, layout.dpi


@contextmanager
def opened_page(
    path: Path, number: int
) -> Iterator[tuple[pypdfium2.PdfDocument, pypdfium2.PdfPage]]:
    """Open the PDF at ``path`` with its form fields, and page ``number`` (from 0).

    Raises:
        ScanError: damaged, protected, or there is no such page; also if the body finds damage.
    """
    with _opened(path) as document:
        document.init_forms()
        if number >= len(document):
            raise ScanError(f"{path}: has no page {number + 1}; was it replaced?")
        try:
            yield document, document[number]
        except (RuntimeError, pypdfium2.PdfiumError) as error:
            raise ScanError(f"{_name(path, number)} is damaged ({error})") from error


def _name(path: Path, number: int) -> str:
    return f"{path}: page {number + 1}"


def _opened(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        reason = _REASONS.get(error.err_code, f"cannot be opened ({error}); get the file again")
        raise ScanError(f"{path}: {reason}") from error


def _drawn(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, layout: PageLayout
) -> Image.Image:
    """Return the page in RGB with its annotations and form fields."""
    for part in layout.parts:
        _set_on_grid(part, layout)
    width, height = layout.width, layout.height
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR, rev_byteorder=True)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER
    (x, y), (across, down) = layout.grid[2, :2], np.diag(layout.grid)[:2]
    matrix = raw.FS_MATRIX(across, 0, 0, down, x, y)
    raw.FPDF_RenderPageBitmapWithMatrix(
        bitmap, page, matrix, raw.FS_RECTF(0, 0, width, height), flags
    )
    if document.formenv:
        size = page.get_size()
        place = [round(side) for side in (x, y, across * size[0], down * size[1])]
        raw.FPDF_FFLDraw(document.formenv, bitmap, page, *place, 0, flags)
    return bitmap.to_pil()


def _set_on_grid(part: ScanPart, layout: PageLayout) -> None:
    """Move an image of the scan so that its pixels are pixels of the drawing.

    Sizes of pages are rounded, and PDFium fills every pixel that an image touches.
    """
    to_pixels = part.image.around @ layout.grid
    (x0, y0), (x1, y1) = (
        np.reshape(part.image.bounds, (2, 2)) @ layout.grid[:2, :2] + layout.grid[2, :2]
    )
    left, top, right, bottom = part.pixels
    across = (right - left - 2 * _INSET) / (x1 - x0)
    down = (bottom - top - 2 * _INSET) / (y1 - y0)
    shift = (left + _INSET - across * x0, top + _INSET - down * y0)
    onto = np.array([[across, 0, 0], [0, down, 0], [*shift, 1]])
    handle = part.image.handle
    moved = matrix_of(handle) @ to_pixels @ onto @ np.linalg.inv(to_pixels)
    handle.set_matrix(pypdfium2.PdfMatrix(*moved[:, :2].ravel().tolist()))


def _check_readable(parts: tuple[ScanPart, ...], name: str) -> None:
    """Refuse a scan that PDFium left out, because it cannot read it.

    Raises:
        ScanError: it is damaged or packed in a way that is not read.
    """
    for part in parts:
        try:
            part.image.handle.get_bitmap()
        except pypdfium2.PdfiumError as error:
            raise ScanError(
                f"{name}: its scan cannot be read ({error}); deliver the page as an image"
            ) from error
