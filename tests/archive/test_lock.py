"""One run at a time in an archive."""

import errno
import fcntl
import subprocess
import sys

import pytest

from archive.lock import hold_lock
from schemas.errors import ArchiveError, BusyError, ConfigError
from tasks.__main__ import main
from tasks.flow.luigi import run_issues
from tests.conftest import ROOT

HOLD = """
import sys, time
from pathlib import Path
from archive.lock import hold_lock
with hold_lock(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that is at work in the archive."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_is_told_who_is_at_work(tmp_path, holder):
    with pytest.raises(BusyError, match=f"process {holder.pid} on "), hold_lock(tmp_path, "run"):
        pytest.fail("both are at work")
    with hold_lock(tmp_path, "ingest"):
        pass


def test_runs_that_share_bear_each_other_and_nobody_else(tmp_path):
    share = HOLD.replace('"run")', '"run", shared=True)')
    process = subprocess.Popen(
        [sys.executable, "-c", share, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout.readline() == b"held\n"
        with hold_lock(tmp_path, "run", shared=True):
            pass
        with pytest.raises(BusyError), hold_lock(tmp_path, "run"):
            pytest.fail("alone beside another")
    finally:
        process.kill()
        process.wait()


def test_who_waits_comes_after(tmp_path):
    first = HOLD.replace("sleep(60)", "sleep(1.5)")
    process = subprocess.Popen(
        [sys.executable, "-c", first, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout.readline() == b"held\n"
    with hold_lock(tmp_path, "run", waits=True):
        assert process.wait(timeout=30) == 0


def test_a_killed_run_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    with hold_lock(tmp_path, "run"):
        pass


def test_a_disk_without_locks_is_named(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    with pytest.raises(ConfigError, match="mount the disk with locks"), hold_lock(tmp_path, "run"):
        pytest.fail("went on without a lock")


def test_commands_end_with_code_4_while_another_run_is_at_work(config, capsys):
    from tasks.config_file import load

    root = load(config).archive.root
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        process.stdout.readline()
        for command in (["nightly"], ["run", "lantern-1908"], ["rerun", "lantern-1908"]):
            assert main([*command, "--config", str(config)]) == 4
            assert "another run is at work" in capsys.readouterr().err
    finally:
        process.kill()
        process.wait()


def test_a_full_disk_stops_the_night_wherever_it_shows(config, monkeypatch):
    from tasks.flow.export import Export

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert main(["ingest", str(config.parent / "incoming"), "--config", str(config)]) == 0
    monkeypatch.setattr(Export, "requires", lambda _: [])
    monkeypatch.setattr(Export, "complete", lambda _: False)
    monkeypatch.setattr(Export, "run", full)
    from archive.layout import Layout
    from tasks.config_file import load

    issues = Layout(load(config).archive.root).issues()
    with pytest.raises(OSError, match="No space left"):
        run_issues(issues, config)


@pytest.mark.parametrize("command", ["nightly", "run"])
def test_absent_weights_stop_the_run_and_are_named(config, capsys, command):
    assert main(["ingest", str(config.parent / "incoming"), "--config", str(config)]) == 0
    config.write_text(config.read_text() + "\n[separate]\nweights = nix\n")
    issues = ["lantern-1908"] if command == "run" else []
    assert main([command, *issues, "--config", str(config)]) == 3
    assert "no weights 'nix'" in capsys.readouterr().err


def test_an_issue_that_cannot_be_asked_costs_only_itself(config, monkeypatch):
    from archive.layout import Layout
    from tasks.config_file import load
    from tasks.flow.export import Export

    assert main(["ingest", str(config.parent / "incoming"), "--config", str(config)]) == 0
    layout = Layout(load(config).archive.root)
    first, second = layout.issues()
    for record in (layout.issue_record(first), *layout.issue_versions(first)):
        record.write_text("{")
    done = []
    monkeypatch.setattr(Export, "requires", lambda _: [])
    monkeypatch.setattr(Export, "complete", lambda task: task.record is None)
    monkeypatch.setattr(Export, "run", lambda task: done.append(task.issue))
    failures = run_issues((first, second), config)
    assert list(failures) == [str(first)] and "issue.json" in str(failures[str(first)])
    assert done == [str(second)]


def test_a_stage_whose_list_another_run_dropped_does_not_end_empty(config):
    from tasks.flow.stages import Recognize

    assert main(["ingest", str(config.parent / "incoming"), "--config", str(config)]) == 0
    with pytest.raises(ArchiveError, match="another run dropped separate"):
        Recognize(issue="lantern-1908", config=config).asked()


def test_a_rerun_that_another_run_ends_is_not_dropped_twice(config):
    from archive.layout import Layout
    from archive.store import write_whole
    from schemas.codec import to_json
    from schemas.model import IssueId
    from tasks.config_file import load
    from tasks.flow.rerun import Rerun, drop_noted
    from tasks.flow.stages import Describe

    assert main(["ingest", str(config.parent / "incoming"), "--config", str(config)]) == 0
    layout, issue = Layout(load(config).archive.root), IssueId("lantern-1908")
    note = layout.rerun(issue)
    write_whole(note, to_json(Rerun(("describe", "publish", "export"), (1,))))
    ends = HOLD.replace('"run"', '"rerun"').replace("sleep(60)", "sleep(1.5)")
    ends += "    Path(sys.argv[2]).unlink()\n"
    process = subprocess.Popen(
        [sys.executable, "-c", ends, str(layout.root), str(note)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout.readline() == b"held\n"
    drop_noted(Describe(issue=str(issue), config=config))
    assert process.wait(timeout=30) == 0
    assert not layout.due(issue, "publish").exists() and not layout.due(issue, "export").exists()
