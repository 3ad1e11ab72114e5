"""Images that Pillow has opened, whatever their kind, to eight bits RGB over white paper."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from schemas.errors import ScanError
from schemas.model import RGB8, Grey8

_BITS = 258
"""TIFF tag."""
_STRIP = 1024
"""Rows that are copied at a time."""


def check_depth(path: Path, image: Image.Image) -> None:
    """Refuse what was decoded and is no picture: floats, and more than 16 bits.

    Raises:
        ScanError: it is so.
    """
    if image.mode == "F":
        raise ScanError(f"{path}: floats, and what is white is not known; save it with 16 bits")
    if image.mode != "I":
        return
    lowest, highest = image.getextrema()
    if min(lowest, highest) < 0 or max(lowest, highest) > 0xFFFF:  # type: ignore[operator]
        raise ScanError(f"{path}: has values beyond 16 bits a pixel; save it with 16")


def bits_of(image: Image.Image) -> int:
    """Return the bits a channel has in the file."""
    tags = getattr(image, "tag_v2", {})
    stated = tags.get(_BITS) if tags else None
    if stated:
        return int(stated[0] if isinstance(stated, tuple) else stated)
    return {"1": 1, "I;16": 16, "I;16B": 16, "I": 32, "F": 32}.get(image.mode, 8)


def to_rgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Return ``image``, whose profile is ``icc``, in sRGB of eight bits, over white paper."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        return Image.fromarray(_to_eight_bits(image)).convert("RGB")
    if image.mode == "L" and image.getextrema() == (0, 1):
        image = image.point(lambda value: 255 * value)  # black and white, stored as eight bits
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = _over_white(image.convert("RGBA"))
    if icc and image.mode in ("RGB", "CMYK", "L", "LAB"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile; the pixels are still right
        if converted is not None:
            return converted
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(  # type: ignore[return-value]
            image, lab, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    return image if image.mode == "RGB" else image.convert("RGB")


def _over_white(image: Image.Image) -> Image.Image:
    """Return an RGBA image over white paper; of one that is not to be seen at all, its colors."""
    if image.getchannel("A").getextrema() == (0, 0):
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def as_array(image: Image.Image) -> RGB8:
    """Return an RGB image as (H, W, 3), strip by strip: Pillow would copy it twice over."""
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        bottom = min(height, top + _STRIP)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels


def over_white(pixels: RGB8, alpha: Grey8) -> None:
    """Lay ``pixels`` (H, W, 3) over white paper, in place; ``alpha`` (H, W) is their share."""
    for top in range(0, len(pixels), _STRIP):
        strip = pixels[top : top + _STRIP]
        share = alpha[top : top + _STRIP, :, None].astype(np.uint16)
        strip[:] = (strip * share + 255 * (255 - share) + 127) // 255


def _to_eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    values = np.asarray(image)
    if values.max(initial=0) < 256 and image.mode == "I":
        return values.astype(np.uint8)
    return (values >> 8).astype(np.uint8)
