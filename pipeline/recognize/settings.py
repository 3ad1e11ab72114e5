"""The settings of recognize; apart from the code that uses them, which takes long to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pipeline.recognize.engines import TEXT_ENGINES
from schemas.allowed import between, one_of

AUTO = "auto"
"""The script of an issue that does not say it is found on each page."""


@dataclass(frozen=True, slots=True)
class RecognizeSettings:
    """[recognize] how text is read."""

    engine: Annotated[str, one_of(TEXT_ENGINES)] = "tesseract"
    languages: tuple[str, ...] = ("ger", "eng")
    script: Annotated[str, one_of((AUTO, "Latn", "Latf"))] = AUTO
    models: tuple[str, ...] = ()
    psm: Annotated[int, between(1, 13)] = 3
    timeout_s: Annotated[float, between(1, 7200)] = 180.0
    min_text_area: Annotated[float, between(0, 1)] = 0.02
