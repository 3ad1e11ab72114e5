"""What is in an image file, whatever its kind: eight bits RGB, or the reason why not."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

from archive.images import sixteen_bit as deep
from schemas.errors import ScanError, is_systemic
from schemas.model import RGB8

_BITS, _COMPRESSION, _PHOTOMETRIC, _PLANAR = 258, 259, 262, 284
_SUBFILE, _OLD_SUBFILE = 254, 255
"""TIFF tags (TIFF 6.0, section 8)."""
_UNCOMPRESSED, _WHITE_IS_ZERO, _IN_PLANES, _REDUCED = 1, 0, 2, 2
_NO_PAGE = 0b101
"""Bits of NewSubfileType: a reduced copy, a transparency mask."""
_READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow and PDFium raise on damaged files: a TIFF cut in two gives a TypeError."""
_STRIP = 1024
"""Rows that are copied at a time."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into a ScanError that names it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # odd tags; the pixels are checked
            yield
    except EOFError as error:
        raise ScanError(f"{path}: has no such page; was it replaced?") from error
    except PermissionError as error:
        raise ScanError(f"{path}: may not be read; give the archive's user the right to") from error
    except UnidentifiedImageError as error:
        raise ScanError(f"{path}: damaged or not an image; rescan it or take it out") from error
    except _READ_ERRORS as error:
        if is_systemic(error):
            raise
        raise ScanError(f"{path}: damaged ({error}); rescan it") from error


def is_page(image: Image.Image) -> bool:
    """Say whether the frame ``image`` stands at is a page: no reduced copy, no mask of one."""
    tags = getattr(image, "tag_v2", {})
    is_other = int(tags.get(_SUBFILE, 0)) & _NO_PAGE or tags.get(_OLD_SUBFILE) == _REDUCED
    return not is_other


def whole_frame(path: Path, image: Image.Image, frame: int) -> Image.Image:
    """Return the frame that ``image``, opened from ``path``, stands at, decoded in full."""
    whole = _planar(path, frame) if _is_raw_planar(image) else image
    whole.load()
    _check_depth(path, whole)
    return whole


def _check_depth(path: Path, image: Image.Image) -> None:
    if image.mode != "I":
        return
    lowest, highest = image.getextrema()
    if min(lowest, highest) < 0 or max(lowest, highest) > 0xFFFF:  # type: ignore[operator]
        raise ScanError(f"{path}: has values beyond 16 bits a pixel; save it with 16")


def _is_raw_planar(image: Image.Image) -> bool:
    """Say whether Pillow would mix up this TIFF: sixteen bits, a plane a color, uncompressed."""
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(_BITS, (1,))
    is_deep = 16 in (bits if isinstance(bits, tuple) else (bits,))
    is_raw = tags.get(_COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED
    return is_deep and tags.get(_PLANAR) == _IN_PLANES and is_raw


def _planar(path: Path, frame: int) -> Image.Image:
    loaded = deep.load_tiff(path, frame=frame)
    if loaded is None:
        raise ScanError(f"{path}: colors of its own in planes; save it as RGB")
    pixels, icc = loaded
    image = Image.fromarray((pixels >> 8).astype(np.uint8))
    if icc:
        image.info["icc_profile"] = icc
    return image


def bits_of(image: Image.Image) -> int:
    """Return the bits a channel has in the file."""
    tags = getattr(image, "tag_v2", {})
    stated = tags.get(_BITS) if tags else None
    if stated:
        return int(stated[0] if isinstance(stated, tuple) else stated)
    return {"1": 1, "I;16": 16, "I;16B": 16, "I": 32, "F": 32}.get(image.mode, 8)


def to_rgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Return ``image``, whose profile is ``icc``, in sRGB of eight bits, over white paper."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        return Image.fromarray(_to_eight_bits(image)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, over).convert("RGB")
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


def as_array(image: Image.Image) -> RGB8:
    """Return an RGB image as (H, W, 3), strip by strip: Pillow would copy it twice over."""
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        bottom = min(height, top + _STRIP)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels


def _to_eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    values = np.asarray(image)
    if getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        values = values.max() - values if values.dtype.kind == "f" else np.iinfo("u2").max - values
    if image.mode == "F" or values.dtype.kind == "f":
        low, high = float(values.min()), float(values.max())
        return np.round((values - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
    if values.max(initial=0) < 256 and image.mode == "I":
        return values.astype(np.uint8)
    return (values >> 8).astype(np.uint8)
