"""The measure of recognition: edits, drawn truth, links and running heads."""

import numpy as np
import pytest

from benchmarks.described import header_outcomes, iou, link_outcomes, parsed
from benchmarks.invented import invented
from benchmarks.levenshtein import distance, text_errors
from benchmarks.samples import Sample, real_samples
from pipeline.synthesis.magazine import issues
from schemas.errors import EngineError
from schemas.geometry import Box
from schemas.model import (
    Caption,
    Illustration,
    IssueId,
    IssueMetadata,
    PageId,
    PageText,
    RegionKind,
    TextLine,
    TextRegion,
    Word,
)
from schemas.published import PageDescription, PageHeader
from tests.conftest import shared

PAGE = PageId(IssueId("a-1"), 1)


def slow_distance(got, want):
    rows = [list(range(len(want) + 1))]
    for at, item in enumerate(got, start=1):
        row = [at]
        for col, other in enumerate(want, start=1):
            row.append(min(rows[-1][col] + 1, row[-1] + 1, rows[-1][col - 1] + (item != other)))
        rows.append(row)
    return rows[-1][-1]


def test_the_distance_is_levenshtein_s():
    rng = np.random.default_rng(0)
    for _ in range(200):
        got, want = ("".join(rng.choice(list("abc"), rng.integers(0, 9))) for _ in range(2))
        assert distance(got, want) == slow_distance(got, want), (got, want)


def test_a_moved_column_costs_order_and_no_words():
    found = text_errors("three four one two", "one two three four")
    assert found.words.rate == 1 and found.unordered.rate == 0


def test_spelling_counts_only_literally_and_errors_add_up():
    result = text_errors("Muſſen", "mussen")
    assert result.words.rate == 0 and result.literal_words.rate == 1
    both = result + text_errors("a b", "a c")
    assert (both.words.edits, both.words.units) == (1, 3)


def drawn(issue, number):
    from archive.training.fonts import find_fonts
    from pipeline.synthesis.magazine import draw_page
    from pipeline.synthesis.type import FontBook

    try:
        return draw_page(issue, number, FontBook(find_fonts()))
    except EngineError as error:
        pytest.skip(str(error))


def test_a_drawn_page_knows_its_words_and_captions():
    page = drawn(issues()[1], 3)
    lines = page.text.splitlines()
    assert lines[0] == "THE LANTERN   April 18, 1908   No. 4 304"
    assert set(page.captions) <= set(lines) and len(lines) > 70
    for picture, caption in zip(page.pictures, page.caption_boxes, strict=True):
        assert 0 < caption.top - picture.bottom < 40
        assert picture.left - 80 < caption.left < caption.right < picture.right + 80
        window = page.image[caption.top : caption.bottom, caption.left : caption.right]
        assert window.min() < 100


@pytest.mark.parametrize("number", range(4))
def test_what_an_invented_head_says_can_be_parsed(number):
    issue = invented(np.random.default_rng(number), number)
    metadata = issue.metadata
    sample = Sample("drawn", None, metadata, f"{issue.first_page} {issue.running_head}")
    want = PageHeader("", metadata.title, metadata.date, metadata.number, metadata.volume or None)
    outcomes = header_outcomes(want, parsed(sample))
    assert {outcomes[name] for name in ("title", "date", "number")} == {"right"}
    assert outcomes["volume"] in ("right", "")


def test_fields_of_a_head_are_right_wrong_missing_or_invented():
    want = PageHeader("", "Die Laterne", "1871", None, "17", "81")
    got = PageHeader("", "DIE LATERNE.", "1872", "4", None, "81")
    assert header_outcomes(want, got) == {
        "title": "right", "date": "wrong", "number": "invented", "volume": "missing",
        "label": "right",
    }  # fmt: skip
    assert header_outcomes(want, None)["title"] == "missing"


def described(*, pictures, kind=RegionKind.CAPTION, read=True):
    place = Box(10, 110, 90, 120)
    line = TextLine(place, (Word("Fig. 1", place, 0.9),))
    text = PageText(PAGE, (TextRegion(kind, place, (line,)),) if read else ())
    return PageDescription(
        page=PAGE, header=None, illustrations=pictures, regions=(), text=text, confidence=None
    )


def found(box, caption=None):
    result = Caption("Fig. 1", caption, 0.9, "below") if caption else None
    return Illustration(PAGE, 1, box, ((0.0, 0.0),), 0.9, caption=result)


def test_a_missed_caption_has_its_reason():
    box, under = Box(0, 0, 100, 100), Box(8, 108, 92, 122)
    sample = Sample("drawn", None, IssueMetadata(), captions=((box, under),))

    def reason(expected):
        (name,) = link_outcomes(sample, expected)
        return name

    linked = found(box, Box(10, 110, 90, 120))
    assert reason(described(pictures=(linked,))) == "right"
    joined = found(box, Box(10, 110, 500, 120))
    assert reason(described(pictures=(joined,))).startswith("right caption with other text")
    assert reason(described(pictures=())) == "picture not found"
    apart = found(Box(0, 0, 400, 100))
    assert reason(described(pictures=(apart,))) == "picture not parted from its neighbor"
    bare = (found(box),)
    assert reason(described(pictures=bare)) == "caption given to none"
    robbed = (*bare, found(Box(0, 130, 100, 200), Box(10, 110, 90, 120)))
    assert reason(described(pictures=robbed)) == "caption given to another picture"
    as_text = described(pictures=bare, kind=RegionKind.TEXT)
    assert reason(as_text) == "caption taken for running text or header"
    assert reason(described(pictures=bare, read=False)) == "no words read there"
    assert iou(box, Box(0, 0, 100, 50)) == 0.5


@pytest.mark.shared
def test_the_choice_of_real_pages_is_fixed_and_can_be_limited():
    folder = shared("eval-dev")
    result, other = (real_samples(folder / "truth", folder / "pages", limit=2) for _ in range(2))
    assert result == other and {s.source for s in result} >= {"Idler-1893", "SETAF"}
    assert max(sum(s.source == t.source for s in result) for t in result) == 2
