"""What docs/add-a-stage.md and docs/extend.md teach: each diff is applied to a copy and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import CONFIG, ROOT, write_issue

pytestmark = [pytest.mark.engine, pytest.mark.slow]

PACKAGES = ("schemas", "pipeline", "archive", "tasks")
ISSUE = "lantern-1908"


def diffs(name):
    return re.findall(r"```diff\n(.*?)```", (ROOT / "docs" / name).read_text(), re.S)


@pytest.fixture
def copy(tmp_path):
    """A copy of the program, and beside it an archive with an issue of two pages."""
    program = tmp_path / "program"
    for package in PACKAGES:
        leave = shutil.ignore_patterns("__pycache__", "shipped")
        shutil.copytree(ROOT / package, program / package, ignore=leave)
    (program / "archive" / "shipped").symlink_to(ROOT / "archive" / "shipped")
    write_issue(tmp_path / "incoming" / ISSUE, 2)
    (tmp_path / "config.ini").write_text(CONFIG)
    return program


def apply(program, diff):
    """Apply ``diff``; return how many files that were there it touches."""
    done = subprocess.run(["patch", "-p1", "--fuzz=0"], input=diff, cwd=program, text=True,
                          capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return diff.count("\n--- a/") + diff.startswith("--- a/")


def run(program, *arguments):
    environment = os.environ | {"PYTHONPATH": str(program), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "tasks", *arguments,
               "--config", str(program.parent / "config.ini")]  # fmt: skip
    done = subprocess.run(command, cwd=program, env=environment, text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr


def archive(program):
    return program.parent / "archive"


def times(files):
    return {path.name: path.stat().st_mtime_ns for path in files}


def test_a_stage_that_is_added_runs_and_every_command_knows_it(copy):
    (diff,) = diffs("add-a-stage.md")
    assert apply(copy, diff) <= 2
    code, output = run(copy, "nightly")
    assert code == 0, output
    assert re.search(r"sharpness\W+2\W", output), output
    made = sorted(archive(copy).glob(f"work/sharpness/*/{ISSUE}/v001/{ISSUE}_*.json"))
    values = [path for path in made if "outcome" not in path.name]
    assert len(values) == 2 and all(float(path.read_text()) > 0 for path in values)
    # status knows it
    code, output = run(copy, "status", "--json")
    assert json.loads(output)[ISSUE]["sharpness"] == {"done": 2}
    # its recipe is part of the recipe of what needs it
    assert len(list((archive(copy) / "exports" / ISSUE).iterdir())) == 1
    # rerun does it again, and what needs it, and nothing else
    before = times(values), times(archive(copy).glob(f"work/recognize/*/{ISSUE}/v001/*_0001.json"))
    code, output = run(copy, "rerun", ISSUE, "--stage", "sharpness")
    assert code == 0, output
    after = times(values), times(archive(copy).glob(f"work/recognize/*/{ISSUE}/v001/*_0001.json"))
    assert after[1] == before[1] and all(after[0][name] > before[0][name] for name in before[0])


def test_a_page_that_an_added_stage_loses_is_named_and_done_again(copy):
    (diff,) = diffs("add-a-stage.md")
    apply(copy, diff)
    function = copy / "pipeline" / "describe" / "sharpness.py"
    sound = function.read_text()
    fault = '    if grey.mean() < 215:\n        raise RefineError("too blurred")\n    return float'
    broken = sound.replace("    return float", fault)
    function.write_text(
        broken.replace("import cv2\n", "import cv2\n\nfrom schemas.errors import RefineError")
    )
    code, output = run(copy, "nightly")
    assert code == 1 and "sharpness" in output and "too blurred" in output, output
    function.write_text(sound)
    code, output = run(copy, "rerun", ISSUE, "--failed")
    assert code == 0, output
    code, output = run(copy, "status", "--json")
    assert json.loads(output)[ISSUE]["sharpness"] == {"done": 2}


def test_engines_and_a_profile_that_are_added_are_taken_by_name(copy):
    result = diffs("extend.md")
    assert len(result) == 3
    assert all(apply(copy, diff) <= 2 for diff in result)
    options = "[separate]\nengine = bottom-half\n[export]\nprofiles = archive, captions\n"
    config = CONFIG.replace("[recognize]\n", "[recognize]\nengine = wordless\nmin_text_area = 1\n")
    (copy.parent / "config.ini").write_text(config + options)
    _, output = run(copy, "nightly")
    assert (archive(copy) / "exports" / ISSUE).is_dir(), output
    (package,) = (archive(copy) / "exports" / ISSUE).iterdir()
    table = (package / "data" / "catalog" / "captions.csv").read_text().splitlines()
    assert table[0] == "page,illustration,caption" and len(table) == 3
    mets = (package / "data" / "mets.xml").read_text()
    assert "catalog/captions.csv" in mets
    assert "Wordless 1" in mets and "bottom-half" in mets
