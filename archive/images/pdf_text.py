"""The text layer of a PDF: words with their places."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from archive.images.pdf import opened_page
from archive.images.pdf_objects import display_matrix, extent
from schemas.errors import DocumentError
from schemas.geometry import Box
from schemas.model import PageId, PageText, RegionKind, TextLine, TextRegion, Word
from schemas.normalize import is_divided

_NO_LETTERS = frozenset({0, 0xFFFD, 0xFFFE, 0xFFFF})
_MOST_UNKNOWN = 0.2
"""Share of letters without a Unicode value above which a text layer cannot be read."""
_HYPHEN = "\x02"
"""What PDFium gives for a hyphen at the end of a line, which then does not end for it."""
_GAP = 1.0
"""Heights of a line between two lines, above which another region begins."""


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    box: Box | None


def pdf_text(path: Path, number: int, *, page: PageId, size: tuple[int, int]) -> PageText | None:
    """Return the text layer of page ``number`` (from 0) in pixels of a drawing of ``size``.

    ``size`` is (width, height). Lines come in the order of the file; those that stand close below
    each other are one region. None where the page has no text.

    Raises:
        ScanError: the PDF is damaged, protected, or has no such page.
        DocumentError: the letters of the layer have no meaning.
    """
    with opened_page(path, number) as (_, pdf_page):
        letters = list(_letters(pdf_page, size, name=f"{path}: page {number + 1}"))
    lines = _divided([line for line in map(_line, _parted(letters, "\r\n")) if line is not None])
    regions = tuple(map(_region, _regions(lines)))
    return PageText(page, regions) if regions else None


def _letters(page: pypdfium2.PdfPage, size: tuple[int, int], *, name: str) -> Iterator[_Letter]:
    """Yield the letters of the page; blanks and ends of lines, which PDFium adds, have no place."""
    text_page = page.get_textpage()
    scale = np.diag([size[0] / page.get_width(), size[1] / page.get_height(), 1.0])
    to_pixels = display_matrix(page) @ scale
    count, unknown = text_page.count_chars(), 0
    for at in range(count):
        code = raw.FPDFText_GetUnicode(text_page, at)
        is_unknown = (
            code in _NO_LETTERS
            or 0xD800 <= code < 0xE000
            or raw.FPDFText_HasUnicodeMapError(text_page, at) == 1
        )
        unknown += is_unknown
        text = "\N{REPLACEMENT CHARACTER}" if is_unknown else chr(code)
        place = _place(text_page, at, to_pixels, size)
        if text == _HYPHEN:
            yield _Letter("-", place)
            yield _Letter("\n", None)
        else:
            yield _Letter(text, place)
    if unknown > _MOST_UNKNOWN * count:
        raise DocumentError(
            f"{name}: {unknown} of {count} letters of its text layer have no meaning; "
            "the page will be recognized"
        )


def _place(
    text_page: pypdfium2.PdfTextPage,
    at: int,
    to_pixels: NDArray[np.float64],
    size: tuple[int, int],
) -> Box | None:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetCharBox(text_page, at, left, right, bottom, top):
        return None
    bounds = extent((left.value, bottom.value, right.value, top.value), to_pixels)
    x0, y0 = (max(0, int(np.floor(side))) for side in bounds[:2])
    x1, y1 = (min(end, int(np.ceil(side))) for side, end in zip(bounds[2:], size, strict=True))
    return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _parted(letters: Iterable[_Letter], ends: str) -> Iterator[list[_Letter]]:
    """Yield ``letters`` in parts that end at one of ``ends``, which is left out."""
    part: list[_Letter] = []
    for letter in letters:
        if letter.text in ends:
            yield part
            part = []
        else:
            part.append(letter)
    yield part


def _line(letters: list[_Letter]) -> TextLine | None:
    words = []
    for part in _parted(letters, " \t\N{NO-BREAK SPACE}"):
        boxes = [letter.box for letter in part if letter.box is not None]
        if boxes:  # letters outside the CropBox have no place
            text = "".join(letter.text for letter in part)
            words.append(Word(text, reduce(Box.union, boxes), 1.0))
    return (
        TextLine(reduce(Box.union, [word.box for word in words]), tuple(words)) if words else None
    )


def _divided(lines: list[TextLine]) -> list[TextLine]:
    """Return ``lines`` with words marked that go on in the next one."""
    marked = list(lines)
    for at, (line, after) in enumerate(pairwise(lines)):
        last = line.words[-1]
        if is_divided(last.text, after.words[0].text):
            marked[at] = replace(line, words=(*line.words[:-1], replace(last, hyphenated=True)))
    return marked


def _regions(lines: list[TextLine]) -> Iterator[list[TextLine]]:
    """Yield lines that follow closely, one below the other."""
    region: list[TextLine] = []
    for line in lines:
        if region and not _follows(line.box, region[-1].box):
            yield region
            region = []
        region.append(line)
    if region:
        yield region


def _follows(box: Box, above: Box) -> bool:
    is_below_it = box.left < above.right and above.left < box.right
    return is_below_it and 0 < box.bottom - above.bottom < (1 + _GAP) * max(
        box.height, above.height
    )


def _region(lines: list[TextLine]) -> TextRegion:
    return TextRegion(
        RegionKind.TEXT, reduce(Box.union, [line.box for line in lines]), tuple(lines)
    )
