"""Pages that Pillow decodes: every kind but PDF and odd TIFFs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from archive.images.decode import bits_of, check_depth
from archive.images.jp2 import Jp2Header, is_jp2, jp2_header, why_jp2_is_not_read
from archive.images.jpeg import why_jpeg_is_not_read
from archive.images.loaded import LoadedImage, finished, plausible_dpi, stated_dpi
from archive.images.opened import check_size, opened_image
from schemas.errors import ScanError
from schemas.media_types import JP2, type_of_pillow

_ANIMATED = frozenset({"GIF", "WEBP", "PNG", "AVIF", "HEIF"})
"""Formats of Pillow whose further frames are pictures of an animation or a burst, not pages."""
_DEFAULTS = (72, 96)
"""Resolutions for a screen that programs write into the display box unasked."""


def load_with_pillow(path: Path, frame: int, max_megapixels: float) -> LoadedImage:
    """Return image ``frame`` (from 0) of a file as a person sees it.

    Raises:
        ScanError: too large, an animation, or of a kind that is not read.
        OSError, ValueError, …: damaged, for ``reading`` to name.
    """
    if reason := why_jpeg_is_not_read(path):
        raise ScanError(f"{path}: {reason}")
    header = _checked_jp2(path, max_megapixels) if is_jp2(path) else None
    with opened_image(path, max_megapixels=max_megapixels) as image:
        check_size(path, image.size, max_megapixels)
        if image.format in _ANIMATED and getattr(image, "is_animated", False):
            raise ScanError(
                f"{path}: holds several pictures, as an animation does; deliver one each"
            )
        if frame:
            image.seek(frame)
            check_size(path, image.size, max_megapixels)
        image.load()
        check_depth(path, image)
        if header is not None:
            return _finished_jp2(image, header)
        loaded = finished(image, type_of_pillow(image.format), stated_dpi(image))
        return replace(loaded, bits=bits_of(image))


def _checked_jp2(path: Path, max_megapixels: float) -> Jp2Header:
    header = jp2_header(path)
    check_size(path, header.size, max_megapixels)
    if reason := why_jp2_is_not_read(header):
        raise ScanError(f"{path}: {reason}")
    return header


def _finished_jp2(image: Image.Image, header: Jp2Header) -> LoadedImage:
    """Return the page with what its boxes say: the scanner's resolution before that of a screen."""
    if header.icc is not None:
        image.info["icc_profile"] = header.icc
    dpi = plausible_dpi(header.capture, image.size)
    if dpi is None and header.display is not None and round(header.display) not in _DEFAULTS:
        dpi = plausible_dpi(header.display, image.size)
    return replace(finished(image, JP2, dpi), bits=header.bits)
