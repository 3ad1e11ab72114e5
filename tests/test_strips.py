"""Captions and running heads of a drawn class map are boxes."""

import numpy as np
import pytest

from pipeline.strips import boxed_strips
from schemas.geometry import Box

CAPTION, HEADER, TEXT = 2, 3, 4


def strip(label, *rows, size=(200, 300)):
    """Return a class map of rows (top, bottom, left, right) of ``label``."""
    labels = np.zeros(size, np.uint8)
    for top, bottom, left, right in rows:
        labels[top:bottom, left:right] = label
    return labels


def box_of(labels, label):
    found = Box.covering(labels == label)
    assert found is not None and found.area == (labels == label).sum()
    return (found.top, found.bottom, found.left, found.right)


@pytest.mark.parametrize("label", [CAPTION, HEADER])
def test_a_ragged_strip_becomes_its_box(label):
    labels = strip(label, (50, 60, 40, 240))
    labels[49, 50:70] = labels[60:62, 90:120] = label
    labels[50, 200:230] = labels[55:58, 100:110] = 0
    assert box_of(boxed_strips(labels), label) == (50, 60, 40, 240)


def test_a_word_that_was_lost_in_the_middle_is_caption_again():
    labels = strip(CAPTION, (50, 60, 40, 150), (50, 60, 155, 240))
    assert box_of(boxed_strips(labels), CAPTION) == (50, 60, 40, 240)


def test_two_captions_of_two_pictures_stay_two():
    labels = strip(CAPTION, (50, 60, 40, 130), (50, 60, 150, 240))
    assert (boxed_strips(labels) == labels).all()


def test_a_short_last_line_belongs_to_its_caption():
    labels = strip(CAPTION, (50, 60, 40, 240), (60, 70, 100, 190))
    assert box_of(boxed_strips(labels), CAPTION) == (50, 70, 40, 240)


@pytest.mark.parametrize("label", [CAPTION, HEADER])
def test_a_bump_of_a_few_letters_does_not(label):
    labels = strip(label, (50, 60, 40, 240), (60, 66, 100, 140))
    assert box_of(boxed_strips(labels), label) == (50, 60, 40, 240)


def test_a_strip_that_lies_askew_is_left_as_it_is():
    labels = np.zeros((200, 300), np.uint8)
    for column in range(40, 240):
        labels[50 + column // 4 : 60 + column // 4, column] = CAPTION
    assert (boxed_strips(labels) == labels).all()


def test_a_box_takes_nothing_from_other_classes():
    labels = strip(CAPTION, (50, 60, 40, 240))
    labels[50:53, 100:130] = TEXT
    boxed = boxed_strips(labels)
    assert ((boxed == TEXT) == (labels == TEXT)).all()
    assert (boxed == CAPTION).sum() == 10 * 200 - 3 * 30
