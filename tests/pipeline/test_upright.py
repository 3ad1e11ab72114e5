"""Pages that lie wrongly in their scan are found by their letters and put right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from archive.weights import LETTERS_FILE
from pipeline.prepare.letters import letter_model, weigh_letters
from pipeline.prepare.straighten import to_grey
from pipeline.prepare.upright import find_capture, is_sure
from pipeline.synthesis.magazine import draw_page, issues
from schemas.capture import AS_SCANNED, Capture
from schemas.geometry import Box

LAID = [(Capture(turn), Capture(-turn % 360)) for turn in (0, 90, 180, 270)]
LAID += [(Capture(is_mirrored=True), Capture(is_mirrored=True))]
LAID += [(Capture(180, is_mirrored=True), Capture(180, is_mirrored=True))]
LAID += [(Capture(is_negative=True), Capture(is_negative=True))]
LAID += [(Capture(90, is_negative=True), Capture(270, is_negative=True))]


@pytest.fixture(scope="module")
def model():
    return letter_model(LETTERS_FILE.read_bytes())


@pytest.fixture(scope="module", params=[1, 2])
def page(request, fonts):
    """A page of English or French type, grey, dark on light."""
    return to_grey(draw_page(issues()[request.param], 2, fonts).image)


@pytest.mark.parametrize(("laid", "expected"), LAID)
def test_a_page_is_put_right_however_it_lies(laid, expected, model, page):
    capture, _ = find_capture(laid.shown(page), model)
    assert capture == expected
    assert np.array_equal(capture.shown(laid.shown(page)), page)


def test_a_page_without_letters_is_left_as_it_is(model):
    noise = np.random.default_rng(3).integers(0, 255, (900, 640)).astype(np.uint8)
    for grey in (np.full((900, 640), 240, np.uint8), noise, np.zeros((8, 8), np.uint8)):
        capture, _ = find_capture(grey, model)
        assert capture.is_plain and not capture.is_sure


def test_white_type_on_a_dark_photograph_is_no_negative(model, page):
    rng = np.random.default_rng(4)
    coarse = rng.integers(0, 200, (40, 30)).astype(np.float32)
    rows, columns = np.indices(page.shape) // 40
    photograph = coarse[rows % 40, columns % 30].astype(np.uint8) // 2
    cover = np.maximum(photograph, np.invert(page))
    assert not find_capture(cover, model)[0].is_negative


def test_letters_that_hang_together_are_parted(model, page):
    joined = cv2.erode(page, np.ones((1, 5), np.uint8))
    evidence = weigh_letters(Capture(180).shown(joined), model)
    assert evidence.way == 2 and evidence.letters > 300


def test_few_letters_do_not_make_evidence(model, page):
    strip = page[: page.shape[0] // 40]
    assert not is_sure(weigh_letters(strip, model))


def test_what_was_done_to_a_page_is_said_in_words():
    assert AS_SCANNED.changes == ""
    assert Capture(90, is_mirrored=True).changes == (
        "mirrored, shown the right way round; turned by 90 degrees"
    )
    with pytest.raises(ValueError, match="turned by 45 degrees"):
        Capture(45)


def test_a_size_is_that_of_the_page_as_shown():
    assert (
        Capture(90).size(600, 900)
        == (900, 600)
        == Capture(270).shown(np.zeros((900, 600))).shape[::-1]
    )
    assert Capture(180).size(600, 900) == (600, 900)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_a_place_on_the_page_is_found_again_in_its_scan(turn, is_mirrored):
    capture = Capture(turn, is_mirrored)
    scan = np.arange(60 * 90).reshape(60, 90)
    shown = capture.shown(scan)
    box = Box(5, 10, 20, 31)
    back = capture.on_scan(box, shown.shape[1], shown.shape[0])
    on_page = shown[box.top : box.bottom, box.left : box.right]
    on_scan = scan[back.top : back.bottom, back.left : back.right]
    assert set(on_page.ravel()) == set(on_scan.ravel())


def test_a_page_of_sixteen_bits_is_inverted_in_its_own_depth():
    deep = np.array([[0, 65535]], np.uint16)
    assert Capture(is_negative=True).shown(deep).tolist() == [[65535, 0]]
