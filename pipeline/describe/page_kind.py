"""What kind of page a page is."""

from __future__ import annotations

from dataclasses import replace

from schemas.look import PageKind, PageLook
from schemas.model import Scan
from schemas.published import PageDescription

_PLATE_SHARE = 0.35
"""Share of a page that the pictures of a plate or a cover cover at least, as in captions across."""
_PLATE_WORDS, _COVER_WORDS, _BLANK_WORDS = 40, 60, 5
"""Words that such a page has at most: a plate its caption, a cover its title."""
_ADVERTS = 0.5
"""Share of the pictures of a page of advertisements, by area, that are some."""


def with_page_kind(description: PageDescription, scan: Scan, *, is_outer: bool) -> PageDescription:
    """Return ``description`` with the kind its pictures, words and place in the issue say.

    ``scan`` has the size of the page as shown; ``is_outer`` says that it is the first or the last.
    A page has no kind if its look is not known.
    """
    if description.look is None:
        return description
    return replace(description, kind=_kind(description, description.look, scan, is_outer))


def _kind(description: PageDescription, look: PageLook, scan: Scan, is_outer: bool) -> PageKind:
    illustrations, text = description.illustrations, description.text
    words = len(text.words()) if text else 0
    area = sum(picture.box.area for picture in illustrations)
    share = area / (scan.width * scan.height)
    adverts = sum(p.box.area for p in illustrations if p.kind == "advertisement")
    if look.is_target:
        return PageKind.TARGET
    if look.is_blank and words < _BLANK_WORDS and not illustrations:
        return PageKind.BLANK
    if is_outer and (words < _COVER_WORDS or (share >= _PLATE_SHARE and words < 2 * _COVER_WORDS)):
        return PageKind.COVER
    if share >= _PLATE_SHARE and words < _PLATE_WORDS:
        return PageKind.PLATE
    if area and adverts >= _ADVERTS * area:
        return PageKind.ADVERTISEMENT
    return PageKind.ILLUSTRATED if illustrations else PageKind.TEXT
