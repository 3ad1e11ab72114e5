"""docs/reliability.md names a test for every fault, and each test is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

_ROW = re.compile(r"^\| (.+) \| (.+) \| `(\S+\.py)::(\w+)` \|$", re.M)
ROWS = _ROW.findall((ROOT / "docs" / "reliability.md").read_text())


@pytest.mark.parametrize("row", ROWS, ids=[test for _, _, _, test in ROWS])
def test_the_test_of_a_fault_is_there(row):
    _, _, file, name = row
    tree = ast.parse((ROOT / "tests" / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_line_of_the_tables_is_read_and_no_fault_stands_twice():
    lines = (ROOT / "docs" / "reliability.md").read_text().splitlines()
    listed = [line for line in lines if line.startswith("| ") and not line.startswith("| fault |")]
    assert len(listed) == len(ROWS) >= 120
    assert len({fault for fault, *_ in ROWS}) == len(ROWS)
