"""Faults in the middle of a night: each costs what it must, and the next night mends it."""

from __future__ import annotations

import pytest

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from schemas.decisions import Decision, Field
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tasks.flow import edition_files, nightly
from tasks.flow import export as exporting
from tasks.flow import publish as publishing

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ISSUE = IssueId("lantern-1908")


def run(config, *args):
    return main([*args, "--config", str(config)])


def catalog(config):
    return Catalog.open(load(config).archive.catalog_url)


def root(config):
    return load(config).archive.root


def damage(config, stage, name):
    """Cut a file in two that ``stage`` made of the first page."""
    (path,) = root(config).glob(f"work/{stage}/*/{ISSUE}/*/*_0001/{name}")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("made_by", "name", "lost_in"),
    [
        ("refine", "*.png", "crop"),
        ("refine", "illustrations.json", "crop"),
        ("separate", "probabilities.png", "refine"),
    ],
)
def test_a_damaged_file_of_ours_costs_the_pictures_of_its_page_alone(
    config, capsys, made_by, name, lost_in
):
    assert run(config, "nightly") == 0
    damage(config, made_by, name)
    assert run(config, "rerun", str(ISSUE), "--stage", lost_in, "--page", "1") == 1
    first, *others = catalog(config).published(ISSUE).pages
    assert first.failed == lost_in
    assert not first.description.illustrations and "village" in str(first.description.text)
    assert all(page.failed == "" for page in others)
    assert "bilderbogen rerun lantern-1908 --page 1" in capsys.readouterr().out
    assert run(config, "nightly") == 0  # it is known, and nothing stops
    assert run(config, "rerun", str(ISSUE), "--page", "1") == 0
    assert catalog(config).published(ISSUE).pages[0].description.illustrations


def test_a_page_that_cannot_be_separated_costs_no_other_of_its_batch(config):
    assert run(config, "ingest", str(config.parent / "incoming")) == 0
    assert run(config, "nightly") == 0
    damage(config, "prepare", "reduced.png")
    assert run(config, "rerun", str(ISSUE), "--stage", "separate") == 1
    pages = catalog(config).published(ISSUE).pages
    assert [page.failed for page in pages] == ["separate", "", ""]


@pytest.mark.parametrize("stage", ["publish", "export"])
def test_a_night_killed_while_it_clears_up_is_cleared_up_by_the_next(config, stage, monkeypatch):
    def stopped(path, **keywords):
        folder = {"publish": "issues", "export": "exports"}[stage]
        if path.parent.parent.name == folder and not path.name.startswith("."):
            raise KeyboardInterrupt
        rmtree(path, **keywords)

    rmtree = publishing.shutil.rmtree
    assert run(config, "nightly") == 0
    config.write_text(config.read_text() + "\n[describe]\ncaption_distance_mm = 14\n")
    with monkeypatch.context() as patch:
        patch.setattr(publishing.shutil, "rmtree", stopped)
        assert run(config, "nightly") == 130
    assert run(config, "nightly") == 0
    for folder in ("issues", "exports"):
        for issue in (root(config) / folder).iterdir():
            assert len(list(issue.iterdir())) == 1
    recipes = {row.recipe for row in catalog(config).ledger(ISSUE) if row.stage == stage}
    assert len(recipes) == 1
    assert not list((root(config) / "register").glob("*/*.due"))


@pytest.mark.parametrize("step", [(exporting, "export_package"), (edition_files, "sha256")])
def test_a_decision_made_while_a_night_works_is_of_the_next_one(config, step, monkeypatch):
    """``sha256`` is called while Publish writes, ``export_package`` while Export does."""
    module, function = step

    def deciding(*args, **keywords):
        if not result:
            result.append(name)
            catalog(config).decisions.decide(
                ISSUE, Decision(name, Field.CAPTION, "The lamp, mended", "curator")
            )
        return work(*args, **keywords)

    assert run(config, "nightly") == 0
    name = str(catalog(config).published(ISSUE).pages[0].description.illustrations[0])
    work, result = getattr(module, function), []
    config.write_text(config.read_text() + "\n[describe]\ncaption_distance_mm = 14\n")
    with monkeypatch.context() as patch:
        patch.setattr(module, function, deciding)
        assert run(config, "nightly") == 0
    assert result and captions(config) == ["Fig. 1. The lamp."]
    assert run(config, "nightly") == 0
    assert captions(config) == ["The lamp, mended"]
    layout = Layout(root(config))
    (edition,) = layout.editions(ISSUE).iterdir()
    (package,) = layout.exports(ISSUE).iterdir()
    assert edition.name.split("-")[2:] == package.name.split("-")[2:] != []
    assert catalog(config).edition_of(ISSUE) == edition.name


def test_what_a_stopped_night_met_is_told_by_the_next(config, monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    (config.parent / "incoming" / "other-1909" / "z.tif").write_bytes(b"II*")
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "run_issues", stopped)
        assert run(config, "nightly") == 130
    capsys.readouterr()
    assert run(config, "nightly") == 1
    assert "z.tif  ingest  quarantined" in capsys.readouterr().out
    assert run(config, "nightly") == 0


def captions(config):
    page = catalog(config).published(ISSUE).pages[0]
    return [
        illustration.caption.text
        for illustration in page.description.illustrations
        if illustration.caption
    ]


def test_a_delivered_package_shares_no_file_with_the_archive(config):
    assert run(config, "nightly") == 0
    to = config.parent / "out"
    assert run(config, "export", str(ISSUE), "--to", str(to)) == 0
    kept = {path.stat().st_ino for path in root(config).rglob("*") if path.is_file()}
    handed = {path.stat().st_ino for path in to.rglob("*") if path.is_file()}
    assert handed and not kept & handed
