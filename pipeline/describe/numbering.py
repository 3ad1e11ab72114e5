"""The same picture keeps its number when its page is done again; what people decided stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.describe.captions import caption_number
from schemas.decisions import Decision, Field, Numbered
from schemas.model import Caption, Illustration, Scan
from schemas.page_versions import same_pages

_SAME = 0.5
"""Overlap (intersection over union) from which two boxes are one picture."""

Place = tuple[float, float, float, float]


def place_of(picture: Illustration, *, width: int, height: int) -> Place:
    """Return the box of ``picture`` in shares of its page: left, top, right, bottom."""
    box = picture.box
    return (box.left / width, box.top / height, box.right / width, box.bottom / height)


def renumbered(
    pictures: Sequence[Illustration], known: Sequence[Numbered], *, width: int, height: int
) -> tuple[Illustration, ...]:
    """Return ``pictures`` of one page with the numbers that they had before.

    The pairs that overlap most are matched first. A picture that was not known gets a number that
    no picture of the page has had. Shares of the page are compared, so a page that was scanned
    again at another resolution keeps its numbers.
    """
    places = [place_of(picture, width=width, height=height) for picture in pictures]
    pairs = sorted(
        (
            (
                -_overlap(place, (number.left, number.top, number.right, number.bottom)),
                at,
                number.ordinal,
            )
            for at, place in enumerate(places)
            for number in known
        ),
    )
    given: dict[int, int] = {}
    for minus, at, ordinal in pairs:
        if -minus >= _SAME and at not in given and ordinal not in given.values():
            given[at] = ordinal
    fresh = max((number.ordinal for number in known), default=0)
    result = []
    for at, picture in enumerate(pictures):
        if at not in given:
            fresh += 1
        result.append(replace(picture, ordinal=given.get(at, fresh)))
    return tuple(result)


def followed(
    known: Sequence[Numbered], before: Sequence[Scan], now: Sequence[Scan]
) -> dict[str, Numbered]:
    """Return by the names they had the illustrations ``known``, on the pages where they are now.

    Pages move when one that was missing comes in. A page is known by its master, or, if that was
    scanned again, by its file's name where no other file has it. Illustrations of a page that is
    gone stay under its number, without a place, so that no other picture is taken for one of them.
    """
    pages = same_pages(before, now)
    moved = {
        str(number): replace(number, page=pages[number.page])
        for number in known
        if number.page in pages
    }
    taken = {(number.page, number.ordinal) for number in moved.values()}
    for number in known:
        if str(number) in moved:
            continue
        ordinal = number.ordinal
        while (number.page, ordinal) in taken:
            ordinal += 1
        taken.add((number.page, ordinal))
        moved[str(number)] = Numbered(number.page, ordinal, 0.0, 0.0, 0.0, 0.0, is_found=False)
    return moved


def decided(picture: Illustration, decisions: Sequence[Decision]) -> Illustration | None:
    """Return ``picture`` with people's decisions applied, or None where they rejected it."""
    values = {
        decision.field: decision.value
        for decision in decisions
        if decision.illustration == str(picture)
    }
    if Field.REJECTED in values:
        return None
    if Field.KIND in values:
        picture = replace(picture, kind=values[Field.KIND], kind_confidence=1.0)
    if Field.CAPTION in values:
        text = values[Field.CAPTION]
        caption = _corrected(picture, text) if text else None
        picture = replace(picture, caption=caption)
    return picture


def _corrected(picture: Illustration, text: str) -> Caption:
    """Return the caption a person wrote; it keeps place and credit of the one that was read."""
    number = caption_number(text)
    if picture.caption is None:
        return Caption(text, picture.box, 1.0, "person", number)
    return replace(
        picture.caption,
        text=text,
        score=1.0,
        method="person",
        number=number or picture.caption.number,
    )


def _overlap(first: Place, other: Place) -> float:
    width = min(first[2], other[2]) - max(first[0], other[0])
    height = min(first[3], other[3]) - max(first[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = [(place[2] - place[0]) * (place[3] - place[1]) for place in (first, other)]
    return shared / (sum(areas) - shared)
