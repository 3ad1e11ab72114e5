"""What kind of picture an illustration may be."""

from __future__ import annotations

UNKNOWN = "unknown"
KINDS = (
    "halftone", "engraving", "pattern", "masthead", "initial", "ornament", "advertisement", UNKNOWN,
)  # fmt: skip
"""By its print, or by where it stands on its page."""
