"""Text of a straightened page comes back to its master; what only straightening added does not."""

from dataclasses import replace

import cv2
import pytest

from pipeline.geometry import text_to_master
from schemas.geometry import Box, Transform
from schemas.model import IssueId, PageId, PageText, RegionKind, TextLine, TextRegion, Word

WIDTH, HEIGHT = 640, 900
WEDGE, BELOW, EDGE, BESIDE = (
    Box(0, 20, 10, 40), Box(0, 200, 5, 220), Box(0, 20, 60, 40), Box(70, 20, 130, 40),
)  # fmt: skip
"""At the left edge of the page: two in its wedge of paper, one half in it, one beside it."""


@pytest.fixture
def transform():
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 2.0, 1)
    return Transform(tuple(matrix.ravel()), WIDTH, HEIGHT, WIDTH, HEIGHT)


def line(*words):
    box = words[0][1]
    for _, other in words[1:]:
        box = box.union(other)
    return TextLine(box, tuple(Word(text, at, 0.9) for text, at in words))


def page(*regions, **changes):
    """A page with a region for each tuple of lines."""
    results = []
    for lines in regions:
        box = lines[0].box
        for item in lines[1:]:
            box = box.union(item.box)
        results.append(TextRegion(RegionKind.TEXT, box, lines))
    return replace(PageText(PageId(IssueId("a-1"), 1), tuple(results)), **changes)


def test_words_in_the_wedge_beside_a_straightened_page_are_left_out(transform):
    middle = Box(300, 440, 340, 460)
    text = page((line(("speck", WEDGE)),), (line(("Runs", EDGE)),), (line(("lamp", middle)),))
    result = text_to_master(text, transform)
    assert [region.text for region in result.regions] == ["Runs", "lamp"]
    for region in result.regions:
        assert region.box == region.lines[0].box == region.lines[0].words[0].box
        assert region.box.clipped(WIDTH, HEIGHT) == region.box
    assert result.regions[0].box.left == 0 and result.regions[0].box.width < EDGE.width
    assert result.regions[1].box.overlap(middle) == middle.area
    assert result.regions[1].box.area < 1.3 * middle.area


def test_of_a_line_that_begins_in_the_wedge_the_words_on_the_page_stay(transform):
    text = page((line(("speck", WEDGE), ("lamp", BESIDE)), line(("dirt", WEDGE), ("dust", BELOW))))
    (region,) = text_to_master(text, transform).regions
    # the box of both specks reaches the page, neither of them does
    assert [[word.text for word in item.words] for item in region.lines] == [["lamp"]]
    assert region.lines[0].words[0].box == transform.box_to_master(BESIDE)


def test_a_vetoed_box_in_the_wedge_is_left_out(transform):
    result = text_to_master(page(vetoed=(WEDGE, BESIDE)), transform)
    assert result.vetoed == (transform.box_to_master(BESIDE),)
