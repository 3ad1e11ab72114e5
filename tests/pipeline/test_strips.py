"""Captions and running heads of a drawn class map are boxes."""

import numpy as np
import pytest

from pipeline.separate.strips import boxed_strips
from schemas.geometry import Box

ILLUSTRATION, CAPTION, HEADER, TEXT = 1, 2, 3, 4


def strip(label, *rows, size=(200, 300)):
    """Return a class map of rows (top, bottom, left, right) of ``label``."""
    labels = np.zeros(size, np.uint8)
    for top, bottom, left, right in rows:
        labels[top:bottom, left:right] = label
    return labels


def box_of(labels, label):
    result = Box.covering(labels == label)
    assert result is not None and result.area == (labels == label).sum()
    return (result.top, result.bottom, result.left, result.right)


@pytest.mark.parametrize("label", [CAPTION, HEADER])
def test_a_ragged_strip_becomes_its_box(label):
    labels = strip(label, (50, 60, 40, 240))
    labels[49, 50:70] = labels[60:62, 90:120] = label
    labels[50, 200:230] = labels[55:58, 100:110] = 0
    assert box_of(boxed_strips(labels), label) == (50, 60, 40, 240)


def test_a_space_that_was_lost_in_a_running_head_is_header_again():
    labels = strip(HEADER, (50, 60, 40, 150), (50, 60, 155, 240))
    assert box_of(boxed_strips(labels), HEADER) == (50, 60, 40, 240)


@pytest.mark.parametrize("gap", [1, 5, 20])
def test_two_captions_of_two_pictures_stay_two(gap):
    labels = strip(CAPTION, (50, 60, 40, 130), (50, 80, 130 + gap, 240))
    assert (boxed_strips(labels) == labels).all()


@pytest.mark.parametrize("lines", range(2, 9))
def test_a_short_first_or_last_line_belongs_to_its_caption(lines):
    bottom = 50 + 10 * lines
    last = strip(CAPTION, (50, bottom - 10, 40, 240), (bottom - 10, bottom, 100, 190))
    first = strip(CAPTION, (50, 60, 100, 190), (60, bottom, 40, 240))
    for labels in (last, first):
        assert box_of(boxed_strips(labels), CAPTION) == (50, bottom, 40, 240)


@pytest.mark.parametrize("label", [CAPTION, HEADER])
def test_a_bump_of_a_few_letters_does_not(label):
    labels = strip(label, (50, 60, 40, 240), (60, 66, 100, 140))
    assert box_of(boxed_strips(labels), label) == (50, 60, 40, 240)


def test_a_strip_that_lies_askew_is_left_as_it_is():
    labels = np.zeros((200, 300), np.uint8)
    for column in range(40, 240):
        labels[50 + column // 4 : 60 + column // 4, column] = CAPTION
    assert (boxed_strips(labels) == labels).all()


def test_a_word_taken_for_text_is_caption_again():
    labels = strip(CAPTION, (50, 60, 40, 240))
    labels[50:53, 100:130] = TEXT
    assert box_of(boxed_strips(labels), CAPTION) == (50, 60, 40, 240)


@pytest.mark.parametrize("other", [ILLUSTRATION, HEADER])
def test_a_box_takes_nothing_else(other):
    labels = strip(CAPTION, (50, 60, 40, 240))
    labels[50:53, 100:130] = other
    boxed = boxed_strips(labels)
    assert ((boxed == other) == (labels == other)).all()
    assert (boxed == CAPTION).sum() == 10 * 200 - 3 * 30
