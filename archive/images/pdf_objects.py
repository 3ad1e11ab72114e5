"""What lies on a page of a PDF: images with their places, and type."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from archive.images.pdf_grid import Span

_INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_MARGIN = 0.08
"""Share of a page's side in which stamps of libraries and notices of downloads stand."""
_COVERED = 0.8
"""Area of an image that lies askew, as a share of the page's, from which it is the page."""
_OBLIQUE = 1e-3
"""Skew of an image, as a share of its scale, above which it does not stand upright."""
_LINES, _OUTLINES = 1.0, 100
"""Widths of the page that type fills, or glyphs drawn as paths, from which it is the page's own."""


@dataclass(frozen=True, slots=True, eq=False)
class PlacedImage:
    """An image that stands upright on the page as it is seen, turned by right angles at most.

    Attributes:
        handle: the object of PDFium.
        order: its place among the objects of the page; later ones lie above.
        around: (3, 3), from the space in which its own matrix is stated to points as seen.
        bounds: left, top, right, bottom in points from the page's upper left.
        pixels: width and height in pixels, as seen.
    """

    handle: pypdfium2.PdfObject
    order: int
    around: NDArray[np.float64]
    bounds: tuple[float, float, float, float]
    pixels: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels a point, across and down."""
        left, top, right, bottom = self.bounds
        return self.pixels[0] / (right - left), self.pixels[1] / (bottom - top)

    def span(self, axis: int) -> Span:
        """Where it begins and ends across (0) or down (1)."""
        return Span(self.bounds[axis], self.bounds[axis + 2], self.pixels[axis])


def display_matrix(page: pypdfium2.PdfPage) -> NDArray[np.float64]:
    """Return (3, 3), for row vectors, from points of the PDF to points as seen, y downwards.

    The origin is the upper left of the CropBox, and /Rotate is applied.
    """
    left, bottom, right, top = page.get_bbox()
    return {
        0: np.array([[1, 0, 0], [0, -1, 0], [-left, top, 1.0]]),
        90: np.array([[0, 1, 0], [1, 0, 0], [-bottom, -left, 1.0]]),
        180: np.array([[-1, 0, 0], [0, 1, 0], [right, -bottom, 1.0]]),
        270: np.array([[0, -1, 0], [-1, 0, 0], [top, right, 1.0]]),
    }[page.get_rotation() % 360]


def placed_images(
    objects: Sequence[pypdfium2.PdfObject], display: NDArray[np.float64]
) -> list[PlacedImage]:
    """Return the images among ``objects`` that stand upright and have a size."""
    images = []
    for order, item in enumerate(objects):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            image = _placed(item, order, _around(item, display))
            if image is not None:
                images.append(image)
    return images


def _placed(
    item: pypdfium2.PdfObject, order: int, around: NDArray[np.float64]
) -> PlacedImage | None:
    whole = matrix_of(item) @ around
    left, top, right, bottom = extent((0, 0, 1, 1), whole)
    width, height = item.get_px_size()
    skew, spread = abs(whole[[0, 1], [1, 0]]).max(), abs(whole[[0, 1], [0, 1]]).max()
    is_oblique = min(skew, spread) > _OBLIQUE * max(skew, spread)
    if is_oblique or min(right - left, bottom - top, width, height) <= 0:
        return None
    pixels = (height, width) if skew > spread else (width, height)
    return PlacedImage(item, order, around, (left, top, right, bottom), pixels)


def oblique_scale(
    objects: Sequence[pypdfium2.PdfObject],
    display: NDArray[np.float64],
    size: tuple[float, float],
) -> float:
    """Return pixels a point of the finest image that covers a page, however it is turned; or 0.

    ``size`` is that of the page in points. Scans that a program has set straight lie askew.
    """
    finest = 0.0
    for item in objects:
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            whole = (matrix_of(item) @ _around(item, display))[:2, :2]
            if abs(np.linalg.det(whole)) >= _COVERED * size[0] * size[1]:
                sides = np.linalg.norm(whole, axis=1)
                finest = max(finest, *(np.array(item.get_px_size()) / sides))
    return finest


def _around(item: pypdfium2.PdfObject, display: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (3, 3) from the space in which ``item`` is stated, in a form or on the page."""
    around = display
    containers = []
    container = item.container
    while container is not None:
        containers.append(container)
        container = container.container
    for container in reversed(containers):
        around = matrix_of(container) @ around
    return around


def matrix_of(item: pypdfium2.PdfObject) -> NDArray[np.float64]:
    """Return the object's own matrix, (3, 3) for row vectors."""
    a, b, c, d, e, f = item.get_matrix().get()
    return np.array([[a, b, 0], [c, d, 0], [e, f, 1.0]])


def extent(
    bounds: tuple[float, float, float, float], matrix: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of the rectangle ``bounds`` after ``matrix``."""
    x0, y0, x1, y1 = bounds
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1.0]]) @ matrix
    (left, top), (right, bottom) = corners[:, :2].min(axis=0), corners[:, :2].max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def is_type(
    objects: Sequence[pypdfium2.PdfObject],
    size: tuple[float, float],
    display: NDArray[np.float64],
    *,
    is_tint: bool,
) -> bool:
    """Say whether ``objects`` are type of the page, not a stamp or a notice put onto a scan.

    On a mere tint, whatever is visible is meant.
    """
    texts = [item for item in objects if item.type == raw.FPDF_PAGEOBJ_TEXT and _is_visible(item)]
    paths = sum(item.type in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING) for item in objects)
    if is_tint:
        return bool(texts or paths)
    places = [extent(item.get_bounds(), _around(item, display)) for item in texts]
    reach = sum(
        max(right - left, bottom - top)
        for left, top, right, bottom in places
        if _is_inside(((left + right) / 2 / size[0], (top + bottom) / 2 / size[1]))
    )
    return reach >= _LINES * min(size) or paths >= _OUTLINES


def _is_visible(item: pypdfium2.PdfObject) -> bool:
    if raw.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    is_filled = raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
    return not is_filled or alpha.value > 0


def _is_inside(middle: tuple[float, float]) -> bool:
    """Say whether ``middle``, in shares of the page's sides, lies off the margins."""
    return all(_MARGIN < share < 1 - _MARGIN for share in middle)
