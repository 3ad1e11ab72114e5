"""Fixtures that several test modules share: drawn pages, a tiny archive, the shared material."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tasks.executors.environment import set_environment

set_environment()

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

CONFIG = """[archive]
root = archive
incoming = incoming

[recognize]
languages = eng

[run]
processes = 2

[core]
log_level = CRITICAL
"""


_with_shared: dict[str, set[str]] = {"run": set(), "skipped": set()}
"""Tests that asked for the shared material, by what became of them."""


_running: list[pytest.Item] = []
"""The test at work, if there is one."""


def shared(name: str) -> Path:
    """A folder of the shared material, or skip; the test is marked ``shared``."""
    path = SHARED / name
    if _running and _running[-1].get_closest_marker("shared") is None:
        pytest.fail(f"{_running[-1].nodeid}: uses ../shared; mark it @pytest.mark.shared")
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    _with_shared["run" if path.exists() else "skipped"].add(test)
    if not path.exists():
        pytest.skip(f"needs ../shared/{name}, which is not part of the project")
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Remember which test is at work."""
    _running.append(item)
    try:
        return (yield)
    finally:
        _running.pop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a worker of pytest-xdist counted to the process that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["shared"] = {key: sorted(tests) for key, tests in _with_shared.items()}


class _Gather:
    """Takes the counts of the workers of pytest-xdist."""

    def pytest_testnodedown(self, node, error) -> None:
        for key, tests in getattr(node, "workeroutput", {}).get("shared", {}).items():
            _with_shared[key] |= set(tests)


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Gather())


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how many tests used ../shared, and how many were skipped for want of it."""
    run, skipped = (len(_with_shared[key]) for key in ("run", "skipped"))
    if run or skipped:
        terminalreporter.write_line(f"../shared: {run} tests used it, {skipped} skipped without it")
    version = ".".join(map(str, sys.version_info[:3]))
    terminalreporter.write_line(f"Python {version}")


def draw_page(seed: int = 0, *, height: int = 900, width: int = 640, picture: bool = True):
    """A page (H, W, 3): lines of real letters, and a dark picture with a caption below it."""
    rng = np.random.default_rng(seed)
    page = np.full((height, width, 3), 244, np.uint8)
    words = "lamp stood on the table and the whole village came to see it burn".split(" ")

    def line(text: str, x: int, y: int, scale: float = 0.62) -> None:
        cv2.putText(
            page, text, (x, y), cv2.FONT_HERSHEY_COMPLEX, scale, (20, 20, 20), 1, cv2.LINE_AA
        )

    line(f"THE LANTERN   No. {seed + 3}", 190, 40)
    start = 90
    if picture:
        window = page[80:380, 120:520]
        window[:] = rng.integers(40, 110, (*window.shape[:2], 1), dtype=np.uint8)
        line(f"Fig. {seed + 1}. The lamp", 220, 410)
        start = 470
    for y in range(start, height - 40, 32):
        line(" ".join(words[i] for i in rng.integers(len(words), size=9)), 50, y)
    return page


def write_issue(folder: Path, pages: int = 2, *, ini: str | None = None, seed: int = 0) -> Path:
    """A folder of drawn TIFFs at 150 dpi."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(pages):
        page = draw_page(seed + number, picture=number != 1)
        Image.fromarray(page).save(folder / f"p{number + 1}.tif", dpi=(150, 150))
    if ini:
        (folder / "issue.ini").write_text(ini, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a config.ini, an empty archive and two issues waiting."""
    (tmp_path / "config.ini").write_text(CONFIG)
    write_issue(tmp_path / "incoming" / "Lantern 1908", 3, ini="[issue]\ntitle = The Lantern\n")
    write_issue(tmp_path / "incoming" / "other-1909", 2, seed=20)
    return tmp_path


@pytest.fixture
def config(home: Path) -> Path:
    """The home's configuration."""
    return home / "config.ini"


@pytest.fixture(scope="session")
def fonts():
    """The typefaces of this machine, as the composer uses them; skips where there are none."""
    from archive.training.fonts import find_fonts
    from pipeline.synthesis.type import FontBook
    from schemas.errors import EngineError

    try:
        return FontBook(find_fonts())
    except EngineError as error:
        pytest.skip(str(error))
