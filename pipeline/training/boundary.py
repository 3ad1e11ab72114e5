"""How well an outline follows another."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_OUTLINE_SHARE = 0.008
"""Share of the diagonal by which an outline may be off."""


def boundary(got: NDArray[np.bool_], want: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Return precision and recall of outlines that may lie ``_OUTLINE_SHARE`` beside each other.

    Perazzi et al., "A Benchmark Dataset … for Video Object Segmentation", CVPR 2016.
    """
    if not want.any():
        return None
    reach = max(1, round(_OUTLINE_SHARE * float(np.hypot(*want.shape))))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    lines = [_outline(mask) for mask in (got, want)]
    near = [cv2.dilate(line, disk) > 0 for line in lines]
    precision = near[1][lines[0] > 0].mean() if lines[0].any() else 0.0
    recall = near[0][lines[1] > 0].mean() if lines[1].any() else 0.0
    return float(precision), float(recall)


def _outline(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    inner = mask.astype(np.uint8)
    # what lies beside the page is no picture, or one that fills it would have no outline
    beside = {"borderType": cv2.BORDER_CONSTANT, "borderValue": 0}
    return inner - cv2.erode(inner, np.ones((3, 3), np.uint8), **beside)
