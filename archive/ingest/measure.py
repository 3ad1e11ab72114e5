"""What a page is, found by decoding it in full: its size, resolution, colors and depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.images.images import load_image


@dataclass(frozen=True, slots=True)
class Measured:
    """A page that was decoded; ``dpi`` is None where the file does not say it."""

    width: int
    height: int
    dpi: float | None
    mimetype: str
    mode: str
    bits: int
    has_icc: bool


Measure = Callable[[Path, int, float, int], Measured]
"""Decodes a page of a file: path, frame, most megapixels, resolution at which PDFs are drawn."""


def measure(path: Path, frame: int, max_megapixels: float, pdf_dpi: int) -> Measured:
    """Decode page ``frame`` of the file at ``path`` in full; return what it is.

    Raises:
        ScanError: it is no image, damaged or too large.
    """
    image = load_image(path, frame=frame, max_megapixels=max_megapixels, pdf_dpi=pdf_dpi)
    return Measured(
        width=image.width,
        height=image.height,
        dpi=image.dpi,
        mimetype=image.mimetype,
        mode=image.mode,
        bits=image.bits,
        has_icc=image.had_icc,
    )
