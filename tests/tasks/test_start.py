"""What commands that only ask do not import: counted, since time is the machine's."""

import json
import subprocess
import sys

import pytest

from archive.catalog.catalog import Catalog
from tasks.commands.group import COMMANDS, group
from tests.conftest import ROOT
from tests.issues import published

HEAVY = {
    "alembic", "cv2", "jinja2", "luigi", "numba", "numpy", "onnxruntime", "PIL", "pymatting",
    "pypdfium2", "pytesseract", "scipy", "tifffile", "torch",
}  # fmt: skip
RUN = """
import json, sys
from tasks.__main__ import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def modules_after(*arguments):
    """The exit code of a command line, and the packages it imported."""
    answer = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(answer.stdout.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=lambda a: a[0])
def test_help_imports_no_command_and_no_database(arguments):
    code, modules = modules_after(*arguments)
    assert code == 0 and not modules & (HEAVY | {"sqlalchemy", "msgspec", "rich", "lxml"})


@pytest.mark.parametrize("arguments", [["status"], ["find", "lantern"]], ids=lambda a: a[0])
def test_commands_that_only_ask_import_nothing_that_works_on_pages(arguments, home, config):
    catalog = Catalog.open(f"sqlite:///{home}/archive/catalog.sqlite")
    catalog.publish(published("lantern-1908"))
    catalog.engine.dispose()
    code, modules = modules_after(*arguments, "--config", str(config))
    assert code == 0 and "sqlalchemy" in modules and not modules & HEAVY


def test_the_list_of_commands_says_what_each_says_of_itself():
    with group.make_context("bilderbogen", [], resilient_parsing=True) as context:
        helps = {
            name: group.get_command(context, name).get_short_help_str(200) for name in COMMANDS
        }
    assert helps == COMMANDS
