"""Pages to arrays, and arrays to files and back.

Everything is decoded by content and in full: OpenCV returns whole arrays for damaged files. A page
looks the same to every stage because they all come through ``load_image``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.images.loaded import LoadedImage, finished
from archive.images.opened import check_file, reading
from archive.images.pdf import is_pdf, pdf_page
from archive.images.pillow import load_with_pillow
from archive.images.png import encode_png
from archive.images.tiff import load_tiff
from archive.images.tiff_header import is_tiff
from archive.store import scratch
from schemas.media_types import PDF
from schemas.model import RGB8, Grey8


def load_image(
    path: Path, *, frame: int = 0, max_megapixels: float = 300.0, pdf_dpi: int = 300
) -> LoadedImage:
    """Return page ``frame`` of the image or PDF at ``path``.

    Raises:
        ScanError: not a regular file, empty, not an image, damaged, or too large.
    """
    check_file(path)
    with reading(path):
        if is_pdf(path):
            picture, dpi = pdf_page(path, frame, dpi=pdf_dpi, max_megapixels=max_megapixels)
            return finished(picture, PDF, dpi)
        if is_tiff(path):
            return load_tiff(path, frame, max_megapixels)
        return load_with_pillow(path, frame, max_megapixels)


def load_rgb(path: Path) -> RGB8:
    """Return an image we wrote, as (H, W, 3) uint8."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def load_rgba(path: Path) -> NDArray[np.uint8]:
    """Return an image we wrote, as (H, W, 4) uint8."""
    with Image.open(path) as image:
        return np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))


def load_grey(path: Path) -> Grey8:
    """Return an image we wrote, as (H, W) uint8."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def load_labels(path: Path) -> NDArray[np.uint8]:
    """Return a label map, grey or palette, as it stands: (H, W) uint8 class indices.

    Raises:
        ScanError: it is absent, damaged or no image.
    """
    with reading(path), Image.open(path) as image:
        return np.asarray(image if image.mode in ("L", "P") else image.convert("L"))


def load_planes(path: Path, planes: int) -> NDArray[np.float32]:
    """Return what ``save_planes`` wrote: (planes, h, w) float32 0..1."""
    stacked = load_grey(path)
    values = stacked.reshape(planes, -1, stacked.shape[1]) / 255
    return values.astype(np.float32)


def save_planes(path: Path, planes: NDArray[np.float32]) -> None:
    """Write (n, h, w) values 0..1 as one grey PNG, planes below each other, in 256 steps."""
    stacked = planes.reshape(-1, planes.shape[2])
    save_png(path, np.round(stacked * 255).astype(np.uint8))


def save_png(
    path: Path, array: NDArray[np.uint8], *, dpi: float | None = None, icc: bytes | None = None
) -> None:
    """Write (H, W), (H, W, 3) or (H, W, 4) uint8 as PNG."""
    path.write_bytes(encode_png(array, dpi=dpi, icc=icc))


def save_pgm(path: Path, grey: Grey8) -> None:
    """Write (H, W) uint8 as PGM, which Tesseract reads fastest."""
    Image.fromarray(grey).save(path, format="PPM")


@contextmanager
def grey_file(grey: Grey8) -> Iterator[Path]:
    """Write (H, W) uint8 as PGM into scratch; it goes with what is written beside it."""
    with scratch() as folder:
        path = folder / "page.pgm"
        save_pgm(path, grey)
        yield path


def save_jpeg(path: Path, rgb: RGB8, *, quality: int = 85, long_side: int | None = None) -> None:
    """Write (H, W, 3) uint8 as JPEG, reduced to ``long_side`` if it is larger."""
    image = Image.fromarray(rgb)
    if long_side and max(image.size) > long_side:
        image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    image.save(path, format="JPEG", quality=quality)


def save_tiff(path: Path, array: NDArray[np.uint8], *, dpi: float) -> None:
    """Write (H, W) or (H, W, 3) uint8 as LZW TIFF; the same array gives the same bytes."""
    Image.fromarray(array).save(path, format="TIFF", compression="tiff_lzw", dpi=(dpi, dpi))
