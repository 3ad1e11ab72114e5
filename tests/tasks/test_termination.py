"""SIGTERM in the middle of a night: nothing outlives it, and the next night ends the work."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.catalog.catalog import Catalog
from tests.conftest import ROOT
from tests.tasks.test_night import tree

pytestmark = [pytest.mark.engine, pytest.mark.slow]

COMMAND = [sys.executable, "-m", "tasks", "nightly", "--config"]


def processes_with(mark: str) -> set[int]:
    """Processes of the environment ``mark``, those that have ended but for their parent left out."""
    alive = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment:
            alive.add(int(folder.name))
    return alive


def slow_tesseract(home: Path) -> str:
    """A Tesseract that takes its time over pages, and the PATH that finds it first."""
    folder = home / "bin"
    folder.mkdir()
    real = shutil.which("tesseract")
    fake = folder / "tesseract"
    fake.write_text(
        f'#!/bin/sh\ncase "$1" in --*) exec {real} "$@";; esac\ntouch "{home}/reading"; sleep 300\n'
    )
    fake.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def wait_until(is_so, seconds):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_sigterm_leaves_no_process_and_the_next_night_makes_the_same_bytes(home, config, tmp_path):
    clean = tmp_path / "clean"
    shutil.copytree(home, clean, ignore=shutil.ignore_patterns("clean"))
    subprocess.run([*COMMAND, str(clean / "config.ini")], cwd=ROOT, check=True)
    mark = f"TEST_OF_SIGTERM={home}"
    environment = os.environ | {"PATH": slow_tesseract(home), "TEST_OF_SIGTERM": str(home)}
    night = subprocess.Popen([*COMMAND, str(config)], cwd=ROOT, env=environment)
    wait_until((home / "reading").exists, 60)
    assert len(processes_with(mark)) > 3  # the run, fork server, worker and Tesseract
    night.send_signal(signal.SIGTERM)
    assert night.wait(15) == 143
    wait_until(lambda: not processes_with(mark), 5)
    catalog = Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite")
    (run,) = catalog.last_runs()
    assert run.ended is not None and run.outcome == "Terminated"
    assert not [row for row in catalog.ledger() if row.state.is_bad]
    subprocess.run([*COMMAND, str(config)], cwd=ROOT, check=True)
    ours, theirs = tree(home / "archive"), tree(clean / "archive")
    assert set(ours) == set(theirs)
    dated = {name for name in theirs if name.startswith("exports/")}  # date of ingest
    assert all(ours[name] == theirs[name] for name in set(theirs) - dated)


def test_sigterm_to_every_process_of_the_service_blames_no_page(home, config):
    """systemd sends it to all of them at once (KillMode=control-group)."""
    mark = f"TEST_OF_SIGTERM={home}"
    environment = os.environ | {"PATH": slow_tesseract(home), "TEST_OF_SIGTERM": str(home)}
    night = subprocess.Popen([*COMMAND, str(config)], cwd=ROOT, env=environment)
    wait_until((home / "reading").exists, 60)
    for process in sorted(processes_with(mark), reverse=True):
        os.kill(process, signal.SIGTERM)
    assert night.wait(15) == 143
    wait_until(lambda: not processes_with(mark), 5)
    catalog = Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite")
    assert not [row for row in catalog.ledger() if row.state.is_bad]
    assert not list((home / "archive" / "work" / "recognize").rglob("*.outcome.json"))
