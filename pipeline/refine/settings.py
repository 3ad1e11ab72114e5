"""The settings of refine; apart from the code that uses them, which takes long to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from schemas.allowed import between, one_of


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """[refine] which matte, and the band in which alpha is solved.

    ``band_mm`` is half the width of the band in millimetres of paper; ``low`` and ``high`` are the
    probabilities below and above which a pixel is known.
    """

    band_mm: Annotated[float, between(0.05, 5)] = 0.25
    low: Annotated[float, between(0, 0.5)] = 0.1
    high: Annotated[float, between(0.5, 1)] = 0.9
    matte: Annotated[str, one_of(("auto", "silhouette", "ink"))] = "auto"
