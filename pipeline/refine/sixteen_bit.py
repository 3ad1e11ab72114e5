"""Sixteen bits a channel, from master to cut-out. Separation and matting work on eight."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.errors import ScanError

RGB16 = NDArray[np.uint16]
"""Page image, shape (height, width, 3), 0..65535, in the colors of its own profile."""

_OPAQUE = 250


def decode_png(content: bytes, *, name: str) -> RGB16:
    """Return a PNG of sixteen bits as (H, W, 3) uint16; grey is repeated, alpha dropped.

    Raises:
        ScanError: it cannot be decoded.
    """
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    if decoded is None or decoded.dtype != np.uint16:
        raise ScanError(f"{name}: no PNG of sixteen bits; rescan it")
    return np.ascontiguousarray(decoded[..., ::-1], dtype=np.uint16)


def encode_png(pixels: NDArray[np.uint16]) -> bytes:
    """Return (H, W, 3) RGB or (H, W, 4) RGBA uint16 as PNG."""
    order = [2, 1, 0, 3][: pixels.shape[2]]
    done, content = cv2.imencode(".png", np.ascontiguousarray(pixels[..., order]))
    if not done:
        raise ValueError(f"no PNG of {pixels.shape} {pixels.dtype}")
    return content.tobytes()


def deep_cut_out(rgba: NDArray[np.uint8], deep: RGB16) -> NDArray[np.uint16]:
    """Return a cut-out (H, W, 4) of eight bits with the master's own sixteen where it is opaque.

    At soft edges the color is an estimate without the paper, which has eight bits; ``deep`` is the
    crop (H, W, 3) of the master.
    """
    wide = rgba.astype(np.uint16) * 257
    opaque = rgba[..., 3] >= _OPAQUE
    wide[..., :3][opaque] = deep[opaque]
    return wide
