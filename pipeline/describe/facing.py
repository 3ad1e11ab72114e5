"""Captions of full-page plates that stand on the facing page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.describe.captions import caption_number
from pipeline.describe.pagination import label_of
from pipeline.recognize.arrange import joined
from schemas.decisions import Decision, Field
from schemas.model import Caption, Illustration, RegionKind, TextRegion
from schemas.published import PageDescription, PublishedPage

_PLATE = 0.35
"""Share of its page that a plate covers at least."""
_FEW_WORDS = 20
_SCORE = 0.3
_POINTS_OVER = re.compile(
    r"\b(?:opposite|facing|frontispiece|plate|gegen[üu]ber|nebenstehend\w*|umstehend\w*|tafel"
    r"|ci-contre|planche)\b",
    re.I,
)


def with_facing_captions(
    pages: Sequence[PublishedPage], decisions: Sequence[Decision]
) -> list[tuple[Illustration, ...]]:
    """Return the illustrations of every page; a plate without a caption may have it across.

    The plate is alone on its page and large; the page before or after has a caption that belongs to
    no picture there and is numbered or says that it points over ("facing", "Tafel"). A caption is
    given once, to the plate that faces it if there are two. The score is low: a person should look,
    and a plate whose caption a person decided about is left alone, also where they said that it has
    none.
    """
    pictures_of_pages = [page.description.illustrations for page in pages]
    settled = {decision.illustration for decision in decisions if decision.field is Field.CAPTION}
    plates = [
        at
        for at, page in enumerate(pages)
        if _is_bare_plate(page) and str(pictures_of_pages[at][0]) not in settled
    ]
    # where the pictures of a page were lost, nobody knows whose its captions are
    free = [[] if page.failed else _free_captions(page.description) for page in pages]
    pairs = [(at, other) for at in plates for other in (at - 1, at + 1) if 0 <= other < len(pages)]
    for at, other in sorted(pairs, key=lambda pair: pair[0] != _facing(pages, pair[1])):
        (plate,) = pictures_of_pages[at]
        if plate.caption is None and free[other]:
            pictures_of_pages[at] = (replace(plate, caption=free[other].pop(0)),)
    return pictures_of_pages


def _facing(pages: Sequence[PublishedPage], at: int) -> int:
    """Return which page faces that ``at``: even pages are left ones, odd pages right ones.

    What is printed on the page goes before its place among the scans, as plates are not counted.
    """
    page, label = pages[at], label_of(pages[at])
    number = int(label) if label.isdecimal() else page.scan.place
    return at + 1 if number % 2 == 0 else at - 1


def _is_bare_plate(page: PublishedPage) -> bool:
    description, scan = page.description, page.scan
    if len(description.illustrations) != 1 or description.illustrations[0].caption is not None:
        return False
    words = len(description.text.words()) if description.text else 0
    large = description.illustrations[0].box.area >= _PLATE * scan.width * scan.height
    return large and words < _FEW_WORDS


def _free_captions(description: PageDescription) -> list[Caption]:
    used = {picture.caption.box for picture in description.illustrations if picture.caption}
    regions: Sequence[TextRegion] = description.text.regions if description.text else ()
    captions = []
    for region in regions:
        if region.kind is not RegionKind.CAPTION or region.box in used:
            continue
        text = joined(region)
        number = caption_number(text)
        if number or _POINTS_OVER.search(text):
            captions.append(Caption(text, region.box, _SCORE, "facing", number))
    return captions
