"""Captions of full-page plates that stand on the facing page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.describe.captions import caption_number
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
    no picture there and is numbered or says that it points over ("facing", "Tafel"). The score is
    low: a person should look, and a plate whose caption a person decided about is left alone, also
    where they said that it has none.
    """
    found = [page.description.illustrations for page in pages]
    settled = {one.illustration for one in decisions if one.field is Field.CAPTION}
    for at, page in enumerate(pages):
        if not _is_bare_plate(page) or str(found[at][0]) in settled:
            continue
        for other in (at - 1, at + 1):
            caption = _free_caption(pages[other].description) if 0 <= other < len(pages) else None
            if caption is not None:
                (plate,) = found[at]
                found[at] = (replace(plate, caption=caption),)
                break
    return found


def _is_bare_plate(page: PublishedPage) -> bool:
    said, scan = page.description, page.scan
    if len(said.illustrations) != 1 or said.illustrations[0].caption is not None:
        return False
    words = len(said.text.words()) if said.text else 0
    large = said.illustrations[0].box.area >= _PLATE * scan.width * scan.height
    return large and words < _FEW_WORDS


def _free_caption(said: PageDescription) -> Caption | None:
    used = {picture.caption.box for picture in said.illustrations if picture.caption}
    regions: Sequence[TextRegion] = said.text.regions if said.text else ()
    for region in regions:
        if region.kind is not RegionKind.CAPTION or region.box in used:
            continue
        text = joined(region)
        number = caption_number(text)
        if number or _POINTS_OVER.search(text):
            return Caption(text, region.box, _SCORE, "facing", number)
    return None
