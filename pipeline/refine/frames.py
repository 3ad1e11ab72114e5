"""Pictures that are rectangles: upright, turned by a skewed scan, or with a sky of bare paper."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import pixels_of
from schemas.model import Matte

_FRAME_FILL = 0.93
_LEAST_TURN, _MOST_TURN, _GAIN = 0.15, 4.0, 0.01
"""Degrees that a frame on a skewed page is turned by, and how much better it then has to fit."""
_CORNER = 0.08
_LINE_MM = 2.5
"""Height of a line of small type, 7 point. Where the separator takes the border of a framed picture
for text, the strip is thinner; a heading or caption that reaches into a frame is thicker."""


def frame_of(probability: NDArray[np.float32]) -> Matte | None:
    """Return a hard rectangle when the illustration is one, else None.

    A framed picture fills its smallest rectangle, turned by a few degrees at most; paper inside the
    frame is part of it.
    """
    likely = (probability >= 0.5).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(likely)
    if width == 0:
        return None
    upright = likely.sum() / (width * height)
    turned = _turned_frame(likely, better_than=float(upright))
    if turned is not None or upright < _FRAME_FILL:
        return turned
    matte = np.zeros(probability.shape)
    matte[top : top + height, left : left + width] = 1.0
    return matte


def _turned_frame(likely: NDArray[np.uint8], *, better_than: float) -> Matte | None:
    """Return the smallest turned rectangle, its edges smooth, if it fits better than upright."""
    contours, _ = cv2.findContours(likely, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rectangle = cv2.minAreaRect(np.vstack(contours))
    (width, height), degrees = rectangle[1], rectangle[2] % 90
    turn = min(degrees, 90 - degrees)
    fill = likely.sum() / max(1.0, (width + 1) * (height + 1))
    if not _LEAST_TURN <= turn <= _MOST_TURN or fill < max(_FRAME_FILL, better_than + _GAIN):
        return None
    corners = np.round(cv2.boxPoints(rectangle) * 16).astype(np.int32)  # sixteenths of a pixel
    drawn = np.zeros(likely.shape, np.uint8)
    cv2.fillConvexPoly(drawn, corners, 255, cv2.LINE_AA, shift=4)
    return drawn / 255.0


def pale_frame(drawn: NDArray[np.float32], tight: NDArray[np.float32]) -> Matte | None:
    """Return the rectangle of a framed picture whose sky is as light as paper, else None.

    ``drawn`` is the separator's outline, ``tight`` what ink encloses. It is such a picture when
    the outline is a rectangle, ink reaches all its sides, and at least two of its corners, which
    an oval or a vignette leaves to the paper.
    """
    framed = frame_of(drawn)
    if framed is None:
        return None
    left, top, width, height = cv2.boundingRect((framed > 0).astype(np.uint8))
    inner = cv2.boundingRect((tight >= 0.5).astype(np.uint8))
    if inner[2] < _FRAME_FILL * width or inner[3] < _FRAME_FILL * height:
        return None
    size = (max(2, round(height * _CORNER)), max(2, round(width * _CORNER)))
    inked = tight[top : top + height, left : left + width] >= 0.5
    corners = (
        inked[: size[0], : size[1]],
        inked[: size[0], -size[1] :],
        inked[-size[0] :, : size[1]],
        inked[-size[0] :, -size[1] :],
    )
    return framed if sum(corner.mean() > 0.5 for corner in corners) >= 2 else None


def without_text(framed: Matte, barred: NDArray[np.bool_], *, dpi: float) -> Matte:
    """Return the alpha of a frame without the text that reaches into it from outside.

    ``barred`` (H, W) is where text stands. What is thinner than a line of letters is an unsure
    outline; what lies well inside the frame is lettering of the picture or shows through its sky.
    """
    side = max(3, round(pixels_of(_LINE_MM, dpi))) | 1
    line = np.ones((side, side), np.uint8)
    within = (framed > 0).astype(np.uint8)
    core = cv2.erode(within, line, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    thick = cv2.morphologyEx(within * barred, cv2.MORPH_OPEN, line)
    _, pieces = cv2.connectedComponents(thick)
    notches = np.unique(pieces[(thick > 0) & (core == 0)])
    if not len(notches):
        return framed
    near = cv2.dilate(np.isin(pieces, notches).astype(np.uint8), line) > 0
    left = within * ~(near & barred)
    slivers = left > cv2.morphologyEx(left, cv2.MORPH_OPEN, line)  # between text and frame's edge
    return np.where(near & (barred | slivers), 0.0, framed)
