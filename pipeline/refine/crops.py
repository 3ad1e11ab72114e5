"""Cut illustrations out of their page at full resolution."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.refine.closing import closed_by_disk
from pipeline.refine.mattes import Refined
from schemas.geometry import Box, Polygon
from schemas.model import RGB8, Region

_CLEAR = 0.02
"""Alpha below which a pixel counts as clear when a cut-out is trimmed."""
_STRIP = 512
"""Rows that are computed at a time."""
_MOST_OF_IT = 0.8
"""Share of a picture that one outline has to hold."""


def crop_box(region: Region, *, margin: int, width: int, height: int) -> Box:
    """Return the box of ``region`` grown by ``margin`` pixels, inside the master."""
    grown = Box(
        region.box.left - margin,
        region.box.top - margin,
        region.box.right + margin,
        region.box.bottom + margin,
    ).clipped(width, height)
    if grown is None:
        raise ValueError(f"{region.box} lies outside the page")
    return grown


def inside_of(
    polygon: Polygon, box: Box, size: tuple[int, int] | None = None
) -> NDArray[np.float32]:
    """Return 1 inside an outline and 0 outside, over ``box`` of the master, (H, W) float32.

    With ``size`` (width, height) the box is shown at that size.
    """
    width, height = size or (box.width, box.height)
    mask = np.zeros((height, width), np.float32)
    scale = [width / box.width, height / box.height]
    points = np.round((np.asarray(polygon) - [box.left, box.top]) * scale).astype(np.int32)
    cv2.fillPoly(mask, [points], 1.0)
    return mask


def trimmed(refined: Refined, box: Box, *, margin: int) -> tuple[Refined, Box]:
    """Return ``refined`` and its ``box`` without clear rows and columns beyond ``margin``."""
    seen = refined.matte > _CLEAR
    shown = Box.covering(seen)
    inner = shown and shown.grown(margin).clipped(box.width, box.height)
    if inner is None:
        return refined, box
    window = np.s_[inner.top : inner.bottom, inner.left : inner.right]
    kept = replace(
        refined,
        matte=refined.matte[window],
        foreground=refined.foreground[window],
        inside=refined.inside[window],
    )
    left, top = box.left + inner.left, box.top + inner.top
    return kept, Box(left, top, left + inner.width, top + inner.height)


def outline_of(inside: NDArray[np.bool_], box: Box) -> Polygon:
    """Return the outline of what is ``inside`` a picture, (H, W) over ``box``, in the master.

    Pieces of one picture are joined over gaps of a fortieth of it; where they stay apart, the
    outline is that of their convex hull. It never leaves the box.
    """
    reach = max(1, round(min(inside.shape) / 80))
    joined = closed_by_disk(inside.astype(np.uint8), reach)
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return _corners(box)
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) < _MOST_OF_IT * sum(map(cv2.contourArea, contours)):
        largest = cv2.convexHull(np.vstack(contours))
    simple = cv2.approxPolyDP(largest, max(1.0, reach / 2), closed=True).reshape(-1, 2)
    if len(simple) < 3:
        return _corners(box)
    return tuple((float(x + box.left), float(y + box.top)) for x, y in simple.tolist())


def _corners(box: Box) -> Polygon:
    left, top, right, bottom = map(float, (box.left, box.top, box.right, box.bottom))
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def cut_out(refined: Refined) -> NDArray[np.uint8]:
    """Return (H, W, 4) RGBA: the foreground, its alpha; clear pixels are white.

    Clear pixels keep no trace of neighboring text, which programs that drop alpha would show.
    """
    alpha = np.round(refined.matte * 255).astype(np.uint8)
    color = refined.foreground.copy()
    color[alpha == 0] = 255
    return np.dstack([color, alpha])


def over_white(rgba: NDArray[np.uint8]) -> RGB8:
    """Return (H, W, 3) of an RGBA picture on white, for views and hashes."""
    white = np.empty((*rgba.shape[:2], 3), np.uint8)
    for top in range(0, len(rgba), _STRIP):  # floats of a whole page would take gigabytes
        strip = rgba[top : top + _STRIP]
        alpha = strip[..., 3:].astype(np.float32) / 255
        white[top : top + _STRIP] = np.round(strip[..., :3] * alpha + 255 * (1 - alpha))
    return white
