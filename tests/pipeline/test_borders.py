"""What stands beyond a printed border is no part of a picture; what rules enclose is all of it.

Paper and strips are none at all.
"""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.refine.borders import within_border
from pipeline.refine.mattes import refine_illustration
from pipeline.refine.rules import ruled_frame
from pipeline.refine.settings import RefineSettings
from pipeline.separate.regions import find_regions


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


def ruled(*, degrees=0.0, sides=4):
    """Return a figure before a bare sky within hairlines, and an outline that wavers over them."""
    page = np.full((900, 700), 235, np.uint8)
    page[500:840, 200:420] = 40
    corners = [(50, 60), (650, 60), (650, 850), (50, 850), (50, 60)]
    for item, other in list(pairwise(corners))[:sides]:
        cv2.line(page, item, other, 20, 2)
    outline = np.zeros((900, 700), np.float32)
    outline[58:853, 48:653] = 0.9
    for at in range(100, 800, 150):  # here the outline runs within the rules
        outline[at : at + 40, :70] = outline[at : at + 40, 630:] = 0
        outline[:80, at : at + 40] = 0
    turn = cv2.getRotationMatrix2D((350, 450), degrees, 1.0)
    page = cv2.warpAffine(page, turn, (700, 900), borderValue=235)
    outline = cv2.warpAffine(outline, turn, (700, 900))
    true = cv2.warpAffine(np.pad(np.ones((792, 602)), ((59, 49), (49, 49))), turn, (700, 900))
    return cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), outline, true


@pytest.mark.parametrize("degrees", [0.0, 0.8, -1.5])
@pytest.mark.parametrize("turns", range(4))
def test_the_sky_within_rules_belongs_to_the_picture(degrees, turns):
    crop, outline, true = (np.ascontiguousarray(np.rot90(a, turns)) for a in ruled(degrees=degrees))
    framed = ruled_frame(crop, outline)
    assert ((framed > 0.5) & (true > 0.5)).sum() > 0.985 * ((framed > 0.5) | (true > 0.5)).sum()
    refined = refine_illustration(
        crop, outline, np.zeros_like(outline), dpi=100, settings=RefineSettings()
    )
    assert refined.method == "frame"
    assert (refined.matte[true > 0.5] > 0.5).mean() > 0.99


@pytest.mark.parametrize(("sides", "is_ruled"), [(4, True), (3, True), (2, False), (0, False)])
def test_one_rule_may_be_missing(sides, is_ruled):
    crop, outline, _ = ruled(sides=sides)
    assert (ruled_frame(crop, outline) is not None) == is_ruled


def test_a_picture_of_few_pixels_has_no_rules():
    assert ruled_frame(np.zeros((12, 9, 3), np.uint8), np.ones((12, 9), np.float32)) is None


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
    result = find_regions(planes_with(box), page_width=150, page_height=200, page=page)
    assert not [region for region in result if region.kind == "illustration"]


@pytest.mark.parametrize(
    ("box", "is_picture"),
    [((20, 100, 130, 105), True), ((20, 5, 130, 10), False), ((2, 100, 148, 103), False)],
    ids=["stroke", "strip at the edge", "rule"],
)
def test_a_stroke_of_the_pen_within_the_page_is_a_picture(box, is_picture):
    page = np.full((200, 150), 240, np.uint8)
    page[box[1] : box[3], box[0] : box[2]] = 10
    result = find_regions(planes_with(box), page_width=150, page_height=200, page=page)
    assert is_picture == any(region.kind == "illustration" for region in result)
