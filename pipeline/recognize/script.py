"""Which script an issue's pages are printed in: antiqua (Latn) or Fraktur (Latf)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.recognize.quality import is_known
from pipeline.recognize.sample import lines_of
from pipeline.recognize.text_engine import Readers, Segmentation, TextEngine
from schemas.errors import RecognitionError
from schemas.model import Grey8, Region, RegionKind
from schemas.normalize import normalize

_SAMPLE = {"width": 1000, "height": 360}
"""Pixels of what is read to tell the script."""
_SAMPLES = 3
"""Regions that are tried, one after the other, until words are read."""
_FRAKTUR_READS = 1.15
"""How much better the Fraktur model reads Fraktur at least; it reads antiqua nearly as well as the
model of the language does. On 27 scans of 1784 to 1893: 1.29 to 1.89, and 0.82 to 1.02."""


def find_scripts(
    grey: Grey8, regions: Sequence[Region], readers: Readers, *, dpi: float
) -> dict[RegionKind, str]:
    """Return the script of body and captions: that in which a sample of each reads best.

    The largest region of a kind is the sample, cut to a few lines; if no word is read there, the
    next largest. A kind of which nothing is read is left out. Words are judged by the engine's
    confidence and by how many of them word lists know.
    """
    scripts: dict[RegionKind, str] = {}
    if len(readers.by_script) < 2:
        return scripts
    for kind in (RegionKind.TEXT, RegionKind.CAPTION):
        boxes = [region.box for region in regions if region.kind is kind]
        for box in sorted(boxes, key=lambda box: -box.area)[:_SAMPLES]:
            script = _script_of(lines_of(grey, box, **_SAMPLE), readers, dpi=dpi)
            if script:
                scripts[kind] = script
                break
    return scripts


def _script_of(sample: Grey8, readers: Readers, *, dpi: float) -> str:
    """Return the script in which ``sample`` reads best, or nothing where no word is read."""
    known = readers.known_words
    latin, fraktur = (
        _readable(readers.by_script[script], sample, dpi, known) for script in ("Latn", "Latf")
    )
    if not latin and not fraktur:
        return ""
    return "Latf" if fraktur > _FRAKTUR_READS * latin else "Latn"


def _readable(engine: TextEngine, sample: Grey8, dpi: float, known: Collection[str]) -> float:
    """Return how well ``engine`` reads ``sample``: confidence, weighted by known words."""
    try:
        words = engine.read(sample, dpi=dpi, segmentation=Segmentation.BLOCK)
    except RecognitionError:
        return 0.0
    sure = sum(word.confidence * len(word.text) for word in words)
    confidence = sure / max(1, sum(len(word.text) for word in words))
    letters = [normalize(word.text).strip(".,;:!?-") for word in words]
    long = [word for word in letters if len(word) > 2 and word.isalpha()]
    share = sum(is_known(word, known) for word in long) / max(1, len(long)) if known else 0.5
    return confidence * (0.5 + share)
