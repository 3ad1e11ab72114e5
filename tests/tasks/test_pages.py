"""Prepare, regions, mattes, words and captions on drawn pages."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from archive.images.images import grey_file
from pipeline.describe.captions import caption_number, link_captions
from pipeline.describe.hashes import distance, perceptual_hash
from pipeline.describe.header import agree, parse_header
from pipeline.geometry import in_master, region_to_master
from pipeline.prepare.charts import find_chart
from pipeline.prepare.paper import find_paper
from pipeline.prepare.straighten import apply_transform, find_skew, find_transform, to_grey
from pipeline.recognize.arrange import arrange, joined, mean_confidence
from pipeline.recognize.blank import blank_illustrations
from pipeline.recognize.tesseract import Tesseract, models_for
from pipeline.recognize.text_engine import RawWord
from pipeline.refine.crops import cut_out, outline_of, trimmed
from pipeline.refine.ink import ink_matte, is_line_art
from pipeline.refine.large import (
    enlarged,
    in_page,
    matting_scale,
    polygon_in_page,
    reduced_size,
)
from pipeline.refine.mattes import (
    RefineSettings,
    band_in_pixels,
    refine_illustration,
    solve,
    tighten,
    to_trimap,
)
from pipeline.separate.regions import find_regions, reading_order
from schemas.errors import EngineError, RecognitionError
from schemas.geometry import Box, Transform
from schemas.model import (
    Illustration,
    IssueId,
    PageId,
    Region,
    RegionKind,
    TextLine,
    TextRegion,
    Word,
)
from schemas.normalize import normalize, printable
from schemas.numerals import roman
from tests.conftest import draw_page

PAGE = PageId(IssueId("a-1"), 1)


def turned(page, degrees):
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, matrix, (width, height), borderValue=(244, 244, 244))


# ---- prepare


@pytest.mark.parametrize("degrees", [-2.0, -0.7, 0.6, 1.8])
def test_a_skewed_page_is_straightened(degrees):
    page = turned(draw_page(1, picture=False), degrees)
    assert find_skew(to_grey(page), max_degrees=3) == pytest.approx(degrees, abs=0.15)
    found = find_transform(page)
    straight = apply_transform(page, found.transform, paper=found.paper)
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
    wanted = Box(cols[0], rows[0], cols[-1] + 1, rows[-1] + 1)
    near = zip(
        (back.left, back.top, back.right, back.bottom),
        (wanted.left, wanted.top, wanted.right, wanted.bottom),
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
    wanted = (60, 90, 1000, 1300)
    near = zip((box.left, box.top, box.right, box.bottom), wanted, strict=True)
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
    found = find_transform(page)
    assert apply_transform(page, found.transform).shape == page.shape


# ---- from class map to regions


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
    found = find_regions(
        probabilities(illustration=[(10, 20, 40, 60)]), page_width=900, page_height=1200
    )
    (box,) = boxes_of(found)
    assert box == Box(100, 200, 400, 600)
    assert found[0].probability == pytest.approx(0.92, abs=0.01)


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
    found = find_regions(planes, page_width=300, page_height=400, page=page)
    assert len(boxes_of(found)) == 2


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
    found = in_master(grid, transform, Box(0, 0, 500, 900)) >= 0.5
    rows, cols = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    assert (rows[0], rows[-1] + 1) == pytest.approx((230, 430), abs=1)
    assert (cols[0], cols[-1] + 1) == pytest.approx((140, 240), abs=1)
    region = Region(RegionKind.TEXT, Box(100, 200, 200, 400), ((100.0, 200.0),), 0.5)
    assert region_to_master(region, transform).box == Box(140, 230, 240, 430)


# ---- mattes


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


# ---- words


def word(text, left, top, width=60, line=(1, 1, 1), confidence=0.9):
    return RawWord(text, Box(left, top, left + width, top + 20), confidence, line)


def test_words_become_regions_by_the_class_under_them():
    labels = np.full((100, 100), 4, np.uint8)
    labels[:10] = 3
    labels[60:70] = 2
    words = [
        word("caption", 590, 620, line=(3, 1, 1)),
        word("THE", 300, 40, line=(1, 1, 1)),
        word("right", 600, 300, line=(4, 1, 1)),
        word("left", 100, 310, line=(2, 1, 1)),
    ]
    found = arrange(words, labels, (), width=1000, height=1000)
    assert [(str(r.kind), r.text) for r in found] == [
        ("header", "THE"), ("text", "left"), ("text", "right"), ("caption", "caption"),
    ]  # fmt: skip
    assert mean_confidence(found) == pytest.approx(0.9)


@pytest.mark.parametrize("beside", [(300, 60, 520, 400), (290, 60, 520, 200)])
def test_a_column_beside_an_l_shaped_text_keeps_its_lines(beside):
    planes = probabilities(768, 560, text=[(40, 60, 260, 700), (260, 420, 520, 700), beside])
    regions = find_regions(planes, page_width=1120, page_height=1536)
    assert len(regions) == 2 and regions[0].box.overlap(regions[1].box)
    rows = range(130, 2 * beside[3], 100)
    words = [word(f"l{n}", 100, top, line=(1, 1, n)) for n, top in enumerate(rows)]
    words += [word(f"r{n}", 700, top + 4, line=(2, 1, n)) for n, top in enumerate(rows)]
    words.append(word("foot", 700, 1000, line=(1, 1, 99)))
    labels = planes.argmax(axis=0).astype(np.uint8)
    for given in (regions, regions[::-1]):
        found = arrange(words, labels, given, width=1120, height=1536)
        assert [[line.text for line in r.lines] for r in found] == [
            [*(f"l{n}" for n in range(len(rows))), "foot"], [f"r{n}" for n in range(len(rows))]
        ]  # fmt: skip


def test_of_regions_within_each_other_the_inner_one_has_the_line():
    outer, inner = Box(0, 0, 1000, 1000), Box(400, 400, 600, 600)
    regions = [Region(RegionKind.TEXT, box, (), 0.9) for box in (outer, inner)]
    words = [word("about", 100, 450), word("inset", 450, 454, line=(1, 1, 2))]
    labels = np.full((100, 100), 4, np.uint8)
    found = arrange(words, labels, regions, width=1000, height=1000)
    assert [r.text for r in found] == ["about", "inset"]


def test_divided_words_are_joined_and_kept():
    labels = np.full((10, 10), 4, np.uint8)
    words = [word("Zei-", 10, 10), word("tung", 10, 40, line=(1, 1, 2))]
    (region,) = arrange(words, labels, (), width=400, height=400)
    assert region.text == "Zei-\ntung" and joined(region) == "Zeitung"
    assert region.lines[0].words[0].hyphenated


def row_of_captions(words):
    labels = np.full((100, 100), 2, np.uint8)
    pictures = [
        Region(RegionKind.ILLUSTRATION, box, ((0.0, 0.0),), 0.9)
        for box in (Box(0, 0, 300, 200), Box(320, 0, 600, 200))
    ]
    return [r.text for r in arrange(words, labels, pictures, width=1000, height=1000)]


def test_captions_read_as_one_line_are_parted_between_pictures():
    words = [word("Fig. 1", 60, 210), word("left", 140, 210), word("Fig. 2", 420, 212),
             word("ship", 60, 236, line=(1, 1, 2)), word("right", 430, 237, line=(1, 1, 2))]  # fmt: skip
    assert sorted(row_of_captions(words)) == ["Fig. 1 left\nship", "Fig. 2\nright"]


def test_a_caption_across_two_pictures_stays_whole():
    words = [word(str(at), 100 + 70 * at, 210) for at in range(6)]
    assert row_of_captions(words) == ["0 1 2 3 4 5"]
    wide_space = [word("under", 20, 210), word("one", 200, 210)]
    assert row_of_captions(wide_space) == ["under one"]


def test_captions_of_two_rows_are_two():
    words = [word("upper", 100, 210), word("lower", 100, 500, line=(1, 1, 2))]
    assert row_of_captions(words) == ["upper", "lower"]


def arranged(labels, words):
    return [(str(r.kind), r.text) for r in arrange(words, labels, (), width=1000, height=1000)]


def test_a_caption_read_as_one_line_with_the_text_beside_it_is_parted():
    labels = np.full((100, 100), 4, np.uint8)
    labels[20:25, 5:25] = 2
    words = [word("The", 60, 210), word("garden", 125, 210), word("lished", 300, 212),
             word("books", 375, 212)]  # fmt: skip
    assert arranged(labels, words) == [("caption", "The garden"), ("text", "lished books")]
    close = [word("The", 60, 210), word("garden", 125, 210), word("on", 190, 212)]
    assert [kind for kind, _ in arranged(labels, close)] == ["caption"]


def test_figure_numbers_beside_text_and_beside_each_other_are_lines_of_their_own():
    labels = np.full((100, 100), 4, np.uint8)
    words = [word("Fig.", 60, 210), word("194.", 125, 210), word("Fig.", 500, 210),
             word("195.", 565, 210)]  # fmt: skip
    assert arranged(labels, words) == [("text", "Fig. 194.\nFig. 195.")]
    words = [word("Abb.", 60, 210), word("3", 125, 210), word("nach", 500, 210)]
    assert arranged(labels, words) == [("text", "Abb. 3\nnach")]
    cited = [word("siehe", 60, 210), word("Fig.", 125, 210), word("3", 190, 210)]
    assert arranged(labels, cited) == [("text", "siehe Fig. 3")]


def test_a_running_head_taken_for_text_is_known_by_its_page_number():
    labels = np.full((100, 100), 4, np.uint8)
    body = [word("tierung", 60, 110, line=(1, 1, 2)), word("führte", 125, 110, line=(1, 1, 2))]
    head = [word("Syrien.", 450, 60), word("197", 800, 60)]
    assert arranged(labels, head + body)[0] == ("header", "Syrien. 197")
    close = [word("Syrien", 450, 60), word("197", 515, 60)]
    assert arranged(labels, close + body)[0][0] == "text"
    table = [word("Eisen", 60, 110, line=(1, 1, 2)), word("42", 800, 110, line=(1, 1, 2))]
    assert all(kind == "text" for kind, _ in arranged(labels, head + table))


def test_illustrations_are_blanked_and_nothing_else():
    grey = to_grey(draw_page(1))
    labels = np.zeros((90, 64), np.uint8)
    labels[8:38, 12:52] = 1
    blanked = blank_illustrations(grey, labels)
    assert blanked[80:380, 120:520].min() > 230
    assert np.array_equal(blanked[400:], grey[400:])


@pytest.mark.engine
def test_tesseract_reads_a_grey_file(tmp_path):
    words = Tesseract("eng", grey_file).read(to_grey(draw_page(1, picture=False)), dpi=150)
    text = " ".join(w.text for w in words)
    assert "village" in text and "LANTERN" in text
    assert all(0 <= w.confidence <= 1 for w in words)


@pytest.mark.engine
def test_a_page_is_read_in_our_scratch_and_nothing_stays_there(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert Tesseract("eng", grey_file).read(to_grey(draw_page(1)), dpi=150)
    assert not list(tmp_path.iterdir())


@contextmanager
def no_file(grey):
    yield Path("none.pgm")


@pytest.mark.engine
@pytest.mark.parametrize(
    ("models", "file", "why"),
    [("tlh", grey_file, "gave up: .*tlh"), ("eng", no_file, "gave up")],
)
def test_what_tesseract_says_of_a_page_is_told(models, file, why):
    with pytest.raises(RecognitionError, match=why):
        Tesseract(models, file).read(to_grey(draw_page(1)), dpi=150)


@pytest.mark.engine
def test_a_page_that_takes_too_long_is_given_up():
    page = to_grey(draw_page(1, height=3000, width=2000))
    with pytest.raises(RecognitionError, match="gave up"):
        Tesseract("eng", grey_file, timeout_s=0.05).read(page, dpi=150)


def test_fraktur_is_read_with_its_own_model():
    available = ["deu", "eng", "Fraktur", "frk"]
    assert models_for(("ger",), "Latf", available) == "Fraktur"
    assert models_for(("ger", "eng"), "Latn", available) == "deu+eng"
    assert models_for(("ger",), "Latf", ["frk"]) == "frk"
    assert models_for(("dan",), "Latf", [*available, "dan"]) == "Fraktur"
    with pytest.raises(RecognitionError, match="tesseract-ocr-script-frak"):
        models_for(("ger",), "Latf", ["deu"])


def test_models_go_by_terminologic_codes():
    available = ["deu", "nld", "ces", "ell", "chi_sim"]
    assert models_for(("dut", "cze", "gre"), "Latn", available) == "nld+ces+ell"
    assert models_for(("chi",), "Hans", available) == "chi_sim"
    with pytest.raises(RecognitionError, match=r"tesseract-ocr-ron$"):
        models_for(("rum",), "Latn", available)
    with pytest.raises(RecognitionError, match="tesseract-ocr-chi-tra"):
        models_for(("chi",), "Hant", ["deu"])


def test_a_language_without_a_model_is_left_out_beside_one_that_has_one():
    assert models_for(("ger", "wen"), "Latn", ["deu"]) == "deu"
    with pytest.raises(EngineError, match="languages"):
        models_for((), "Latn", ["deu"])


def test_old_and_new_spellings_meet():
    assert normalize("Mädchen") == normalize("MAEDCHEN") == "maedchen"
    assert normalize("muſs-\nten") == "mussten" and normalize("ﬁnden") == "finden"
    assert normalize("fran-\nçais") == normalize("francais") and normalize("e\u0301-\nté") == "ete"
    assert normalize("Mäd=\nchen") == normalize("Mäd\u2010 \n chen") == "maedchen"
    assert normalize("muſ-\nﬅe") == "musste" and normalize("Rhein-\nÜber") == "rhein- ueber"
    assert normalize("1870-\n71") == "1870- 71"
    assert printable("a\x0cb\ud800\x00c\ufffe") == "abc"


# ---- running heads and captions


@pytest.mark.parametrize(
    ("text", "date", "number", "volume", "label"),
    [
        ("84 Der Bazar. [Nr. 11. 15. März 1871. XVII. Jahrgang.]", "1871-03-15", "11", "17", "84"),
        ("THE LANTERN April 18,1908 No.4 301", "1908-04-18", "4", None, "301"),
        ("L'ILLUSTRATION 4 Janvier 1913 No. 3645", "1913-01-04", "3645", None, None),
        ("Vol. III. The Strand. 312", None, None, "3", "312"),
        ("Die Gartenlaube. 1. Hornung 1853.", "1853-02-01", None, None, None),
        ("In dem Walde", None, None, None, None),
    ],
)
def test_running_heads_are_understood(text, date, number, volume, label):
    found = parse_header(text)
    assert (found.date, found.number, found.volume) == (date, number, volume)
    assert found.label == label


def test_a_misread_head_gives_what_is_sure():
    found = parse_header("326 Die Laterne. (ſlr. 40. 12. August 1860. X33. Jahrgang")
    assert (found.title, found.date, found.number) == ("Die Laterne", "1860-08-12", None)
    found = parse_header("THE EVENING STAR. Vol. III. No.6. March 1g, 1842. 354")
    assert (found.title, found.date) == ("THE EVENING STAR", "1842-03")
    assert parse_header("Daheim (Ein Familienblatt)").title == "Daheim Ein Familienblatt"


def test_one_misread_head_decides_nothing():
    assert agree(["11", "11", "17", None]) == "11"
    assert agree(["11", "17"]) is None and agree(["11"]) is None and agree([]) is None
    assert roman("XVII") == 17 and roman("IIX") is None


def picture(ordinal, *box):
    return Illustration(PAGE, ordinal, Box(*box), ((0.0, 0.0),), 0.9)


def caption(text, *box):
    words = (Word(text, Box(*box), 0.9),)
    return TextRegion(RegionKind.CAPTION, Box(*box), (TextLine(Box(*box), words),))


def test_captions_find_their_pictures():
    pictures = (
        picture(1, 0, 0, 100, 100),
        picture(2, 200, 0, 300, 100),
        picture(3, 0, 300, 90, 400),
    )
    captions = (caption("Fig. 2. right", 200, 110, 300, 125), caption("below", 5, 105, 95, 120),
                caption("beside", 100, 340, 160, 355))  # fmt: skip
    found = [p.caption for p in link_captions(pictures, captions, reach=60)]
    assert [c.text for c in found] == ["below", "Fig. 2. right", "beside"]
    assert [c.method for c in found] == ["below", "below", "beside"]
    assert found[1].number == "2" and 0 < found[2].score < found[0].score <= 1


def test_a_divided_word_of_a_caption_with_a_credit_is_joined():
    def read(*lines):
        made = [TextLine(Box(0, 110 + 20 * at, 100, 125 + 20 * at), tuple(
            Word(text, Box(0, 110, 9, 125), 0.9, hyphenated=text[-1] in "-=")
            for text in line.split())) for at, line in enumerate(lines)]  # fmt: skip
        region = TextRegion(RegionKind.CAPTION, Box(0, 110, 100, 190), tuple(made))
        (found,) = link_captions((picture(1, 0, 0, 100, 100),), (region,), reach=60)
        return found.caption.text, found.caption.credit

    credit = "Drawn by Howard Pyle"
    assert read("Das Mäd-", "chen am See.", credit) == ("Das Mädchen am See.", credit)
    assert read("Das Mäd=", "chen. Drawn by How-", "ard Pyle") == ("Das Mädchen.", credit)
    assert read("Das Do-", "nau-", "ufer") == ("Das Donauufer", "")


@pytest.mark.parametrize("left", [601, 600, 599, 595, 580])
def test_a_caption_beside_a_picture_may_stand_a_little_in_its_box(left):
    beside = caption("The harbour at dusk", left, 200, left + 200, 300)
    (found,) = link_captions((picture(1, 0, 0, 600, 600),), (beside,), reach=177)
    assert found.caption.method == "beside" and found.caption.score > 0.5


@pytest.mark.parametrize(("top", "method"), [(590, "below"), (-90, "above")])
@pytest.mark.parametrize("left", [100, 400, 550])
def test_a_caption_below_or_above_stays_that_where_it_laps_into_the_box(left, top, method):
    lapping = caption("The harbour at dusk", left, top, left + 300, top + 100)
    (found,) = link_captions((picture(1, 0, 0, 600, 600),), (lapping,), reach=177)
    assert found.caption.method == method


def as_text(region: TextRegion) -> TextRegion:
    """The region as the separator sees it where it takes a caption for running text."""
    return TextRegion(RegionKind.TEXT, region.box, region.lines)


def test_a_numbered_line_below_a_picture_is_its_caption():
    line = as_text(caption("Fig. 7. The lamp", 10, 108, 90, 120))
    (found,) = link_captions((picture(1, 0, 0, 100, 100),), (line,), reach=60)
    assert found.caption.method == "near" and found.caption.number == "7"
    plain = as_text(caption("It was late in the", 10, 108, 90, 120))
    assert link_captions((picture(1, 0, 0, 100, 100),), (plain,), reach=60)[0].caption is None


def test_a_bare_number_above_a_picture_is_its_caption_and_a_sentence_is_not():
    number = as_text(caption("Fig. 89.", 30, 188, 70, 198))
    (found,) = link_captions((picture(1, 0, 200, 100, 300),), (number,), reach=60)
    assert found.caption.method == "near" and found.caption.number == "89"
    sentence = as_text(caption("Fig. 89 zeigt den Ofen", 10, 188, 90, 198))
    assert link_captions((picture(1, 0, 200, 100, 300),), (sentence,), reach=60)[0].caption is None


def test_a_numbered_line_is_given_once():
    stacked = picture(1, 0, 0, 600, 600), picture(2, 0, 700, 600, 1300)
    number = caption("Fig. 1.", 250, 620, 350, 650)
    for one in (number, as_text(number)):
        above, below = link_captions(stacked, (one,), reach=177)
        assert above.caption.text == "Fig. 1." and below.caption is None


def test_of_two_captions_read_as_one_each_picture_has_its_number():
    stacked = picture(1, 0, 0, 600, 600), picture(2, 0, 700, 600, 1300)
    one, other = (
        caption(text, 250, top, 350, top + 25) for text, top in (("Fig. 1.", 610), ("Fig. 2.", 665))
    )
    both = TextRegion(RegionKind.CAPTION, Box(250, 610, 350, 690), (*one.lines, *other.lines))
    above, below = link_captions(stacked, (both,), reach=177)
    assert (above.caption.number, below.caption.number) == ("1", "2")


def test_specks_read_as_letters_are_no_caption():
    one = picture(1, 0, 0, 100, 100)
    captions = (caption("ee", 40, 105, 60, 115), caption("The lamp", 20, 118, 80, 130))
    (found,) = link_captions((one,), captions, reach=60)
    assert found.caption.text == "The lamp"


def test_a_far_caption_belongs_to_nobody_and_a_row_shares_one():
    row = (picture(1, 0, 0, 100, 100), picture(2, 110, 0, 210, 100))
    shared = link_captions(row, (caption("both", 20, 110, 190, 125),), reach=60)
    assert [p.caption.text for p in shared] == ["both", "both"]
    assert link_captions(row, (caption("far", 0, 500, 90, 520),), reach=60)[0].caption is None
    assert caption_number("Abb. 12. Vase") == "12" and caption_number("Vase") is None


def test_the_demo_pages_are_the_same_every_time(fonts):
    from pipeline.synthesis.magazine import draw_page as draw_demo
    from pipeline.synthesis.magazine import issues

    one, other = (draw_demo(issues()[0], 1, fonts) for _ in range(2))
    assert np.array_equal(one.image, other.image) and len(one.pictures) == 2
    assert Image.fromarray(one.image).size == (1654, 2339)


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
    for wanted in ("ink", "silhouette"):
        found = refine_illustration(
            crop, (truth > 0.5).astype(np.float32), np.zeros(truth.shape, np.float32), dpi=150,
            settings=RefineSettings(matte=wanted),
        )  # fmt: skip
        assert found.method == wanted and found.inside.shape == truth.shape


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
