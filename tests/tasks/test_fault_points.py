"""Every write, fsync, rename and statement of publish and export fails once; the next run mends it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest
from sqlalchemy import create_engine

from archive.catalog.catalog import Catalog
from schemas.errors import SystemicError
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tasks.flow.rerun import forget
from tests.archive.test_catalog import make_old, row, with_numbers
from tests.catalogs import contents
from tests.conftest import CONFIG, ROOT, write_issue
from tests.fault_points import failing
from tests.issues import published

ISSUE = IssueId("lantern-1908")
KINDS = ("write", "fsync", "rename", "statement")


def run(config, *args):
    return main([*args, "--config", str(config)])


def catalog(config):
    return Catalog.open(load(config).archive.catalog_url)


def products(config):
    """What readers and other systems see: every byte, and every row of the catalog."""
    root = load(config).archive.root
    files = {
        path.relative_to(root): path.read_bytes()
        for name in ("issues", "exports", "masters")  # records name the folder of the delivery
        for path in sorted((root / name).rglob("*"))
        if path.is_file()
    }
    book = catalog(config)
    rows = contents(book)
    book.engine.dispose()
    return files, rows


def differing(products_now, expected):
    """The names of files and the rows in which two archives differ."""
    (files, rows), (files_expected, rows_expected) = products_now, expected
    names = files.keys() | files_expected.keys()
    lines = set(rows.splitlines()) ^ set(rows_expected.splitlines())
    return sorted(
        [str(name) for name in names if files.get(name) != files_expected.get(name)] + list(lines)
    )


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """An archive with one issue of one page, registered."""
    home = tmp_path_factory.mktemp("ingested")
    (home / "config.ini").write_text(CONFIG)
    write_issue(home / "incoming" / "Lantern 1908", 1, ini="[issue]\ntitle = The Lantern\n")
    assert main(["ingest", str(home / "incoming"), "--config", str(home / "config.ini")]) == 0
    return home


def copy_of(home, folder):
    shutil.copytree(home, folder, dirs_exist_ok=True, symlinks=True)
    return folder / "config.ini"


@pytest.fixture(scope="module")
def finished(ingested, tmp_path_factory):
    """That archive, published and exported."""
    config = copy_of(ingested, tmp_path_factory.mktemp("finished"))
    assert run(config, "nightly") == 0
    return config.parent


def fail_at(config, kind, at, *, lasts, expected):
    """Publish and export anew with a fault; say whether there were so many operations."""
    forget(ISSUE, config, stage="publish")
    with failing(kind, at, lasts=lasts) as point:
        code = run(config, "run", str(ISSUE))
    if not point.was_reached:
        assert code == 0
        return False
    if code != 0:  # else it was borne: where a link cannot be made, a copy can
        assert run(config, "run", str(ISSUE)) == 0, f"{kind} {at}"
    assert differing(products(config), expected) == [], f"{kind} {at}"
    assert not list(load(config).archive.root.glob("register/*/*.due"))
    return True


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_publish_or_export_is_mended_by_the_next_run(finished, tmp_path, kind):
    """A few points; the next test walks through all of them."""
    config = copy_of(finished, tmp_path)
    expected = products(config)
    reached = [fail_at(config, kind, at, lasts=True, expected=expected) for at in (1, 4, 11)]
    assert any(reached)


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lasts", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_point_of_publish_and_export(finished, tmp_path, kind, lasts):
    config = copy_of(finished, tmp_path)
    expected = products(config)
    at = 1
    while fail_at(config, kind, at, lasts=lasts, expected=expected):
        at += 1
    assert at > 3


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_a_run_killed_at_the_end_of_each_stage_ends_as_an_undisturbed_one(
    ingested, finished, tmp_path
):
    config = copy_of(ingested, tmp_path)
    killed = 0
    while True:
        done = killed_at("ledger", 2 if killed else 1, "nightly", "--config", str(config))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
        assert killed < 12
    assert killed >= 8  # six stages of pages, publish, export
    assert differing(products(config), products(finished / "config.ini")) == []


def killed_at(kind, at, *command):
    return subprocess.run(
        [sys.executable, "-m", "tests.fault_points", kind, str(at), *command],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.fixture
def old(tmp_path):
    """A catalog of the first revision, and what it holds when it is upgraded undisturbed."""
    fresh = Catalog.open(f"sqlite:///{tmp_path}/fresh.sqlite")
    fresh.publish(with_numbers(published()))
    fresh.record([row(), row("a_0002")])
    path = tmp_path / "archive" / "catalog.sqlite"
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    make_old(engine, fresh)
    engine.dispose()
    return path, contents(fresh)


@pytest.mark.slow
def test_every_statement_of_a_migration_may_fail(old, tmp_path):
    path, expected = old
    before = path.read_bytes()
    at = 1
    while True:
        for file in path.parent.glob(f"{path.name}*"):  # a log would bring the upgrade back
            file.unlink()
        path.write_bytes(before)
        with failing("statement", at) as point:
            try:
                Catalog.open(f"sqlite:///{path}").engine.dispose()
            except SystemicError:
                assert point.was_reached
        if not point.was_reached:
            break
        upgraded = Catalog.open(f"sqlite:///{path}")
        assert contents(upgraded) == expected
        upgraded.engine.dispose()
        at += 1
    assert at > 20


@pytest.mark.slow
@pytest.mark.parametrize("at", [3, 12, 30])
def test_a_migration_that_is_killed_is_done_by_the_next_command(old, tmp_path, at):
    path, expected = old
    (tmp_path / "config.ini").write_text(CONFIG)
    done = killed_at("statement", at, "status", "--config", str(tmp_path / "config.ini"))
    assert done.returncode == -signal.SIGKILL, done.stderr
    upgraded = Catalog.open(f"sqlite:///{path}")
    assert contents(upgraded) == expected
