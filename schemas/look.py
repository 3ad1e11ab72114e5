"""The look of a page in a few numbers, which are alike on the pages of one issue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.geometry import Box

_SURE_LETTERS, _SURE_LIKELIHOOD = 30, -1.9
_BLANK_INK, _BLANK_MIDDLE = 0.004, 0.1


class PageKind(StrEnum):
    """What kind of page a page is."""

    BLANK = "blank"
    COVER = "cover"
    TARGET = "target"
    TEXT = "text"
    ILLUSTRATED = "illustrated"
    PLATE = "plate"
    ADVERTISEMENT = "advertisement"


@dataclass(frozen=True, slots=True)
class PageLook:
    """Measured on the prepared page; shares are 0..1, greys 0..255.

    ``letters`` were looked at, ``likelihood`` is the mean log-probability of the way they stand,
    ``letter_size`` their size as a share of the page's long side. ``paper`` is the grey of the
    paper, ``chroma`` how far the channels differ on average, ``ink`` the share of the page that is
    darker than its surroundings, ``middle`` the share that is neither dark nor
    light (0 where there is no contrast), ``sharpness`` the steepest step between neighboring pixels
    as a share of the contrast. ``chart`` is the color chart on the page.
    """

    letters: int
    likelihood: float
    letter_size: float
    paper: int
    chroma: float
    ink: float
    middle: float
    sharpness: float
    chart: Box | None = None

    @property
    def has_letters(self) -> bool:
        """Whether the page certainly has letters."""
        return self.letters >= _SURE_LETTERS and self.likelihood >= _SURE_LIKELIHOOD

    @property
    def is_target(self) -> bool:
        """Whether the page shows only a color chart, photographed as a reference."""
        return self.chart is not None and not self.has_letters

    @property
    def is_blank(self) -> bool:
        """Whether the page is almost empty."""
        is_bare = self.ink < _BLANK_INK and self.middle < _BLANK_MIDDLE
        return is_bare and not self.has_letters
