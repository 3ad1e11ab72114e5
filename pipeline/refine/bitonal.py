"""Alpha of a picture scanned in black and white: there is no mixture of ink and paper to solve."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.model import RGB8, Matte


def is_bitonal(crop: RGB8) -> bool:
    """Say whether ``crop`` (H, W, 3) is black and white alone, as a scan of one bit is.

    >>> is_bitonal(np.zeros((2, 2, 3), np.uint8)), is_bitonal(np.full((2, 2, 3), 254, np.uint8))
    (True, False)
    """
    return bool(((crop == 0) | (crop == 255)).all())


def bitonal_matte(crop: RGB8, inside: NDArray[np.bool_], *, band_px: int) -> Matte:
    """Return alpha (H, W): ink inside the outline is opaque, paper fades over the outline's band.

    ``inside`` (H, W) is what the outline encloses; alpha is 0 beyond it, so that no pixel shows
    the paper of the page.
    """
    soft = cv2.GaussianBlur(inside.astype(np.float64), (0, 0), band_px / 2)
    faded = np.clip(2 * soft - 1, 0.0, 1.0)
    is_ink = crop[..., 0] == 0
    return np.asarray(np.where(inside, np.where(is_ink, 1.0, faded), 0.0))
