"""Tidied class maps, boxes, outlines and the judging of engines."""

import csv
import json
import os

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from archive.weights import SHIPPED
from pipeline.separate.caption_ends import without_bare_ends
from pipeline.separate.illustration_parts import components
from pipeline.separate.separation import Separation
from pipeline.separate.tidy import RectangleRule, drawn, tidied
from pipeline.training.boundary import boundary
from pipeline.training.detection import (
    Detections,
    average_precision,
    box_iou,
    mean_average_precision,
)
from pipeline.training.evaluation import score_page, summarize
from schemas.errors import EngineError
from schemas.geometry import Box
from schemas.labels import to_colors
from schemas.model import Region, RegionKind
from schemas.truth import PageTruth, Shape
from tasks.commands.compare import compare
from tasks.commands.evaluate import evaluate
from tasks.workshop.comparison import Entrant


def separation(labels):
    return Separation(np.stack([(labels == at) * 0.9 + 0.02 for at in range(5)]).astype("f4"), "x")


def disk(size=200):
    rows, cols = np.mgrid[:size, :size]
    return (rows - 100) ** 2 + (cols - 100) ** 2 < 60**2


def page_of(labels):
    return np.where(labels == 1, 30, 255).astype(np.uint8)


def test_a_vignette_that_stands_alone_owns_its_rectangle():
    labels = disk().astype(np.uint8)
    tidy = tidied(separation(labels), page_of(labels), min_area=0.002)
    assert (tidy[42:158, 42:158] == 1).all() and tidy[:40].max() == 0


def test_text_in_the_corner_of_a_vignette_stays_text():
    labels = disk().astype(np.uint8)
    for cols in (slice(40, 75), slice(125, 160)):
        for rows in (slice(40, 75), slice(125, 160)):
            labels[rows, cols][labels[rows, cols] == 0] = 4
    tidy = tidied(separation(labels), page_of(labels), min_area=0.002)
    assert (tidy[42:50, 42:50] == 4).all() and tidy[100, 30] == 0
    assert (tidy == 1).sum() == pytest.approx(disk().sum(), rel=0.06)  # with its margin


def test_the_rectangle_of_a_vignette_holds_its_faint_ends_but_nothing_apart_from_it():
    planes = separation(disk().astype(np.uint8)).probabilities
    planes[:, 95:105, 160:166] = np.array([0.7, 0.3, 0, 0, 0], "f4")[:, None, None]
    planes[:, 95:105, 168:171] = np.array([0.7, 0.3, 0, 0, 0], "f4")[:, None, None]
    page = page_of(disk())
    tidy = tidied(Separation(planes, "x"), page, min_area=0.002)
    assert Box.covering(tidy == 1) == Box(40, 40, 167, 161)  # and a hundredth round it
    plain = RectangleRule(faint=1.0, margin=0.0)
    tidy = tidied(Separation(planes, "x"), page, min_area=0.002, rule=plain)
    assert Box.covering(tidy == 1) == Box(41, 41, 160, 160)


def test_the_margin_of_a_vignette_takes_no_text_and_no_neighbor():
    labels = disk().astype(np.uint8)
    labels[36:40, 60:140] = 4
    labels[60:140, 161:190] = 1
    planes = separation(labels)
    tidy = tidied(planes, page_of(labels), min_area=0.002, rule=RectangleRule(margin=0.1))
    assert (tidy[36:40, 60:140] == 4).all() and (tidy[165:170, 60:140] == 1).all()
    assert (tidy[100, 162:188] == 1).all() and tidy[100, 160] == 0
    assert len(list(components((tidy == 1).astype(np.uint8), 50))) == 2


def test_a_vignette_whose_faint_ends_pass_a_neighbor_keeps_the_rectangle_of_its_map():
    labels = disk().astype(np.uint8)
    labels[60:140, 163:190] = 1
    planes = separation(labels).probabilities
    faint = np.zeros((200, 200), bool)
    faint[50:60, 100:180] = True
    planes[:, faint & (labels == 0)] = np.array([0.7, 0.3, 0, 0, 0], "f4")[:, None]
    tidy = tidied(Separation(planes, "x"), page_of(labels), min_area=0.002)
    assert (tidy[42:158, 42:60] == 1).all() and tidy[:, :40].max() == 0


@pytest.mark.parametrize(
    "shares", [{"edge": 0.6}, {"faint": -0.1}, {"others_inside": 20}, {"margin": 2}]
)
def test_a_rule_of_no_shares_is_refused(shares):
    with pytest.raises(ValueError, match="give 0 to"):
        RectangleRule(**shares)


def test_a_bump_on_the_edge_of_a_picture_does_not_move_its_rectangle():
    labels = np.zeros((200, 200), np.uint8)
    labels[50:150, 50:150] = 1
    labels[80:90, 46:50] = labels[150:153, 60:70] = 1
    labels[47:50, 60:100] = 1
    tidy = tidied(separation(labels), page_of(labels), min_area=0.002)
    assert Box.covering(tidy == 1) == Box(50, 47, 150, 150)  # two fifths are no bump
    plain = RectangleRule(edge=0.0)
    tidy = tidied(separation(labels), page_of(labels), min_area=0.002, rule=plain)
    assert Box.covering(tidy == 1) == Box(46, 47, 150, 153)


def strip_with_words(words):
    """Return a marked strip of paper 10 rows high, and a page with ``words`` printed in it."""
    captions = np.zeros((200, 300), bool)
    captions[90:100, 20:280] = True
    page = np.full((200, 300), 235, np.uint8)
    for start, end in words:
        page[92:98, start:end:2] = 40
    return captions, page


def test_a_caption_ends_where_its_words_end():
    captions, page = strip_with_words([(100, 130), (134, 160)])
    kept = without_bare_ends(captions, page)
    assert Box.covering(kept) == Box(98, 90, 161, 100)
    assert kept[90:100, 98:161].all()  # with the white between two words


def test_two_captions_in_one_strip_are_two():
    captions, page = strip_with_words([(40, 80), (200, 260)])
    kept = without_bare_ends(captions, np.kron(page, np.ones((2, 2), np.uint8)))
    assert kept[95, 60] and kept[95, 230] and not kept[:, 90:190].any()


@pytest.mark.parametrize("height", [10, 20, 40, 80])
def test_how_tall_the_strip_was_marked_does_not_matter(height):
    captions, page = strip_with_words([(100, 160)])
    captions[100 - height : 90 + height, 20:280] = True
    assert Box.covering(without_bare_ends(captions, page)) == Box(98, 90, 161, 100)


def test_the_long_line_of_a_caption_of_six_is_kept_whole():
    captions = np.zeros((200, 300), bool)
    captions[90:170, 20:280] = True
    page = np.full((200, 300), 235, np.uint8)
    page[92:98, 60:240:2] = 40
    for top in range(104, 168, 12):
        page[top : top + 6, 130:170:2] = 40
    assert Box.covering(without_bare_ends(captions, page)) == Box(58, 90, 241, 170)


@pytest.mark.parametrize("width", [6, 10, 40])
def test_a_short_word_on_a_line_of_its_own_is_kept(width):
    captions, page = strip_with_words([(30, 270)])
    captions[90:130, 20:280] = True
    page[104:110, 140 : 140 + width : 2] = 40
    assert Box.covering(without_bare_ends(captions, page)) == Box(28, 90, 271, 112)


def test_a_lone_figure_number_is_a_word():
    captions, page = strip_with_words([(50, 56), (140, 230)])
    kept = without_bare_ends(captions, page)
    assert kept[95, 48:57].all() and not kept[:, 60:130].any()


def test_the_bare_end_of_a_caption_inside_a_rectangle_belongs_to_the_picture():
    labels = disk().astype(np.uint8)
    labels[146:156, 142:158] = 2
    page = page_of(disk())
    page[148:154, 153:158:2] = 40
    tidy = tidied(separation(labels), page, min_area=0.002)
    assert (tidy[146:156, 153:156] == 2).all() and (tidy[146:156, 143:149] == 1).all()


def test_a_caption_without_ink_stays():
    captions, page = strip_with_words([])
    assert np.array_equal(without_bare_ends(captions, page), captions)


def test_the_tidied_map_ends_captions_with_their_words():
    captions, page = strip_with_words([(100, 160)])
    tidy = tidied(separation(captions.astype(np.uint8) * 2), page, min_area=0.002)
    assert Box.covering(tidy == 2) == Box(98, 90, 161, 100)


@pytest.mark.parametrize("side", [1, 2, 4])
def test_a_speck_of_caption_is_no_hole_in_a_picture(side):
    labels = np.zeros((600, 600), np.uint8)
    labels[100:300, 100:300] = 1
    labels[120:280, 120:280] = 0  # a frame, its inside unlabelled
    labels[200 : 200 + side, 200 : 200 + side] = 2
    labels[400:500, 100:300] = 1
    labels[450 : 450 + side, 200 : 200 + side] = 2
    page = np.where(labels > 0, 30, 90).astype(np.uint8)
    page[:90] = 255
    tidy = tidied(separation(labels), page, min_area=0.002)
    assert (tidy[102:298, 102:298] == 1).all() and (tidy[402:498, 102:298] == 1).all()


def test_specks_go_and_holes_are_filled():
    labels = np.zeros((200, 200), np.uint8)
    labels[50:150, 50:150] = 1
    labels[90:100, 90:100] = 4
    labels[10:14, 10:14] = 1
    tidy = tidied(separation(labels), page_of(labels), min_area=0.002)
    assert tidy[12, 12] == 0 and tidy[95, 95] == 1


def test_a_caption_within_a_picture_stays_a_caption():
    labels = disk().astype(np.uint8)
    labels[95:105, 70:130] = 2
    page = page_of(disk())
    page[94:106, 69:131] = 255
    page[97:103, 70:130:2] = 40
    tidy = tidied(separation(labels), page, min_area=0.002)
    assert (tidy[95:105, 70:130] == 2).all() and (tidy[42:94, 42:158] == 1).all()


def test_paper_round_a_caption_between_two_pictures_is_neither():
    labels = np.zeros((200, 200), np.uint8)
    labels[40:160, 40:160] = 1
    labels[95:107, 60:158] = 0  # a gap that ends in a bridge on either side
    labels[98:104, 90:110] = 2
    page = np.where(labels == 1, 30, 255).astype(np.uint8)
    page[99:103, 90:110:2] = 40
    tidy = tidied(separation(labels), page, min_area=0.002)
    assert (tidy[98:104, 92:108] == 2).all() and (tidy[40:94, 42:158] == 1).all()
    assert (tidy[97:105, 64:84] == 0).all() and (tidy[97:105, 116:154] == 0).all()


def test_touching_pictures_stay_two():
    labels = np.zeros((200, 200), np.uint8)
    labels[40:100, 20:90] = labels[40:100, 110:180] = 1
    labels[68:72, 90:110] = 1
    tidy = tidied(separation(labels), page_of(labels), min_area=0.002)
    truth = PageTruth(
        200, 200, "drawn", illustrations=[Shape((20, 40, 90, 100)), Shape((110, 40, 180, 100))]
    )
    assert score_page(truth, None, tidy, name="a").hits_75 == 2


def test_the_drawn_map_has_the_size_of_the_page():
    labels = disk().astype(np.uint8)
    page = np.dstack([page_of(np.kron(labels, np.ones((3, 2), np.uint8)))] * 3)
    assert drawn(separation(labels), page, min_area=0.002).shape == (600, 400)


def test_average_precision_of_right_wrong_and_doubled_boxes():
    there = ((0, 0, 10, 10), (20, 0, 30, 10))
    perfect = Detections(there, (0.9, 0.8), there)
    assert mean_average_precision([perfect]) == pytest.approx(1)
    doubled = Detections((there[0], there[0]), (0.9, 0.8), there)
    assert average_precision([doubled], 0.5) == pytest.approx(51 / 101)
    wrong_first = Detections(((50, 50, 60, 60), there[0]), (0.9, 0.8), there[:1])
    assert average_precision([wrong_first], 0.5) == pytest.approx(0.5)
    assert average_precision([Detections((), (), there)], 0.5) == 0
    assert average_precision([Detections(there, (1, 1), ())], 0.5) is None


def test_boxes_that_do_not_meet_share_nothing():
    assert box_iou((0, 0, 1, 1), (2, 2, 3, 3)) == 0 and box_iou((0, 0, 2, 1), (1, 0, 3, 1)) == 1 / 3


def test_an_outline_may_be_off_by_a_little():
    mask = np.zeros((500, 500), bool)
    mask[100:300, 100:300] = True
    assert boundary(np.roll(mask, 3, 0), mask) == (1, 1)
    precision, recall = boundary(np.roll(mask, 60, 0), mask)
    assert precision < 0.7 and recall < 0.7
    assert boundary(mask, np.zeros_like(mask)) is None
    assert boundary(np.zeros_like(mask), mask) == (0, 0)


def test_a_picture_that_fills_the_page_has_an_outline():
    page = np.ones((500, 400), bool)
    assert boundary(page, page) == (1, 1)
    plate = page.copy()
    plate[:, :2] = False
    assert boundary(plate, page) == (1, 1)
    plate[:, :60] = False
    precision, recall = boundary(plate, page)
    assert precision < 0.8 and recall < 0.8


def test_regions_give_average_precision_and_labels_confusion():
    labels = np.zeros((100, 100), np.uint8)
    labels[10:50, 20:80] = 1
    box = Box(20, 10, 80, 50)
    region = Region(RegionKind.ILLUSTRATION, box, ((20, 10), (80, 10), (80, 50)), 0.9)
    truth = PageTruth(100, 100, "drawn", illustrations=[Shape((20, 10, 80, 50))])
    score = score_page(truth, labels, labels, name="a", regions=[region])
    result = summarize([score])
    assert result.average_precision == pytest.approx(1) and result.boundary_f == 1
    assert np.diag(score.confusion).sum() == score.confusion.sum() > 0


@pytest.fixture
def annotated(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("a", "b"):
        page = np.full((300, 200), 255, np.uint8)
        page[60:200, 40:160] = 40
        Image.fromarray(page).save(folder / f"{name}.png")
        truth = {"width": 200, "height": 300, "source": "drawn", "page": f"{name}.png",
                 "illustrations": [{"box": [40, 60, 160, 200]}]}  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(truth))
    return folder


def test_one_unreadable_scan_costs_only_itself(annotated):
    (annotated / "b.png").write_bytes(b"no picture")
    result = CliRunner().invoke(
        evaluate,
        [str(annotated), "--pages", str(annotated), "--engine", "classical", "--json"],
        standalone_mode=False,
    )
    assert result.return_value == 1 and "b.png" in result.stderr
    assert json.loads(result.stdout)["ALL"]["pages"] == 1


def predicted(annotated, labels):
    """Evaluate ``labels`` as the prediction of one page of two; the other one's is perfect."""
    folder = annotated.parent / "predictions"
    folder.mkdir()
    perfect = np.zeros((300, 200), np.uint8)
    perfect[60:200, 40:160] = 1
    Image.fromarray(perfect).save(folder / "a.png")
    Image.fromarray(labels).save(folder / "b.png")
    Image.fromarray(perfect).save(annotated / "b.map.png")
    result = CliRunner().invoke(
        evaluate, [str(annotated), str(folder), "--json"], standalone_mode=False
    )
    return result, json.loads(result.stdout)["ALL"]


@pytest.mark.parametrize("label", [5, 255])
def test_a_prediction_with_a_label_of_no_class_is_refused(annotated, label):
    result, figures = predicted(annotated, np.full((300, 200), label, np.uint8))
    assert result.return_value == 1 and f"b.png: label {label} is of no class" in result.stderr
    assert figures["pages"] == 1


def test_predictions_in_colors_count_as_labels_do(annotated):
    labels = np.zeros((300, 200), np.uint8)
    labels[60:200, 40:160] = 1
    result, figures = predicted(annotated, to_colors(labels))
    assert result.return_value == 0 and figures["pages"] == 2
    assert figures["iou"] == pytest.approx(1, abs=0.02)


def test_a_number_of_worst_pages_that_is_none_is_refused(annotated):
    result = CliRunner().invoke(evaluate, [str(annotated), str(annotated), "--worst", "-1"])
    assert result.exit_code == 2 and "--worst" in result.stderr


@pytest.mark.parametrize(
    ("entrant", "reason"),
    [("pix2pix=typo", "no weights 'typo'"), ("onnx", "ships no weights"),
     (f"deeplab={SHIPPED / 'default.safetensors'}", "weights of pix2pix, not of deeplab")],
)  # fmt: skip
def test_weights_that_are_not_there_are_named_before_anything_is_judged(entrant, reason):
    with pytest.raises(EngineError, match=reason):
        Entrant.named(entrant, "cpu")
    known = ["classical", "pix2pix"]
    assert [Entrant.named(name, "cpu").name for name in known] == known


@pytest.mark.slow
def test_an_engine_that_fails_does_not_cost_those_before_it(annotated, tmp_path):
    for suffix in (".png", ".json"):
        (annotated / f"b{suffix}").rename(annotated / os.fsdecode(b"b\xff" + suffix.encode()))
    damaged = tmp_path / "ours.safetensors"
    damaged.write_bytes(b"damaged")
    damaged.with_suffix(".json").write_bytes((SHIPPED / "default.json").read_bytes())
    out = tmp_path / "out"
    arguments = ["--truth", annotated, "--to", out, "--engine", "classical"]
    result = CliRunner().invoke(
        compare, [*map(str, arguments), "--engine", f"pix2pix={damaged}"], standalone_mode=False
    )
    assert "sha256" in str(result.exception)
    rows = list(csv.DictReader((out / "compare.csv").open(newline="")))
    assert [(row["engine"], row["pages"]) for row in rows] == [("classical", "2")]
    pages = list(csv.DictReader((out / "pages.csv").open(newline="")))
    assert [row["page"] for row in pages] == ["a", "b\\udcff"]
    assert "classical/b%5Cudcff.jpg" in (out / "compare.html").read_text()
    assert (out / "classical" / "b\\udcff.jpg").is_file()
