"""Scans and cut-outs of sixteen bits on disk: TIFF by tifffile, PNG with its own chunks."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from schemas.errors import ScanError

_HEAD = 33
"""Bytes of a PNG's signature and IHDR; chunks of our own come after them."""
_INCH = 0.0254


def load_tiff(path: Path, *, frame: int) -> tuple[NDArray[np.uint16], bytes | None] | None:
    """Return page ``frame`` as (H, W, 3) uint16 with its ICC profile.

    None where the page has not sixteen bits a channel in grey or RGB: then eight lose nothing.

    Raises:
        ScanError: it is damaged.
    """
    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages[frame]
            if not isinstance(page, tifffile.TiffPage) or page.dtype != np.uint16:
                return None
            if page.photometric not in (0, 1, 2):  # white is zero, black is zero, RGB
                return None
            pixels = np.asarray(page.asarray())
            if page.axes == "SYX":  # a plane a color
                pixels = np.ascontiguousarray(np.moveaxis(pixels, 0, -1))
            profile = page.tags.get(34675)
            icc = bytes(profile.value) if profile is not None else None
            inverted = page.photometric == 0
    except (tifffile.TiffFileError, OSError, ValueError, IndexError, RuntimeError) as error:
        raise ScanError(f"{path}: damaged ({error}); rescan it") from error
    pixels = np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels[..., :3]
    return (65535 - pixels if inverted else pixels), icc


def save_tiff(
    path: Path,
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    *,
    dpi: float,
    icc: bytes | None = None,
) -> None:
    """Write (H, W, 3) RGB or (H, W, 4) RGBA of eight or sixteen bits; always the same bytes."""
    tifffile.imwrite(
        path,
        pixels,
        photometric="rgb",
        extrasamples=("unassalpha",) if pixels.shape[2] == 4 else (),
        compression="zlib",
        predictor=True,
        resolution=(dpi, dpi),
        resolutionunit="INCH",
        iccprofile=icc,
        metadata=None,
        software="",
    )


def save_png(path: Path, content: bytes, *, dpi: float, icc: bytes | None = None) -> None:
    """Write an encoded PNG with its resolution and profile."""
    per_meter = round(dpi / _INCH)
    chunks = _chunk(b"pHYs", struct.pack(">IIB", per_meter, per_meter, 1))
    if icc:
        chunks = _chunk(b"iCCP", b"icc\0\0" + zlib.compress(icc)) + chunks
    path.write_bytes(content[:_HEAD] + chunks + content[_HEAD:])


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
