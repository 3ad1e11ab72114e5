"""The log: one line an event, for people or for machines, and quiet unless asked."""

from __future__ import annotations

import json
import logging

import pytest

from tasks.__main__ import main
from tasks.archive_access import OpenArchive
from tasks.commands.log_output import logging_to_stderr
from tasks.flow.nightly import run_archive


@pytest.mark.engine
@pytest.mark.slow
def test_a_night_for_machines_is_one_json_object_an_event(home, config, capfd):
    assert main(["--log-json", "nightly", "--config", str(config)]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    events = [line["event"] for line in lines]
    assert events[0] == "run started" and events[-1] == "run ended" and lines[-1]["exit"] == 0
    done = {
        (line["issue"], line["page"], line["stage"])
        for line in lines
        if line["event"] == "page done"
    }
    assert ("other-1909", "other-1909_0002", "recognize") in done
    assert len(done) == 5 * 6
    assert events.count("stage started") == events.count("stage ended") == 2 * 6


@pytest.mark.engine
@pytest.mark.slow
def test_a_program_that_runs_an_archive_prints_nothing(home, config, capfd):
    result, report = run_archive(OpenArchive.open(config, is_new=True), only=None)
    assert result.done and not result.bad() and report is not None
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_traceback_stays_in_its_json_line(capfd):
    with logging_to_stderr(verbose=False, as_json=True):
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("tasks.test").exception("fault", extra={"page": "a-1_0001"})
    (line,) = capfd.readouterr().err.splitlines()
    record = json.loads(line)
    assert record["event"] == "fault" and record["page"] == "a-1_0001"
    assert record["traceback"].endswith("ValueError: broken")


def test_events_are_quiet_unless_asked_for(capfd):
    with logging_to_stderr(verbose=False, as_json=False):
        logging.getLogger("tasks.test").info("page done")
    assert capfd.readouterr().err == ""
    with logging_to_stderr(verbose=True, as_json=False):
        logging.getLogger("tasks.test").info("page done", extra={"stage": "crop"})
    assert capfd.readouterr().err.endswith("INFO page done stage=crop\n")
