"""Training and fine-tuning as a user starts them, with a net small enough for a test."""

import csv
import io
import json
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file

from archive.store import place
from archive.training.dataset import combine, read_manifest, split, write_manifest
from archive.training.pairs import read_pairs
from archive.weights import find_weights
from schemas.errors import ConfigError, ScanError
from tasks.commands.group import run as run_cli
from tasks.workshop import finetuning
from tasks.workshop.finetuning import Guard, Outcome, finetune
from tasks.workshop.training import train
from tasks.workshop.training_data import Pages, set_pages
from tasks.workshop.training_log import COLUMNS, TrainingLog
from tasks.workshop.training_order import TrainingOrder

pytestmark = pytest.mark.slow
TINY = (8, 12, 16)


def order(folder, **changes):
    standard = TrainingOrder(
        folder=folder, corpus=None, steps=4, threads=2, learning_rate=2e-3, batch_size=2,
        long_side=128, channels=TINY, every=2, workers=0, validate_every=2, validation_pages=3,
    )  # fmt: skip
    return replace(standard, **changes)


def rows(folder):
    with (folder / "metrics.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def own_set(tmp_path):
    """A training set of six pages in three issues; the dark half of each is an illustration."""
    source = tmp_path / "pages"
    source.mkdir()
    for at in range(6):
        rng = np.random.default_rng(at)
        page = np.full((160, 120, 3), 240, np.uint8)
        labels = np.zeros((160, 120), np.uint8)
        top = 20 + 8 * at
        page[top : top + 60, 20:100] = rng.integers(20, 90, (60, 80, 1))
        labels[top : top + 60, 20:100] = 1
        Image.fromarray(page).save(source / f"i{at // 2}_{at}.png")
        Image.fromarray(labels).save(source / f"i{at // 2}_{at}.map.png")
        truth = {"width": 120, "height": 160, "source": "own", "page": f"i{at // 2}_{at}.png",
                 "illustrations": [{"box": [20, top, 100, top + 60]}]}  # fmt: skip
        (source / f"i{at // 2}_{at}.json").write_text(json.dumps(truth))
    list(combine(read_pairs(source, form="maps"), tmp_path / "set", source="pages"))
    return tmp_path / "set"


def test_a_cpu_that_emulates_bf16_trains_in_float32(monkeypatch):
    from pipeline.training.session import halves_pay

    for capability, pays in (("AVX512", True), ("AVX2", False), ("DEFAULT", False)):
        monkeypatch.setattr(
            torch.backends.cpu, "get_cpu_capability", lambda expected=capability: expected
        )
        assert halves_pay("cpu") is pays and halves_pay("cuda")


def test_a_training_leaves_weights_metrics_and_a_sheet(tmp_path):
    messages = []
    weights = train(order(tmp_path / "run"), messages.append)
    result = rows(tmp_path / "run")
    assert list(result[0]) == list(COLUMNS) and [int(row["step"]) for row in result] == [2, 4]
    assert all(0 <= float(row["mean"]) <= 1 for row in result)
    assert find_weights(str(weights)).card.figures["unseen"]["mean"] == pytest.approx(
        max(float(row["mean"]) for row in result), abs=1e-5
    )
    sheet = (tmp_path / "run/sheet.html").read_text()
    assert "samples/0000004/00.jpg" in sheet
    assert (tmp_path / "run/samples/0000002/02.jpg").stat().st_size > 1000
    assert "unseen pages" in messages[0]


def test_a_stopped_training_goes_on_where_it_was(tmp_path):
    straight = train(order(tmp_path / "a"), lambda _: None).read_bytes()
    train(order(tmp_path / "b", steps=2), lambda _: None)
    assert [int(row["step"]) for row in rows(tmp_path / "b")] == [2]
    train(order(tmp_path / "b"), lambda _: None)
    assert [int(row["step"]) for row in rows(tmp_path / "b")] == [2, 4] and straight


def test_a_training_ends_with_its_time_and_leaves_weights(tmp_path):
    train(order(tmp_path / "run", steps=1000, minutes=1e-6), print)
    assert [row["step"] for row in rows(tmp_path / "run")] == ["1"]
    assert find_weights(str(tmp_path / "run" / "weights.safetensors")).card.recipe["steps"] == 1


def test_the_command_line_chooses_the_net_and_says_what_is_wrong_with_it(tmp_path, capsys):
    arguments = ["train", "--to", str(tmp_path / "run"), "--steps", "1", "--batch-size", "1"]
    arguments += ["--long-side", "128", "--validate-every", "0", "--channels"]
    assert run_cli([*arguments, "8,12"]) == 0
    assert find_weights(str(tmp_path / "run" / "weights.safetensors")).card.channels == (8, 12)
    assert run_cli([*arguments, "8,twelve"]) == 2
    assert "12,24,48,80" in capsys.readouterr().err


def test_the_command_line_begins_with_finished_weights(tmp_path, capsys):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    arguments = ["train", "--steps", "1", "--batch-size", "1", "--long-side", "128"]
    arguments += ["--validate-every", "0", "--channels", "8,12,16", "--learning-rate", "1e-12"]
    assert run_cli([*arguments, "--to", str(tmp_path / "on"), "--base", str(base)]) == 0
    ours, theirs = (load_file(path) for path in (tmp_path / "on/weights.safetensors", base))
    learned = [name for name in theirs if "running" not in name]  # what a norm has seen goes on
    assert learned and all(np.array_equal(ours[name], theirs[name]) for name in learned)
    assert run_cli([*arguments, "--to", str(tmp_path / "no"), "--base", "missing"]) == 2
    assert "missing" in capsys.readouterr().err


def annotated(own_set, folder):
    """Lay the annotated pages of ``own_set`` into a folder as --real wants it, in two sources."""
    for name in ("truth", "pages"):
        (folder / name).mkdir(parents=True)
    for path in sorted((own_set.parent / "pages").glob("*.json")):
        truth = json.loads(path.read_text()) | {"source": path.name[:2]}
        (folder / "truth" / path.name).write_text(json.dumps(truth))
        shutil.copy(path.with_suffix(".png"), folder / "pages")
    return folder


def test_the_command_line_trains_on_scans_and_tries_on_those_left_out(own_set, tmp_path, capsys):
    real, run = annotated(own_set, tmp_path / "real"), tmp_path / "run"
    arguments = ["train", "--to", str(run), "--steps", "2", "--long-side", "128", "--channels"]
    arguments += ["8,12", "--batch-size", "2", "--workers", "1", "--validate-every", "2"]
    arguments += ["--real", str(real), "--real-share", "1", "--leave-out"]
    assert run_cli([*arguments, "i1"]) == 0
    assert json.loads((run / "weights.json").read_text())["data"] == (
        "composed pages, drawn pictures only; 100% annotated scans without i1"
    )
    (row,) = rows(run)
    assert row["illustration"] and not row["text"]
    assert run_cli([*arguments, "i9"]) == 2
    assert "has no source i9; it has i0, i1, i2" in capsys.readouterr().err


def test_training_stops_when_nothing_gets_better(tmp_path):
    messages = []
    train(order(tmp_path / "run", steps=40, patience=2, learning_rate=0.0), messages.append)
    assert "stopped" in messages[-1] and int(rows(tmp_path / "run")[-1]["step"]) < 40


def test_tensorboard_gets_its_curves(tmp_path):
    pytest.importorskip("tensorboard", reason="the extra training is not installed")
    train(order(tmp_path / "run", tensorboard=True), lambda _: None)
    assert list((tmp_path / "run/tensorboard").glob("events.*"))


def test_own_pages_are_mixed_with_composed_ones(own_set):
    kinds = [Pages(None, 128, own_set, share=0.5)(seed).kind for seed in range(40)]
    assert 8 < kinds.count("own") < 32
    assert {Pages(None, 128, own_set, share=1.0)(seed).kind for seed in range(5)} == {"own"}


def test_validation_is_on_issues_that_are_not_trained_on(own_set, tmp_path):
    parted = split(read_manifest(own_set), validation=0.6, test=0.0, seed=1)
    assert {entry.part for entry in parted} == {"train", "validation"}
    write_manifest(own_set, parted)
    held = len(set_pages(own_set, "validation"))
    train(order(tmp_path / "run", training_set=own_set), lambda _: None)
    assert len(list((tmp_path / "run/samples/0000002").iterdir())) == min(3, held)
    with pytest.raises(ConfigError, match="dataset split"):
        set_pages(own_set, "test")


def test_own_pages_are_kept_as_large_as_the_net_is_shown_them(tmp_path):
    (tmp_path / "pages").mkdir()
    Image.fromarray(np.zeros((2000, 100, 3), np.uint8)).save(tmp_path / "pages/i0_1.png")
    Image.fromarray(np.zeros((2000, 100), np.uint8)).save(tmp_path / "pages/i0_1.map.png")
    list(combine(read_pairs(tmp_path / "pages"), tmp_path / "set", source="pages"))
    sizes = [
        set_pages(tmp_path / "set", "train", size)[0].labels.shape for size in (768, 1600, 4096)
    ]
    assert [rows for rows, _ in sizes] == [1024, 1920, 2000]


@pytest.mark.parametrize(("expected", "tried"), [(4, 4), (9, 4), (2, 2)])
def test_every_page_held_back_is_tried_once(own_set, tmp_path, expected, tried):
    parts = {"i0": "train", "i1": "validation", "i2": "validation"}
    write_manifest(
        own_set, [replace(item, part=parts[item.issue]) for item in read_manifest(own_set)]
    )
    train(order(tmp_path / "run", training_set=own_set, validation_pages=expected), lambda _: None)
    shown = [item.read_bytes() for item in (tmp_path / "run/samples/0000002").iterdir()]
    assert len(shown) == len(set(shown)) == tried


def test_fine_tuning_keeps_weights_that_help_and_refuses_others(own_set, tmp_path, monkeypatch):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    guard = Guard(own_set.parent / "pages", own_set.parent / "pages")
    figures = iter([0.4, 0.1, 0.395, 0.3])
    monkeypatch.setattr(finetuning, "_judged", lambda *_: next(figures))
    outcome = finetune(order(tmp_path / "run", training_set=own_set, validate_every=0), str(base), guard, guard,
                     lambda _: None)  # fmt: skip
    assert (
        outcome.guarded == (0.4, 0.395) and outcome.held_back == (0.1, 0.3) and outcome.is_accepted
    )
    assert not Outcome((0.1, 0.3), (0.4, 0.38), outcome.weights).is_accepted
    assert not Outcome((0.3, 0.3), (0.4, 0.4), outcome.weights).is_accepted


def tune(own_set, folder, base, monkeypatch, *, after=0.3, say=print, **changes):
    """Fine-tune in earnest, with given figures: 0.1 before and ``after`` on the pages held back."""
    guard = Guard(own_set.parent / "pages", own_set.parent / "pages")
    figures = iter([0.4, 0.1, 0.4, after])
    monkeypatch.setattr(finetuning, "_judged", lambda *_: next(figures))
    return finetune(
        order(folder, training_set=own_set, validate_every=0, **changes),
        str(base),
        guard,
        guard,
        say,
    )


def trainings(folder):
    return sorted([row["step"] for row in rows(item)] for item in folder.glob("training-*"))


def test_a_killed_fine_tuning_goes_on_where_it_was(own_set, tmp_path, monkeypatch):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    with pytest.raises(ZeroDivisionError):
        tune(own_set, tmp_path / "run", base, monkeypatch, say=lambda _: 1 / 0)
    tune(own_set, tmp_path / "run", base, monkeypatch)
    assert trainings(tmp_path / "run") == [["2", "4"]]


@pytest.mark.parametrize("change", [{"share": 0.9}, {"learning_rate": 1e-3}, {"steps": 6}])
def test_fine_tuning_in_another_way_begins_anew(own_set, tmp_path, monkeypatch, change):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    tune(own_set, tmp_path / "run", base, monkeypatch, after=0.1)
    tune(own_set, tmp_path / "run", base, monkeypatch, **change)
    result = trainings(tmp_path / "run")
    assert len(result) == 2 and {steps[0] for steps in result} == {"2"}


def test_fine_tuning_on_other_pages_begins_anew(own_set, tmp_path, monkeypatch):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    tune(own_set, tmp_path / "run", base, monkeypatch, after=0.1)
    write_manifest(own_set, read_manifest(own_set)[:4])
    tune(own_set, tmp_path / "run", base, monkeypatch)
    assert trainings(tmp_path / "run") == [["2", "4"], ["2", "4"]]


def test_rejected_weights_never_bear_the_accepted_name(own_set, tmp_path, monkeypatch):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    good = tune(own_set, tmp_path / "run", base, monkeypatch).weights
    kept = good.read_bytes()
    bad = tune(own_set, tmp_path / "run", base, monkeypatch, after=0.1, learning_rate=0.1).weights
    assert (good.name, bad.name) == ("weights.safetensors", "rejected.safetensors")
    assert good.read_bytes() == kept == find_weights(str(good)).read()
    assert find_weights(str(bad)).read() != kept


def test_weights_whose_card_names_no_channels_are_fine_tuned(own_set, tmp_path, monkeypatch):
    base = tmp_path / "ours.safetensors"
    base.write_bytes(find_weights("default").path.read_bytes())
    arguments = ["--net", "unet", "--input", "paper-ink", "--long-side", "128"]
    assert run_cli(["weights", "card", str(base), *arguments]) == 0
    assert tune(own_set, tmp_path / "run", base, monkeypatch, steps=1).is_accepted


def test_fine_tuning_in_earnest_from_the_command_line(own_set, tmp_path, capsys):
    base = train(order(tmp_path / "base", validate_every=0), lambda _: None)
    pages = own_set.parent / "pages"
    code = run_cli(["finetune", "--set", str(own_set), "--to", str(tmp_path / "run"), "--weights",
                    str(base), "--guard", str(pages), "--held-back", str(pages), "--steps", "30",
                    "--share", "1.0", "--learning-rate", "0.004"])  # fmt: skip
    captured = capsys.readouterr()
    assert "held back: mean illustration IoU" in captured.out
    kept = (tmp_path / "run/weights.safetensors").exists()
    assert kept == (code == 0) and kept != (tmp_path / "run/rejected.safetensors").exists()


def test_weights_of_another_net_are_no_beginning(tmp_path):
    base = train(order(tmp_path / "base", steps=2), lambda _: None)
    with pytest.raises(ConfigError, match="not weights of this net"):
        train(order(tmp_path / "run", base=base, channels=(8, 16, 16)), lambda _: None)


def test_finished_weights_are_no_checkpoint_to_start_from(tmp_path):
    base = train(order(tmp_path / "base", steps=2), lambda _: None)
    with pytest.raises(ConfigError, match=r"weights.safetensors: not a checkpoint; .*--base"):
        train(order(tmp_path / "run", start_from=base), lambda _: None)


@pytest.mark.parametrize("place", [".", "set", "set/mine"])
def test_fine_tuning_never_writes_into_the_set_it_learns_from(
    own_set, tmp_path, monkeypatch, place
):
    folder = tmp_path / "to"
    shutil.copytree(own_set, folder / place)
    before = {path: path.read_bytes() for path in (folder / place).rglob("*") if path.is_file()}
    base = train(order(tmp_path / "base", steps=1, validate_every=0), lambda _: None)
    guard = Guard(own_set.parent / "pages", own_set.parent / "pages")
    monkeypatch.setattr(finetuning, "_judged", lambda *_: 0.4)
    with pytest.raises(ConfigError, match="name another --to"):
        finetune(order(folder, training_set=folder / place, steps=1), str(base), guard, None, print)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_training(monkeypatch, *, killed=False):
    """Fine-tune with given figures; training hands back the weights it begins with."""

    def stopped(order, _):
        if killed:
            raise KeyboardInterrupt
        return order.base

    monkeypatch.setattr(finetuning, "_judged", lambda *_: 0.4)
    monkeypatch.setattr(finetuning, "train", stopped)


@pytest.mark.parametrize("name", ["weights", "rejected"])
def test_fine_tuning_never_writes_over_the_weights_it_begins_with(
    own_set, tmp_path, monkeypatch, capsys, name
):
    for suffix in (".safetensors", ".json"):
        shutil.copy(find_weights("default").path.with_suffix(suffix), tmp_path / f"{name}{suffix}")
    own_set.rename(tmp_path / "ours")
    before = contents(tmp_path)
    monkeypatch.chdir(tmp_path)
    arguments = ["finetune", "--set", "ours", "--to", ".", "--guard", "pages", "--weights"]
    assert run_cli([*arguments, f"./{name}.safetensors"]) == 2
    errors = capsys.readouterr().err
    assert f"{name}.safetensors: fine-tuning begins with" in errors and "another --to" in errors
    assert contents(tmp_path) == before


@pytest.mark.parametrize("made", ["copy", "corrected", "other", "not combined"])
def test_fine_tuning_never_fills_over_a_set_made_by_hand(own_set, tmp_path, monkeypatch, made):
    theirs = shutil.copytree(own_set, tmp_path / "to/set")
    if made == "corrected":  # of the same pages, with labels that are better
        Image.fromarray(np.ones((160, 120), np.uint8)).save(theirs / "B/i0_0.png")
    if made == "other":
        write_manifest(theirs, read_manifest(theirs)[:2])
    if made == "not combined":
        (theirs / "manifest.csv").unlink()
    before = contents(tmp_path)
    without_training(monkeypatch)
    with pytest.raises(ConfigError, match=r"to/set: .*name another --to, or move it away"):
        finetune(
            order(tmp_path / "to", training_set=own_set),
            "default",
            Guard(own_set, own_set),
            None,
            print,
        )
    assert contents(tmp_path) == before


@pytest.mark.parametrize("after", ["a page", "the manifest"])
def test_a_fine_tuning_killed_before_it_trained_goes_on(own_set, tmp_path, monkeypatch, after):
    tuning, guard = order(tmp_path / "to", training_set=own_set), Guard(own_set, own_set)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        without_training(patch, killed=True)
        if after == "a page":
            places = iter([place])
            patch.setattr(finetuning, "place", lambda *paths: next(places, interrupted)(*paths))
        finetune(tuning, "default", guard, None, print)
    assert (tmp_path / "to/set/manifest.csv").exists() == (after == "the manifest")
    without_training(monkeypatch)
    assert finetune(tuning, "default", guard, None, print).is_accepted
    assert len(read_manifest(tmp_path / "to/set")) == 6


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_set_filled_before_there_was_a_sign_is_filled_again(own_set, tmp_path, monkeypatch):
    tune(own_set, tmp_path / "run", train(order(tmp_path / "base"), print), monkeypatch, steps=1)
    (tmp_path / "run/set/filled-copy.txt").unlink()
    write_manifest(own_set, read_manifest(own_set)[:4])
    without_training(monkeypatch)
    finetune(
        order(tmp_path / "run", training_set=own_set),
        "default",
        Guard(own_set, own_set),
        None,
        print,
    )
    assert len(read_manifest(tmp_path / "run/set")) == 4


def test_fine_tuning_spreads_no_label_of_no_class(own_set, tmp_path, monkeypatch):
    Image.fromarray(np.full((160, 120), 9, np.uint8)).save(own_set / "B/i1_2.png")
    without_training(monkeypatch)
    with pytest.raises(ScanError, match=r"set/B/i1_2.png: label 9 is of no class"):
        finetune(
            order(tmp_path / "to", training_set=own_set),
            "default",
            Guard(own_set, own_set),
            None,
            print,
        )
    assert not (tmp_path / "to/set/manifest.csv").exists()


def test_fine_tuning_is_not_guarded_by_fewer_pages_than_were_given(own_set, tmp_path):
    guard = own_set.parent / "pages"
    (guard / "i1_2.png").unlink()
    tuning = order(tmp_path / "run", training_set=own_set)
    with pytest.raises(ConfigError, match=r"add its scan[^$]*no scan of i1_2"):
        finetune(tuning, "default", Guard(guard, guard), None, print)
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_working_size_is_refused(tmp_path):
    begun = order(tmp_path / "run", steps=2, validate_every=0)
    train(begun, lambda _: None)
    with pytest.raises(ConfigError, match="sees 128 pixels, not 160; take another --to"):
        train(replace(begun, long_side=160), lambda _: None)
    train(order(tmp_path / "on", start_from=tmp_path / "run/checkpoint.pt", steps=1,
                long_side=160), lambda _: None)  # fmt: skip


def test_a_checkpoint_from_before_sizes_were_noted_goes_on(tmp_path):
    begun = order(tmp_path / "run", steps=2, validate_every=0)
    train(begun, lambda _: None)
    path = tmp_path / "run/checkpoint.pt"
    state = torch.load(io.BytesIO(path.read_bytes()), weights_only=True)
    del state["long_side"]
    torch.save(state, path)
    train(replace(begun, steps=4), lambda _: None)
    assert [row["step"] for row in rows(tmp_path / "run")] == ["2", "4"]


def test_weights_of_another_training_are_not_handed_back(tmp_path):
    other = train(order(tmp_path / "run", steps=2), lambda _: None)
    before = other.read_bytes()
    (tmp_path / "run/checkpoint.pt").unlink()
    metrics = tmp_path / "run/metrics.csv"
    metrics.write_text(f"{','.join(COLUMNS)}\n9{',' * 5}0.99,,,,\n")
    made = train(order(tmp_path / "run", learning_rate=1e-3), lambda _: None)
    assert made.read_bytes() != before
    assert find_weights(str(made)).read() == made.read_bytes()
    assert [row["step"] for row in rows(tmp_path / "run")] == ["2", "4"]
    assert "0.99" in (tmp_path / "run/metrics.csv.old").read_text()


def test_a_card_of_other_weights_is_not_replaced_by_training(tmp_path):
    (tmp_path / "run").mkdir()
    card = tmp_path / "run/weights.json"
    shutil.copy(find_weights("default").path.with_suffix(".json"), card)
    before = card.read_bytes()
    with pytest.raises(ConfigError, match=r"weights.json: is not the card of"):
        train(order(tmp_path / "run"), lambda _: None)
    assert card.read_bytes() == before


def test_a_finished_training_says_that_nothing_is_left_to_do(tmp_path):
    base = train(order(tmp_path / "base", steps=2), lambda _: None)
    messages = []
    assert train(order(tmp_path / "base", steps=2, base=base), messages.append) == base
    assert messages == [f"{tmp_path / 'base'}: already at step 2 of 2; nothing to do"]


def test_going_on_without_trials_keeps_the_best_weights(tmp_path):
    messages = []
    best = train(order(tmp_path / "run"), lambda _: None)
    before = best.read_bytes()
    assert train(order(tmp_path / "run", steps=6, validate_every=0), messages.append) == best
    assert best.read_bytes() == before and "not the last" in messages[-1]


def test_metrics_without_figures_know_no_best(tmp_path):
    log = TrainingLog(tmp_path, tensorboard=False)
    (tmp_path / "metrics.csv").write_text("step,loss\n1,0.5\n")
    assert log.best() == 0
    (tmp_path / "metrics.csv").write_text("step,mean\n1,good\n")
    with pytest.raises(ConfigError, match=r"metrics.csv: damaged"):
        log.best()


@pytest.mark.parametrize("lacking", ["corpus", "training_set"])
def test_missing_material_is_named_before_training_begins(tmp_path, lacking):
    expected = order(tmp_path / "run", workers=1, validate_every=0, share=1.0)
    with pytest.raises(ScanError, match="csv: No such file") as error:
        train(replace(expected, **{lacking: tmp_path / "nothing"}), print)
    assert "DataLoader" not in str(error.value) and not (tmp_path / "run").exists()


@pytest.mark.parametrize("options", [
    ["--first-seed", "5"], ["--learning-rate", "0"], ["--learning-rate", "inf"],
    ["--learning-rate", "nan"], ["--minutes", "-1"], ["--minutes", "nan"], ["--share", "1.5"],
    ["--channels", "8,1²"], ["--net", "deeplab-mobilenet", "--batch-size", "1"],
])  # fmt: skip
def test_options_that_no_training_can_have_are_refused(tmp_path, options, capsys):
    arguments = ["train", "--to", str(tmp_path / "run"), "--steps", "1", "--long-side", "128"]
    assert run_cli([*arguments, "--batch-size", "2", *options]) == 2
    assert options[-2] in capsys.readouterr().err and not (tmp_path / "run").exists()


@pytest.mark.parametrize("options", [["--learning-rate", "nan"], ["--share", "-0.1"]])
def test_options_that_no_fine_tuning_can_have_are_refused(own_set, tmp_path, options, capsys):
    arguments = [
        "finetune",
        "--set",
        str(own_set),
        "--to",
        str(tmp_path / "run"),
        "--guard",
        str(own_set),
    ]
    assert run_cli([*arguments, *options]) == 2 and options[0] in capsys.readouterr().err


_TAKES_AND_FREES = """
import resource, sys
from tasks.executors.environment import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
for _ in range(12):
    b"x" * (64 << 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to keep it")
def test_memory_that_training_frees_is_not_mapped_anew():
    faults = {
        name: int(
            subprocess.run(
                [sys.executable, "-c", _TAKES_AND_FREES, name],
                check=True, capture_output=True, cwd=Path(__file__).parents[2],
            ).stdout
        )
        for name in ("keep", "plain")
    }  # fmt: skip
    assert faults["keep"] < faults["plain"] / 3
