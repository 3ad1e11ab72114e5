"""Which caption belongs to which illustration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.describe.credits import part_credit
from pipeline.recognize.arrange import joined, mean_confidence, undivided_lines
from pipeline.recognize.split_lines import FIGURE_NUMBER
from schemas.geometry import Box
from schemas.model import Caption, Illustration, RegionKind, TextLine, TextRegion

_NUMBER = re.compile(
    r"^\W{0,2}(?:Fig(?:ur|ure)?s?|Abb(?:ildung)?|Nr|No|Plate|Tafel|Pl)\s?[.,]?\s{0,2}(\d{1,4}[a-z]?)",
    re.I,
)
_NEAR = 0.5
_FEWEST_SIGNS = 3
_LEAST_SURE = 0.75
"""What remains of a link's score where Tesseract is not sure of a single word."""
_LAPPED = 0.2
"""How far boxes beside each other may overlap, as a share of the narrower one's width."""
_WEIGHTS = {"below": 1.0, "above": 0.75, "beside": 0.65}


@dataclass(frozen=True, slots=True)
class _Link:
    score: float
    method: str
    picture: int
    caption: int


def link_captions(
    pictures: Sequence[Illustration],
    regions: Sequence[TextRegion],
    *,
    reach: float,
) -> tuple[Illustration, ...]:
    """Return ``pictures`` with the caption nearest below, beside or above each.

    ``reach`` is the largest distance in pixels. The score falls with the gap and rises with the
    overlap along the shared side and with how surely the caption was read; below is likelier than
    above, above than beside. The best pairs are taken first and a caption is given once, except
    that pictures of one row share a caption that spans them.
    """
    captions = [r for r in regions if r.kind is RegionKind.CAPTION and _says_something(r.text)]
    links = [
        link
        for p, picture in enumerate(pictures)
        for c, caption in enumerate(captions)
        if (link := _link(p, picture.box, c, caption, reach)) is not None
    ]
    given: dict[int, _Link] = {}
    used: dict[int, list[int]] = {}
    for link in sorted(
        links, key=lambda link_key: (-link_key.score, link_key.picture, link_key.caption)
    ):
        sharers = used.get(link.caption, [])
        if link.picture in given or not _may_share(link, sharers, pictures, captions):
            continue
        given[link.picture] = link
        used.setdefault(link.caption, []).append(link.picture)
    linked_captions = {at: _caption(captions[link.caption], link) for at, link in given.items()}
    bare = {at: link_key.box for at, link_key in enumerate(pictures) if at not in given}
    linked_captions |= _numbered_lines(
        bare, _free_lines(regions, [captions[c] for c in used]), reach
    )
    return tuple(
        replace(link_key, caption=linked_captions.get(at)) for at, link_key in enumerate(pictures)
    )


def caption_number(text: str) -> str | None:
    """Return the number of "Fig. 3." or "Abb. 12".

    >>> caption_number("Fig. 3. Kragen in Häkelarbeit")
    '3'
    """
    match = _NUMBER.search(text)
    return match[1] if match else None


def _says_something(text: str) -> bool:
    """Say whether ``text`` is more than specks that were read as a letter or two."""
    return sum(sign.isalnum() for sign in text) >= _FEWEST_SIGNS or caption_number(text) is not None


def _link(p: int, picture: Box, c: int, region: TextRegion, reach: float) -> _Link | None:
    sure = _LEAST_SURE + (1 - _LEAST_SURE) * (mean_confidence([region]) or 0.0)
    best = max(
        (
            _Link(_WEIGHTS[how] * share * (1 - gap / reach) * sure, how, p, c)
            for how, gap, share in _standings(picture, region.box)
            if gap < reach
        ),
        key=lambda link: link.score,
        default=None,
    )
    return best if best is not None and best.score > 0.05 else None


def _standings(picture: Box, caption: Box) -> Iterator[tuple[str, int, float]]:
    """Yield how ``caption`` may stand to ``picture``: method, gap, overlap along the shared side.

    Boxes that stand beside each other may overlap a little, as a picture's does with a bulge.
    """
    across = min(picture.right, caption.right) - max(picture.left, caption.left)
    along = min(picture.bottom, caption.bottom) - max(picture.top, caption.top)
    share = across / min(picture.width, caption.width)
    if across > 0:
        if caption.top + caption.bottom > picture.top + picture.bottom:
            yield "below", max(0, caption.top - picture.bottom), share
        else:
            yield "above", max(0, picture.top - caption.bottom), share
    if along > 0 and share <= _LAPPED:
        gap = max(picture.left - caption.right, caption.left - picture.right, 0)
        yield "beside", gap, along / min(picture.height, caption.height)


def _free_lines(regions: Sequence[TextRegion], used: Sequence[TextRegion]) -> list[TextLine]:
    """Return the lines of ``regions`` but for those of the ``used`` captions.

    A line in "Fig. 1." that begins with "Fig. 2." is free: two captions were read as one.
    """
    lines_found = []
    for region in regions:
        region_number = caption_number(joined(region))
        for line in region.lines:
            if region not in used or (
                region_number and caption_number(line.text) not in (None, region_number)
            ):
                lines_found.append(line)
    return lines_found


def _numbered_lines(
    pictures: Mapping[int, Box], lines: Sequence[TextLine], reach: float
) -> dict[int, Caption]:
    """Return the nearest line at each of ``pictures`` that begins with "Fig. 3." or "Abb. 3.".

    The separator may take a single line for text; its number says that it is a caption. A line is
    given once, to the picture that it is nearest to.
    """
    near = [
        (caption, at)
        for at, picture in pictures.items()
        for line in lines
        if (caption := _numbered(picture, line, reach)) is not None
    ]
    numbered: dict[int, Caption] = {}
    for caption, at in sorted(near, key=lambda pair: (-pair[0].score, pair[1])):
        if at not in numbered and caption.box not in (pair.box for pair in numbered.values()):
            numbered[at] = caption
    return numbered


def _numbered(picture: Box, line: TextLine, reach: float) -> Caption | None:
    """Return ``line`` as the caption of ``picture`` if it is numbered and stands near.

    Above the picture it is one only if it is nothing but a number, as in German books.
    """
    below, above = line.box.top - picture.bottom, picture.top - line.box.bottom
    is_bare = FIGURE_NUMBER.fullmatch(line.text) is not None
    gap = above if is_bare and above > -line.box.height else below
    middle = (line.box.left + line.box.right) / 2
    number = caption_number(line.text)
    near = -line.box.height < gap < reach / 2
    if not (number and near and picture.left < middle < picture.right):
        return None
    score = round(_NEAR * (1 - max(0, gap) / reach), 3)
    return Caption(line.text, line.box, score, "near", number)


def _may_share(
    link: _Link,
    sharers: Sequence[int],
    pictures: Sequence[Illustration],
    captions: Sequence[TextRegion],
) -> bool:
    if not sharers:
        return True
    picture_box, caption = pictures[link.picture].box, captions[link.caption].box
    spans = picture_box.left < caption.right and caption.left < picture_box.right
    level = all(
        abs(pictures[s].box.bottom - picture_box.bottom) < 0.25 * picture_box.height
        for s in sharers
    )
    return link.method == "below" and spans and level


def _caption(region: TextRegion, link: _Link) -> Caption:
    text, credit = part_credit(undivided_lines(region))
    score = round(min(1.0, link.score), 3)
    return Caption(text, region.box, score, link.method, caption_number(text), credit)
