"""Read one page: blank its pictures, run Tesseract, try a hard page again at half its size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archive.images import save_pgm
from pipeline.recognize.arrange import arrange, mean_confidence
from pipeline.recognize.blank import blank_illustrations, halved
from pipeline.recognize.tesseract import RawWord, Tesseract, models_for, tessdata
from schemas.errors import RecognitionError
from schemas.model import CLASSES, Box, ClassMap, Grey8, IssueMetadata, PageId, PageText, Region
from tasks.settings import RecognizeSettings

_TEXT_CLASSES = [CLASSES.index(name) for name in ("caption", "header", "text")]


def tesseract(metadata: IssueMetadata, settings: RecognizeSettings) -> Tesseract:
    """Return the engine for an issue: its own language and script, else the configured ones.

    Raises:
        EngineError: a model is missing; the package is named.
    """
    models = models_for(
        metadata.languages or settings.languages,
        metadata.script or settings.script,
        [path.stem for path in tessdata()],
    )
    return Tesseract(models, psm=settings.psm, timeout_s=settings.timeout_s)


def read_page(
    page: PageId,
    grey: Grey8,
    class_map: ClassMap,
    regions: Sequence[Region],
    *,
    engine: Tesseract,
    dpi: float,
    min_text_area: float,
    scratch: Path,
) -> PageText:
    """Return the text of a prepared page in its own pixels.

    Raises:
        RecognitionError: Tesseract gave up twice, or found no word on a page with text on it.
    """
    blanked = blank_illustrations(grey, class_map)
    file = scratch / "page.pgm"
    save_pgm(file, blanked)
    try:
        words = engine.read(file, dpi=dpi)
    except RecognitionError:
        save_pgm(file, halved(blanked))
        words = tuple(_doubled(word) for word in engine.read(file, dpi=dpi / 2))
    share = float(sum((class_map == label).mean() for label in _TEXT_CLASSES))
    if not words and share >= min_text_area:
        raise RecognitionError(
            f"{page}: no word found although {share:.0%} of the page is text; check language "
            "and script, or the scan"
        )
    height, width = grey.shape
    found = arrange(words, class_map, regions, width=width, height=height)
    return PageText(page, found, engine.models, mean_confidence(found))


def _doubled(word: RawWord) -> RawWord:
    box = word.box
    twice = Box(2 * box.left, 2 * box.top, 2 * box.right, 2 * box.bottom)
    return RawWord(word.text, twice, word.confidence, word.line)
