"""A page is found on its scan, and straightened."""

import cv2
import numpy as np
import pytest

from pipeline.prepare.charts import find_chart
from pipeline.prepare.paper import find_paper
from pipeline.prepare.straighten import apply_transform, find_skew, find_transform, to_grey
from schemas.geometry import Box
from schemas.model import IssueId, PageId
from tests.conftest import draw_page

PAGE = PageId(IssueId("a-1"), 1)


def turned(page, degrees):
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, matrix, (width, height), borderValue=(244, 244, 244))


@pytest.mark.parametrize("degrees", [-2.0, -0.7, 0.6, 1.8])
def test_a_skewed_page_is_straightened(degrees):
    page = turned(draw_page(1, picture=False), degrees)
    assert find_skew(to_grey(page), max_degrees=3) == pytest.approx(degrees, abs=0.15)
    transform = find_transform(page)
    straight = apply_transform(page, transform.transform, paper=transform.paper)
    assert abs(find_skew(to_grey(straight), max_degrees=3)) < 0.15


@pytest.mark.parametrize("degrees", [-1.5, 0.0, 1.2])
def test_boxes_come_back_to_the_master(degrees):
    page = draw_page(1, picture=False)
    page[600:640, 300:360] = (0, 0, 255)
    master = np.full((1000, 760, 3), 10, np.uint8)
    master[40:940, 60:700] = turned(page, degrees)
    transform = find_transform(master).transform
    prepared = apply_transform(master, transform)
    blue = (prepared[..., 2] > 200) & (prepared[..., 0] < 60)
    rows, cols = np.flatnonzero(blue.any(axis=1)), np.flatnonzero(blue.any(axis=0))
    back = transform.box_to_master(Box(cols[0], rows[0], cols[-1] + 1, rows[-1] + 1))
    blue = (master[..., 2] > 200) & (master[..., 0] < 60)
    rows, cols = np.flatnonzero(blue.any(axis=1)), np.flatnonzero(blue.any(axis=0))
    expected = Box(cols[0], rows[0], cols[-1] + 1, rows[-1] + 1)
    near = zip(
        (back.left, back.top, back.right, back.bottom),
        (expected.left, expected.top, expected.right, expected.bottom),
        strict=True,
    )
    assert all(abs(a - b) <= 3 for a, b in near)


def test_a_dark_border_is_cut_and_a_dark_picture_is_not():
    page = draw_page(2)
    master = np.zeros((940, 700, 3), np.uint8)
    master[:900, 20:660] = page
    box = find_paper(to_grey(master))
    assert abs(box.left - 20) <= 2 and abs(box.right - 660) <= 2 and abs(box.bottom - 900) <= 2
    plate = np.full((900, 640, 3), 240, np.uint8)
    plate[60:800, 60:580] = 30
    assert find_paper(to_grey(plate)) == Box(0, 0, 640, 900)


def test_a_dark_picture_that_runs_off_the_page_is_no_border():
    whole = Box(0, 0, 1000, 1400)
    grey = np.full((1400, 1000), 238, np.uint8)
    grey[:650] = np.random.default_rng(1).integers(10, 70, (650, 1000))
    assert find_paper(grey) == whole
    across = np.full((1400, 1000), 238, np.uint8)
    across[:, 550:] = 40
    assert find_paper(across) == whole


def test_the_dark_edge_of_a_photograph_without_a_margin_is_no_border():
    rng = np.random.default_rng(2)
    photograph = rng.integers(60, 200, (1400, 1000)).astype(np.uint8)
    photograph[:, 870:] = rng.integers(5, 85, (1400, 130))
    assert find_paper(photograph) == Box(0, 0, 1000, 1400)
    night = np.full((1400, 1000), 100, np.uint8)
    night[:180] = 12
    assert find_paper(night) == Box(0, 0, 1000, 1400)


def camera_scan(chart=True, finger=True):
    """A sheet on a black bed as a camera takes it, a color chart, a ruler and a finger beside it."""
    scan = np.full((1460, 1240, 3), 22, np.uint8)
    scan[90:1300, 60:1000] = (235, 228, 210)
    scan[400:1200, 1080:1140] = 245
    if chart:
        rng = np.random.default_rng(5)
        for row in range(6):
            for column in range(4):
                left, top = 1050 + column * 32, 110 + row * 32
                scan[top : top + 26, left : left + 26] = rng.integers(30, 255, 3)
    if finger:
        cv2.ellipse(scan, (480, 1320), (48, 70), 0, 0, 360, (200, 150, 120), -1)
    return scan


def test_a_sheet_is_found_on_its_bed_without_chart_ruler_and_finger():
    box = find_paper(to_grey(camera_scan()))
    expected = (60, 90, 1000, 1300)
    near = zip((box.left, box.top, box.right, box.bottom), expected, strict=True)
    assert all(abs(a - b) <= 6 for a, b in near)


def test_a_color_chart_is_found_and_a_page_has_none():
    chart = find_chart(camera_scan())
    assert chart is not None and chart.overlap(Box(1050, 110, 1172, 296)) > 0.8 * chart.area
    assert find_chart(camera_scan(chart=False)) is None
    assert find_chart(draw_page(3)) is None


def test_a_border_is_cut_up_to_a_sixth_of_the_page():
    grey = np.full((1200, 900), 238, np.uint8)
    grey[:200] = 10
    assert find_paper(grey) == Box(0, 200, 900, 1200)
    grey[:201] = 10
    assert find_paper(grey) == Box(0, 0, 900, 1200)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (900, 640), (70, 70)])
@pytest.mark.parametrize("value", [0, 255])
def test_pages_with_nothing_on_them_survive(shape, value):
    page = np.full((*shape, 3), value, np.uint8)
    transform = find_transform(page)
    assert apply_transform(page, transform.transform).shape == page.shape
