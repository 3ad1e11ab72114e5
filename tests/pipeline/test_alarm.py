"""A page that is nonsense or unlike its issue is to look at; the others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.describe.alarm import AlarmRule, alarms
from schemas.capture import Capture
from schemas.geometry import Box
from schemas.look import PageLook
from schemas.model import (
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
from schemas.published import PageDescription, PublishedPage

ISSUE = IssueId("lantern-1908")
LOOK = PageLook(400, -0.5, 0.012, 240, 12.0, 0.12, 0.1, 0.8)


def page(number, *, words=200, confidence=0.93, known=0.9, probability=0.97, **changes):
    """A page of an issue that is like all the others but for what is said."""
    result = PageId(ISSUE, number)
    box = Box(50, 100, 950, 1300)
    every = tuple(Word("lamp", Box(60, 110, 90, 120), confidence) for _ in range(words))
    text = PageText(result, (TextRegion(RegionKind.TEXT, box, (TextLine(box, every),)),))
    description = PageDescription(
        result,
        regions=(Region(RegionKind.TEXT, box, (), probability),),
        text=text,
        confidence=confidence,
        known_words=known,
        look=replace(LOOK, paper=240 + number % 3, **changes.pop("look", {})),
        capture=changes.pop("capture", Capture()),
    )
    size = changes.pop("size", (1000, 1400))
    scan = Scan(result, f"p{number}.tif", "", "", *size, 150.0, "image/tiff", "RGB", 8, 0)
    return PublishedPage(scan, description, **changes)


def reasons(unusual, rule=AlarmRule()):  # noqa: B008 - the rule as it is shipped
    """Why ``odd`` is to look at, among eight pages that are alike and are not."""
    *others, result = alarms([*(page(number) for number in range(1, 9)), unusual], rule)
    assert not any(others)
    return result


def test_a_page_like_the_others_is_none_to_look_at():
    assert reasons(page(9)) == ()


@pytest.mark.parametrize(
    ("unusual", "reason"),
    [
        (page(9, confidence=0.2), "it was read with a confidence of 0.20"),
        (page(9, known=0.1), "dictionaries know 10% of its words"),
        (page(9, words=2), "77% of it looks like text, and no words were read"),
        (page(9, probability=0.5), "what is where on it is unsure (50%)"),
        (page(9, capture=Capture(180)), "it was turned by 180 degrees"),
        (page(9, capture=Capture(is_negative=True)), "a negative, shown as a positive"),
        (page(9, size=(1400, 1000)), "its sides are in another proportion"),
        (page(9, size=(2000, 2800)), "it is of another size"),
        (page(9, look={"letter_size": 0.03}), "its letters are of another size"),
        (page(9, look={"sharpness": 0.1}), "it is more blurred or sharper"),
        (page(9, look={"chroma": 60.0}), "it is in other colors"),
    ],
)
def test_a_page_that_is_wrong_is_to_look_at_with_its_reason(unusual, reason):
    assert reason in reasons(unusual)


def test_an_issue_that_lies_sideways_as_a_whole_is_not_to_look_at():
    every = [page(number, capture=Capture(90)) for number in range(1, 9)]
    assert not any(alarms(every, AlarmRule()))
    assert all(alarms([page(1, capture=Capture(is_mirrored=True))] * 3, AlarmRule()))


def test_a_lost_page_is_known_already_and_few_pages_are_no_issue_to_compare_with():
    assert reasons(page(9, confidence=0.1, failed="recognize")) == ()
    few = [page(1), page(2), page(3, size=(2000, 2800))]
    assert not any(alarms(few, AlarmRule()))


def test_the_rule_says_from_when_on():
    unusual, reason = (
        page(9, capture=Capture(180), confidence=0.5),
        "read with a confidence of 0.50",
    )
    assert "turned" not in str(reasons(unusual, AlarmRule(turned=False)))
    assert reason not in str(reasons(unusual)) and reason in str(reasons(unusual, AlarmRule(0.9)))


def test_where_all_pages_are_read_badly_one_must_be_worse():
    badly = [page(number, confidence=0.3) for number in range(1, 9)]
    assert not any(alarms(badly, AlarmRule()))
    assert alarms([*badly, page(9, confidence=0.1)], AlarmRule())[-1]


def test_noise_is_no_blank_page():
    blank = page(9, words=0, confidence=None, known=None, look={"middle": 0.0})
    blank = replace(blank, description=replace(blank.description, regions=()))
    noise = replace(blank, description=replace(blank.description, look=replace(LOOK, middle=0.5)))
    assert reasons(blank) == ()
    assert "nothing was found on it, and it is not blank" in reasons(noise)
