"""Mattes and cut-outs."""

import cv2
import numpy as np
import pytest

from pipeline.describe.hashes import distance, perceptual_hash
from pipeline.geometry import in_master
from pipeline.refine.closing import closed_by_disk
from pipeline.refine.crops import cut_out, outline_of, trimmed
from pipeline.refine.ink import ink_matte, is_line_art
from pipeline.refine.large import enlarged, in_page, matting_scale, polygon_in_page, reduced_size
from pipeline.refine.mattes import (
    RefineSettings,
    band_in_pixels,
    refine_illustration,
    solve,
    tighten,
    to_trimap,
)
from schemas.geometry import Box, Transform
from schemas.model import IssueId, PageId
from tests.conftest import draw_page

PAGE = PageId(IssueId("a-1"), 1)


def turned(page, degrees):
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, matrix, (width, height), borderValue=(244, 244, 244))


def vignette():
    crop = np.full((240, 240, 3), 240, np.uint8)
    truth = np.zeros((240, 240), np.uint8)
    cv2.circle(truth, (120, 120), 70, 255, -1, cv2.LINE_AA)
    soft = truth.astype(np.float32)[..., None] / 255
    noise = np.random.default_rng(0).integers(0, 30, (240, 240, 1))
    crop = (crop * (1 - soft) + (70 + noise) * soft).astype(np.uint8)
    return crop, truth.astype(np.float64) / 255


@pytest.mark.slow
def test_a_vignette_is_cut_out_along_its_outline():
    crop, truth = vignette()
    rough = cv2.dilate((truth > 0.5).astype(np.float32), np.ones((41, 41)))  # generous outline
    refined = refine_illustration(
        crop, rough, np.zeros_like(rough), dpi=150, settings=RefineSettings(matte="silhouette")
    )
    assert refined.method == "silhouette" and np.abs(refined.matte - truth).mean() < 0.02
    kept, box = trimmed(refined, Box(0, 0, 240, 240), margin=4)
    assert abs(box.width - 149) <= 4 and kept.matte.shape == (box.height, box.width)
    rgba = cut_out(kept)
    assert (rgba[rgba[..., 3] == 0][:, :3] == 255).all()


@pytest.mark.slow
def test_neighboring_text_never_gets_into_a_cut_out():
    crop, _ = vignette()
    cv2.putText(crop, "letters", (40, 232), 0, 1, (0, 0, 0), 2)
    text = np.zeros(crop.shape[:2], np.float32)
    text[200:] = 0.95
    inside = np.where(text > 0, 0.55, 1.0).astype(np.float32)
    refined = refine_illustration(crop, inside, text, dpi=150, settings=RefineSettings())
    assert refined.matte[212:].max() == 0


def test_a_framed_picture_is_simply_cut():
    crop = np.full((120, 160, 3), 240, np.uint8)
    crop[10:110, 10:150] = np.random.default_rng(0).integers(20, 90, (100, 140, 1))
    inside = np.zeros((120, 160), np.float32)
    inside[8:112, 8:152] = 0.9
    refined = refine_illustration(
        crop, inside, np.zeros_like(inside), dpi=150, settings=RefineSettings()
    )
    assert refined.method == "frame" and set(np.unique(refined.matte)) == {0.0, 1.0}


def test_a_frame_on_a_skewed_page_is_cut_along_its_edges():
    grey = np.full((400, 500), 240, np.uint8)
    corners = cv2.boxPoints(((250, 200), (380, 260), 2.0)).astype(np.int32)
    cv2.fillConvexPoly(grey, corners, 60)
    inside = (grey < 100).astype(np.float32)
    crop = np.dstack([grey] * 3)
    none = np.zeros_like(inside)
    refined = refine_illustration(crop, inside, none, dpi=300, settings=RefineSettings())
    assert refined.method == "frame"
    assert np.abs(refined.matte - inside).mean() < 0.01
    left, top, width, _ = cv2.boundingRect(inside.astype(np.uint8))
    assert refined.matte[top, left + width - 1] == 0 or refined.matte[top, left] == 0


def test_a_pale_sky_is_part_of_a_framed_picture():
    crop = np.full((160, 220, 3), 240, np.uint8)
    crop[80:150, 10:210] = np.random.default_rng(0).integers(20, 120, (70, 200, 1))
    crop[10:80, 100:104] = 30  # a mast in an empty sky
    crop[10:13, 10:210] = 60
    inside = np.zeros((160, 220), np.float32)
    inside[9:151, 9:211] = 0.95
    refined = refine_illustration(
        crop, inside, np.zeros_like(inside), dpi=60, settings=RefineSettings()
    )
    assert refined.method == "frame" and refined.matte[20:70, 20:90].min() == 1


def framed_picture(box, *, outside=0):
    """A dark picture of 600 x 600 at 300 dpi, 30 from the edge, with text on paper in ``box``.

    As many rows as ``outside`` says are left out of the separator's outline below the text.
    """
    crop = np.full((660, 660, 3), 240, np.uint8)
    crop[30:630, 30:630] = np.random.default_rng(0).integers(20, 120, (600, 600, 3))
    inside, letters = np.zeros((2, 660, 660), np.float32)
    inside[30:630, 30:630] = 1
    window = np.s_[box.top : box.bottom, box.left : box.right]
    crop[window], letters[window] = 240, 0.95
    inside[box.top : box.bottom + outside, box.left : box.right] = 0
    cv2.putText(crop, "Fig. 12", (box.left + 8, box.bottom - 20), 0, 0.8, (10, 10, 10), 2)
    return refine_illustration(crop, inside, letters, dpi=300, settings=RefineSettings())


@pytest.mark.parametrize(
    "box",
    [Box(440, 520, 630, 630), Box(180, 570, 430, 630), Box(180, 570, 430, 620)],
    ids=["corner", "side", "just within"],
)
def test_text_that_reaches_into_a_frame_is_no_part_of_it(box):
    refined = framed_picture(box, outside=630 - box.bottom)
    assert refined.method == "frame"
    text = np.zeros(refined.matte.shape, bool)
    text[box.top : 630, box.left : box.right] = True
    picture = np.zeros_like(text)
    picture[30:630, 30:630] = True
    assert refined.matte[text].max() == 0 and not refined.inside[text].any()
    assert refined.matte[picture & ~text].min() == 1


def test_lettering_within_a_frame_and_its_unsure_edge_stay():
    legend, border = Box(200, 120, 420, 200), Box(100, 612, 500, 630)
    for box in (legend, border):
        refined = framed_picture(box)
        assert refined.method == "frame" and refined.matte[30:630, 30:630].min() == 1


def test_a_page_without_pictures_needs_no_solver():
    assert solve(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40))).max() == 0
    empty = to_trimap(np.zeros((40, 40), np.float32), band_px=3, settings=RefineSettings())
    assert empty.max() == 0


def test_the_band_is_measured_in_paper():
    assert band_in_pixels(0.25, 300) == 3 and band_in_pixels(0.25, 1200) == 12


def test_the_same_picture_printed_twice_has_nearly_the_same_hash():
    crop, _ = vignette()
    again = cv2.resize(turned(crop, 0.2), (200, 200))
    other = draw_page(5)[:240, :240]
    assert distance(perceptual_hash(crop), perceptual_hash(again)) <= 8
    assert distance(perceptual_hash(crop), perceptual_hash(other)) > 12


def test_the_outline_of_a_cut_out_stays_in_its_box():
    matte = np.zeros((100, 80), np.float32)
    cv2.circle(matte, (40, 50), 30, 1.0, -1)
    box = Box(1000, 2000, 1080, 2100)
    outline = np.array(outline_of(matte > 0, box))
    assert (outline >= (1010, 2020)).all() and (outline <= (1070, 2080)).all() and len(outline) > 8
    assert cv2.contourArea(outline.astype(np.float32)) == pytest.approx(np.pi * 900, rel=0.08)


def test_far_pieces_are_held_by_one_outline_and_nothing_by_the_box():
    matte = np.zeros((100, 200), np.float32)
    matte[20:80, 10:60] = matte[20:80, 140:190] = 1
    outline = np.array(outline_of(matte > 0, Box(0, 0, 200, 100)))
    assert outline[:, 0].min() == 10 and outline[:, 0].max() == 189
    assert len(outline_of(np.zeros((9, 9), bool), Box(0, 0, 9, 9))) == 4


def hatched(paper=235, ink=(40, 35, 30)):
    """Lines on stained paper, and their true alpha; the left third is outside the picture."""
    alpha = np.zeros((240, 300), np.float32)
    alpha[:, ::6] = 1
    alpha[:, 1::6] = 0.5
    ground = np.full((240, 300, 3), paper, np.float32)
    ground -= np.linspace(0, 20, 300)[None, :, None]
    page = alpha[..., None] * np.array(ink) + (1 - alpha[..., None]) * ground
    return page.round().astype(np.uint8), alpha


def test_the_ink_matte_leaves_the_paper_between_the_lines():
    page, truth = hatched()
    inside = np.zeros(truth.shape, bool)
    inside[:, 100:] = True
    matte, color = ink_matte(page, inside, dpi=150)
    assert np.abs(matte - truth)[:, 110:].mean() < 0.06 and matte[:, :100].max() == 0
    solid = color[inside & (truth == 1)]
    assert np.abs(solid.astype(int) - (40, 35, 30)).mean() < 12


def test_lines_get_the_ink_matte_and_tones_the_silhouette():
    page, _ = hatched()
    inside = np.ones(page.shape[:2], bool)
    rng = np.random.default_rng(0)
    tone = np.clip(cv2.GaussianBlur(rng.normal(128, 900, page.shape[:2]), (0, 0), 12), 20, 235)
    tone[:20] = 250
    assert is_line_art(page, inside, dpi=150)
    assert not is_line_art(np.dstack([tone.astype(np.uint8)] * 3), inside, dpi=150)
    assert not is_line_art(np.full_like(page, 240), inside, dpi=150)


def test_the_user_may_choose_the_matte():
    crop, truth = vignette()
    for expected in ("ink", "silhouette"):
        result = refine_illustration(
            crop, (truth > 0.5).astype(np.float32), np.zeros(truth.shape, np.float32), dpi=150,
            settings=RefineSettings(matte=expected),
        )  # fmt: skip
        assert result.method == expected and result.inside.shape == truth.shape


def test_a_very_large_picture_is_matted_reduced_and_keeps_the_masters_color():
    box = Box(100, 50, 500, 350)
    scale = matting_scale(box, most=30_000)
    assert reduced_size(box, scale) == (200, 150) and matting_scale(box) == 1
    crop = np.full((300, 400, 3), 77, np.uint8)
    small = np.zeros((150, 200, 4), np.uint8)
    small[30:120, 40:160] = (9, 9, 9, 255)
    full = enlarged(small, crop)
    assert full.shape == (300, 400, 4) and full[150, 200].tolist() == [77, 77, 77, 255]
    assert full[5, 5].tolist() == [255, 255, 255, 0]
    assert in_page(Box(0, 0, 200, 150), box, scale) == box
    assert polygon_in_page(((0.0, 0.0), (200.0, 150.0)), box, scale)[1] == (500.0, 350.0)
    assert enlarged(small, crop[::2, ::2]) is small


def test_an_enlarged_soft_edge_keeps_its_color():
    small = np.zeros((40, 40, 4), np.uint8)
    small[..., :3] = 255
    small[:, 20:] = (0, 0, 0, 255)
    small[:, 19] = (60, 30, 0, 128)
    full = enlarged(small, np.full((80, 80, 3), 255, np.uint8))
    soft = (full[..., 3] > 0) & (full[..., 3] < 250)
    assert soft.any() and (full[soft][:, :3] <= (60, 30, 0)).all()
    assert full[40, 36:42, 3].tolist() == [0, 32, 96, 160, 223, 255]


@pytest.mark.parametrize("size", [(500, 700), (333, 301)])
def test_a_picture_enlarged_in_strips_has_no_seams(size):
    rough = np.random.default_rng(0).integers(0, 255, (12, 9, 4), dtype=np.uint8)
    small = cv2.resize(rough, (120, 150), interpolation=cv2.INTER_LINEAR)
    small[..., 3] = 200
    full = enlarged(small, np.zeros((size[1], size[0], 3), np.uint8))
    whole = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
    assert np.abs(full.astype(int) - whole).max() <= 1


def test_a_box_of_the_master_may_be_shown_smaller():
    grid = np.random.default_rng(0).random((60, 40)).astype(np.float32)
    grid = cv2.GaussianBlur(grid, (0, 0), 3)
    transform = Transform.identity(400, 600)
    box = Box(40, 60, 360, 540)
    small = in_master(grid, transform, box, (80, 120))
    full = cv2.resize(in_master(grid, transform, box), (80, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(small - full)[2:-2, 2:-2].max() < 0.01


@pytest.mark.parametrize("gap", [53, 106])
def test_what_is_tightened_stays_where_it_is(gap):
    crop = np.full((500, 500, 3), 245, np.uint8)
    crop[50:450, 50:450] = 30
    kept = tighten(crop, np.ones((500, 500), np.float32), gap_px=gap) > 0
    assert Box.covering(kept) == Box(50, 50, 450, 450)


def test_a_picture_in_black_and_white_needs_no_solver_and_keeps_its_ink(monkeypatch):
    monkeypatch.setattr("pipeline.refine.mattes.solve", None)  # to call it is an error
    grey = np.full((400, 400), 255, np.uint8)
    cv2.circle(grey, (200, 200), 120, 0, cv2.FILLED)
    grey[::5, ::3] = 255
    crop = np.dstack([grey] * 3)
    inside = cv2.circle(np.zeros((400, 400), np.float32), (200, 200), 150, 1.0, cv2.FILLED)
    settings = RefineSettings(matte="silhouette")
    refined = refine_illustration(crop, inside, np.zeros_like(inside), dpi=300, settings=settings)
    assert refined.method == "silhouette"
    within = cv2.circle(np.zeros_like(grey), (200, 200), 116, 1, cv2.FILLED) > 0
    assert (
        refined.matte[within & (grey == 0)].min() == 1.0 and refined.matte[inside == 0].max() == 0.0
    )
    assert np.array_equal(refined.foreground, crop)


@pytest.mark.parametrize("radius", [3, 8, 9, 20])
def test_a_gap_is_closed_if_a_disk_does_not_fit_in(radius):
    mask = np.zeros((120, 160), np.uint8)
    mask[:, 20] = mask[:, 20 + 2 * radius] = 1
    mask[:, 150] = 1
    closed = closed_by_disk(mask, radius)
    assert closed[60, 20 : 20 + 2 * radius].all()
    assert not closed[60, 20 + 2 * radius + 1 : 150].any() or 130 - 2 * radius <= 2 * radius
