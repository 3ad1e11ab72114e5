"""Captions and running heads against what was drawn: right, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.samples import Sample
from pipeline.describe.header import parse_header
from schemas.geometry import Box
from schemas.model import Illustration, RegionKind
from schemas.normalize import normalize
from schemas.published import PageDescription, PageHeader

FIELDS = ("title", "date", "number", "volume", "label")
RIGHT = "right"
_SAME_PICTURE = 0.5
_COVERED = 0.4
_LARGER = 2.5


def link_outcomes(sample: Sample, description: PageDescription) -> Counter[str]:
    """Return how many captions of a page came to their picture, and why the others did not."""
    outcomes: Counter[str] = Counter()
    for picture, caption in sample.captions:
        outcomes[_link_outcome(picture, caption, description)] += 1
    return outcomes


def _link_outcome(picture: Box, caption: Box, description: PageDescription) -> str:
    nearest = max(
        description.illustrations,
        key=lambda illustration: iou(illustration.box, picture),
        default=None,
    )
    if nearest is None or iou(nearest.box, picture) < _SAME_PICTURE:
        return _without_picture(picture, description.illustrations)
    if nearest.caption and _is_on(nearest.caption.box, caption):
        is_larger = nearest.caption.box.area > _LARGER * caption.area
        return "right caption with other text joined to it" if is_larger else RIGHT
    text = description.text.regions if description.text else ()
    read = [r for r in text if any(_is_on(line.box, caption) for line in r.lines)]
    if not read:
        return _unread(caption, description)
    if all(region.kind is not RegionKind.CAPTION for region in read):
        return "caption taken for running text or header"
    if nearest.caption:
        return "another caption given"
    given = [
        illustration.caption.box
        for illustration in description.illustrations
        if illustration.caption
    ]
    is_given = any(_is_on(box, caption) for box in given)
    return "caption given to another picture" if is_given else "caption given to none"


def _without_picture(picture: Box, illustrations: Sequence[Illustration]) -> str:
    if any(
        illustration.box.overlap(picture) > 0.8 * picture.area for illustration in illustrations
    ):
        return "picture not parted from its neighbor"
    touched = (
        sum(illustration.box.overlap(picture) for illustration in illustrations) / picture.area
    )
    return "picture found only in part" if touched > 0.2 else "picture not found"


def _unread(caption: Box, description: PageDescription) -> str:
    over = [r for r in description.regions if _is_on(r.box, caption)]
    if any(r.kind is RegionKind.ILLUSTRATION for r in over):
        return "caption taken for illustration and not read"
    return "no words read there"


def _is_on(box: Box, caption: Box) -> bool:
    return box.overlap(caption) >= _COVERED * caption.area


def iou(first: Box, other: Box) -> float:
    """Return intersection over union."""
    shared = first.overlap(other)
    return shared / (first.area + other.area - shared)


def header_outcomes(want: PageHeader, got: PageHeader | None) -> dict[str, str]:
    """Return for every field whether it is right, missing, wrong, or invented; "" if not said."""
    return {name: _field(name, want, got) for name in FIELDS}


def parsed(sample: Sample) -> PageHeader:
    """Return what the parser makes of the running head as it was drawn, without a misread."""
    return parse_header(sample.text.splitlines()[0])


def _field(name: str, want: PageHeader, got: PageHeader | None) -> str:
    true, read = getattr(want, name), getattr(got, name) if got else None
    if true is None:
        return "invented" if read is not None else ""
    if read is None:
        return "missing"
    plain = _bare if name == "title" else str
    return RIGHT if plain(read) == plain(true) else "wrong"


def _bare(title: str) -> str:
    return normalize(title).strip(" .,")


def tally(outcomes: Iterable[dict[str, str]]) -> dict[str, Counter[str]]:
    """Return the outcomes of each field over pages."""
    by_name = {name: Counter[str]() for name in FIELDS}
    for page in outcomes:
        for name, outcome in page.items():
            by_name[name][outcome] += 1
    return by_name
