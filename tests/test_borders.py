"""What stands beyond a printed border is no part of a picture; paper and strips are none at all."""

import cv2
import numpy as np
import pytest

from pipeline.refine.borders import within_border
from pipeline.regions import find_regions


def bordered(*, degrees=0.0, border=True):
    """Return a crop of a picture under a heading, and the outline that holds both."""
    rng = np.random.default_rng(1)
    page = np.full((900, 700), 235, np.uint8)
    page[150:850, 50:650] = np.where(rng.random((700, 600)) < 0.3, 30, 235)
    if border:
        cv2.rectangle(page, (50, 150), (650, 850), 20, 5)
    else:  # a vignette: its ink thins out
        thin = np.linspace(0, 1, 300)[:, None] < rng.random((300, 600))
        page[150:450, 50:650][thin] = 235
    cv2.putText(page, "The heading", (150, 100), cv2.FONT_HERSHEY_SIMPLEX, 2, 20, 6)
    turn = cv2.getRotationMatrix2D((350, 450), degrees, 1.0)
    page = cv2.warpAffine(page, turn, (700, 900), borderValue=235)
    return cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), np.full((900, 700), 0.9, np.float32)


@pytest.mark.parametrize("degrees", [0.0, 0.9, -1.4])
def test_a_heading_above_the_border_goes_and_the_picture_stays(degrees):
    crop, outline = bordered(degrees=degrees)
    kept = within_border(crop, outline)
    assert kept[30:105, 160:540].max() == 0  # the heading
    assert (kept[185:815, 85:615] > 0).all()  # all inside the border


def test_a_picture_without_a_border_is_left_as_it_is():
    crop, outline = bordered(border=False)
    assert (within_border(crop, outline) == outline).all()


@pytest.mark.parametrize("turns", range(4))
def test_every_side_has_its_border(turns):
    crop, outline = bordered()
    kept = within_border(np.ascontiguousarray(np.rot90(crop, turns)), np.rot90(outline, turns))
    assert np.rot90(kept, -turns)[30:105, 160:540].max() == 0


def planes_with(box):
    planes = np.zeros((5, 200, 150), np.float32)
    planes[0] = 0.6
    left, top, right, bottom = box
    planes[1, top:bottom, left:right] = 0.9
    return planes


@pytest.mark.parametrize(
    ("box", "inked"), [((20, 20, 120, 120), False), ((2, 4, 8, 196), True)], ids=["paper", "strip"]
)
def test_paper_and_scanner_strips_are_no_pictures(box, inked):
    page = np.full((200, 150), 240, np.uint8)
    page[180:195, 100:140] = 10  # ink elsewhere
    if inked:
        page[box[1] : box[3], box[0] : box[2]] = 10
    found = find_regions(planes_with(box), page_width=150, page_height=200, page=page)
    assert not [region for region in found if region.kind == "illustration"]


@pytest.mark.parametrize(
    ("box", "is_picture"),
    [((20, 100, 130, 105), True), ((20, 5, 130, 10), False), ((2, 100, 148, 103), False)],
    ids=["stroke", "strip at the edge", "rule"],
)
def test_a_stroke_of_the_pen_within_the_page_is_a_picture(box, is_picture):
    page = np.full((200, 150), 240, np.uint8)
    page[box[1] : box[3], box[0] : box[2]] = 10
    found = find_regions(planes_with(box), page_width=150, page_height=200, page=page)
    assert is_picture == any(region.kind == "illustration" for region in found)
