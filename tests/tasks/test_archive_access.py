"""An archive is opened without a word on the terminal; what to tell comes as a value."""

from __future__ import annotations

import ast

import pytest

from schemas.errors import ConfigError
from tasks.__main__ import main
from tasks.archive_access import OpenArchive
from tests.conftest import ROOT


def test_an_archive_is_opened_without_printing(home, config, capfd):
    begun = OpenArchive.open(config, is_new=True)
    assert "a new archive is begun" in begun.warnings[0]
    begun.catalog.engine.dispose()
    assert main(["ingest", str(home / "incoming"), "--config", str(config)]) == 0
    for file in (home / "archive").glob("catalog.sqlite*"):
        file.unlink()
    capfd.readouterr()
    lost = OpenArchive.open(config)
    assert "2 issues are registered" in lost.warnings[0]
    assert capfd.readouterr() == ("", "")


def test_commands_print_the_warnings(home, config, capfd):
    assert main(["ingest", str(home / "incoming"), "--config", str(config)]) == 0
    assert "a new archive is begun" in capfd.readouterr().err


def test_an_archive_that_is_not_there_is_not_begun(config, capfd):
    with pytest.raises(ConfigError, match="no archive"):
        OpenArchive.open(config)
    assert capfd.readouterr() == ("", "")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_nothing_below_the_commands_knows_them_or_prints():
    core = [ROOT / "tasks" / "archive_access.py"]
    for room in ("flow", "executors"):
        core += (ROOT / "tasks" / room).glob("*.py")
    assert len(core) > 15
    for path in core:
        modules = set(imported(path))
        assert not {name for name in modules if name.startswith(("click", "tasks.commands"))}, path
        if path.parent.name == "executors":
            assert not {name for name in modules if name.startswith("tasks.flow")}, path
