"""Evaluation, against the scorer it has to agree with and against drawn truth."""

import csv
import importlib.util
import json
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from archive.images.images import load_image, load_labels
from archive.training.truth import annotated_pages, page_image
from archive.weights import find_weights
from benchmarks import ablation, choices, composer, finetuning, left_out, texture
from pipeline.separate.engines.classical import classical
from pipeline.separate.engines.net_engine import reduced_engine
from pipeline.separate.separation import full_size
from pipeline.training.evaluation import by_source, score_page, summarize
from schemas.geometry import Box
from schemas.model import Region, RegionKind
from schemas.truth import PageTruth, Shape
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings
from tasks.workshop.evaluation import Judgement
from tasks.workshop.finetuning import Outcome
from tests.conftest import shared


def truth(*boxes):
    return PageTruth(100, 100, "drawn", illustrations=[Shape(box=b) for b in boxes])


def test_a_perfect_map_scores_one():
    labels = np.zeros((100, 100), np.uint8)
    labels[10:50, 20:80] = 1
    score = score_page(truth((20, 10, 80, 50)), labels, labels, name="a")
    assert score.iou == 1 and score.hits_75 == score.expected_parts == score.predicted_parts == 1


def test_illustration_on_a_page_without_one_is_false_area():
    labels = np.zeros((100, 100), np.uint8)
    labels[:20] = 1
    result = summarize([score_page(truth(), None, labels, name="a")])
    assert result.false_area == pytest.approx(0.2, abs=0.01) and result.iou is None


def test_ornaments_are_neither_demanded_nor_punished():
    page = PageTruth(100, 100, "drawn", illustrations=[Shape(box=(0, 0, 30, 30), kind="ornament")])
    labels = np.zeros((100, 100), np.uint8)
    labels[:30, :30] = 1
    assert score_page(page, None, labels, name="a").predicted_area == pytest.approx(0, abs=700)


def test_what_a_label_map_leaves_open_is_neither_demanded_nor_punished():
    labels = np.zeros((100, 100), np.uint8)
    labels[10:50, 20:80] = 1
    labels[60:90] = 255
    result = labels.copy()
    result[60:75], result[75:90] = 1, 4
    regions = [
        Region(RegionKind.ILLUSTRATION, box, (), 0.9)
        for box in (Box(20, 10, 80, 50), Box(0, 60, 100, 75))
    ]
    score = score_page(truth((20, 10, 80, 50)), labels, result, name="a", regions=regions)
    assert (
        score.iou == 1 and score.predicted_parts == score.hits_75 == 1 and score.boundary == (1, 1)
    )
    assert score.classes["text"] == (0, 0) and len(score.detections.predicted) == 1
    assert all(shared == whole for shared, whole in score.classes.values())


@pytest.mark.shared
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


@pytest.mark.shared
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
            result = full_size(engine([rgb])[0], *rgb.shape[:2])
            scores.append(score_page(page.truth, page.labels, result, name=page.name))
        figures[name] = summarize(scores)
    assert figures["pix2pix"].iou > figures["classical"].iou + 0.15
    assert figures["pix2pix"].box_f1_50 > figures["classical"].box_f1_50 + 0.2


def drawn_pages(folder, names, *, source="drawn", label=1):
    folder.mkdir(parents=True, exist_ok=True)
    for at, name in enumerate(names):
        page = np.full((300, 200), 245, np.uint8)
        page[60:200, 40:160] = 40 + at
        labels = np.zeros((300, 200), np.uint8)
        labels[60:200, 40:160] = label
        Image.fromarray(page).save(folder / f"{name}.png")
        Image.fromarray(labels).save(folder / f"{name}.map.png")
        truth = {"width": 200, "height": 300, "source": source,
                 "illustrations": [{"box": [40, 60, 160, 200]}]}  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(truth))
    return folder


def weights_at(long_side, **card):
    known = find_weights("default")
    return lambda _: replace(known, card=replace(known.card, long_side=long_side, **card))


@pytest.fixture
def ablated(tmp_path, monkeypatch):
    """Run a variant whose training takes 1 and 3 seconds a step and is judged on nothing."""
    trained = []

    def train(order, say):
        trained.append(order)
        with (order.folder / "metrics.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([["step", "seconds"], ["50", "1"], ["100", "3"]])
        if order.steps == 13:
            raise KeyboardInterrupt
        return order.folder / "weights.safetensors"

    monkeypatch.setattr(ablation, "train", train)
    monkeypatch.setattr(ablation, "separator", lambda settings: None)
    monkeypatch.setattr(ablation, "judge", lambda *_, **__: Judgement())

    def run(name="384 pixels", *, steps=300, corpus="corpus"):
        args = Namespace(
            corpus=tmp_path / corpus, steps=steps, truth=tmp_path / "t", pages=tmp_path / "t"
        )
        return ablation._figures(args, name, tmp_path / "04")

    return run, trained


def test_a_variant_is_made_once_and_its_seconds_are_those_of_its_log(ablated):
    run, trained = ablated
    assert run()["seconds"] == 2 and run()["seconds"] == 2 and len(trained) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [({"steps": 600}, "steps"), ({"corpus": "other"}, "corpus"),
     ({"name": "768 pixels"}, "composer, long_side")],
)  # fmt: skip
def test_kept_figures_of_another_training_are_refused(ablated, change, error):
    run, trained = ablated
    run()
    with pytest.raises(SystemExit, match=f"04: was made with other {error}; move it away"):
        run(**change)
    assert len(trained) == 1


def test_kept_figures_of_another_composer_are_refused(ablated, monkeypatch):
    run, _ = ablated
    run()
    shipped = ablation.ComposerSettings
    monkeypatch.setattr(
        ablation, "ComposerSettings", lambda **known: replace(shipped(**known), fold=0.5)
    )
    with pytest.raises(SystemExit, match="other composer;"):
        run()


def test_kept_figures_that_say_nothing_of_their_making_are_refused(ablated, tmp_path):
    run, trained = ablated
    (tmp_path / "04").mkdir(exist_ok=True)
    (tmp_path / "04" / "figures.json").write_text('{"all": 0.6}')
    with pytest.raises(SystemExit, match="04: says not what it is made of; move it away"):
        run()
    assert not trained


def test_a_stopped_variant_goes_on_only_as_it_was(ablated):
    run, trained = ablated
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(steps=13)
    with pytest.raises(SystemExit, match="other steps"):
        run(steps=300)
    assert len(trained) == 2


def test_two_sources_fine_tuned_to_one_folder_stay_apart(tmp_path, monkeypatch):
    folder = drawn_pages(tmp_path / "pages", ["a1", "a2", "x [1]"], source="a")
    drawn_pages(folder, ["b1", "b2"], source="b")
    monkeypatch.setattr(finetuning, "_PAGES", 1)
    monkeypatch.setattr(
        finetuning, "finetune", lambda order, *_: Outcome(None, (0, 0), order.training_set)
    )
    for source in ("a", "b"):
        given = [str(folder)] * 2 + ["--corpus", "none", "--source", source]
        monkeypatch.setattr(sys, "argv", ["finetuning", *given, "--to", str(tmp_path / "to")])
        finetuning.main()
    laid_out = {
        (source, part): sorted(p.stem for p in (tmp_path / "to" / source / part).glob("*.json"))
        for source in ("a", "b")
        for part in ("own", "held-back", "guard")
    }
    assert laid_out["a", "guard"] == ["b1", "b2"] and laid_out["b", "guard"] == [
        "a1",
        "a2",
        "x [1]",
    ]
    assert sorted(laid_out["a", "own"] + laid_out["a", "held-back"]) == ["a1", "a2", "x [1]"]
    assert len(list((tmp_path / "to/b/guard").iterdir())) == 9


def test_a_source_is_judged_with_weights_that_never_saw_it(tmp_path, monkeypatch, capsys):
    folder = drawn_pages(tmp_path / "pages", ["a1", "a2"], source="a")
    drawn_pages(folder, ["b1"], source="b")
    (tmp_path / "truth").mkdir()
    for path in folder.glob("*.json"):
        path.rename(tmp_path / "truth" / path.name)
    trained = []

    def train(order, say):
        trained.append((order.folder.name, order.left_out))
        return find_weights("default").path

    monkeypatch.setattr(left_out, "train", train)
    monkeypatch.setattr(sys, "argv", ["left_out", str(tmp_path), "--to", str(tmp_path / "to")])
    left_out.main()
    assert trained == [("all", ()), ("without-a", ("a",)), ("without-b", ("b",))]
    printed = capsys.readouterr().out
    assert "| a | 2 |" in printed and "| b | 1 |" in printed


@pytest.mark.slow
def test_choices_are_measured_round_the_size_of_the_weights(tmp_path, monkeypatch, capsys):
    sizes = set()

    def engine(content, built, *, device):
        def infer(pages):
            assert pages.shape[1] == 3
            sizes.add(built.long_side)
            planes = np.zeros((len(pages), 5, *pages.shape[2:]), np.float32)
            planes[:, 1] = pages.mean(axis=1) < 0
            planes[:, 0] = 1 - planes[:, 1]
            return planes

        return reduced_engine("x", built, infer, stride=32)

    monkeypatch.setattr(
        choices, "find_weights", weights_at(384, net="deeplab-mobilenet", input="imagenet")
    )
    monkeypatch.setattr(choices, "torch_engine", engine)
    folder = drawn_pages(tmp_path / "pages", ["a"])
    drawn_pages(folder, ["b"], source="other")
    choices.main(folder, folder, "default")
    output = capsys.readouterr().out
    assert sizes == {320, 384, 512}
    for row in ("at 320 pixels", "at 512 pixels", "smallest 0.10 %", "smallest 0.15 %",
                "smallest 0.30 %", "extents of the map"):  # fmt: skip
        assert f"| {row} | " in output


def test_other_sizes_are_those_that_nets_pad_to():
    assert choices._other_sides(768) == [640, 1024]
    assert choices._other_sides(1024) == [832, 1344]


def test_texture_is_measured_at_the_size_of_the_weights(tmp_path, monkeypatch, capsys):
    folder = drawn_pages(tmp_path / "pages", ["a"], label=4)
    monkeypatch.setattr(texture, "find_weights", weights_at(600))
    monkeypatch.setattr(
        texture, "_composed", lambda *_: [(np.zeros((99, 99), "f4"), np.full((99, 99), 4))]
    )
    given = ["texture", str(folder), str(folder), "--corpus", "none"]
    counts = []
    for more in ([], ["--long-side", "300"]):
        monkeypatch.setattr(sys, "argv", [*given, *more])
        texture.main()
        counts.append(int(capsys.readouterr().out.split("| real | ")[1].split(" ")[0]))
    assert counts == [20, 4]


def test_texture_without_a_patch_of_text_says_so(tmp_path, monkeypatch):
    folder = drawn_pages(tmp_path / "pages", ["a"])
    monkeypatch.setattr(sys, "argv", ["texture", str(folder), str(folder), "--corpus", "none"])
    with pytest.raises(SystemExit, match="real pages: no patch of 48 pixels is all text"):
        texture.main()


@pytest.mark.parametrize(("more", "side"), [([], 1024), (["--long-side", "300"], 300)])
def test_the_composer_is_timed_at_the_size_of_the_weights(monkeypatch, capsys, more, side):
    monkeypatch.setattr(composer, "find_weights", weights_at(1024))
    monkeypatch.setattr(composer, "ProcessPoolExecutor", lambda count, _: ThreadPoolExecutor(1))
    monkeypatch.setattr(composer, "_rate", lambda folder, settings, process: settings.long_side)
    monkeypatch.setattr(composer, "cores", lambda: 1)
    monkeypatch.setattr(sys, "argv", ["composer", *more])
    composer.main()
    assert f"{side}.0 pages/s on 1 cores at a long side of {side} pixels" in capsys.readouterr().out
