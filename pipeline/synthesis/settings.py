"""Everything the composer may vary, in one record."""

from __future__ import annotations

from dataclasses import dataclass, field

IGNORE = 255
"""Label of pixels that the loss must not count: music, a neighboring page, a stamp on type.

House rules, where magazines and archives differ: head- and tailpieces and printers' devices are
illustrations, and so are pictures inside a frame with the frame; decorated initials are text, of
music the net is told neither. Stamps of libraries and typographic rules are background, tables are
text.
"""

_MEASURED_AT = 768 * 1.4
"""Pixels of the long side of the sheet on which the composer's sizes were set."""

PAGE_KINDS = {
    "columns": 22.0,
    "wrapped": 20.0,
    "template": 40.0,
    "figures": 12.0,
    "insets": 16.0,
    "plate": 6.0,
    "woodcut": 7.0,
    "text": 26.0,
    "real-text": 9.0,
    "title": 9.0,
    "list": 7.0,
    "table": 4.0,
    "adverts": 6.0,
    "spread": 4.0,
    "blank": 1.0,
}


@dataclass(frozen=True, slots=True)
class ComposerSettings:
    """Sizes in pixels of the working page; chances 0..1; the seed is an argument of ``compose``."""

    long_side: int = 768
    supersampling: float = 1.4
    supersampling_of_template: float = 1.7
    page_kinds: dict[str, float] = field(default_factory=lambda: dict(PAGE_KINDS))
    bitonal: float = 0.42
    bitonal_thumbnail: float = 0.12
    grey: float = 0.28
    paper: float = 0.6
    scanner_border: float = 0.3
    bleed_through: float = 0.2
    fold: float = 0.15
    curl: float = 0.12
    stains: float = 0.12
    halftone: float = 0.4
    heavy_ink: float = 0.35
    low_resolution: float = 0.3
    jpeg: float = 0.4
    thumbnail: float = 0.3
    thumbnail_of_template: float = 0.7
    square_thumbnail: float = 0.6
    library_stamp: float = 0.25
    squashed: float = 0.12
    skew_degrees: float = 1.5

    @property
    def unit(self) -> float:
        """Pixels of a sheet for one of that on which the composer's sizes were set.

        Never below 1: on smaller sheets type would be no type any more.
        """
        return max(1.0, self.long_side * self.supersampling / _MEASURED_AT)
