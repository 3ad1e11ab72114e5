"""How large a page of a PDF is drawn: as its scan has pixels, or at a resolution that is asked for.

A page is a scan if images of one scale cover it: one image, strips or tiles, or layers of which
the finest counts. Such a page is drawn so that one pixel of the scan is one pixel of the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from archive.images.pdf_grid import ROUNDED, SLACK, fitted
from archive.images.pdf_objects import (
    PlacedImage,
    display_matrix,
    is_type,
    oblique_scale,
    placed_images,
)
from schemas.errors import ScanError

POINTS_PER_INCH = 72.0
DPI_RANGE = (50.0, 2400.0)
"""Resolutions that scanners have."""
_PRESET = (72.0, 96.0)
"""What programs write that know no resolution: a pixel a point, and a pixel of a screen."""
_LARGE_PAGE, _LEAST_OF_LARGE = 28.0, 150.0
"""Inches above which a page is so large, and the dpi below which that is not believed."""
_COVERED, _COVERED_ALONE = 0.9, 0.5
"""Share of a page that its scan covers; the lower one where nothing but the scan is on it."""
_ALIKE = 0.01
"""Share of its side by which an image may differ from the scale of the scan that it is part of."""
_STRETCHED, _SQUARE = 1.5, 1.05
"""Above the first ratio of its two scales, a scan has pixels that are no squares (a fax of
204 x 98 dpi) and is drawn in square ones; above the second its resolution is not known."""
_NEARLY = 0.95
"""Share of the resolution asked for that is enough for type."""
_MOST_OBJECTS = 100_000
_MOST_LAYERS = 4
"""How often a page may hold the pixels of the largest page allowed."""
_GRID = 128
"""Cells a side in which the covered share of a page is measured."""


@dataclass(frozen=True, slots=True)
class ScanPart:
    """An image of a page's scan and the pixels (left, top, right, bottom) that it fills."""

    image: PlacedImage
    pixels: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class PageLayout:
    """The size of a drawn page in pixels and what lies where.

    For row vectors (x, y, 1), ``display`` (3, 3) takes points of the PDF to points from the upper
    left of the page as it is seen, ``grid`` (3, 3) those to pixels. ``dpi`` is None where the PDF
    does not say it credibly; ``parts`` are the images of the scan, none where it is no scan.
    """

    width: int
    height: int
    display: NDArray[np.float64]
    grid: NDArray[np.float64]
    dpi: float | None
    parts: tuple[ScanPart, ...] = ()


def page_layout(
    page: pypdfium2.PdfPage, *, name: str, dpi: int, max_megapixels: float
) -> PageLayout:
    """Return how ``page`` is to be drawn: its scan pixel by pixel, else at ``dpi``.

    Vector type over a scan of fewer than ``dpi`` is drawn at ``dpi``, so that it can be read.

    Args:
        page: a page that was loaded with its form fields.
        name: file and number of the page, for messages.
        dpi: resolution of pages that are no scan.
        max_megapixels: pixels that a page, and every image on it, may have.

    Raises:
        ScanError: the page is too large, or holds too much.
    """
    objects = list(islice(page.get_objects(max_depth=8), _MOST_OBJECTS + 1))
    if len(objects) > _MOST_OBJECTS:
        raise ScanError(f"{name} holds more than {_MOST_OBJECTS} objects; deliver it as an image")
    display = display_matrix(page)
    images = placed_images(objects, display)
    _check_images(images, name, max_megapixels)
    size = page.get_size()
    layout = _scan_layout(_best_scan(images, size), size, display)
    if layout is None:
        scale = oblique_scale(objects, display, size)
        layout = _drawn_layout(size, display, max(dpi, round(POINTS_PER_INCH * scale)))
    elif _has_finer_type(layout, objects, size, display, dpi=dpi):
        layout = _drawn_layout(size, display, dpi)
    megapixels = layout.width * layout.height / 1e6
    if megapixels > max_megapixels:
        raise ScanError(
            f"{name} is {layout.width} x {layout.height}, {megapixels:.0f} megapixels, allowed are "
            f"{max_megapixels:g}; raise [ingest] max_megapixels if this is right"
        )
    return layout


def _check_images(images: Sequence[PlacedImage], name: str, max_megapixels: float) -> None:
    sizes = [image.pixels[0] * image.pixels[1] / 1e6 for image in images]
    if max(sizes, default=0) > max_megapixels or sum(sizes) > _MOST_LAYERS * max_megapixels:
        raise ScanError(
            f"{name} holds images of {sum(sizes):.0f} megapixels, the largest {max(sizes):.0f}, "
            f"allowed are {max_megapixels:g}; raise [ingest] max_megapixels if this is right"
        )


def _best_scan(images: Sequence[PlacedImage], size: tuple[float, float]) -> list[PlacedImage]:
    """Return the images of the finest scale that cover the page, or the largest of one scale."""
    groups: list[list[PlacedImage]] = []
    for image in sorted(images, key=_pixels, reverse=True):
        group = next((group for group in groups if _is_alike(image, group[0].scale)), None)
        if group is None:
            groups.append([image])
        else:
            group.append(image)
    shares = [covered_share(group, size) for group in groups]
    covering = [group for group, share in zip(groups, shares, strict=True) if share >= _COVERED]
    if covering:
        return max(covering, key=lambda group: group[0].scale)
    return groups[int(np.argmax(shares))] if groups else []


def _pixels(image: PlacedImage) -> int:
    return image.pixels[0] * image.pixels[1]


def _is_alike(image: PlacedImage, scale: tuple[float, float]) -> bool:
    """Say whether an image has ``scale``, but for the rounding of its place on the page."""
    left, top, right, bottom = image.bounds
    return all(
        abs(pixels / side_scale - length) <= max(_ALIKE * length, 2 * ROUNDED)
        for pixels, side_scale, length in zip(
            image.pixels, scale, (right - left, bottom - top), strict=True
        )
    )


def covered_share(images: Sequence[PlacedImage], size: tuple[float, float]) -> float:
    """Return which share of a page of ``size`` points ``images`` cover together, 0..1."""
    cells = np.zeros((_GRID, _GRID), bool)
    for image in images:
        left, top, right, bottom = (
            _GRID * side / size[axis % 2] for axis, side in enumerate(image.bounds)
        )
        rows = slice(max(0, math.floor(top)), max(0, math.ceil(bottom)))
        cells[rows, max(0, math.floor(left)) : max(0, math.ceil(right))] = True
    return float(cells.mean())


def _scan_layout(
    images: Sequence[PlacedImage], size: tuple[float, float], display: NDArray[np.float64]
) -> PageLayout | None:
    if covered_share(images, size) < _COVERED_ALONE:
        return None
    scale = max(images, key=_pixels).scale
    if max(scale) > _STRETCHED * min(scale):
        return _drawn_layout(size, display, POINTS_PER_INCH * max(scale))
    sides = [fitted([image.span(at) for image in images], size[at], scale[at]) for at in (0, 1)]
    grid = np.array([side.scale for side in sides])
    parts = tuple(
        ScanPart(image, (left, top, left + image.pixels[0], top + image.pixels[1]))
        for image, left, top in zip(images, sides[0].first, sides[1].first, strict=True)
    )
    is_square = max(scale) <= _SQUARE * min(scale)
    dpi = _plausible(grid * POINTS_PER_INCH, size) if is_square else None
    start = np.array([side.start for side in sides])
    width, height = (side.length for side in sides)
    return PageLayout(width, height, display, _scaling(start, grid), dpi, parts)


def _drawn_layout(
    size: tuple[float, float], display: NDArray[np.float64], dpi: float
) -> PageLayout:
    width, height = (max(1, round(side * dpi / POINTS_PER_INCH)) for side in size)
    grid = np.array([width / size[0], height / size[1]])
    return PageLayout(width, height, display, _scaling(np.zeros(2), grid), float(round(dpi, 3)))


def _scaling(start: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.diag([grid[0], grid[1], 1.0])
    matrix[2, :2] = -start * grid
    return matrix


def _has_finer_type(
    layout: PageLayout,
    objects: Sequence[pypdfium2.PdfObject],
    size: tuple[float, float],
    display: NDArray[np.float64],
    *,
    dpi: int,
) -> bool:
    """Say whether vector type on a scan of fewer than ``dpi`` would be lost in its pixels."""
    scan_dpi = POINTS_PER_INCH * layout.width / size[0]
    if scan_dpi >= _NEARLY * dpi:
        return False
    images = [part.image for part in layout.parts]
    below = max((image.order for image in images), default=-1)
    is_cover = covered_share(images, size) >= _COVERED
    over = objects[below + 1 :] if is_cover else objects
    return is_type(over, size, display, is_tint=scan_dpi < DPI_RANGE[0])


def _plausible(scales: NDArray[np.float64], size: tuple[float, float]) -> float | None:
    """Return the resolution in dpi, a whole number where the page's size was rounded to points."""
    dpi = float(scales.mean())
    uncertain = dpi * SLACK / 2 / min(size)
    if abs(dpi - round(dpi)) <= max(0.05, uncertain):
        dpi = float(round(dpi))
    is_preset = any(abs(dpi - preset) <= max(0.5, uncertain) for preset in _PRESET)
    is_large = max(size) > _LARGE_PAGE * POINTS_PER_INCH and dpi < _LEAST_OF_LARGE
    is_known = DPI_RANGE[0] <= dpi <= DPI_RANGE[1] and not is_preset and not is_large
    return round(dpi, 3) if is_known else None
