"""From the prepared page back to the master."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box, Transform
from schemas.model import PageText, Region


def region_to_master(region: Region, transform: Transform) -> Region:
    """Return ``region`` of the prepared page in pixels of the master, clipped to it."""
    limit_x, limit_y = transform.master_width, transform.master_height
    polygon = tuple(
        (round(min(max(x, 0.0), limit_x), 1), round(min(max(y, 0.0), limit_y), 1))
        for x, y in transform.to_master(region.polygon)
    )
    return replace(region, box=transform.box_to_master(region.box), polygon=polygon)


def text_to_master(text: PageText, transform: Transform) -> PageText:
    """Return what was read on the prepared page in pixels of the master.

    Straightening adds wedges of paper beside the scan; what was read there is left out.
    """
    to_master, shows = transform.box_to_master, transform.shows
    regions = tuple(
        replace(
            region,
            box=to_master(region.box),
            lines=tuple(
                replace(
                    line,
                    box=to_master(line.box),
                    words=tuple(
                        replace(word, box=to_master(word.box))
                        for word in line.words
                        if shows(word.box)
                    ),
                )
                for line in region.lines
                if any(shows(word.box) for word in line.words)
            ),
        )
        for region in text.regions
        if shows(region.box)
    )
    vetoed = tuple(to_master(box) for box in text.vetoed if shows(box))
    return replace(text, regions=regions, vetoed=vetoed)


def in_master(
    grid: NDArray[np.float32], transform: Transform, box: Box, size: tuple[int, int] | None = None
) -> NDArray[np.float32]:
    """Return what ``grid`` says of ``box`` of the master: (box.height, box.width) float32.

    With ``size`` (width, height) the box is shown at that size. ``grid`` (h, w) covers the prepared
    page exactly, at any size. Pixel centers are matched, not corners: at a grid of a quarter the
    size half a pixel is two of the master.
    """
    height, width = grid.shape
    shown = size or (box.width, box.height)
    step = (box.width / shown[0], box.height / shown[1])
    to_grid = np.diag([width / transform.width, height / transform.height, 1.0])
    prepared_to_master = np.vstack([transform.matrix(), [0, 0, 1]])
    corner = np.array(
        [
            [step[0], 0, box.left + 0.5 * step[0]],
            [0, step[1], box.top + 0.5 * step[1]],
            [0, 0, 1.0],
        ]
    )
    center = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    matrix = center @ to_grid @ np.linalg.inv(prepared_to_master) @ corner
    warped = cv2.warpAffine(
        grid,
        matrix[:2],
        shown,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0.0,
    )
    return np.asarray(warped, dtype=np.float32)
