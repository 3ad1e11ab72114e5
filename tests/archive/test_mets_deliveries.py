"""METS documents whose pages lie beside them under other addresses than they name."""

from __future__ import annotations

import unicodedata

import pytest
from PIL import Image

from archive.ingest.sources import discover

METS = """<mets:mets xmlns:mets="http://www.loc.gov/METS/"
 xmlns:xlink="http://www.w3.org/1999/xlink"><mets:fileSec>{groups}</mets:fileSec>
 <mets:structMap TYPE="PHYSICAL"><mets:div TYPE="physSequence">{pages}</mets:div></mets:structMap>
 </mets:mets>"""
FILE = """<mets:file ID="{id}" MIMETYPE="image/jpeg"><mets:FLocat LOCTYPE="URL"
 xlink:href="{href}"/></mets:file>"""


def document(groups, pages=2):
    """METS with ``pages`` pages; ``groups`` are names with the address of a page, {n} in it."""
    written = "".join(
        f'<mets:fileGrp USE="{use}">'
        + "".join(FILE.format(id=f"{use}{n}", href=href.format(n=n)) for n in range(1, pages + 1))
        + "</mets:fileGrp>"
        for use, href in groups.items()
    )
    divs = "".join(
        f'<mets:div TYPE="page" ORDER="{n}">'
        + "".join(f'<mets:fptr FILEID="{use}{n}"/>' for use in groups)
        + "</mets:div>"
        for n in range(1, pages + 1)
    )
    return METS.format(groups=written, pages=divs)


def save(path, size=(60, 80)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, 230).save(path)


def only(folder):
    (issue,) = discover(folder).issues
    return issue


def names(issue):
    root = issue.folder.resolve()
    return [page.path.relative_to(root).as_posix() for page in issue.pages]


@pytest.mark.parametrize(
    "href",
    [
        "https://digital.example.org/content/2/max/000{n}.jpg",
        "https://digital.example.org/iiif/bazar%2F000{n}.jpg/full/full/0/default.jpg",
        "file:///opt/digiverso/goobi/metadata/77/images/bazar_tif/000{n}.jpg",
        "D:\\scans\\bazar\\000{n}.jpg",
        "https://digital.example.org/content/2/000{n}.tif",
    ],
)
@pytest.mark.parametrize("below", ["", "max/", "images/bazar_media/"])
def test_pages_are_found_by_their_unique_file_names(tmp_path, href, below):
    folder = tmp_path / "bazar-1871-11"
    for n in (1, 2):
        save(folder / f"{below}000{n}.jpg")
    (folder / "mets.xml").write_text(document({"DEFAULT": href}))
    issue = only(folder)
    assert names(issue) == [f"{below}0001.jpg", f"{below}0002.jpg"] and not issue.refused
    assert str(issue.issue) == "bazar-1871-11"


def test_of_copies_in_folders_named_for_them_the_best_is_the_page(tmp_path):
    folder = tmp_path / "bazar-1871-11"
    for n in (1, 2):
        save(folder / f"max/000{n}.jpg", (120, 160))
        save(folder / f"default/000{n}.jpg")
    (folder / "mets.xml").write_text(document({"DEFAULT": "https://example.org/000{n}.jpg"}))
    issue = only(folder)
    assert names(issue) == ["max/0001.jpg", "max/0002.jpg"]
    assert [path.parent.name for path in issue.copies] == ["default", "default"]


def test_files_of_several_groups_are_one_page_and_its_copies(tmp_path):
    folder = tmp_path / "bazar-1871-11"
    for n in (1, 2):
        save(folder / f"tif/000{n}.jpg")
        save(folder / f"jpg/000{n}.jpg")
    groups = {"DEFAULT": "jpg/000{n}.jpg", "LOCAL": "tif/000{n}.jpg"}
    (folder / "mets.xml").write_text(document(groups))
    issue = only(folder)
    assert names(issue) == ["tif/0001.jpg", "tif/0002.jpg"] and len(issue.copies) == 2


def test_names_that_two_folders_have_are_not_guessed(tmp_path):
    folder = tmp_path / "bazar-1871-11"
    for place in ("a", "b"):
        save(folder / place / "0001.jpg")
    save(folder / "0002.jpg")
    (folder / "mets.xml").write_text(document({"DEFAULT": "https://example.org/000{n}.jpg"}))
    issue = only(folder)
    assert names(issue) == ["0002.jpg"]
    assert "not fetched" in issue.refused[0].reason


def test_composed_and_decomposed_names_are_the_same(tmp_path):
    folder = tmp_path / "bazar-1871-11"
    save(folder / unicodedata.normalize("NFD", "März 1.jpg"))
    save(folder / "März 2.jpg")
    (folder / "mets.xml").write_text(document({"DEFAULT": "M%C3%A4rz%20{n}.jpg"}))
    assert len(only(folder).pages) == 2


def test_a_process_folder_of_kitodo_names_its_issue(tmp_path):
    folder = tmp_path / "BazaDieM_1871_11"
    for n in (1, 2):
        save(folder / f"images/BazaDieM_tif/000{n}.jpg")
        save(folder / f"images/thumbs/000{n}.jpg", (6, 8))
    href = "file:///usr/local/kitodo/metadata/5/images/BazaDieM_tif/000{n}.jpg"
    served = "https://example.org/000{n}_max.jpg"
    (folder / "meta.xml").write_text(document({"MAX": served, "LOCAL": href}))
    (folder / "meta_anchor.xml").write_text(document({"DEFAULT": "none.jpg"}, pages=1))
    issue = only(folder)
    assert str(issue.issue) == "bazadiem-1871-11"
    assert names(issue) == ["images/BazaDieM_tif/0001.jpg", "images/BazaDieM_tif/0002.jpg"]


def test_a_page_that_is_not_there_costs_itself(tmp_path):
    folder = tmp_path / "bazar-1871-11"
    save(folder / "0001.jpg")
    text = document({"DEFAULT": "000{n}.jpg"})
    (folder / "mets.xml").write_text(text.replace('FILEID="DEFAULT2"', 'FILEID="LOST"'))
    issue = only(folder)
    assert names(issue) == ["0001.jpg"] and "LOST" in issue.refused[0].reason
