"""``make cases`` tells right from wrong, and says when there is nothing to try."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from benchmarks import cases
from benchmarks.cases import Row


@pytest.mark.parametrize(
    ("name", "expected", "right", "wrong"),
    [
        ("exit", 0, 0, 1),
        ("pages bazar", ["1.tif", "2.tif"], ["1.tif", "2.tif"], ["2.tif", "1.tif"]),
        ("pages bazar", 2, ["1.tif", "2.tif"], ["1.tif"]),
        ("words bazar", 200, [200, 350], [350, 199]),
        ("memory_mb", 300, 299, 301),
        ("names", ["1.tif", "2.tif"], "2.tif and 1.tif", "1.tif"),
    ],
)
def test_a_fact_is_right_only_as_it_is_expected(
    name: str, expected: object, right: object, wrong: object
) -> None:
    assert Row(name, expected, right).is_right
    assert not Row(name, expected, wrong).is_right
    assert not Row(name, expected, None).is_right


def test_a_case_is_judged_by_what_the_archive_holds(tmp_path: Path) -> None:
    folder = tmp_path / "order" / "in" / "bazar-1871"
    folder.mkdir(parents=True)
    for name in ("p10.png", "p2.png"):
        Image.new("RGB", (40, 60), "white").save(folder / name)
    pages = {"bazar-1871": ["p2.png", "p10.png"], "another": []}
    case = {"name": "order", "right": "", "facts": {"exit": 0, "pages": pages}}
    rows = cases.tried_case(case, tmp_path)
    assert [(row.name, row.is_right) for row in rows] == [
        ("exit", True),
        ("pages bazar-1871", True),
        ("pages another", False),
    ]


def test_without_the_cases_it_says_that_none_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["cases", str(tmp_path / "absent")])
    assert cases.main() == 0
    assert "no case was tried" in capsys.readouterr().out
