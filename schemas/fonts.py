"""A typeface, as the composer uses it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FontFace:
    """A font file in memory; style is antiqua, blackletter or display."""

    name: str
    style: str
    font: bytes
