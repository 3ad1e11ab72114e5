"""What was damaged is not signed again: digests are taken when a file is made, and compared."""

from __future__ import annotations

import pytest

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.store import sha256
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ISSUE = IssueId("lantern-1908")


def run(config, *args):
    return main([*args, "--config", str(config)])


def root(config):
    return load(config).archive.root


def catalog(config):
    return Catalog.open(load(config).archive.catalog_url)


def flip(path):
    """Change one bit of a file, so that a decoder may not notice."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def work_file(config, stage, name):
    (path,) = root(config).glob(f"work/{stage}/*/{ISSUE}/*/{name}")
    return path


MADE = {
    "a cut-out": ("crop", "*_0001/cut-outs/*"),
    "a thumbnail": ("crop", "*_0001/thumbnails/*"),
    "a description": ("describe", "*_0001.json"),
}


@pytest.mark.parametrize(("stage", "name"), MADE.values(), ids=MADE)
def test_a_changed_work_file_is_not_published_and_is_made_again(config, capsys, stage, name):
    assert run(config, "nightly") == 0
    files = catalog(config).files(ISSUE)
    path = work_file(config, stage, name)
    flip(path)
    capsys.readouterr()
    assert run(config, "rerun", str(ISSUE), "--stage", "publish") == 1
    assert f"{path}: has changed since {stage} made it; not published" in capsys.readouterr().out
    assert catalog(config).files(ISSUE) == files
    assert run(config, "nightly") == 0
    assert catalog(config).files(ISSUE) == files
    for file in files:
        assert sha256(root(config) / file.path) == file.sha256


READ = {
    "the way back to the master": ("prepare", "*_0001/transform.json", "separate"),
    "the page that is read": ("prepare", "*_0001/grey.png", "recognize"),
    "the regions": ("separate", "*_0001/regions.json", "recognize"),
    "a matte": ("refine", "*_0001/*.png", "crop"),
    "a text": ("recognize", "*_0001.json", "describe"),
}


@pytest.mark.parametrize(("stage", "name", "lost_in"), READ.values(), ids=READ)
def test_each_stage_compares_the_files_it_reads(config, capsys, stage, name, lost_in):
    assert run(config, "nightly") == 0
    path = work_file(config, stage, name)
    flip(path)
    capsys.readouterr()
    assert run(config, "rerun", str(ISSUE), "--stage", lost_in, "--page", "1") == 1
    output = capsys.readouterr().out
    assert f"{path}: has changed since {stage} made it" in output
    assert "bilderbogen rerun lantern-1908 --page 1" in output
    assert run(config, "rerun", str(ISSUE), "--page", "1") == 0


@pytest.mark.parametrize("fault", ["has changed since it was ingested", "is gone"])
def test_a_changed_master_is_noticed_before_work_is_done_on_it(config, capsys, fault):
    assert run(config, "ingest", str(config.parent / "incoming")) == 0
    scan = next(root(config).glob(f"masters/{ISSUE}/v001/p2.tif"))
    flip(scan) if "changed" in fault else scan.unlink()
    capsys.readouterr()
    assert run(config, "nightly") == 1
    assert f"prepare  failed: {scan}: {fault}" in capsys.readouterr().out
    failed = [page.failed for page in catalog(config).published(ISSUE).pages]
    assert failed == ["", "prepare", ""]


def test_a_flipped_cut_out_of_an_edition_is_not_exported(config, capsys):
    assert run(config, "nightly") == 0
    (path,) = root(config).glob(f"issues/{ISSUE}/*/cut-outs/*_0001_*")
    flip(path)
    assert run(config, "rerun", str(ISSUE), "--stage", "export") == 1
    assert "gone or changed since it was registered" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"[{"])
def test_a_damaged_list_or_outcome_is_written_again(config, content):
    assert run(config, "nightly") == 0
    layout = Layout(root(config))
    (edition,) = layout.editions(ISSUE).iterdir()
    work_file(config, "prepare", "pages.json").write_bytes(content)
    assert run(config, "rerun", str(ISSUE), "--stage", "separate") == 1
    assert run(config, "nightly") == 0
    work_file(config, "prepare", "*_0001.outcome.json").write_bytes(content)
    work_file(config, "prepare", "pages.json").unlink()
    assert run(config, "rerun", str(ISSUE), "--stage", "separate") == 0
    assert [folder.name for folder in layout.editions(ISSUE).iterdir()] == [edition.name]
