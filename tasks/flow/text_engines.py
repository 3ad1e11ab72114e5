"""Read one page: blank its pictures, run Tesseract, try a hard page again at half its size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from archive.images.images import save_pgm
from archive.wordlists import vocabulary
from pipeline.recognize.arrange import arrange, mean_confidence
from pipeline.recognize.blank import blank_illustrations, halved
from pipeline.recognize.quality import is_known, likeliest_language
from pipeline.recognize.sample import lines_of
from pipeline.recognize.tesseract import RawWord, Tesseract, models_for, tessdata
from pipeline.recognize.veto import is_text, may_be_type, moved, without_vetoed
from schemas.errors import EngineError, RecognitionError
from schemas.geometry import Box
from schemas.languages import to_language
from schemas.model import (
    CLASSES,
    ClassMap,
    Grey8,
    IssueMetadata,
    PageId,
    PageText,
    Region,
    RegionKind,
    TextRegion,
)
from schemas.normalize import normalize
from tasks.settings import AUTO, RecognizeSettings

_SAMPLE = {"width": 1000, "height": 360}
"""Pixels of what is read to tell the script."""
_SAMPLES = 3
"""Regions that are tried, one after the other, until words are read."""
_FRAKTUR_READS = 1.15
"""How much better the Fraktur model reads Fraktur at least; it reads antiqua nearly as well as the
model of the language does. On 27 scans of 1784 to 1893: 1.29 to 1.89, and 0.82 to 1.02."""
_BLOCK = 6
"""Tesseract's page segmentation mode for one block of text."""
_VETOED = 10_000
"""Blocks of vetoed illustrations are numbered beyond those of the page."""
_TEXT_CLASSES = [CLASSES.index(name) for name in ("caption", "header", "text")]


@dataclass(frozen=True, slots=True)
class Readers:
    """Engines by script (ISO 15924), likeliest first, and the languages (ISO 639-2/B) they read."""

    able: Mapping[str, Tesseract]
    languages: tuple[str, ...]


def readers(metadata: IssueMetadata, settings: RecognizeSettings) -> Readers:
    """Return the engine for each script an issue may be printed in.

    What the issue says goes before what is configured; where neither says the script, German may be
    in antiqua or in Fraktur.

    Raises:
        RecognitionError: there is no model for what this issue alone asks; the package is named.
        EngineError: there is none for what config.ini asks as well, or no Tesseract.
    """
    languages = metadata.languages or settings.languages
    known = _models_of(metadata.title, settings)
    if known:
        engine = Tesseract(known, psm=settings.psm, timeout_s=settings.timeout_s)
        return Readers({metadata.script or "Latn": engine}, languages)
    stated = metadata.script or settings.script
    may_be_fraktur = "ger" in languages
    scripts = ("Latn", "Latf") if stated == AUTO and may_be_fraktur else (stated,)
    able = {
        script: Tesseract(
            _models_for(languages, "Latn" if script == AUTO else script, metadata, settings),
            psm=settings.psm,
            timeout_s=settings.timeout_s,
        )
        for script in scripts
    }
    return Readers(able, languages)


def _models_for(
    languages: tuple[str, ...], script: str, metadata: IssueMetadata, settings: RecognizeSettings
) -> str:
    """Return the models; one that config.ini asks for too, and so every issue, stops the night."""
    try:
        return models_for(languages, script, [path.stem for path in tessdata()])
    except RecognitionError as error:
        configured = {to_language(one) for one in settings.languages}
        if script == "Latf":  # one model for all languages
            is_told = settings.script == AUTO and (not metadata.script or "ger" in configured)
            is_shared = is_told or settings.script == "Latf"
        else:
            is_shared = settings.script != "Latf" and configured >= set(map(to_language, languages))
        if is_shared:
            raise EngineError(str(error)) from error
        raise


def _models_of(title: str, settings: RecognizeSettings) -> str:
    """Return the models that are configured for a title, or nothing.

    Raises:
        EngineError: Tesseract has not got one of them.
    """
    for entry in settings.models:
        name, _, models = (part.strip() for part in entry.partition("="))
        if name.casefold() == title.casefold():
            installed = {path.stem for path in tessdata()}
            missing = [model for model in models.split("+") if model not in installed]
            if missing:
                raise EngineError(
                    f"[recognize] models: Tesseract has no {missing[0]} for {name}; it has "
                    f"{', '.join(sorted(installed))}"
                )
            return models
    return ""


def told_scripts(
    grey: Grey8,
    regions: Sequence[Region],
    read_by: Readers,
    *,
    dpi: float,
    scratch: Path,
) -> dict[RegionKind, str]:
    """Return the script of body and captions: that in which a sample of each reads best.

    The largest region of a kind is the sample, cut to a few lines; if no word is read there, the
    next largest. A kind of which nothing is read is not told. Words are judged by Tesseract's
    confidence and by how many of them word lists know.
    """
    found: dict[RegionKind, str] = {}
    if len(read_by.able) < 2:
        return found
    for kind in (RegionKind.TEXT, RegionKind.CAPTION):
        own = [region.box for region in regions if region.kind is kind]
        for box in sorted(own, key=lambda box: -box.area)[:_SAMPLES]:
            told = _told_script(lines_of(grey, box, **_SAMPLE), read_by, dpi=dpi, scratch=scratch)
            if told:
                found[kind] = told
                break
    return found


def _told_script(sample: Grey8, read_by: Readers, *, dpi: float, scratch: Path) -> str:
    """Return the script in which ``sample`` reads best, or nothing where no word is read."""
    file = scratch / "sample.pgm"
    save_pgm(file, sample)
    known = vocabulary(read_by.languages)
    latin, fraktur = (_readable(read_by.able[name], file, dpi, known) for name in ("Latn", "Latf"))
    if not latin and not fraktur:
        return ""
    return "Latf" if fraktur > _FRAKTUR_READS * latin else "Latn"


def _readable(engine: Tesseract, file: Path, dpi: float, known: Collection[str]) -> float:
    try:
        words = replace(engine, psm=_BLOCK).read(file, dpi=dpi)
    except RecognitionError:
        return 0.0
    sure = sum(word.confidence * len(word.text) for word in words)
    confidence = sure / max(1, sum(len(word.text) for word in words))
    letters = [normalize(word.text).strip(".,;:!?-") for word in words]
    long = [word for word in letters if len(word) > 2 and word.isalpha()]
    share = sum(is_known(word, known) for word in long) / max(1, len(long)) if known else 0.5
    return confidence * (0.5 + share)


def read_page(
    page: PageId,
    grey: Grey8,
    class_map: ClassMap,
    regions: Sequence[Region],
    *,
    read_by: Readers,
    dpi: float,
    min_text_area: float,
    scratch: Path,
) -> PageText:
    """Return the text of a prepared page in its own pixels.

    Where there are engines for several scripts, the page is read in the script of its body, and
    every region says which it is in; where there are several languages, that whose word list has
    most of a region's words.

    Raises:
        RecognitionError: Tesseract gave up twice, or found no word on a page with text on it.
    """
    blanked = blank_illustrations(grey, class_map)
    scripts = told_scripts(blanked, regions, read_by, dpi=dpi, scratch=scratch)
    script = next(iter(scripts.values()), next(iter(read_by.able)))
    engine = read_by.able[script]
    file = scratch / "page.pgm"
    save_pgm(file, blanked)
    try:
        words = engine.read(file, dpi=dpi)
    except RecognitionError:
        save_pgm(file, halved(blanked))
        words = tuple(word.doubled() for word in engine.read(file, dpi=dpi / 2))
    inside, vetoed = _hidden(grey, regions, engine, read_by, dpi=dpi, file=file)
    words = (*words, *inside)
    share = float(sum((class_map == label).mean() for label in _TEXT_CLASSES))
    if not words and share >= min_text_area:
        raise RecognitionError(
            f"{page}: no word found although {share:.0%} of the page is text; check language "
            "and script, or the scan"
        )
    height, width = grey.shape
    _, told_regions = without_vetoed((), regions, vetoed)
    found = arrange(words, class_map, told_regions, width=width, height=height)
    told = tuple(_told(region, scripts, script, read_by) for region in found)
    return PageText(page, told, engine.models, mean_confidence(found), vetoed)


def _hidden(
    grey: Grey8,
    regions: Sequence[Region],
    engine: Tesseract,
    read_by: Readers,
    *,
    dpi: float,
    file: Path,
) -> tuple[tuple[RawWord, ...], tuple[Box, ...]]:
    """Return the words of illustrations that are text, and their boxes."""
    words: list[RawWord] = []
    vetoed: list[Box] = []
    for region in regions:
        box = region.box
        if region.kind is not RegionKind.ILLUSTRATION or not may_be_type(grey, box, dpi=dpi):
            continue
        crop = grey[box.top : box.bottom, box.left : box.right]
        save_pgm(file, np.ascontiguousarray(crop))
        try:
            found = replace(engine, psm=_BLOCK).read(file, dpi=dpi)
        except RecognitionError:
            continue  # nothing was read, so nothing speaks against the picture
        if is_text(found, box, vocabulary(read_by.languages)):
            vetoed.append(box)
            words += moved(found, box, block=_VETOED * len(vetoed))
    return tuple(words), tuple(vetoed)


def _told(
    region: TextRegion, scripts: Mapping[RegionKind, str], script: str, read_by: Readers
) -> TextRegion:
    """Return ``region`` with its script and language, where the issue may have several."""
    if len(read_by.able) > 1:
        region = replace(region, script=scripts.get(region.kind, script))
    if len(read_by.languages) > 1:
        lists = {language: vocabulary((language,)) for language in read_by.languages}
        region = replace(region, language=likeliest_language([region], lists))
    return region
