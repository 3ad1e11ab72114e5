"""Pages are blank, covers, targets, text, illustrated, plates or advertisements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.describe.page_kind import with_page_kind
from pipeline.separate.targets import without_targets
from schemas.geometry import Box
from schemas.look import PageKind, PageLook
from schemas.model import (
    Illustration,
    IssueId,
    PageId,
    PageText,
    Region,
    RegionKind,
    Scan,
    TextLine,
    TextRegion,
    Word,
)
from schemas.published import PageDescription

PAGE = PageId(IssueId("lantern-1908"), 3)
SCAN = Scan(PAGE, "p3.tif", "", "", 1000, 1400, 150.0, "image/tiff", "RGB", 8, 0)
LOOK = PageLook(400, -0.5, 0.012, 240, 12.0, 0.12, 0.1, 0.8)
BLANK = PageLook(0, -9.0, 0.0, 235, 9.0, 0.001, 0.0, 0.1)
TARGET = replace(BLANK, ink=0.2, chart=Box(100, 100, 900, 700))


def page(*boxes, words=0, look=LOOK, kind="engraving"):
    box = Box(50, 100, 950, 1300)
    every = tuple(Word("lamp", Box(60, 110, 90, 120), 0.9) for _ in range(words))
    text = PageText(PAGE, (TextRegion(RegionKind.TEXT, box, (TextLine(box, every),)),))
    pictures = tuple(
        Illustration(PAGE, ordinal, place, (), 0.9, kind=kind)
        for ordinal, place in enumerate(boxes, start=1)
    )
    return PageDescription(PAGE, illustrations=pictures, text=text if words else None, look=look)


LARGE, SMALL = Box(50, 100, 950, 1200), Box(50, 100, 400, 400)


@pytest.mark.parametrize(
    ("described", "is_outer", "kind"),
    [
        (page(words=300), False, PageKind.TEXT),
        (page(SMALL, words=300), False, PageKind.ILLUSTRATED),
        (page(LARGE, words=8), False, PageKind.PLATE),
        (page(LARGE, words=300), False, PageKind.ILLUSTRATED),
        (page(LARGE, words=8), True, PageKind.COVER),
        (page(words=300), True, PageKind.TEXT),
        (page(SMALL, SMALL, words=300, kind="advertisement"), False, PageKind.ADVERTISEMENT),
        (page(look=BLANK), False, PageKind.BLANK),
        (page(look=BLANK), True, PageKind.BLANK),
        (page(look=TARGET), True, PageKind.TARGET),
    ],
)
def test_a_page_is_of_the_kind_its_pictures_and_words_say(described, is_outer, kind):
    assert with_page_kind(described, SCAN, is_outer=is_outer).kind is kind


def test_a_page_of_an_earlier_release_has_no_kind():
    assert with_page_kind(page(words=9, look=None), SCAN, is_outer=False).kind is None


def test_targets_blank_pages_and_charts_have_no_pictures_and_no_captions():
    picture, chart = Box(300, 800, 600, 1100), Box(100, 100, 300, 400)
    regions = [
        Region(RegionKind.ILLUSTRATION, picture, (), 0.9),
        Region(RegionKind.CAPTION, Box(300, 1110, 600, 1140), (), 0.9),
        Region(RegionKind.ILLUSTRATION, Box(110, 90, 310, 380), (), 0.9),
        Region(RegionKind.TEXT, Box(110, 1200, 310, 1300), (), 0.9),
    ]
    for look in (TARGET, BLANK):
        assert [r.kind for r in without_targets(regions, look)] == [RegionKind.TEXT]
    beside = without_targets(regions, replace(LOOK, chart=chart))
    assert beside == (regions[0], regions[1], regions[3])
    assert without_targets(regions, LOOK) == tuple(regions)
