"""What a run did is known by its number; a catalog that knows fewer runs than the disk is noticed."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from archive.catalog import catalog as catalog_module
from archive.catalog.catalog import Catalog
from schemas.errors import PageError
from schemas.ledger import StageState
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tasks.flow import nightly
from tasks.flow.graph import PAGE_STAGES
from tasks.flow.rerun import forget
from tasks.flow.stages import Describe

ISSUE = IssueId("lantern-1908")


def run(config, *args):
    return main([*args, "--config", str(config)])


def catalog(config):
    return Catalog.open(load(config).archive.catalog_url)


def root(config):
    return load(config).archive.root


def fail_first_page(issues, config, **_):
    """In place of the engines: every page of the first issue but its first is prepared."""
    stage = Describe(issue=str(ISSUE), config=config).task_of("prepare")
    first, *others = stage.asked()
    if not stage.is_settled(first):
        for page in others:
            stage.settle(page, lambda target: target.mkdir() or StageState.DONE)
        stage.fail(first, PageError("torn"))
        outcomes = [stage.outcome(page) for page in stage.asked()]
        stage._enter(stage.asked(), outcomes, {}, 0.0)
    return {}


@pytest.fixture
def quick(monkeypatch):
    """Runs that prepare one issue without an engine."""
    monkeypatch.setattr(nightly, "run_issues", fail_first_page)


@pytest.mark.parametrize("hours", [-1, -24 * 365, 24 * 365])
def test_a_clock_that_was_set_hides_no_failed_page(config, quick, monkeypatch, capsys, hours):
    assert run(config, "ingest", str(config.parent / "incoming")) == 0

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz or UTC) + timedelta(hours=hours)

    monkeypatch.setattr(catalog_module, "datetime", Clock)
    assert run(config, "nightly") == 1
    output = capsys.readouterr().out
    assert "prepare  failed: torn" in output and "report: " in output
    assert run(config, "nightly") == 0


def test_two_runs_of_one_second_have_two_reports(config, quick):
    assert run(config, "nightly") == 1
    forget(ISSUE, config, stage="prepare", pages=[1])
    assert run(config, "nightly") == 1
    reports = sorted(path.name.rpartition("-")[2] for path in (root(config) / "reports").iterdir())
    assert reports == ["1", "2"]


@pytest.fixture
def older(config, quick, capsys):
    """An archive with a failed page, of which the catalog that was put back does not know."""
    assert run(config, "ingest", str(config.parent / "incoming")) == 0
    catalog(config).engine.dispose()
    file, backup = root(config) / "catalog.sqlite", config.parent / "backup.sqlite"
    with sqlite3.connect(file) as now, sqlite3.connect(backup) as then:
        now.backup(then)
    assert run(config, "nightly") == 1
    catalog(config).engine.dispose()
    for path in root(config).glob("catalog.sqlite*"):
        path.unlink()
    shutil.copy(backup, file)
    capsys.readouterr()
    return config


def test_an_older_catalog_is_told_by_every_command_and_stops_a_run(older, capsys):
    assert run(older, "status") == 0
    assert "the catalog is older than the archive" in capsys.readouterr().err
    for command in (["nightly"], ["run", str(ISSUE)]):
        assert run(older, *command) == 2
        assert "bilderbogen catalog rebuild" in capsys.readouterr().err


def test_the_ledger_is_rebuilt_from_the_disk_and_failures_are_told_again(older, capsys):
    assert not catalog(older).ledger(ISSUE, stage="prepare")
    assert run(older, "catalog", "rebuild") == 0
    assert "2 issues read, 3 rows entered, 0 dropped" in capsys.readouterr().out
    states = [row.state for row in catalog(older).ledger(ISSUE, stage="prepare")]
    assert states == [StageState.FAILED, StageState.DONE, StageState.DONE]
    assert run(older, "nightly") == 1
    assert "prepare  failed: torn" in capsys.readouterr().out
    assert run(older, "nightly") == 0
    assert "older" not in capsys.readouterr().err


def test_rows_that_the_disk_contradicts_are_dropped(older, capsys):
    assert run(older, "catalog", "rebuild") == 0
    (outcome,) = root(older).glob(f"work/prepare/*/{ISSUE}/*/*_0002.outcome.json")
    outcome.unlink()
    capsys.readouterr()
    assert run(older, "catalog", "rebuild") == 0
    assert "2 issues read, 0 rows entered, 1 dropped" in capsys.readouterr().out
    assert run(older, "catalog", "rebuild") == 0
    assert "0 rows entered, 0 dropped" in capsys.readouterr().out


@pytest.mark.engine
@pytest.mark.slow
def test_a_rebuilt_ledger_is_that_of_the_night(config):
    assert run(config, "nightly") == 0
    before = {row.content for row in catalog(config).ledger() if row.stage in PAGE_STAGES}
    known = catalog(config)
    for issue in {row.issue for row in known.ledger()}:
        known.forget(issue, PAGE_STAGES, {row.name for row in known.ledger(issue)})
    known.engine.dispose()
    assert run(config, "catalog", "rebuild") == 0
    assert {row.content for row in catalog(config).ledger() if row.stage in PAGE_STAGES} == before
