"""A page that was decoded, and what its file says of its resolution and colors."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from archive.images.decode import as_array, bits_of, to_rgb
from schemas.media_types import TIFF
from schemas.model import RGB8

DPI_RANGE = (50.0, 2400.0)
"""Resolutions outside this range are mistakes of a scanner's software (1, 2.54, 99999)."""
_SCREENS, _LONGEST_PAGE = (72.0, 96.0), 28.0
"""What programs write that know no resolution; inches above which no page is so long."""
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


def plausible_dpi(dpi: float | None, size: tuple[int, int]) -> float | None:
    """Return ``dpi`` if a scan of ``size`` (width, height) may have it, else None."""
    if dpi is None:
        return None
    value = round(dpi, 3)
    is_screen = round(value) in _SCREENS and max(size) > _LONGEST_PAGE * value
    return value if DPI_RANGE[0] <= value <= DPI_RANGE[1] and not is_screen else None


def stated_dpi(image: Image.Image) -> float | None:
    """Return the resolution that Pillow has found in the file, if a scan may have it."""
    stated = image.info.get("dpi")
    return plausible_dpi(float(stated[0]), image.size) if stated else None


def finished(image: Image.Image, mimetype: str, dpi: float | None) -> LoadedImage:
    """Return ``image`` in sRGB over white paper, turned as its EXIF says."""
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


def srgb_profile() -> bytes:
    """Return a plain sRGB ICC profile, always the same bytes."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # LittleCMS writes the time of day here
    return bytes(profile)
