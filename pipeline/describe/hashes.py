"""Perceptual hashes: the same picture printed twice."""

from __future__ import annotations

import imagehash
from PIL import Image

from schemas.model import RGB8


def perceptual_hash(picture: RGB8) -> str:
    """Return the 64-bit pHash of (H, W, 3) uint8 as 16 hex digits."""
    return str(imagehash.phash(Image.fromarray(picture)))


def distance(first: str, other: str) -> int:
    """Return how many of 64 bits differ.

    >>> distance("00000000000000ff", "000000000000000f")
    4
    """
    return (int(first, 16) ^ int(other, 16)).bit_count()
