"""Pages of TIFFs: by Pillow where it knows their kind, else sample by sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import UnidentifiedImageError

from archive.images.decode import over_white
from archive.images.loaded import LoadedImage, finished, stated_dpi
from archive.images.opened import check_size
from archive.images.pillow import load_with_pillow
from archive.images.tiff_colors import read_tiff
from archive.images.tiff_header import TiffHeader, tiff_header
from archive.images.tiff_kinds import OLD_JPEG, is_plain, is_whole, not_read, why_not_read
from schemas.errors import ScanError, is_systemic
from schemas.media_types import TIFF

_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
"""Modes of colors with an alpha beside them."""


def load_tiff(path: Path, frame: int, max_megapixels: float) -> LoadedImage:
    """Return image ``frame`` (from 0) of a TIFF as a person sees it.

    Raises:
        ScanError: too large, cut off, or of a kind that is not read.
        OSError, ValueError, …: damaged, for ``reading`` to name.
    """
    header = tiff_header(path, frame)
    check_size(path, (header.width, header.height), max_megapixels)
    if not is_whole(header, path.stat().st_size):
        raise ScanError(f"{path}: damaged (its picture ends after the file); rescan it")
    if reason := why_not_read(header):
        raise ScanError(f"{path}: {reason}")
    if is_plain(header):
        return _load_plain_tiff(path, frame, header, max_megapixels)
    image, alpha = read_tiff(path, header)
    loaded = finished(image, TIFF, stated_dpi(image))
    if alpha is None:
        return replace(loaded, bits=header.samples.depth)
    over_white(loaded.rgb, alpha)
    mode = _WITH_ALPHA.get(loaded.mode, loaded.mode)
    return replace(loaded, bits=header.samples.depth, mode=mode)


def _load_plain_tiff(
    path: Path, frame: int, header: TiffHeader, max_megapixels: float
) -> LoadedImage:
    try:
        return load_with_pillow(path, frame, max_megapixels)
    except UnidentifiedImageError as error:
        raise ScanError(f"{path}: {not_read(header)}") from error
    except OSError as error:
        if header.packing.compression != OLD_JPEG or is_systemic(error):
            raise
        raise ScanError(
            f"{path}: old-style JPEG without its tables, or damaged ({error}); "
            "save it with another compression"
        ) from error
