"""Scans and cut-outs of sixteen bits on disk: TIFF by tifffile, PNG with its own chunks."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from schemas.errors import ScanError

_HEAD = 33
"""Bytes of a PNG's signature and IHDR; chunks of our own come after them."""
_INCH = 0.0254
_ORIENTATION, _PROFILE = 274, 34675
"""TIFF tags."""
_UNPACKED = frozenset({1, 8, 32946, 32773, 34925})
"""Compressions that tifffile unpacks by itself: none, deflate (two numbers), PackBits, LZMA."""
_CONTIGUOUS = 1
_ROWS_UP = (5, 6, 7, 8)
"""Orientations in which the rows of the file are columns of the page."""


Unpack = Callable[[bytes, int], NDArray[np.uint16] | None]
"""The content of a TIFF and a frame to its samples (H, W) or (H, W, 3) RGB, upright; or None."""


def load_tiff(
    path: Path, *, frame: int, unpack: Unpack = lambda *_: None
) -> tuple[NDArray[np.uint16], bytes | None] | None:
    """Return page ``frame`` as a person sees it, (H, W, 3) uint16, with its ICC profile.

    What is packed by LZW and the like is left to ``unpack``. None where the page has not sixteen
    bits a channel in grey or RGB (then eight lose nothing), or nobody can unpack them.

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
            orientation = page.tags.get(_ORIENTATION)
            turned = int(orientation.value) if orientation else 1
            pixels = _decoded(page, turned, lambda: unpack(path.read_bytes(), frame))
            profile = page.tags.get(_PROFILE)
            icc = bytes(profile.value) if profile is not None else None
            inverted = page.photometric == 0
    except (tifffile.TiffFileError, OSError, ValueError, IndexError, RuntimeError) as error:
        raise ScanError(f"{path}: damaged ({error}); rescan it") from error
    if pixels is None:
        return None
    pixels = np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels[..., :3]
    return (65535 - pixels if inverted else pixels), icc


def _decoded(
    page: tifffile.TiffPage, orientation: int, unpack: Callable[[], NDArray[np.uint16] | None]
) -> NDArray[np.uint16] | None:
    """Return ``page`` upright, (H, W) or (H, W, channels); None if nobody unpacks it."""
    if page.compression in _UNPACKED:
        pixels = np.asarray(page.asarray())
        is_planar = page.axes == "SYX"  # a plane a color
        return _upright(np.moveaxis(pixels, 0, -1) if is_planar else pixels, orientation)
    if page.planarconfig != _CONTIGUOUS or page.photometric == 0:
        return None  # which would be mixed up
    # Pillow has decoded it in full before, so a damaged strip does not come here
    unpacked = unpack()
    size = (page.imagelength, page.imagewidth)
    size_wanted = size[::-1] if orientation in _ROWS_UP else size
    return unpacked if unpacked is not None and unpacked.shape[:2] == size_wanted else None


def _upright(pixels: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    """Return ``pixels`` as Orientation (TIFF 6.0, tag 274) says that they are seen."""
    if orientation in _ROWS_UP:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


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
