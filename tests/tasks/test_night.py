"""The whole job, on drawn pages, with real Tesseract."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from archive.catalog.catalog import Catalog
from archive.images.images import load_image
from schemas.capture import AS_SCANNED, Capture
from schemas.ledger import StageState
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tests.catalogs import contents
from tests.conftest import ROOT, draw_page, write_issue

pytestmark = [pytest.mark.engine, pytest.mark.slow]


_NO_RESULTS = (
    "reports/", "catalog.sqlite", "register/", "last-run.txt", ".run.lock", ".rerun.lock", ".ingest.lock",
)  # fmt: skip


def run(config, *args):
    return main([*args, "--config", str(config)])


def catalog(config):
    return Catalog.open(load(config).archive.catalog_url)


def tree(folder, *, times=False):
    """Every file below ``folder`` that is a result, with its bytes (or time)."""
    by_name = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and not relative.startswith(_NO_RESULTS):
            by_name[relative] = path.stat().st_mtime_ns if times else path.read_bytes()
    return by_name


def test_a_night_publishes_everything_and_a_second_one_does_nothing(config, capsys):
    assert run(config, "nightly") == 0
    root = load(config).archive.root
    book = catalog(config)
    assert [str(row.issue) for row in book.ledger() if row.stage == "export"] == (
        ["lantern-1908"] * 3 + ["other-1909"] * 2
    )
    mets = list(root.glob("exports/*/*/data/mets.xml"))
    assert len(mets) == 2
    assert list(root.glob("issues/lantern-1908/*/cut-outs/*.png"))
    report = json.loads(next(root.glob("reports/*/report.json")).read_text())
    assert report["exit"] == 0 and report["stages"]["recognize"]["done"] == 5
    assert book.find("village") and book.find("LANTERN")
    before = tree(root, times=True)
    capsys.readouterr()
    assert run(config, "nightly") == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert tree(root, times=True) == before


def test_one_bad_page_costs_one_page(home, config, capsys):
    incoming = home / "incoming" / "Lantern 1908"
    page = incoming / "p2.tif"
    page.write_bytes(page.read_bytes()[: page.stat().st_size // 2])
    (incoming / "notes.exe").write_bytes(b"MZ")
    assert run(config, "nightly") == 1
    output = capsys.readouterr().out
    assert "p2.tif" in output and "notes.exe" in output
    bad = [row for row in catalog(config).ledger() if row.state.is_bad]
    assert {row.name for row in bad} == {"p2.tif", "notes.exe"}
    published = catalog(config).published(IssueId("lantern-1908"))
    assert [page.scan.name for page in published.pages] == ["p1.tif", "p3.tif"]
    assert run(config, "nightly") == 0  # nothing to do; what is to be looked at is named again
    output = capsys.readouterr().out
    assert "p2.tif" in output and "notes.exe" in output


def test_a_rerun_of_one_page_touches_only_what_depends_on_it(config):
    run(config, "nightly")
    root = load(config).archive.root
    before = tree(root, times=True)
    assert run(config, "rerun", "lantern-1908", "--stage", "refine", "--page", "1") == 0
    changed = {name for name, at in tree(root, times=True).items() if before.get(name) != at}
    work = {name for name in changed if name.startswith("work/")}
    assert work and all(name.split("/")[1] in ("refine", "crop", "describe") for name in work)
    assert all("_0001" in name or name.endswith("pages.json") for name in work)
    assert not any("other-1909" in name for name in changed)


@pytest.mark.parametrize("step", ["Describe.forget", "Publish.run", "Export.run"])
def test_a_rerun_that_is_stopped_hides_nothing_and_is_ended_by_the_next_night(
    home, config, step, monkeypatch
):
    from tasks.flow.export import Export
    from tasks.flow.publish import Publish
    from tasks.flow.stages import Describe

    kinds = {"Describe": Describe, "Publish": Publish, "Export": Export}

    def stopped(*_, **__):
        raise KeyboardInterrupt

    assert run(config, "nightly") == 0
    root = load(config).archive.root
    before, book = tree(root, times=True), catalog(config)
    with monkeypatch.context() as patch:
        kind, name = step.split(".")
        patch.setattr(kinds[kind], name, stopped)
        assert run(config, "rerun", "lantern-1908", "--stage", "recognize", "--page", "1") == 130
    assert len(book.issues()) == 2 and book.find("village")
    assert run(config, "export", "lantern-1908", "--to", str(home / "out")) == 0
    assert len(list(root.glob("exports/lantern-1908/*/data/mets.xml"))) == 1
    assert run(config, "nightly") == 0
    now = tree(root, times=True)
    changed = {name for name in now if now[name] != before.get(name)}
    for made in ("work/recognize/*/*/*/*_0001.json", "work/describe/*/*/*/*_0001.json",
                 "exports/lantern-1908/*/data/mets.xml"):  # fmt: skip
        assert any(Path(name).match(made) for name in changed), made
    assert not any("_0002" in name for name in changed if name.startswith("work/"))
    assert set(now) == set(before) and not list((root / "register").glob("*/*.due"))


def test_a_page_lost_early_is_asked_for_by_no_later_stage(home, config):
    assert run(config, "ingest", str(home / "incoming")) == 0
    root = load(config).archive.root
    master = root / "masters" / "lantern-1908" / "v001" / "p2.tif"
    master.chmod(0o644)
    master.write_bytes(b"no image")
    assert run(config, "nightly") == 1
    rows = [r for r in catalog(config).ledger(IssueId("lantern-1908")) if r.sequence == 2]
    states = {r.stage: str(r.state) for r in rows}
    assert states["prepare"] == "failed"
    assert not set(states) & {"separate", "recognize", "refine", "crop", "describe"}
    assert catalog(config).edition_of(IssueId("other-1909"))


def test_a_page_that_fails_when_it_is_done_again_shows_nothing_of_before(config, capsys):
    assert run(config, "nightly") == 0
    book, root = catalog(config), load(config).archive.root
    issue = IssueId("lantern-1908")
    name = book.published(issue).pages[0].scan.path
    (root / name).chmod(0o644)
    (root / name).write_bytes(b"no image")
    assert run(config, "rerun", str(issue), "--page", "1") == 1
    first, *others = book.published(issue).pages
    assert first.failed == "prepare" and first.description.illustrations == ()
    assert all(page.failed == "" and page.description.text for page in others)


def test_a_changed_setting_rebuilds_its_stage_and_what_follows(config):
    run(config, "nightly")
    root = load(config).archive.root
    recognized = {n: t for n, t in tree(root, times=True).items() if "/recognize/" in n}
    config.write_text(config.read_text() + "\n[refine]\nband_mm = 0.5\n")
    assert run(config, "nightly") == 0
    now = tree(root, times=True)
    assert {n: t for n, t in now.items() if "/recognize/" in n} == recognized
    assert len(list((root / "work" / "refine").iterdir())) == 2
    assert len(list((root / "issues" / "lantern-1908").iterdir())) == 1


def test_changed_pages_become_a_new_version(home, config):
    run(config, "nightly")
    page = home / "incoming" / "Lantern 1908" / "p3.tif"
    time.sleep(1.1)
    Image.fromarray(draw_page(77)).save(page, dpi=(150, 150))
    assert run(config, "nightly") == 0
    assert catalog(config).published(IssueId("lantern-1908")).issue.version == 2
    masters = load(config).archive.root / "masters" / "lantern-1908"
    assert sorted(p.name for p in masters.iterdir()) == ["v001", "v002"]


@pytest.mark.parametrize("after_s", [1.0, 2.2, 3.6])
def test_a_killed_night_ends_as_an_undisturbed_one(home, config, after_s, tmp_path_factory):
    clean = tmp_path_factory.mktemp("clean") / "home"
    shutil.copytree(home, clean)
    command = [sys.executable, "-m", "tasks", "nightly", "--config"]
    subprocess.run([*command, str(clean / "config.ini")], cwd=ROOT, check=True)
    killed = subprocess.Popen([*command, str(config)], cwd=ROOT, start_new_session=True)
    time.sleep(after_s)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    subprocess.run([*command, str(config)], cwd=ROOT, check=True)
    ours, theirs = tree(home / "archive"), tree(clean / "archive")
    ours = {n: b for n, b in ours.items() if "/.draft-" not in n and not n.startswith(".draft-")}
    dated = {n for n in theirs if n.startswith("exports/")}  # these carry the date of ingest
    assert set(ours) == set(theirs)
    assert all(ours[name] == theirs[name] for name in set(theirs) - dated)
    assert contents(Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite")).replace(
        str(home), ""
    ).count("\n") == contents(Catalog.open(f"sqlite:///{clean}/archive/catalog.sqlite")).count("\n")


@pytest.mark.parametrize("max_unread_share", ["1", "0.5"])
def test_pages_that_cannot_be_read_keep_their_pictures(home, config, max_unread_share):
    # a Tesseract that hangs on everything: every page times out, twice
    folder = home / "bin"
    folder.mkdir()
    fake = folder / "tesseract"
    real = shutil.which("tesseract")
    fake.write_text(f'#!/bin/sh\ncase "$1" in --*) exec {real} "$@";; esac\nexec sleep 60\n')
    fake.chmod(0o755)
    config.write_text(
        config.read_text()
        .replace("languages = eng", "languages = eng\ntimeout_s = 1")
        .replace("[run]", f"[run]\nmax_unread_share = {max_unread_share}")
    )
    for extra in (home / "incoming").glob("other*"):
        shutil.rmtree(extra)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "tasks", "nightly", "--config", str(config)],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    states = {row.name: row for row in catalog(config).ledger() if row.stage == "recognize"}
    assert len(states) == 3
    assert all(row.state is StageState.FAILED for row in states.values())
    assert "gave up" in next(iter(states.values())).message
    published = catalog(config).published(IssueId("lantern-1908"))
    if max_unread_share == "0.5":
        assert published is None
        return
    assert "3 without text" in done.stdout
    assert [page.failed for page in published.pages] == ["recognize"] * 3
    assert any(page.description.illustrations for page in published.pages)
    assert list(load(config).archive.root.glob("exports/lantern-1908/*/data/mets.xml"))


def test_a_missing_model_stops_before_any_page(config, capsys):
    config.write_text(config.read_text().replace("languages = eng", "languages = xyz"))
    assert run(config, "nightly") == 3
    assert "apt-get install tesseract-ocr-xyz" in capsys.readouterr().err
    assert not [row for row in catalog(config).ledger() if row.state is StageState.FAILED]


def test_usage_errors_exit_2(home, capsys):
    assert main(["run", "nothing-1900", "--config", str(home / "config.ini")]) == 2
    assert main(["nightly", "--config", str(home / "none.ini")]) == 2
    assert "none.ini" in capsys.readouterr().err


def test_a_page_that_kills_its_worker_costs_only_itself(home, config):
    shutil.rmtree(home / "incoming" / "other-1909")
    page = draw_page(8, width=555)  # the fake below knows it by its width
    Image.fromarray(page).save(home / "incoming" / "Lantern 1908" / "p2.tif", dpi=(150, 150))
    folder = home / "bin"
    folder.mkdir()
    real = shutil.which("tesseract")
    fake = folder / "tesseract"
    fake.write_text(
        f'#!/bin/sh\nhead -c 15 "$1" 2>/dev/null | grep -qa "^555 " && kill -9 $PPID\nexec {real} "$@"\n'
    )
    fake.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "tasks", "nightly", "--config", str(config)], cwd=ROOT,
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    states = {row.name: row for row in catalog(config).ledger() if row.stage == "recognize"}
    assert [states[name].state for name in sorted(states)] == [
        StageState.DONE, StageState.FAILED, StageState.DONE,
    ]  # fmt: skip
    assert "process died" in states["lantern-1908_0002"].message
    published = catalog(config).published(IssueId("lantern-1908"))
    assert published.pages[1].failed == "recognize" and len(published.pages) == 3
    assert main(["rerun", "lantern-1908", "--failed", "--config", str(config)]) == 0
    assert not [row for row in catalog(config).ledger() if row.state.is_bad]


def test_a_page_that_lies_wrongly_is_published_upright(home, config):
    folder = home / "incoming" / "turned-1900"
    write_issue(folder, 1)
    upright = load_image(folder / "p1.tif").rgb
    laid = np.ascontiguousarray(255 - np.rot90(upright))
    Image.fromarray(laid).save(folder / "p2.tif", dpi=(150, 150))
    before = (folder / "p2.tif").read_bytes()
    run(config, "nightly")
    issue = catalog(config).published(IssueId("turned-1900"))
    pages, other = issue.pages
    assert pages.description.capture == AS_SCANNED
    assert other.description.capture == Capture(90, is_negative=True)
    assert (other.scan.width, other.scan.height) == (pages.scan.width, pages.scan.height)
    assert [p.box for p in other.description.illustrations] == [
        p.box for p in pages.description.illustrations
    ]
    assert other.description.text.words() == pages.description.text.words()
    (event,) = [done for done in other.events if done.kind == "modification"]
    assert "turned by 90 degrees" in event.detail
    root = load(config).archive.root
    assert (root / other.scan.path).read_bytes() == before
    package = next(root.glob("exports/turned-1900/*/data"))
    shown = load_image(package / "images/default/0002.jpg").rgb
    assert np.abs(shown.astype(int) - upright).mean() < 6
    record = json.loads((package / "catalog/issue.json").read_text())
    assert [page["turned"] for page in record["pages"]] == [0, 90]
    assert main(["validate", str(package.parent)]) == 0


def test_a_page_unlike_its_issue_is_to_look_at_and_published_all_the_same(home, config, capsys):
    folder = write_issue(home / "incoming" / "doubtful-1900", 7)
    wrong = cv2.GaussianBlur(load_image(folder / "p7.tif").rgb, (0, 0), 4)
    Image.fromarray(wrong).save(folder / "p7.tif", dpi=(150, 150))
    assert run(config, "nightly") == 1
    output = capsys.readouterr().out
    assert "doubtful-1900_0007  publish  doubtful: " in output and "1 to look at" in output
    assert run(config, "status", "doubtful-1900") == 1
    assert "it is blurred" in capsys.readouterr().out
    assert run(config, "status", "lantern-1908") == 0
    pages = catalog(config).published(IssueId("doubtful-1900")).pages
    assert [page.scan.page.sequence for page in pages if page.alarms] == [7]
    root = load(config).archive.root
    record = json.loads(
        next(root.glob("exports/doubtful-1900/*/data/catalog/issue.json")).read_text()
    )
    assert record["pages"][6]["alarms"] and not record["pages"][0]["alarms"]
    assert run(config, "nightly") == 0
