"""An edition: numbers kept, decisions of people applied, what pages say of each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.describe.facing import with_facing_captions
from pipeline.describe.numbering import decided, place_of, renumbered
from pipeline.describe.pagination import with_agreed_labels
from pipeline.describe.spreads import joined_spreads
from schemas.decisions import Decision, Numbered
from schemas.model import RGB8, Illustration, Scan
from schemas.published import PageDescription, PublishedPage


@dataclass(frozen=True, slots=True)
class EditedPage:
    """The illustrations of a page, as an edition has them.

    ``scan`` has the size of the page as it is shown. ``pictures`` are pairs: an illustration as
    the page was described, and as it is published; those that people left out are not among them.
    ``numbers`` are all of them, with their places.
    """

    scan: Scan
    description: PageDescription
    pictures: tuple[tuple[Illustration, Illustration], ...] = ()
    numbers: tuple[Numbered, ...] = ()


def edited_page(
    scan: Scan,
    description: PageDescription,
    *,
    numbers: Sequence[Numbered],
    decisions: Sequence[Decision],
) -> EditedPage:
    """Return a described page with the numbers it had before and what people decided.

    ``numbers`` are the known illustrations of the issue, ``decisions`` those of the issue.
    """
    width, height = description.capture.size(scan.width, scan.height)
    size = {"width": width, "height": height}
    known = [number for number in numbers if number.page == scan.page]
    numbered = renumbered(description.illustrations, known, **size)
    pairs = [
        (before, picture)
        for before, after in zip(description.illustrations, numbered, strict=True)
        if (picture := decided(after, decisions)) is not None
    ]
    published = tuple(picture for _, picture in pairs)
    return EditedPage(
        replace(scan, width=width, height=height),
        replace(description, illustrations=published),
        tuple(pairs),
        tuple(
            Numbered(scan.page, picture.ordinal, *place_of(picture, **size)) for picture in numbered
        ),
    )


def joined_pages(
    pages: Sequence[PublishedPage],
    decisions: Sequence[Decision],
    load_crop: Callable[[Illustration], RGB8],
) -> tuple[PublishedPage, ...]:
    """Return the pages of an issue with what they say of each other.

    Labels agree, captions are looked for on facing pages, halves of plates on two pages name each
    other. ``load_crop`` gives the rectangle (H, W, 3) of an illustration.
    """
    labelled = with_agreed_labels(pages)
    captioned = with_facing_captions(labelled, decisions)
    joined = joined_spreads(
        [(page.scan, pictures) for page, pictures in zip(labelled, captioned, strict=True)],
        load_crop,
    )
    return tuple(
        replace(page, description=replace(page.description, illustrations=pictures))
        for page, pictures in zip(labelled, joined, strict=True)
    )
