"""Boxes and polygons, and the way from a prepared page to its master.

Pixels have their origin at the top left, x to the right, y downwards; boxes are half-open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import PageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MM_PER_INCH = 25.4
Point = tuple[float, float]
Polygon = tuple[Point, ...]


def pixels_of(mm: float, dpi: float) -> float:
    """Return a length on paper in pixels of a scan.

    >>> pixels_of(25.4, 300)
    300.0
    """
    return mm * dpi / _MM_PER_INCH


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A half-open rectangle in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError(f"empty box {self}")

    @property
    def width(self) -> int:
        """Columns covered."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows covered."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height

    def overlap(self, other: Box) -> int:
        """Return the number of pixels shared with ``other``."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def clipped(self, width: int, height: int) -> Box | None:
        """Return the part inside a ``width`` x ``height`` image, or None."""
        left, top = max(0, self.left), max(0, self.top)
        right, bottom = min(width, self.right), min(height, self.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def grown(self, margin: int) -> Box:
        """Return the box with ``margin`` pixels more on every side.

        >>> Box(4, 4, 6, 8).grown(2)
        Box(left=2, top=2, right=8, bottom=10)
        """
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    @classmethod
    def covering(cls, mask: NDArray[np.bool_]) -> Box | None:
        """Return the smallest box that holds all that is true in ``mask`` (H, W), or None.

        >>> import numpy as np
        >>> Box.covering(np.eye(5, dtype=bool)[:, 1:3])
        Box(left=0, top=1, right=2, bottom=3)
        """
        import numpy as np  # not at the top: commands that only ask need none

        rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        return cls(int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1)

    @classmethod
    def around(cls, points: Iterable[Point]) -> Box:
        """Return the smallest box holding every point.

        >>> Box.around([(1.2, 3.0), (7.5, 9.9)])
        Box(left=1, top=3, right=8, bottom=10)
        """
        across, down = zip(*points, strict=True)
        left, top = math.floor(min(across)), math.floor(min(down))
        right, bottom = math.ceil(max(across)), math.ceil(max(down))
        return cls(left, top, max(right, left + 1), max(bottom, top + 1))


@dataclass(frozen=True, slots=True)
class Transform:
    """Affine way from a prepared page's pixels to the master's: ``master = A @ prepared + t``.

    ``coefficients`` is (a, b, tx, c, d, ty): x' = a*x + b*y + tx, y' = c*x + d*y + ty.
    """

    coefficients: tuple[float, float, float, float, float, float]
    width: int
    height: int
    master_width: int
    master_height: int

    @classmethod
    def identity(cls, width: int, height: int) -> Transform:
        """Return the transform of a page that needs no preparing."""
        return cls((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), width, height, width, height)

    def matrix(self) -> NDArray[np.float64]:
        """Return the (2, 3) matrix from prepared to master, as OpenCV takes it."""
        import numpy as np  # not at the top: commands that only ask need none

        return np.asarray(self.coefficients, dtype=np.float64).reshape(2, 3)

    def to_master(self, points: Iterable[Point]) -> Polygon:
        """Return ``points`` of the prepared page in pixels of the master, not clipped."""
        a, b, tx, c, d, ty = self.coefficients
        return tuple((a * x + b * y + tx, c * x + d * y + ty) for x, y in points)

    def box_to_master(self, box: Box) -> Box:
        """Return the master box around ``box``, clipped to the master.

        Raises:
            PageError: it lies outside the master.
        """
        around = self._around(box)
        if around is None:
            raise PageError(f"{box} of the prepared page lies outside the master")
        return around

    def shows(self, box: Box) -> bool:
        """Say whether any of ``box`` of the prepared page is a part of the master."""
        return self._around(box) is not None

    def _around(self, box: Box) -> Box | None:
        corners = [
            (box.left, box.top),
            (box.right, box.top),
            (box.right, box.bottom),
            (box.left, box.bottom),
        ]
        around = Box.around(self.to_master(corners))
        return around.clipped(self.master_width, self.master_height)
