"""From the class map to regions, in pixels of the page and of the master."""

import numpy as np
import pytest

from pipeline.geometry import in_master, region_to_master
from pipeline.separate.regions import find_regions, reading_order
from schemas.geometry import Box, Transform
from schemas.model import Region, RegionKind


def probabilities(height=120, width=90, **boxes):
    planes = np.full((5, height, width), 0.02, np.float32)
    planes[0] = 0.92
    for index, kind in enumerate(("illustration", "caption", "header", "text"), start=1):
        for left, top, right, bottom in boxes.get(kind, ()):
            planes[:, top:bottom, left:right] = 0.02
            planes[index, top:bottom, left:right] = 0.92
    return planes


def boxes_of(regions, kind="illustration"):
    return [r.box for r in regions if r.kind == kind]


def test_regions_come_in_pixels_of_the_page():
    result = find_regions(
        probabilities(illustration=[(10, 20, 40, 60)]), page_width=900, page_height=1200
    )
    (box,) = boxes_of(result)
    assert box == Box(100, 200, 400, 600)
    assert result[0].probability == pytest.approx(0.92, abs=0.01)


def test_pictures_that_touch_by_a_bridge_are_two():
    planes = probabilities(
        200, 150, illustration=[(10, 20, 60, 90), (80, 20, 140, 90), (60, 50, 80, 52)]
    )
    assert len(boxes_of(find_regions(planes, page_width=150, page_height=200))) == 2


def test_pictures_joined_by_bare_paper_are_two():
    planes = probabilities(200, 150, illustration=[(10, 20, 140, 90)])
    page = np.full((400, 300), 245, np.uint8)
    page[50:170, 30:120] = 60
    page[50:170, 190:270] = 60
    result = find_regions(planes, page_width=300, page_height=400, page=page)
    assert len(boxes_of(result)) == 2


def test_specks_are_no_pictures_and_holes_are_filled():
    planes = probabilities(illustration=[(10, 20, 60, 90), (80, 100, 82, 102)])
    planes[:, 40:50, 30:40] = np.array([0.9, 0.02, 0.02, 0.02, 0.04])[:, None, None]
    (box,) = boxes_of(find_regions(planes, page_width=90, page_height=120))
    assert box == Box(10, 20, 60, 90)


def test_columns_are_read_from_the_left():
    order = reading_order([Box(50, 0, 90, 10), Box(0, 1, 40, 9), Box(0, 20, 90, 30)])
    assert order == [1, 0, 2]


def test_probabilities_land_on_the_right_master_pixels():
    transform = Transform((1.0, 0.0, 40.0, 0.0, 1.0, 30.0), 400, 800, 500, 900)
    grid = np.zeros((80, 40), np.float32)
    grid[20:40, 10:20] = 1  # a tenth of the size: 200..400, 100..200 of the prepared page
    result = in_master(grid, transform, Box(0, 0, 500, 900)) >= 0.5
    rows, cols = np.flatnonzero(result.any(axis=1)), np.flatnonzero(result.any(axis=0))
    assert (rows[0], rows[-1] + 1) == pytest.approx((230, 430), abs=1)
    assert (cols[0], cols[-1] + 1) == pytest.approx((140, 240), abs=1)
    region = Region(RegionKind.TEXT, Box(100, 200, 200, 400), ((100.0, 200.0),), 0.5)
    assert region_to_master(region, transform).box == Box(140, 230, 240, 430)
