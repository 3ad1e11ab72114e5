"""What the docs say is so: commands exist, files are there, examples parse."""

import ast
import re
from pathlib import Path

import pytest

from archive.catalog.tables import Base
from archive.training.fonts import FACES
from archive.weights import find_weights
from archive.wordlists import PACKAGES
from schemas.sidecar import read_sidecar
from tasks.commands.group import COMMANDS, group
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_commands_in_the_docs_exist_with_their_options(path):
    for line in re.findall(r"bilderbogen ([a-z]+[^\n`|]*)", path.read_text()):
        name = line.split()[0]
        if name not in COMMANDS:
            assert name in ("nightly",) or not line.startswith("--"), line
            continue
        command = group.get_command(None, name)
        parts = [command, *getattr(command, "commands", {}).values()]
        known = {o for part in parts for p in part.params for o in p.opts}
        for option in re.findall(r"(--[a-z-]+)", line.split("#")[0]):
            assert option in known, f"{name} has no {option}"


def test_make_targets_named_in_the_docs_exist():
    makefile = (ROOT / "Makefile").read_text()
    for path in DOCS:
        for target in re.findall(r"`?make ([a-z]+)`?", path.read_text()):
            if target in ("demo", "test", "setup", "quick", "check", "lock", "bench"):
                assert re.search(rf"^{target}:", makefile, re.M), target


def test_make_installs_every_system_package_that_the_code_reads_files_of():
    makefile = (ROOT / "Makefile").read_text()
    (listed,) = re.findall(r"^APT := (.*?[^\\])$", makefile, re.M | re.S)
    needed = {package for _, _, package in FACES.values()} | set(PACKAGES.values())
    assert needed <= set(listed.replace("\\", " ").split())


def test_the_example_of_an_issue_ini_is_valid():
    text = (ROOT / "docs" / "operations.md").read_text()
    (example,) = re.findall(r"```ini\n(.*?)```", text, re.S)
    sidecar = read_sidecar(example.encode(), name="operations.md")
    assert sidecar.slug == "bazar-1871-11" and sidecar.metadata.title == "Der Bazar"


def test_every_dependency_has_its_line():
    text = (ROOT / "docs" / "dependencies.md").read_text()
    expected = (ROOT / "setup.cfg").read_text().split("install_requires =")[1].split("[options")[0]
    for line in expected.split():
        name = re.split(r"[\[<>=]", line)[0]
        assert not name or name.isdigit() or not name[0].isalpha() or name in text, name


def places():
    """Every place that the table of docs/architecture.md sends a reader to."""
    text = (ROOT / "docs" / "architecture.md").read_text().split("## Where to change what")[1]
    return re.findall(r"`((?:schemas|pipeline|archive|tasks)/[^`]+)`", text)


@pytest.mark.parametrize("place", places())
def test_what_is_to_be_changed_is_where_the_table_says(place):
    path, _, name = place.partition(": ")
    assert (ROOT / path).exists(), place
    if name:
        names = {
            n.name for n in ast.walk(ast.parse((ROOT / path).read_text())) if hasattr(n, "name")
        }
        assigned = re.findall(r"^(\w+)(?:: [^=]+)? = ", (ROOT / path).read_text(), re.M)
        assert name in names | set(assigned), place


def test_every_adr_is_in_the_list():
    listed = (ROOT / "docs" / "adr" / "README.md").read_text()
    for path in (ROOT / "docs" / "adr").glob("0*.md"):
        assert path.name in listed


def test_the_tables_are_those_the_catalog_promises():
    expected = {
        "issue",
        "page",
        "region",
        "illustration",
        "file",
        "ledger",
        "event",
        "model",
        "run",
    }
    expected |= {"numbered", "decision"}
    assert set(Base.metadata.tables) == expected


CELLS = ("iou", "boundary_f", "average_precision", "box_f1_50", "box_f1_75")
"""Of the table by source in docs/separation.md, after source and number of pages."""


def test_the_figures_in_the_docs_are_those_of_the_shipped_weights():
    figures = find_weights("default").card.figures
    text = (ROOT / "docs/separation.md").read_text()
    for source, figure in figures.items():
        name = "**all**" if source == "ALL" else source
        cells = [f"{figure[key]:.3f}" if key in figure else "–" for key in CELLS]
        false = f"{figure['false_area']:.1%}".replace("%", " %") if "false_area" in figure else "–"
        row = [name, str(round(figure["pages"])), *cells, false]
        assert f"| {' | '.join(row)} |" in text, source
    of_all, planes = figures["ALL"], ("caption_iou", "header_iou", "text_iou")
    bazar = [f"{figures['Bilderbazaar']['iou']:.3f}", *(f"{of_all[key]:.3f}" for key in planes)]
    assert f"| tidied | {' | '.join(bazar)} |" in text
    shipped = f"| {of_all['iou']:.3f} | {of_all['box_f1_50']:.3f} | {of_all['false_area']:.1%}"
    assert shipped.replace("%", " %") in (ROOT / "README.md").read_text()


def test_nothing_speaks_of_this_machine():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.cfg")]:
        assert str(Path.home()) + "/" not in path.read_text()
