"""What the file of an image says of itself; nothing is decoded."""

from __future__ import annotations

from pathlib import Path

from archive.images.decode import bits_of
from archive.images.opened import check_file, check_total, opened_image, reading
from archive.images.tiff_header import is_tiff, tiff_header, tiff_headers
from archive.images.tiff_kinds import is_lossy
from schemas.errors import ScanError

_LOSSLESS = ("PNG", "BMP", "PPM", "GIF")
_PREVIEW = 0.4
"""Size of a preview beside its page, at most."""
_ALWAYS = 1000.0
"""Megapixels that all images of a TIFF may have together, however small it is."""
_ORIENTATION, _ON_ITS_SIDE = 274, (5, 6, 7, 8)
"""EXIF tag, and its values where rows are columns of the page."""


def page_frames(path: Path) -> tuple[int, ...]:
    """Return which frames of the file at ``path`` are pages, from 0.

    Reduced copies and masks, as pyramidal TIFFs hold them, are none, nor are previews.

    Raises:
        ScanError: as ``load_image``.
    """
    check_file(path)
    with reading(path):
        if not is_tiff(path):  # the frames of an animation are no pages; to seek is to decode
            return (0,)
        headers = list(tiff_headers(path))
        if not headers:
            raise ScanError(f"{path}: damaged (it holds no image); rescan it")
        check_total(path, sum(header.width * header.height for header in headers), _ALWAYS)
    first = (headers[0].width, headers[0].height)
    frames = (
        frame
        for frame, header in enumerate(headers)
        if header.is_page and not _is_preview((header.width, header.height), first)
    )
    return tuple(frames) or (0,)


def _is_preview(size: tuple[int, int], first: tuple[int, int]) -> bool:
    """Say whether an image of ``size`` is a small picture of the page of size ``first``.

    Programs write such previews without NewSubfileType.
    """
    scale = max(size[0] / first[0], size[1] / first[1])
    is_alike = all(abs(side - scale * whole) <= 2 for side, whole in zip(size, first, strict=True))
    return scale <= _PREVIEW and is_alike


def image_quality(path: Path) -> tuple[int, int, bool]:
    """Return what makes a copy of a page better: pixels, bits a channel, whether it is lossless.

    Nothing is decoded. JPEG 2000 counts as lossy, since its header does not say.

    Raises:
        ScanError: as ``load_image``.
    """
    check_file(path)
    with reading(path):
        if is_tiff(path):
            header = tiff_header(path)
            return header.width * header.height, header.samples.depth, not is_lossy(header)
    with reading(path), opened_image(path) as image:
        is_lossless = image.format in _LOSSLESS
        return image.size[0] * image.size[1], bits_of(image), is_lossless


def image_size(path: Path) -> tuple[int, int]:
    """Return width and height of an image as a person sees it, without decoding it.

    Raises:
        ScanError: as ``load_image``.
    """
    check_file(path)
    with reading(path):
        if is_tiff(path):
            header = tiff_header(path)
            width, height = header.width, header.height
            return (height, width) if header.orientation in _ON_ITS_SIDE else (width, height)
    with reading(path), opened_image(path) as image:
        is_turned = image.getexif().get(_ORIENTATION, 1) in _ON_ITS_SIDE
        width, height = image.size
    return (height, width) if is_turned else (width, height)
