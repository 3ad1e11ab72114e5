"""Which pieces of illustration are one picture, which are two, and which are none."""

import numpy as np
import pytest

from pipeline.separate.illustration_parts import illustration_parts, ink_of
from pipeline.separate.separation import Separation
from pipeline.separate.tidy import drawn

PAPER, INK = 245, 40


def map_of(*boxes, size=400):
    """Label map with illustration in ``boxes`` (left, top, right, bottom), and a page of it."""
    labels, page = np.zeros((size, size), np.uint8), np.full((size, size), PAPER, np.uint8)
    for left, top, right, bottom in boxes:
        labels[top:bottom, left:right] = 1
        page[top:bottom, left:right] = INK
    return labels, page


def count(labels, page):
    mask = (labels == 1).astype(np.uint8)
    return len(list(illustration_parts(mask, 0.002, ink_of(page, labels))))


def test_pictures_set_close_with_paper_between_are_two():
    assert count(*map_of((40, 40, 198, 200), (202, 40, 360, 200))) == 2


def test_a_crack_through_a_picture_leaves_it_one():
    labels, page = map_of((40, 40, 198, 200), (202, 40, 360, 200))
    page[40:200, 198:202] = INK
    assert count(labels, page) == 1


def test_a_picture_inside_its_frame_is_one_with_it():
    labels, page = map_of((40, 40, 360, 360))
    for plane, value in ((labels, 0), (page, PAPER)):
        plane[60:340, 60:340] = value
    for plane, value in ((labels, 1), (page, INK)):
        plane[64:336, 64:336] = value
    assert count(labels, page) == 1


def test_a_caption_between_pictures_parts_them_though_it_is_ink():
    labels, page = map_of((40, 40, 360, 198), (40, 202, 360, 360))
    page[198:202, 40:360] = INK
    labels[198:202, 40:360] = 2
    assert count(labels, page) == 2


@pytest.mark.parametrize(
    ("box", "pictures"),
    [((390, 100, 400, 220), 0), ((100, 0, 220, 10), 0), ((370, 100, 400, 220), 1)],
)
def test_a_sliver_at_the_edge_of_the_scan_is_no_picture(box, pictures):
    assert count(*map_of(box)) == pictures


def test_on_a_page_smaller_than_its_map_pictures_stay_apart():
    labels, page = map_of((40, 40, 199, 200), (203, 40, 360, 200))
    planes = np.stack([(labels == at) * 0.9 + 0.02 for at in range(5)]).astype("f4")
    small = np.dstack([page[1::4, 1::4]] * 3)
    tidy = drawn(Separation(planes, "x"), small, min_area=0.002)
    row = tidy[30]
    starts = np.flatnonzero(np.diff((row == 1).astype(int)) == 1)
    assert tidy.shape == (100, 100) and len(starts) == 2
