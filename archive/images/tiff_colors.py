"""Colors of TIFFs that Pillow does not know: to images of eight bits, and to sixteen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.images.tiff_header import Samples, TiffHeader
from archive.images.tiff_kinds import (
    CMYK,
    FLOAT,
    ICC_LAB,
    LAB,
    PALETTE,
    RGB,
    WHITE_IS_ZERO,
    YCBCR,
    alpha_sample,
    color_samples,
    is_premultiplied,
)
from archive.images.tiff_samples import AnySamples, tiff_blocks
from schemas.errors import ScanError

_MODES = {RGB: "RGB", CMYK: "CMYK", YCBCR: "YCbCr", LAB: "LAB", ICC_LAB: "LAB"}
_ROWS_UP = (5, 6, 7, 8)
"""Orientations in which the rows of the file are columns of the page."""
_OVER_WHITE = 0.01
"""How far floats may go beyond black and white."""
_ICC_WHITE = 0xFF00
"""L* of 100 in the 16 bits of ICC profiles before version 4."""


def read_tiff(path: Path, header: TiffHeader) -> tuple[Image.Image, NDArray[np.uint8] | None]:
    """Return an image that Pillow does not read, upright, and its alpha (H, W) uint8 or None.

    The image has eight bits a sample, in the mode of its color and with its resolution and
    profile; colors are not yet laid over paper.

    Raises:
        ScanError: floats whose white is not known.
        OSError, ValueError: damaged.
    """
    samples = header.samples
    if samples.formats[0] == FLOAT:
        whole = _floats(path, header)
    else:
        whole = _assembled(path, header, np.dtype(np.uint8), _to_eight(samples))
    whole = upright(whole, header.orientation)
    alpha_at = alpha_sample(samples)
    alpha = whole[..., alpha_at] if alpha_at is not None else None
    if alpha is not None and not alpha.any():
        alpha = None  # a page that is wholly transparent was not meant
    colors = np.ascontiguousarray(whole[..., : color_samples(samples)])
    if alpha is not None and is_premultiplied(samples) and samples.photometric != CMYK:
        colors = _divided(colors, alpha)
    image = _image(colors, samples)
    image.info |= {"dpi": (header.dpi, header.dpi)} if header.dpi else {}
    image.info |= {"icc_profile": header.icc} if header.icc else {}
    return image, alpha


def read_deep(path: Path, header: TiffHeader) -> NDArray[np.uint16]:
    """Return grey or RGB of 9 to 16 bits as (H, W, 1 or 3) uint16, upright, black at 0.

    Raises:
        OSError, ValueError: damaged.
    """
    samples = header.samples
    whole = _assembled(path, header, np.dtype(np.uint16), lambda values: _scaled(values, samples))
    colors = upright(whole[..., : color_samples(samples)], header.orientation)
    return np.uint16(0xFFFF) - colors if samples.photometric == WHITE_IS_ZERO else colors


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return ``pixels`` (H, W, n) as Orientation (TIFF 6.0, tag 274) says that they are seen."""
    if orientation in _ROWS_UP:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _assembled(
    path: Path,
    header: TiffHeader,
    kind: np.dtype[Any],
    convert: Callable[[AnySamples], AnySamples],
) -> NDArray[Any]:
    whole = np.empty((header.height, header.width, header.samples.count), kind)
    for block in tiff_blocks(path, header):
        rows, columns, count = block.samples.shape
        whole[
            block.top : block.top + rows,
            block.left : block.left + columns,
            block.first : block.first + count,
        ] = convert(block.samples)
    return whole


def _to_eight(samples: Samples) -> Callable[[AnySamples], AnySamples]:
    depth = samples.depth
    if depth == 8 or samples.photometric == PALETTE:
        return lambda values: values
    if samples.photometric == ICC_LAB:
        return _icc_lab_to_eight
    if depth > 8:
        return lambda values: values >> (depth - 8)
    return lambda values: (values.astype(np.uint16) * 255 // ((1 << depth) - 1)).astype(np.uint8)


def _icc_lab_to_eight(values: AnySamples) -> AnySamples:
    """Return L*, a*, b* and what follows; of L*, all above the white of the encoding is white."""
    eight = values >> 8
    lightness = values[..., 0].astype(np.uint32)
    eight[..., 0] = np.minimum(255, lightness * 255 // _ICC_WHITE)
    return eight


def _scaled(values: AnySamples, samples: Samples) -> AnySamples:
    if samples.depth == 16:
        return values
    return (values.astype(np.uint32) * 0xFFFF // ((1 << samples.depth) - 1)).astype(np.uint16)


def _floats(path: Path, header: TiffHeader) -> NDArray[np.uint8]:
    """Return floats as eight bits: 0 is black and 1 white, if the file does not say otherwise."""
    whole = _assembled(path, header, np.dtype(np.float32), lambda values: values)
    colors = whole[..., : color_samples(header.samples)]
    low, high = header.samples.limits or (0.0, 1.0)
    least, greatest = float(colors.min()), float(colors.max())
    slack = _OVER_WHITE * (high - low)
    if not (high > low and low - slack <= least and greatest <= high + slack):
        raise ScanError(
            f"{path}: floats from {least:g} to {greatest:g}, and what is white is not known; "
            "save it with 8 or 16 bits"
        )
    colors -= low
    colors *= 255 / (high - low)
    extras = whole[..., colors.shape[2] :]
    extras *= 255
    return np.clip(whole, 0, 255).round().astype(np.uint8)


def _divided(colors: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return colors that were stored times their alpha as they are."""
    plain = colors.astype(np.uint16) * 255 // np.maximum(alpha, 1)[..., None]
    return np.minimum(plain, 255).astype(np.uint8)


def _image(colors: NDArray[np.uint8], samples: Samples) -> Image.Image:
    photometric, size = samples.photometric, colors.shape[1::-1]
    if photometric == PALETTE:
        return Image.fromarray(_of_palette(colors[..., 0], samples.palette))
    if photometric in _MODES:
        if photometric == ICC_LAB:  # a* and b* from 128, where CIE Lab has signed ones
            colors = colors ^ np.array([0, 0x80, 0x80], np.uint8)
        mode = _MODES[photometric]
        return Image.frombytes(mode, size, colors.tobytes(), "raw", mode)
    grey = colors[..., 0]
    return Image.fromarray(255 - grey if photometric == WHITE_IS_ZERO else grey)


def _of_palette(indices: NDArray[np.uint8], palette: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return (H, W, 3) from indices; some programs write palettes of eight bits, not sixteen."""
    colors = np.array(palette, np.uint32).reshape(3, -1).T
    eight = colors if colors.max() < 256 else colors >> 8
    return eight.astype(np.uint8)[indices]
