"""Read one page: blank its pictures, read the rest, try a hard page again at half its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.recognize.arrange import arrange, mean_confidence
from pipeline.recognize.blank import blank_illustrations, halved
from pipeline.recognize.quality import likeliest_language
from pipeline.recognize.script import EACH_PAGE, IssueScript, find_scripts, is_doubtful
from pipeline.recognize.text_engine import RawWord, Readers, Segmentation, TextEngine
from pipeline.recognize.veto import is_text, may_be_type, moved, without_vetoed
from schemas.errors import RecognitionError
from schemas.geometry import Box
from schemas.model import (
    CLASSES,
    ClassMap,
    Grey8,
    PageId,
    PageText,
    Region,
    RegionKind,
    TextRegion,
)

_VETOED = 10_000
"""Blocks of vetoed illustrations are numbered beyond those of the page."""
_TEXT_CLASSES = [CLASSES.index(name) for name in ("caption", "header", "text")]


def read_page(
    page: PageId,
    grey: Grey8,
    class_map: ClassMap,
    regions: Sequence[Region],
    *,
    readers: Readers,
    dpi: float,
    min_text_area: float,
    issue_script: IssueScript = EACH_PAGE,
) -> PageText:
    """Return the text of a prepared page in its own pixels.

    Where there are engines for several scripts, the page is read in the script of its body, and
    every region says which it is in; where there are several languages, that whose word list has
    most of a region's words.

    Args:
        page: which page it is.
        grey: the page (H, W).
        class_map: its class map (h, w), at any size.
        regions: its regions, in pixels of ``grey``.
        readers: the engines that may read it.
        dpi: its resolution.
        issue_script: what sample pages of the issue agree on; a page that reads much worse than
            they do is looked at by itself.
        min_text_area: share of the page, 0..1, that has to be text for "no word" to be an error.

    Raises:
        RecognitionError: the engine gave up twice, or found no word on a page with text on it.
    """
    blanked = blank_illustrations(grey, class_map)
    words, script, scripts = _in_script(blanked, regions, readers, issue_script, dpi=dpi)
    engine = readers.by_script[script]
    hidden, vetoed = _hidden_text(grey, regions, engine, readers, dpi=dpi)
    words = (*words, *hidden)
    share = float(sum((class_map == label).mean() for label in _TEXT_CLASSES))
    if not words and share >= min_text_area:
        raise RecognitionError(
            f"{page}: no word found although {share:.0%} of the page is text; check language "
            "and script, or the scan"
        )
    height, width = grey.shape
    _, kept = without_vetoed((), regions, vetoed)
    lines = arrange(words, class_map, kept, width=width, height=height)
    text = tuple(_with_language(region, scripts, script, readers) for region in lines)
    return PageText(page, text, engine.models, mean_confidence(lines), vetoed)


def _in_script(
    blanked: Grey8,
    regions: Sequence[Region],
    readers: Readers,
    issue_script: IssueScript,
    *,
    dpi: float,
) -> tuple[tuple[RawWord, ...], str, Mapping[RegionKind, str]]:
    """Return the words of a page, the script it was read in, and the script of each kind."""
    words: tuple[RawWord, ...] | None = None
    scripts, script = issue_script.scripts, issue_script.scripts.get(RegionKind.TEXT, "")
    if script:
        words = _words(blanked, readers.by_script[script], dpi=dpi)
        if not is_doubtful(words, issue_script, readers.known_words):
            return words, script, scripts
    samples = find_scripts(blanked, regions, readers, dpi=dpi)
    scripts = {kind: sample.script for kind, sample in samples.items()}
    read_in, script = script, next(iter(scripts.values()), next(iter(readers.by_script)))
    if words is None or script != read_in:
        words = _words(blanked, readers.by_script[script], dpi=dpi)
    return words, script, scripts


def _words(page: Grey8, engine: TextEngine, *, dpi: float) -> tuple[RawWord, ...]:
    """Return the words of ``page``; a page the engine gives up on is read at half its size."""
    try:
        return engine.read(page, dpi=dpi)
    except RecognitionError:
        return tuple(word.doubled() for word in engine.read(halved(page), dpi=dpi / 2))


def _hidden_text(
    grey: Grey8,
    regions: Sequence[Region],
    engine: TextEngine,
    readers: Readers,
    *,
    dpi: float,
) -> tuple[tuple[RawWord, ...], tuple[Box, ...]]:
    """Return the words of illustrations that turn out to be text, and the boxes of those."""
    words: list[RawWord] = []
    vetoed: list[Box] = []
    for region in regions:
        box = region.box
        if region.kind is not RegionKind.ILLUSTRATION or not may_be_type(grey, box, dpi=dpi):
            continue
        crop = np.ascontiguousarray(grey[box.top : box.bottom, box.left : box.right])
        try:
            inside = engine.read(crop, dpi=dpi, segmentation=Segmentation.BLOCK)
        except RecognitionError:
            continue  # nothing was read, so nothing speaks against the picture
        if is_text(inside, box, readers.known_words):
            vetoed.append(box)
            words += moved(inside, box, block=_VETOED * len(vetoed))
    return tuple(words), tuple(vetoed)


def _with_language(
    region: TextRegion, scripts: Mapping[RegionKind, str], script: str, readers: Readers
) -> TextRegion:
    """Return ``region`` with its script and language, where the issue may have several."""
    if len(readers.by_script) > 1:
        region = replace(region, script=scripts.get(region.kind, script))
    if len(readers.languages) > 1:
        lists = {language: readers.vocabulary((language,)) for language in readers.languages}
        region = replace(region, language=likeliest_language([region], lists))
    return region
