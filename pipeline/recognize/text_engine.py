"""What a text engine is: an image of a page in, words with boxes out.

A second engine beside Tesseract is one module with a class like this, and one row in
``pipeline.recognize.engines``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from schemas.geometry import Box
from schemas.model import Grey8


class Segmentation(StrEnum):
    """What an image shows: a page with whatever layout it has, or one block of lines."""

    PAGE = "page"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as an engine gives it, confidence 0..1.

    ``line`` is the number of the block, of the paragraph in it, and of the line in that: words of
    one line share all three.
    """

    text: str
    box: Box
    confidence: float
    line: tuple[int, int, int]

    def doubled(self) -> RawWord:
        """Return a word of a page at half its size in pixels of the page."""
        sides = (self.box.left, self.box.top, self.box.right, self.box.bottom)
        return RawWord(self.text, Box(*(2 * side for side in sides)), self.confidence, self.line)


class TextEngine(Protocol):
    """An engine with its models and settings."""

    @property
    def models(self) -> str:
        """The names of the models, as the record of a page gives them."""

    def read(
        self, image: Grey8, *, dpi: float, segmentation: Segmentation = Segmentation.PAGE
    ) -> tuple[RawWord, ...]:
        """Return the words on ``image`` (H, W) in its pixels, confidence 0..1.

        Raises:
            RecognitionError: this image cannot be read.
            EngineError: no image can be read.
        """


GreyFile = Callable[[Grey8], AbstractContextManager[Path]]
"""Writes (H, W) to a grey file that stays while the context lasts, and what lies beside it."""

Vocabulary = Callable[[tuple[str, ...]], Collection[str]]
"""Gives the normalized words of languages (ISO 639-2): none where no word list is known."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What an engine is given to work with: files to hand over, and word lists."""

    grey_file: GreyFile
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Readers:
    """The engines that may read an issue.

    ``by_script`` (ISO 15924) has the likeliest script first; ``languages`` are ISO 639-2/B.
    """

    by_script: Mapping[str, TextEngine]
    languages: tuple[str, ...]
    vocabulary: Vocabulary

    @property
    def known_words(self) -> Collection[str]:
        """The normalized words of all languages of the issue."""
        return self.vocabulary(self.languages)
