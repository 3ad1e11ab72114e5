"""The language of an issue is what it was read in, or is not stated."""

from __future__ import annotations

import pytest

from pipeline.describe.issue import read_languages
from schemas.geometry import Box
from schemas.model import IssueId, PageId, PageText, RegionKind, TextLine, TextRegion, Word
from schemas.published import PageDescription, PublishedPage
from tests.issues import published

BOX = Box(0, 0, 100, 20)
PAGE = PageId(IssueId("a-1"), 1)


def page(*regions):
    """A page with regions of (language, number of words)."""
    made = tuple(
        TextRegion(
            RegionKind.TEXT, BOX, (TextLine(BOX, (Word("word", BOX, 0.9),) * count),), language
        )
        for language, count in regions
    )
    scan = published().pages[0].scan
    return PublishedPage(scan, PageDescription(PAGE, text=PageText(PAGE, made)))


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        ([("ger", 80), ("eng", 20)], ("ger", "eng")),
        ([("eng", 95), ("ger", 5)], ("eng",)),
        ([("", 50)], ()),
        ([("", 50), ("ger", 10)], ("ger",)),
        ([], ()),
    ],
)
def test_the_languages_are_those_that_were_read(regions, expected):
    assert read_languages([page(*regions)], ("ger", "eng")) == expected


def test_the_only_language_that_is_configured_is_that_of_what_was_read():
    assert read_languages([page(("", 50))], ("eng",)) == ("eng",)
    assert read_languages([page()], ("eng",)) == ()
