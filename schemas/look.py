"""What a page looks like, in a few numbers that pages of one issue share."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.geometry import Box


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
