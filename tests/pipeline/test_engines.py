"""Engines beside pix2pix, weights of one's own, and their comparison."""

import csv
import io
import json
import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from safetensors.torch import load, save, save_file
from torchvision.models.segmentation import deeplabv3_mobilenet_v3_large

from archive.store import sha256
from archive.weights import Card, find_weights, write_card
from pipeline.separate.engines.grabcut import grabcut
from pipeline.separate.engines.torch import torch_engine
from pipeline.separate.nets.architecture import Architecture
from pipeline.separate.nets.onnx_export import to_onnx
from pipeline.separate.nets.registry import build
from pipeline.separate.nets.unet import GeneratorSettings
from pipeline.training.trainer import Trainer, TrainingSettings
from schemas.errors import EngineError
from schemas.model import CLASSES
from tasks.commands.group import group
from tasks.commands.group import run as run_cli
from tasks.flow.recipes import agent
from tasks.flow.separators import architecture, separator
from tasks.settings import SeparateSettings, Settings


def call(*arguments):
    return CliRunner().invoke(
        group, [str(argument) for argument in arguments], standalone_mode=False
    )


def picture_page(height=600, width=440):
    rng = np.random.default_rng(0)
    page = np.full((height, width, 3), 245, np.uint8)
    page[80:280, 60:380] = rng.integers(40, 110, (200, 320, 1))
    for top in range(320, 560, 12):
        page[top : top + 5, 60:380] = 245 - 200 * (rng.random((5, 320, 1)) < 0.45)
    return page


def test_grabcut_finds_the_dark_picture_and_repeats_itself():
    page = picture_page()
    result, two = (grabcut()([page])[0] for _ in range(2))
    grown = np.kron(result.class_map == 1, np.ones((1, 1), bool))
    rows = (
        round(100 * result.class_map.shape[0] / 600),
        round(260 * result.class_map.shape[0] / 600),
    )
    cols = round(80 * result.class_map.shape[1] / 440), round(360 * result.class_map.shape[1] / 440)
    assert grown[rows[0] : rows[1], cols[0] : cols[1]].mean() > 0.95
    assert (result.probabilities == two.probabilities).all()


def test_a_blank_page_gives_grabcut_nothing_to_cut():
    result = grabcut()([np.full((300, 200, 3), 240, np.uint8)])[0]
    assert (result.class_map == 0).all()


@pytest.fixture
def deeplab_file(tmp_path):
    """A library's own DeepLab, as torchvision saves it: two classes, RGB."""
    torch.manual_seed(0)
    net = deeplabv3_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=2, aux_loss=True
    )
    path = tmp_path / "own.safetensors"
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, path)
    return path


@pytest.mark.slow
def test_a_librarys_own_deeplab_runs_behind_a_card(deeplab_file):
    made = call("weights", "card", deeplab_file, "--net", "deeplab-mobilenet", "--long-side", 256,
                "--planes", "background,illustration")  # fmt: skip
    assert made.return_value == 0, made.output
    run = separator(SeparateSettings(engine="deeplab", weights=str(deeplab_file), device="cpu"))
    result = run([picture_page()])[0]
    assert result.engine == "deeplab" and result.probabilities.shape == (5, 256, 188)
    assert result.probabilities[2:].max() == 0
    assert result.probabilities.sum(axis=0) == pytest.approx(1, abs=1e-4)


@pytest.fixture
def unet_file(tmp_path):
    """Weights of the shipped net with other values, and their card."""
    shipped = find_weights("default")
    path = tmp_path / "other.safetensors"
    path.write_bytes(save({name: value * 0.5 for name, value in load(shipped.read()).items()}))
    channels = ",".join(map(str, shipped.card.channels))
    assert run_cli(["weights", "card", str(path), "--net", "unet", "--channels", channels]) == 0
    return path


def test_a_card_refuses_another_digest(deeplab_file, capsys):
    code = run_cli(["weights", "card", str(deeplab_file), "--net", "deeplab-mobilenet",
                    "--sha256", "0" * 64])  # fmt: skip
    assert code == 2 and "get the file again" in capsys.readouterr().err
    assert not deeplab_file.with_suffix(".json").exists()


def test_weights_are_averaged_and_only_those_of_one_net(unet_file, deeplab_file, tmp_path, capsys):
    made = tmp_path / "between.safetensors"
    code = run_cli(
        ["weights", "average", str(unet_file), "default", "--share", "0.25", "--to", str(made)]
    )
    assert code == 0
    result, other, mixed = (
        load(find_weights(name).read()) for name in (str(unet_file), "default", str(made))
    )
    name = next(iter(result))
    expected = 0.75 * result[name].float() + 0.25 * other[name].float()
    assert torch.allclose(mixed[name].float(), expected, rtol=1e-3, atol=1e-4)
    call("weights", "card", deeplab_file, "--net", "deeplab-mobilenet", "--planes",
         "background,illustration")  # fmt: skip
    arguments = ["weights", "average", "default", str(deeplab_file), "--to", str(made)]
    assert run_cli(arguments) != 0 and "one net" in capsys.readouterr().err


def tiny_weights(folder, name, *, long_side=128):
    """Random weights of a small U-Net behind a card."""
    path = folder / f"{name}.safetensors"
    save_file(build(GeneratorSettings(channels=(8, 12))).state_dict(), path)
    card = Card(name, sha256(path), (8, 12), long_side, recipe={}, data="", figures={})
    write_card(path.with_suffix(".json"), card)
    return path


def test_weights_of_two_working_sizes_are_mixed_only_on_request(tmp_path, capsys):
    result, other = (tiny_weights(tmp_path, f"at{n}", long_side=n) for n in (128, 256))
    arguments = [
        "weights",
        "average",
        str(result),
        str(other),
        "--to",
        str(tmp_path / "mix.safetensors"),
    ]
    assert run_cli(arguments) == 2 and "--long-side" in capsys.readouterr().err
    assert not (tmp_path / "mix.safetensors").exists()
    assert run_cli([*arguments, "--long-side", "192"]) == 0
    assert find_weights(str(tmp_path / "mix.safetensors")).card.long_side == 192


@pytest.mark.parametrize(
    ("name", "value"),
    [("net", "deeplab-mobilenet"), ("input", "unit"), ("channels", [8, 16]),
     ("planes", ["background", "illustration", "caption", "text", "header"])],
)  # fmt: skip
def test_weights_of_nets_that_differ_are_never_mixed(tmp_path, capsys, name, value):
    result, other = (tiny_weights(tmp_path, name) for name in ("one", "other"))
    card = other.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | {name: value}))
    code = run_cli(["weights", "average", str(result), str(other),
                    "--to", str(tmp_path / "mix.safetensors")])  # fmt: skip
    assert code == 2 and f"has {name} " in capsys.readouterr().err
    assert not (tmp_path / "mix.safetensors").exists()


def test_no_card_takes_the_place_of_another(tmp_path, capsys):
    result = tiny_weights(tmp_path, "own")
    card = result.with_suffix(".json")
    (tmp_path / "alone.json").write_text('{"images": []}')
    before = card.read_bytes()
    tries = [["weights", "onnx", str(result), "--to", str(tmp_path / "own.onnx")],
             ["weights", "card", str(result), "--net", "unet", "--channels", "8,12"],
             ["weights", "average", str(result), str(result), "--to", str(tmp_path / "alone.safetensors")]]  # fmt: skip
    for arguments, item in zip(tries, ["share one card", "--replace", "no card of"], strict=True):
        assert run_cli(arguments) == 2 and item in capsys.readouterr().err
    assert card.read_bytes() == before and find_weights(str(result)).read()
    assert not (tmp_path / "own.onnx").exists() and not (tmp_path / "alone.safetensors").exists()
    assert run_cli([*tries[1], "--replace", "--long-side", "64"]) == 0
    assert find_weights(str(result)).card.long_side == 64


def test_weights_are_averaged_again_at_the_same_place(tmp_path):
    result, other = (tiny_weights(tmp_path, name) for name in ("one", "other"))
    made = str(tmp_path / "mix.safetensors")
    for share in ("0.25", "0.5"):
        arguments = ["weights", "average", str(result), str(other), "--share", share, "--to", made]
        assert run_cli(arguments) == 0
        assert find_weights(made).read() and find_weights(made).card.recipe["share"] == float(share)


@pytest.mark.parametrize("name", ["one", "other"])
@pytest.mark.parametrize(
    "place", ["{}.safetensors", "sub/../{}.safetensors", "link-{}.safetensors"]
)
def test_a_mix_never_takes_the_place_of_what_it_is_made_of(tmp_path, capsys, name, place):
    result, other = (tiny_weights(tmp_path, name) for name in ("one", "other"))
    (tmp_path / "sub").mkdir()
    (tmp_path / f"link-{name}.safetensors").symlink_to(tmp_path / f"{name}.safetensors")
    before = {path: path.read_bytes() for path in tmp_path.glob("*.*")}
    made = tmp_path / place.format(name)
    assert run_cli(["weights", "average", str(result), str(other), "--to", str(made)]) == 2
    errors = capsys.readouterr().err
    assert f"{made}: is one of the two" in errors and "name another file" in errors
    assert {path: path.read_bytes() for path in tmp_path.glob("*.*")} == before


def test_a_card_is_written_only_for_weights_that_fill_its_net(tmp_path, capsys):
    path = tmp_path / "own.safetensors"
    save_file(build(GeneratorSettings(channels=(8, 12))).state_dict(), path)
    arguments = ["weights", "card", str(path), "--net", "unet"]
    assert run_cli(arguments) == 3 and "own.safetensors: weights" in capsys.readouterr().err
    assert run_cli([*arguments, "--channels", "8,12", "--long-side", "0"]) == 2
    assert run_cli([*arguments, "--channels", "8,12", "--stride", "0"]) == 2
    assert not path.with_suffix(".json").exists()
    assert run_cli([*arguments, "--channels", "8,12"]) == 0
    card = find_weights(str(path)).card
    assert card.input == "paper-ink" and card.channels == (8, 12)


@pytest.mark.parametrize(
    "wrong",
    [{"long_side": 0}, {"stride": 0}, {"channels": [0, 12]}, {"channels": [8]},
     {"input": "imagenet"}],
)  # fmt: skip
def test_a_card_that_fits_no_net_is_refused(tmp_path, wrong):
    result = tiny_weights(tmp_path, "own")
    card = result.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | wrong))
    with pytest.raises(EngineError, match=next(iter(wrong))):
        separator(SeparateSettings(weights=str(result), device="cpu"))
    lists = {key: tuple(v) if isinstance(v, list) else v for key, v in wrong.items()}
    with pytest.raises(EngineError, match=next(iter(wrong))):
        Architecture(**lists)


def test_weights_of_ones_own_are_named_without_their_folder(tmp_path):
    shipped = find_weights("default")
    for path in (shipped.path, shipped.path.with_suffix(".json")):
        shutil.copy(path, tmp_path / f"own{path.suffix}")
    for name, called in (("default", "default"), (str(tmp_path / "own.safetensors"), "own")):
        result = agent("separate", Settings(separate=SeparateSettings(weights=name)))
        assert result == f"pix2pix {called} sha256:{shipped.sha256[:12]}"


def test_an_unknown_home_is_no_weights():
    with pytest.raises(EngineError, match="no weights '~nobody-of-this-name"):
        find_weights("~nobody-of-this-name/x.onnx")


def test_planes_must_be_known_classes():
    with pytest.raises(EngineError, match="picture"):
        Architecture(planes=("background", "picture"))


def test_a_net_with_other_planes_than_its_card_is_refused(deeplab_file):
    wrong = Architecture(net="deeplab-mobilenet", input="imagenet", long_side=128)
    with pytest.raises(EngineError, match="cannot be used"):
        torch_engine(deeplab_file.read_bytes(), wrong, device="cpu")


@pytest.mark.parametrize("engine", ["deeplab", "maskrcnn", "onnx"])
def test_an_engine_without_shipped_weights_says_so(engine):
    with pytest.raises(EngineError, match="weights card"):
        separator(SeparateSettings(engine=engine))


def test_weights_of_another_engine_are_refused():
    shipped = find_weights("default").path
    with pytest.raises(EngineError, match="weights of pix2pix, not of deeplab"):
        separator(SeparateSettings(engine="deeplab", weights=str(shipped)))


@pytest.mark.slow
@pytest.mark.parametrize("net", ["deeplab-mobilenet", "maskrcnn-mobilenet"])
def test_the_rivals_learn_from_composed_labels(net):
    settings = TrainingSettings(steps=6, batch_size=2, learning_rate=1e-3, bf16=False)
    trainer = Trainer(GeneratorSettings(net=net), settings)
    labels = torch.zeros((2, 128, 96), dtype=torch.uint8)
    labels[:, 20:80, 16:80] = 1
    pages = torch.where(labels[:, None] == 1, 1.0, -1.0)
    losses = [trainer.train_step(pages, labels).reconstruction for _ in range(6)]
    assert all(np.isfinite(losses)) and losses[-1] < losses[0]
    answer = build(GeneratorSettings(net=net)).eval()(pages)
    assert answer.shape == (2, len(CLASSES), 128, 96)


@pytest.mark.parametrize("is_training", [True, False])
def test_mask_rcnn_sees_pages_at_their_own_size(is_training):
    net = build(GeneratorSettings(net="maskrcnn-mobilenet")).train(is_training)
    seen = []
    net.model.backbone.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape))
    pages, labels = torch.zeros((2, 1, 160, 96)), torch.zeros((2, 160, 96), dtype=torch.uint8)
    labels[:, 20:80, 16:80] = 1
    if is_training:
        net.losses(pages, labels)
    else:
        net(pages)
    assert seen == [(2, 3, 160, 96)]


def test_mask_rcnn_is_no_onnx_model():
    with pytest.raises(EngineError, match="maskrcnn-mobilenet cannot be an ONNX model"):
        to_onnx(b"", Architecture(net="maskrcnn-mobilenet"))


@pytest.mark.slow
def test_onnx_gives_the_maps_of_the_same_weights(tmp_path):
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    pytest.importorskip("onnx", reason="the extra onnx is not installed")
    made = call("weights", "onnx", "default", "--to", tmp_path / "default.onnx")
    assert made.return_value == 0, made.output
    page = picture_page()
    settings = SeparateSettings(engine="onnx", weights=str(tmp_path / "default.onnx"))
    ours = separator(SeparateSettings(device="cpu"))([page])[0].probabilities
    theirs = separator(settings)([page])[0].probabilities
    assert np.abs(ours - theirs).max() < 1e-3


def test_a_broken_onnx_model_is_named(tmp_path, capsys):
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    (tmp_path / "own.onnx").write_bytes(b"no model")
    assert call("weights", "card", tmp_path / "own.onnx", "--net", "onnx").return_value == 0
    with pytest.raises(EngineError, match="ONNX model cannot be used"):
        separator(SeparateSettings(engine="onnx", weights=str(tmp_path / "own.onnx")))


def test_the_shipped_weights_are_listed():
    output = call("weights", "list").output
    assert "default" in output and find_weights("default").sha256[:12] in output
    card = find_weights("default").card
    assert architecture(card).net == "unet" and architecture(card).planes == CLASSES


@pytest.mark.slow
def test_engines_are_compared_in_a_table_and_a_sheet(tmp_path):
    truth = tmp_path / "truth"
    truth.mkdir()
    Image.fromarray(picture_page()).save(truth / "a.png")
    (truth / "b.png").write_bytes(b"no picture")
    for name in ("a", "b"):
        record = {"width": 440, "height": 600, "source": "drawn", "page": f"{name}.png",
                  "illustrations": [{"box": [60, 80, 380, 280]}]}  # fmt: skip
        (truth / f"{name}.json").write_text(json.dumps(record))
    made = call("compare", "--truth", truth, "--to", tmp_path / "out",
                "--engine", "grabcut", "--engine", "classical")  # fmt: skip
    assert made.return_value == 1 and "b.png" in made.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/compare.csv").read_text())))
    assert [row["engine"] for row in rows] == ["grabcut", "classical"]
    assert float(rows[0]["iou"]) > 0.4 and float(rows[0]["megabytes"]) > 50
    pages = list(csv.DictReader(io.StringIO((tmp_path / "out/pages.csv").read_text())))
    assert [row["page"] for row in pages] == ["a"]
    assert float(pages[0]["grabcut"]) == pytest.approx(float(rows[0]["iou"]), abs=1e-3)
    sheet = (tmp_path / "out/compare.html").read_text()
    assert "grabcut/a.jpg" in sheet and (tmp_path / "out/classical/a.jpg").stat().st_size > 2000


def test_an_unknown_engine_is_named(tmp_path, capsys):
    code = run_cli(["compare", "--truth", str(tmp_path), "--to", str(tmp_path), "--engine", "sam"])
    assert code == 2 and "no engine 'sam'" in capsys.readouterr().err


@pytest.mark.parametrize("net", ["deeplab-mobilenet", "maskrcnn-mobilenet"])
def test_norms_of_short_trainings_follow_their_pages(net):
    made = build(GeneratorSettings(net=net))
    norms = [module for module in made.modules() if "BatchNorm" in type(module).__name__]
    assert norms and all(isinstance(module, torch.nn.BatchNorm2d) for module in norms)
    assert all(module.momentum >= 0.1 for module in norms)
