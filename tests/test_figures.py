"""Evaluation, against the scorer it has to agree with and against drawn truth."""

import importlib.util
import json

import numpy as np
import pytest
from PIL import Image

from archive.images import load_image, load_labels
from archive.truth import annotated_pages, page_image
from pipeline.classical import classical
from pipeline.evaluation import by_source, score_page, summarize
from pipeline.separate import full_size
from schemas.geometry import Box
from schemas.model import Region, RegionKind
from schemas.truth import PageTruth, Shape
from tasks.engines import separator
from tasks.settings import SeparateSettings
from tests.conftest import shared


def truth(*boxes):
    return PageTruth(100, 100, "drawn", illustrations=[Shape(box=b) for b in boxes])


def test_a_perfect_map_scores_one():
    labels = np.zeros((100, 100), np.uint8)
    labels[10:50, 20:80] = 1
    score = score_page(truth((20, 10, 80, 50)), labels, labels, name="a")
    assert score.iou == 1 and score.hits_75 == score.wanted == score.found == 1


def test_illustration_on_a_page_without_one_is_false_area():
    labels = np.zeros((100, 100), np.uint8)
    labels[:20] = 1
    found = summarize([score_page(truth(), None, labels, name="a")])
    assert found.false_area == pytest.approx(0.2, abs=0.01) and found.iou is None


def test_ornaments_are_neither_demanded_nor_punished():
    page = PageTruth(100, 100, "drawn", illustrations=[Shape(box=(0, 0, 30, 30), kind="ornament")])
    labels = np.zeros((100, 100), np.uint8)
    labels[:30, :30] = 1
    assert score_page(page, None, labels, name="a").got == pytest.approx(0, abs=700)


def test_what_a_label_map_leaves_open_is_neither_demanded_nor_punished():
    labels = np.zeros((100, 100), np.uint8)
    labels[10:50, 20:80] = 1
    labels[60:90] = 255
    found = labels.copy()
    found[60:75], found[75:90] = 1, 4
    regions = [
        Region(RegionKind.ILLUSTRATION, box, (), 0.9)
        for box in (Box(20, 10, 80, 50), Box(0, 60, 100, 75))
    ]
    score = score_page(truth((20, 10, 80, 50)), labels, found, name="a", regions=regions)
    assert score.iou == 1 and score.found == score.hits_75 == 1 and score.boundary == (1, 1)
    assert score.classes["text"] == (0, 0) and len(score.detections.found) == 1
    assert all(shared == whole for shared, whole in score.classes.values())


@pytest.mark.slow
def test_the_figures_agree_with_the_scorer(tmp_path):
    """Some pages of every source, with maps that are partly right."""
    folder, script = shared("eval-dev"), shared("checks") / "score.py"
    chosen = sorted((folder / "truth").glob("*.json"))[::12]
    for path in chosen:
        page = json.loads(path.read_text())
        rng = np.random.default_rng(len(path.name))
        labels = np.zeros((page["height"] // 4, page["width"] // 4), np.uint8)
        for shape in page["illustrations"]:
            left, top, right, bottom = (round(v / 4 + rng.integers(-3, 4)) for v in shape["box"])
            labels[max(0, top) : bottom, max(0, left) : right] = 1
        labels[: labels.shape[0] // 9] = 1
        Image.fromarray(labels).save(tmp_path / f"{path.stem}.png")
    spec = importlib.util.spec_from_file_location("score", script)
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    theirs = scorer.score(folder / "truth", tmp_path)["summary"]
    names = {path.stem for path in chosen}
    pages = [p for p in annotated_pages(folder / "truth") if p.name in names]
    ours = by_source(
        [
            score_page(p.truth, p.labels, load_labels(tmp_path / f"{p.name}.png"), name=p.name)
            for p in pages
        ]
    )
    for source, row in theirs.items():
        for key in ("iou", "pooled", "precision", "recall", "box_f1_50", "false_area"):
            mine = getattr(ours[source], key)
            assert (mine is None) == (row[key] is None) or row[key] in (0, None), (source, key)
            if mine is not None and row[key] is not None:
                assert mine == pytest.approx(row[key], abs=0.005), (source, key)


@pytest.mark.slow
def test_shipped_weights_clearly_beat_the_classical_engine_on_real_pages():
    folder = shared("eval-dev")
    pages = list(annotated_pages(folder / "truth"))[::16]
    engines = {"pix2pix": separator(SeparateSettings(device="cpu")), "classical": classical()}
    figures = {}
    for name, engine in engines.items():
        scores = []
        for page in pages:
            rgb = load_image(page_image(folder / "pages", page)).rgb
            found = full_size(engine([rgb])[0], *rgb.shape[:2])
            scores.append(score_page(page.truth, page.labels, found, name=page.name))
        figures[name] = summarize(scores)
    assert figures["pix2pix"].iou > figures["classical"].iou + 0.15
    assert figures["pix2pix"].box_f1_50 > figures["classical"].box_f1_50 + 0.2
