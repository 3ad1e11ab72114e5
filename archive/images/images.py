"""Pictures on disk to arrays and back. The only module that opens an image file.

Everything is decoded by Pillow, by content and in full: OpenCV returns whole arrays for damaged
files. A page looks the same to every stage because they all come through ``load_image``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISREG

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from archive.images.decode import as_array, bits_of, is_page, reading, to_rgb, whole_frame
from archive.images.pdf import is_pdf, pdf_page
from archive.store import scratch
from schemas.errors import ScanError
from schemas.media_types import MEDIA_TYPES, PDF, TIFF, type_of_pillow
from schemas.model import RGB8, Grey8

MAX_BYTES = 4 * 1024**3
DPI_RANGE = (50.0, 2400.0)
"""Resolutions outside this range are mistakes of a scanner's software (1, 2.54, 99999)."""
_SCREENS, _LONGEST_PAGE = (72.0, 96.0), 28.0
"""What programs write that know no resolution; inches above which no page is so long."""

FORMATS = tuple(kind.pillow[0] for kind in MEDIA_TYPES if kind.pillow)
"""What a file may be, whatever its name: Pillow opens many kinds more, and EPS by Ghostscript."""
_LOSSLESS = ("TIFF", "PNG", "BMP", "PPM", "GIF")
_PREVIEW = 0.4
"""Size of a preview beside its page, at most."""
_MOST_FRAMES = 10_000
"""Frames of a TIFF that are looked at; a file of more is no magazine."""
PNG_LEVEL = 2
_ORIENTATION = 274
"""EXIF tag."""
Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded


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
    _check_file(path)
    with reading(path):
        if is_pdf(path):
            picture, dpi = pdf_page(path, frame, dpi=pdf_dpi, max_megapixels=max_megapixels)
            drawn_page = _finish(picture, PDF, dpi)
        else:
            with Image.open(path, formats=FORMATS) as image:
                _check_size(path, image.size, max_megapixels)
                if frame:
                    image.seek(frame)
                    _check_size(path, image.size, max_megapixels)
                whole = whole_frame(path, image, frame)
                mimetype = type_of_pillow(image.format)
                drawn_page = replace(_finish(whole, mimetype, _dpi(image)), bits=bits_of(image))
    return drawn_page


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


def page_frames(path: Path) -> tuple[int, ...]:
    """Return which frames of the file at ``path`` are pages, from 0.

    Reduced copies and masks, as pyramidal TIFFs hold them, are none, nor are previews.

    Raises:
        ScanError: as ``load_image``.
    """
    _check_file(path)
    with reading(path), Image.open(path, formats=FORMATS) as image:
        if image.format != "TIFF":  # the frames of an animation are no pages; to seek is to decode
            return (0,)
        frames, first = [], image.size
        for frame in range(min(_MOST_FRAMES, int(getattr(image, "n_frames", 1)))):
            image.seek(frame)
            if is_page(image) and not _is_preview(image.size, first):
                frames.append(frame)
    return tuple(frames) or (0,)


def _is_preview(size: tuple[int, int], first: tuple[int, int]) -> bool:
    """Say whether an image of ``size`` is a small picture of the page of size ``first``.

    Programs write such previews without NewSubfileType.
    """
    scale = max(size[0] / first[0], size[1] / first[1])
    is_alike = all(abs(side - scale * whole) <= 2 for side, whole in zip(size, first, strict=True))
    return scale <= _PREVIEW and is_alike


def image_quality(path: Path) -> tuple[int, int, bool]:
    """Return what makes a copy of a page better: pixels, bits a channel, whether it is lossless.

    Nothing is decoded. JPEG 2000 counts as lossy, since its header does not say.

    Raises:
        ScanError: as ``load_image``.
    """
    _check_file(path)
    with reading(path), Image.open(path, formats=FORMATS) as image:
        is_lossless = image.format in _LOSSLESS and image.info.get("compression") != "jpeg"
        return image.size[0] * image.size[1], bits_of(image), is_lossless


def image_size(path: Path) -> tuple[int, int]:
    """Return width and height of an image as a person sees it, without decoding it.

    Raises:
        ScanError: as ``load_image``.
    """
    _check_file(path)
    with reading(path), Image.open(path, formats=FORMATS) as image:
        is_turned = image.format != "TIFF" and image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
        width, height = image.size
    return (height, width) if is_turned else (width, height)


def srgb_profile() -> bytes:
    """Return a plain sRGB ICC profile, always the same bytes."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # LittleCMS writes the time of day here
    return bytes(profile)


def _check_file(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError as error:
        raise ScanError(f"{path}: is not there; was it moved?") from error
    if path.is_symlink() or not S_ISREG(status.st_mode):
        raise ScanError(f"{path}: not a regular file; links and devices are not followed")
    if status.st_size == 0:
        raise ScanError(f"{path}: empty file; rescan it")
    if status.st_size > MAX_BYTES:
        raise ScanError(f"{path}: {status.st_size} bytes; more than {MAX_BYTES} is not accepted")


def _check_size(path: Path, size: tuple[int, int], max_megapixels: float) -> None:
    megapixels = size[0] * size[1] / 1e6
    if megapixels > max_megapixels:
        raise ScanError(
            f"{path}: {size[0]} x {size[1]} is {megapixels:.0f} megapixels, allowed are "
            f"{max_megapixels:g}; raise [ingest] max_megapixels if this is right"
        )


def _dpi(image: Image.Image) -> float | None:
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
