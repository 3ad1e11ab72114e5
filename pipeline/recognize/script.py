"""Which script an issue, or a page of it, is printed in: antiqua (Latn) or Fraktur (Latf)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.recognize.quality import is_known
from pipeline.recognize.sample import lines_of
from pipeline.recognize.text_engine import RawWord, Readers, Segmentation, TextEngine
from schemas.errors import RecognitionError
from schemas.model import Grey8, Region, RegionKind
from schemas.normalize import normalize

T = TypeVar("T")
_SAMPLE = {"width": 1000, "height": 360}
"""Pixels of what is read to tell the script."""
_SAMPLES = 3
"""Regions that are tried, one after the other, until words are read."""
_FRAKTUR_READS = 1.15
"""How much better the Fraktur model reads Fraktur at least; it reads antiqua nearly as well as the
model of the language does. On 27 scans of 1784 to 1893: 1.29 to 1.89, and 0.82 to 1.02."""

_AS_SAMPLES = 0.85
"""How well a page reads at least, as a share of the worst sample of its issue, before its own
script is looked for. Eight German pages read at 1.04 to 1.31 with the right model; those in Fraktur
at 0.71 to 0.91 with the other. Antiqua read with the Fraktur model is hardly worse, and stays."""
_FEWEST_PAGES = 4
"""Pages with text from which on an issue is sampled."""


@dataclass(frozen=True, slots=True)
class ReadSample:
    """The script (ISO 15924) in which a sample reads best, and its readability there."""

    script: str
    readability: float


@dataclass(frozen=True, slots=True)
class IssueScript:
    """The script of each kind of region of an issue, and the least readability of the samples.

    Without ``scripts`` every page is looked at by itself.
    """

    scripts: Mapping[RegionKind, str] = field(default_factory=dict)
    readability: float = 0.0


EACH_PAGE = IssueScript()


def find_scripts(
    grey: Grey8, regions: Sequence[Region], readers: Readers, *, dpi: float
) -> dict[RegionKind, ReadSample]:
    """Return the script of body and captions: that in which a sample of each reads best.

    The largest region of a kind is the sample, cut to a few lines; if no word is read there, the
    next largest. A kind without any reading is left out. Words are judged by the engine's
    confidence and by how many of them word lists know.
    """
    samples: dict[RegionKind, ReadSample] = {}
    if len(readers.by_script) < 2:
        return samples
    for kind in (RegionKind.TEXT, RegionKind.CAPTION):
        boxes = [region.box for region in regions if region.kind is kind]
        for box in sorted(boxes, key=lambda box: -box.area)[:_SAMPLES]:
            sample = _read_sample(lines_of(grey, box, **_SAMPLE), readers, dpi=dpi)
            if sample is not None:
                samples[kind] = sample
                break
    return samples


def sample_pages(pages: Sequence[T]) -> Sequence[T]:
    """Return the pages of an issue that are sampled: two inside it, none where there are few.

    >>> sample_pages([1, 2, 3, 4, 5, 6, 7, 8, 9])
    [4, 7]
    """
    third = len(pages) // 3
    return [pages[third], pages[2 * third]] if len(pages) >= _FEWEST_PAGES else []


def agreed(pages: Sequence[Mapping[RegionKind, ReadSample]]) -> IssueScript:
    """Return what the sampled ``pages`` of an issue agree on; of no kind where they do not.

    >>> body = ReadSample("Latf", 1.2), ReadSample("Latf", 1.0), ReadSample("Latn", 1.1)
    >>> agreed([{RegionKind.TEXT: body[0]}, {RegionKind.TEXT: body[1]}])
    IssueScript(scripts={<RegionKind.TEXT: 'text'>: 'Latf'}, readability=1.0)
    >>> agreed([{RegionKind.TEXT: body[0]}, {RegionKind.TEXT: body[2]}]).scripts
    {}
    """
    if not pages or not all(RegionKind.TEXT in page for page in pages):
        return EACH_PAGE
    scripts: dict[RegionKind, str] = {}
    for kind in (RegionKind.TEXT, RegionKind.CAPTION):
        of_kind = {page[kind].script for page in pages if kind in page}
        if len(of_kind) > 1:
            return EACH_PAGE
        scripts |= {kind: script for script in of_kind}  # noqa: B035 - one at most
    return IssueScript(scripts, min(page[RegionKind.TEXT].readability for page in pages))


def is_doubtful(words: Sequence[RawWord], issue: IssueScript, known: Collection[str]) -> bool:
    """Say whether a page reads so much worse than the samples that its script may be another."""
    return readability(words, known) < _AS_SAMPLES * issue.readability


def _read_sample(sample: Grey8, readers: Readers, *, dpi: float) -> ReadSample | None:
    """Return the script in which ``sample`` reads best, or nothing where no word is read."""
    known = readers.known_words
    latin, fraktur = (
        _readable(readers.by_script[script], sample, dpi, known) for script in ("Latn", "Latf")
    )
    if not latin and not fraktur:
        return None
    is_fraktur = fraktur > _FRAKTUR_READS * latin
    return ReadSample("Latf", fraktur) if is_fraktur else ReadSample("Latn", latin)


def _readable(engine: TextEngine, sample: Grey8, dpi: float, known: Collection[str]) -> float:
    """Return how well ``engine`` reads ``sample``."""
    try:
        words = engine.read(sample, dpi=dpi, segmentation=Segmentation.BLOCK)
    except RecognitionError:
        return 0.0
    return readability(words, known)


def readability(words: Sequence[RawWord], known: Collection[str]) -> float:
    """Return how well ``words`` were read, 0 to 1.5: confidence, weighted by known words."""
    sure = sum(word.confidence * len(word.text) for word in words)
    confidence = sure / max(1, sum(len(word.text) for word in words))
    letters = [normalize(word.text).strip(".,;:!?-") for word in words]
    long = [word for word in letters if len(word) > 2 and word.isalpha()]
    share = sum(is_known(word, known) for word in long) / max(1, len(long)) if known else 0.5
    return confidence * (0.5 + share)
