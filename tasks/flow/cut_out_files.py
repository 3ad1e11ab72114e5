"""Write cut-outs in the depth their master has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive.images import images
from archive.images import sixteen_bit as deep_files
from archive.layout import PublishedNames
from pipeline.refine.sixteen_bit import RGB16, decode_png, deep_cut_out, encode_png
from schemas.capture import Capture
from schemas.media_types import PNG, TIFF, TIFF_SUFFIXES
from schemas.model import RGB8, Illustration, Scan

_DEEP = 16


@dataclass(frozen=True, slots=True, eq=False)
class DeepPage:
    """A master's own pixels (H, W, 3) uint16, and the profile they are in."""

    pixels: RGB16
    icc: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """An illustration: its RGBA (H, W, 4), its rectangle (H, W, 3), and that of sixteen bits."""

    rgba: NDArray[np.uint8]
    rectangle: RGB8
    deep: RGB16 | None


def deep_pixels(path: Path, scan: Scan, capture: Capture) -> DeepPage | None:
    """Return the upright pixels of a master of sixteen bits a channel; None where it has eight.

    Raises:
        ScanError: it is damaged.
    """
    if scan.bits != _DEEP:
        return None
    if scan.mimetype == TIFF:
        loaded = deep_files.load_tiff(path, frame=scan.frame)
    elif scan.mimetype == PNG:
        loaded = decode_png(path.read_bytes(), name=str(path)), None
    else:
        return None
    if loaded is None:
        return None
    pixels = capture.shown(loaded[0])
    is_whole = pixels.shape[:2] == (scan.height, scan.width)
    return DeepPage(pixels, loaded[1]) if is_whole else None


def write_cut_out(
    names: PublishedNames,
    picture: Illustration,
    cut: CutOut,
    *,
    dpi: float,
    icc: bytes | None,
    deep: DeepPage | None,
) -> None:
    """Write cut-out and rectangle, of sixteen bits where the master has them.

    The rectangle of a deep master keeps its own colors and profile. The cut-out mixes in colors
    that were estimated in sRGB, so it has sixteen bits only where there is no other profile.
    """
    rgba: NDArray[np.uint8] | NDArray[np.uint16] = cut.rgba
    rectangle: NDArray[np.uint8] | NDArray[np.uint16] = cut.rectangle
    if cut.deep is not None:
        rectangle = cut.deep
        rgba = cut.rgba if deep is None or deep.icc else deep_cut_out(cut.rgba, cut.deep)
    profile_of_master = deep.icc if deep is not None else icc
    for path, pixels, profile in (
        (names.cut_out(picture), rgba, icc),
        (names.crop(picture), rectangle, profile_of_master),
    ):
        if path.suffix in TIFF_SUFFIXES:
            deep_files.save_tiff(path, pixels, dpi=dpi, icc=profile)
        elif pixels.dtype == np.uint16:
            content = encode_png(pixels.astype(np.uint16, copy=False))
            deep_files.save_png(path, content, dpi=dpi, icc=profile)
        else:
            images.save_png(path, pixels.astype(np.uint8, copy=False), dpi=dpi, icc=profile)
