"""Pictures on disk to arrays and back. The only module that opens an image file.

Everything is decoded by Pillow, by content and in full: OpenCV returns whole arrays for damaged
files. A page looks the same to every stage because they all come through ``load_image``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from archive.images.decode import as_array, bits_of, check_depth, over_white, to_rgb
from archive.images.opened import FORMATS, check_file, check_size, reading
from archive.images.pdf import is_pdf, pdf_page
from archive.images.tiff_colors import read_tiff
from archive.images.tiff_header import TiffHeader, is_tiff, tiff_header
from archive.images.tiff_kinds import OLD_JPEG, is_plain, is_whole, not_read, why_not_read
from archive.store import scratch
from schemas.errors import ScanError, is_systemic
from schemas.media_types import PDF, TIFF, type_of_pillow
from schemas.model import RGB8, Grey8

DPI_RANGE = (50.0, 2400.0)
"""Resolutions outside this range are mistakes of a scanner's software (1, 2.54, 99999)."""
_SCREENS, _LONGEST_PAGE = (72.0, 96.0), 28.0
"""What programs write that know no resolution; inches above which no page is so long."""

_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
"""Modes of colors with an alpha beside them."""
PNG_LEVEL = 2
_ORIENTATION = 274
"""EXIF tag."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImage:
    """A page as a person sees it.

    ``rgb`` (H, W, 3) uint8 sRGB, EXIF orientation applied. ``dpi`` None when the file does not
    say. ``icc`` is the profile the *returned* pixels are in: None for plain sRGB. ``bits`` and
    ``mode`` are the file's own.
    """

    rgb: RGB8
    dpi: float | None
    icc: bytes | None
    mode: str
    bits: int
    mimetype: str
    had_icc: bool

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.rgb.shape[1])


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
            return _finish(picture, PDF, dpi)
        if is_tiff(path):
            return _load_tiff(path, frame, max_megapixels)
        return _load_with_pillow(path, frame, max_megapixels)


def _load_tiff(path: Path, frame: int, max_megapixels: float) -> LoadedImage:
    header = tiff_header(path, frame)
    check_size(path, (header.width, header.height), max_megapixels)
    if not is_whole(header, path.stat().st_size):
        raise ScanError(f"{path}: damaged (its picture ends after the file); rescan it")
    if reason := why_not_read(header):
        raise ScanError(f"{path}: {reason}")
    if is_plain(header):
        return _load_plain_tiff(path, frame, header, max_megapixels)
    image, alpha = read_tiff(path, header)
    loaded = _finish(image, TIFF, _plausible_dpi(image))
    if alpha is None:
        return replace(loaded, bits=header.samples.depth)
    over_white(loaded.rgb, alpha)
    mode = _WITH_ALPHA.get(loaded.mode, loaded.mode)
    return replace(loaded, bits=header.samples.depth, mode=mode)


def _load_plain_tiff(
    path: Path, frame: int, header: TiffHeader, max_megapixels: float
) -> LoadedImage:
    try:
        return _load_with_pillow(path, frame, max_megapixels)
    except UnidentifiedImageError as error:
        raise ScanError(f"{path}: {not_read(header)}") from error
    except OSError as error:
        if header.packing.compression != OLD_JPEG or is_systemic(error):
            raise
        raise ScanError(
            f"{path}: old-style JPEG without its tables, or damaged ({error}); "
            "save it with another compression"
        ) from error


def _load_with_pillow(path: Path, frame: int, max_megapixels: float) -> LoadedImage:
    with Image.open(path, formats=FORMATS) as image:
        check_size(path, image.size, max_megapixels)
        if frame:
            image.seek(frame)
            check_size(path, image.size, max_megapixels)
        image.load()
        check_depth(path, image)
        loaded = _finish(image, type_of_pillow(image.format), _plausible_dpi(image))
        return replace(loaded, bits=bits_of(image))


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
    keep: dict[str, object] = {}
    if dpi:
        keep["dpi"] = (dpi, dpi)
    if icc:
        keep["icc_profile"] = icc
    Image.fromarray(array).save(path, format="PNG", compress_level=PNG_LEVEL, **keep)


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


def srgb_profile() -> bytes:
    """Return a plain sRGB ICC profile, always the same bytes."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # LittleCMS writes the time of day here
    return bytes(profile)


def _plausible_dpi(image: Image.Image) -> float | None:
    given = image.info.get("dpi")
    if not given:
        return None
    value = round(float(given[0]), 3)
    is_screen = round(value) in _SCREENS and max(image.size) > _LONGEST_PAGE * value
    return value if DPI_RANGE[0] <= value <= DPI_RANGE[1] and not is_screen else None


def _finish(image: Image.Image, mimetype: str, dpi: float | None) -> LoadedImage:
    mode = image.mode
    icc = image.info.get("icc_profile")
    is_turned = mimetype != TIFF and image.getexif().get(_ORIENTATION, 1) != 1
    upright = ImageOps.exif_transpose(image) if is_turned else image
    return LoadedImage(
        rgb=as_array(to_rgb(upright, icc)),
        dpi=dpi,
        icc=srgb_profile() if icc else None,
        mode=mode,
        bits=bits_of(image),
        mimetype=mimetype,
        had_icc=bool(icc),
    )
