"""Scans and cut-outs of sixteen bits on disk: TIFF by tifffile, PNG with its own chunks."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from archive.images.opened import reading
from archive.images.tiff_colors import read_deep
from archive.images.tiff_header import TiffHeader, tiff_header
from archive.images.tiff_kinds import BLACK_IS_ZERO, RGB, UNSIGNED, WHITE_IS_ZERO

_HEAD = 33
"""Bytes of a PNG's signature and IHDR; chunks of our own come after them."""
_INCH = 0.0254


def load_tiff(path: Path, *, frame: int) -> tuple[NDArray[np.uint16], bytes | None] | None:
    """Return page ``frame`` as a person sees it, (H, W, 3) uint16, with its ICC profile.

    None where the page has not 9 to 16 bits a channel in grey or RGB: then eight lose nothing.

    Raises:
        ScanError: it is damaged.
    """
    with reading(path):
        header = tiff_header(path, frame)
        if not _is_deep(header):
            return None
        pixels = read_deep(path, header)
    return (np.dstack([pixels] * 3) if pixels.shape[2] == 1 else pixels), header.icc


def _is_deep(header: TiffHeader) -> bool:
    samples = header.samples
    is_color = samples.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB)
    return is_color and 8 < samples.depth <= 16 and samples.formats[0] == UNSIGNED


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
