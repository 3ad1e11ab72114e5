"""PDF files: a page is its one embedded scan, or it is drawn."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

from schemas.errors import ScanError

_MAGIC = b"%PDF-"


def is_pdf(path: Path) -> bool:
    """Say whether the file begins as a PDF does."""
    with path.open("rb") as stream:
        return _MAGIC in stream.read(1024)


def count_pages(path: Path) -> int:
    """Return the number of pages.

    Raises:
        ScanError: damaged or protected by a password.
    """
    with _open(path) as document:
        return len(document)


def pdf_page(
    path: Path, number: int, *, dpi: int, max_megapixels: float
) -> tuple[Image.Image, float]:
    """Return page ``number`` (from 0) drawn at ``dpi``, or at its scan's own resolution.

    A page that is one image over the whole page is drawn so that one pixel of the scan is one
    pixel here; rotation and masks of the PDF are thereby respected.

    Raises:
        ScanError: damaged, protected, too large, or there is no such page.
    """
    with _open(path) as document:
        if number >= len(document):
            raise ScanError(f"{path}: has no page {number + 1}; was it replaced?")
        try:
            page = document[number]
            width, height = page.get_size()
            scan_dpi = _scan_dpi(page, width) or float(dpi)
            megapixels = (width * scan_dpi / 72) * (height * scan_dpi / 72) / 1e6
            if megapixels > max_megapixels:
                raise ScanError(
                    f"{path}: page {number + 1} is {megapixels:.0f} megapixels, allowed are "
                    f"{max_megapixels:g}; raise [ingest] max_megapixels if this is right"
                )
            return page.render(scale=scan_dpi / 72).to_pil().convert("RGB"), scan_dpi
        except (RuntimeError, pypdfium2.PdfiumError) as error:
            raise ScanError(f"{path}: page {number + 1} is damaged ({error})") from error


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise ScanError(f"{path}: cannot be opened ({error}); damaged or protected") from error


def _scan_dpi(page: pypdfium2.PdfPage, width_points: float) -> float | None:
    pictures = list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
    if len(pictures) != 1:
        return None
    left, _, right, _ = pictures[0].get_bounds()
    pixels = pictures[0].get_px_size()[0]
    if right - left < 0.95 * width_points or width_points <= 0:
        return None
    return min(2400.0, max(72.0, pixels / (width_points / 72)))
