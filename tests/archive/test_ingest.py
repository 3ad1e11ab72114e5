import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from archive.hrefs import resolve_href
from archive.ingest.names import natural, to_slug
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from archive.store import sha256
from schemas.errors import DocumentError, ScanError
from schemas.read.mets import read_mets
from schemas.sidecar import read_sidecar, write_sidecar
from tests.conftest import draw_page, shared, write_issue

INI = "[issue]\ntitle = Der Bazar\ndate = 1871-03\nlanguage = ger\nscript = Latf\n[identifiers]\nzdb = 1-2\n"


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "archive")


def only(folder):
    (source,) = discover(folder).issues
    return source


def test_pages_come_in_natural_order(tmp_path):
    for name in ("p10.tif", "p2.tif", "P1.tif"):
        Image.fromarray(draw_page(height=80, width=60)).save(tmp_path / name)
    assert [p.path.name for p in only(tmp_path).pages] == ["P1.tif", "p2.tif", "p10.tif"]
    assert natural("a2b") < natural("a10b")


def test_masters_are_kept_bit_for_bit_and_never_changed(tmp_path, layout):
    folder = write_issue(tmp_path / "in", 2, ini=INI)
    before = {p.name: sha256(p) for p in folder.iterdir()}
    issue = register(only(folder), layout, Acceptance()).issue
    assert {p.name: sha256(p) for p in folder.iterdir()} == before
    for scan in issue.scans:
        assert sha256(layout.master(scan)) == scan.sha256 == before[scan.name]
    assert issue.metadata.title == "Der Bazar" and issue.metadata.script == "Latf"


def test_masters_can_stay_where_they_are(tmp_path, layout):
    folder = write_issue(tmp_path / "in", 1)
    issue = register(only(folder), layout, Acceptance(copy=False)).issue
    assert layout.master(issue.scans[0]) == (folder / "p1.tif").resolve()
    assert not (layout.root / "masters").exists()


def test_the_same_content_is_skipped_and_other_content_is_a_new_version(tmp_path, layout):
    folder = write_issue(tmp_path / "in", 2)
    assert register(only(folder), layout, Acceptance()).is_new
    record = layout.issue_record(only(folder).issue)
    at = record.stat().st_mtime_ns
    assert not register(only(folder), layout, Acceptance()).is_new
    assert record.stat().st_mtime_ns == at
    Image.fromarray(draw_page(9)).save(folder / "p2.tif")
    again = register(only(folder), layout, Acceptance())
    assert again.is_new and again.issue.version == 2
    assert layout.issue_record(again.issue.issue, 1).exists()


def test_equal_page_names_of_two_issues_do_not_collide(tmp_path, layout):
    write_issue(tmp_path / "in" / "a", 1, seed=1)
    write_issue(tmp_path / "in" / "b", 1, seed=2)
    issues = [register(s, layout, Acceptance()).issue for s in discover(tmp_path / "in").issues]
    result, other = (layout.master(issue.scans[0]) for issue in issues)
    assert result.name == other.name and result.read_bytes() != other.read_bytes()


def test_folders_of_one_name_become_two_issues(tmp_path):
    write_issue(tmp_path / "x" / "No 1", 1)
    write_issue(tmp_path / "y" / "no-1", 1)
    slugs = [str(source.issue) for source in discover(tmp_path).issues]
    assert slugs[0] == "no-1" and slugs[1].startswith("no-1-") and slugs[0] != slugs[1]


def test_bad_files_are_quarantined_by_name_and_the_issue_goes_on(tmp_path, layout):
    folder = write_issue(tmp_path / "in", 2)
    (folder / "zero.tif").write_bytes(b"")
    (folder / "page.jpg").write_bytes(b"<html>")
    (folder / "p9.tif").write_bytes((folder / "p1.tif").read_bytes()[:9000])
    Image.new("1", (5000, 5000)).save(folder / "huge.png")
    (folder / "link.tif").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.tif")
    (folder / "virus.exe").write_bytes(b"MZ")
    (folder / "Thumbs.db").write_bytes(b"x")
    issue = register(only(folder), layout, Acceptance(max_megapixels=20)).issue
    assert len(issue.scans) == 2
    assert {q.name for q in issue.quarantined} == {
        "zero.tif", "page.jpg", "p9.tif", "huge.png", "link.tif", "pipe.tif", "virus.exe",
    }  # fmt: skip
    reasons = {q.name: q.reason for q in issue.quarantined}
    assert "max_megapixels" in reasons["huge.png"] and "empty" in reasons["zero.tif"]


def test_a_folder_of_bad_pages_alone_is_refused_and_its_neighbour_comes_in(tmp_path):
    write_issue(tmp_path / "good", 1)
    bad = tmp_path / "bad"
    bad.mkdir()
    for number in range(5):
        (bad / f"p{number}.tif").write_bytes(b"")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "letter.doc").write_bytes(b"no page image, and none was meant")
    result = discover(tmp_path)
    assert [source.folder.name for source in result.issues] == ["good"]
    (refused,) = result.refused
    assert refused.name == str(bad) and "p0.tif: empty file" in refused.reason


def test_a_mets_file_of_bad_pages_alone_says_why(tmp_path, layout):
    (tmp_path / "mets.xml").write_text(
        """<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">
        <mets:fileSec><mets:fileGrp USE="MASTER"><mets:file ID="A" MIMETYPE="image/tiff">
        <mets:FLocat LOCTYPE="URL" xlink:href="../x.tif"/></mets:file></mets:fileGrp></mets:fileSec>
        <mets:structMap TYPE="PHYSICAL"><mets:div TYPE="physSequence"><mets:div TYPE="page" ORDER="1">
        <mets:fptr FILEID="A"/></mets:div></mets:div></mets:structMap></mets:mets>"""
    )
    with pytest.raises(ScanError, match=r"no page could be accepted \(\.\./x\.tif: .*leaves"):
        register(only(tmp_path), layout, Acceptance())


def test_an_issue_without_a_good_page_is_refused(tmp_path, layout):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    with pytest.raises(ScanError, match="no page could be accepted"):
        register(only(folder), layout, Acceptance())
    assert not layout.issue_record(only(folder).issue).exists()


def test_an_empty_folder_holds_no_issue(tmp_path):
    (tmp_path / "empty").mkdir()
    assert discover(tmp_path).issues == ()


def test_a_bad_sidecar_costs_only_its_folder(tmp_path):
    write_issue(tmp_path / "good", 1)
    write_issue(tmp_path / "bad", 1, ini="[issue]\nscript = Gothic\n")
    result = discover(tmp_path)
    assert [str(s.issue) for s in result.issues] == ["good"]
    assert "script = Gothic" in result.refused[0].reason


def test_odd_names_do_no_harm(tmp_path, layout):
    folder = tmp_path / "in"
    folder.mkdir()
    page = Image.fromarray(draw_page(height=80, width=60))
    names = ["a b.tif", "ü.tif", "-x.tif", "$(rm).tif", "q'\".tif", "new\nline.tif", "*[x]?.tif"]
    for name in names:
        page.save(folder / name)
    shutil.copy(folder / "a b.tif", os.fsencode(folder) + b"/\xff.tif")
    issue = register(only(folder), layout, Acceptance()).issue
    assert len(issue.scans) + len(issue.quarantined) == len(names) + 1
    for scan in issue.scans:
        assert layout.master(scan).is_file() and Path(scan.path).name.isascii()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Der Bazar 1871", "der-bazar-1871"), ("Grüße", "gruesse"), ("x" * 99, "x" * 80)],
)
def test_slugs_are_plain(name, slug):
    assert to_slug(name) == slug


def test_a_tiff_of_several_pages_is_an_issue(tmp_path, layout):
    pages = [Image.fromarray(draw_page(n, height=200, width=150)) for n in range(3)]
    pages[0].save(tmp_path / "whole.tif", save_all=True, append_images=pages[1:])
    issue = register(only(tmp_path / "whole.tif"), layout, Acceptance()).issue
    assert [scan.frame for scan in issue.scans] == [0, 1, 2]
    assert len({scan.path for scan in issue.scans}) == 1


def test_a_mets_file_names_pages_order_and_metadata(tmp_path, layout):
    mets = """<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns:mods="http://www.loc.gov/mods/v3"
     xmlns:xlink="http://www.w3.org/1999/xlink"><mets:dmdSec ID="D"><mets:mdWrap MDTYPE="MODS">
     <mets:xmlData><mods:mods><mods:titleInfo><mods:title>Der Bazar</mods:title></mods:titleInfo>
     <mods:originInfo><mods:dateIssued>1871</mods:dateIssued></mods:originInfo></mods:mods>
     </mets:xmlData></mets:mdWrap></mets:dmdSec><mets:fileSec><mets:fileGrp USE="MASTER">
     <mets:file ID="A" MIMETYPE="image/tiff"><mets:FLocat LOCTYPE="URL" xlink:href="p2.tif"/></mets:file>
     <mets:file ID="B" MIMETYPE="image/tiff"><mets:FLocat LOCTYPE="URL" xlink:href="p1.tif"/></mets:file>
     <mets:file ID="C" MIMETYPE="image/tiff"><mets:FLocat LOCTYPE="URL" xlink:href="../x.tif"/></mets:file>
     </mets:fileGrp></mets:fileSec><mets:structMap TYPE="PHYSICAL"><mets:div TYPE="physSequence">
     <mets:div TYPE="page" ORDER="2" ORDERLABEL="II"><mets:fptr FILEID="B"/></mets:div>
     <mets:div TYPE="page" ORDER="1" ORDERLABEL="I"><mets:fptr FILEID="A"/></mets:div>
     <mets:div TYPE="page" ORDER="3"><mets:fptr FILEID="C"/></mets:div>
     </mets:div></mets:structMap></mets:mets>"""
    folder = write_issue(tmp_path / "bazar-1", 2)
    (folder / "mets.xml").write_text(mets)
    assert only(folder) == only(folder / "mets.xml")  # a walk finds it too
    issue = register(only(folder), layout, Acceptance()).issue
    assert [(scan.name, scan.label) for scan in issue.scans] == [("p2.tif", "I"), ("p1.tif", "II")]
    assert issue.metadata.title == "Der Bazar" and issue.metadata.date == "1871"
    assert "leaves the folder" in issue.quarantined[0].reason


@pytest.mark.parametrize("attack", [
    "<!DOCTYPE m [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><m>&x;</m>",
    "<!DOCTYPE m [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><m>&b;</m>",
    "<m>", "", "<m/>", "<a>" * 5000,
])  # fmt: skip
def test_hostile_or_broken_xml_is_refused(attack):
    with pytest.raises(DocumentError, match="x.xml"):
        read_mets(attack.encode(), name="x.xml")


@pytest.mark.parametrize("href", [
    "../x", "a/../../x", "%2e%2e/x", "/etc/passwd", "file:///etc/passwd", "file://host/x",
    "http://example.org/x", "https://example.org/x", "x\\..\\y", "C:/x", "x%00.tif", "", "%2Fetc",
    "link", "folder", "missing.tif", "ftp://x/y", "loop",
])  # fmt: skip
def test_no_href_leaves_its_folder(tmp_path, href):
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ScanError):
        resolve_href(href, tmp_path)


def test_a_plain_href_is_found(tmp_path):
    (tmp_path / "a b.tif").write_bytes(b"x")
    assert resolve_href("a%20b.tif", tmp_path).name == "a b.tif"


def test_a_sidecar_comes_back(tmp_path):
    sidecar = read_sidecar(INI.encode(), name="issue.ini")
    assert (
        read_sidecar(write_sidecar(sidecar.metadata, slug="x-1"), name="x").metadata
        == sidecar.metadata
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"[issue]\ntitel = x\n", "titel is unknown"),
        (b"[isue]\n", "isue"),
        (b"[issue]\nscript = Fraktur\n", "Latf or Latn"),
        (b"[issue]\nlanguage = deutsch\n", "ISO 639-2"),
        ("[issue]\ntitle = Käse".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_bad_sidecar_says_what_is_allowed(text, says):
    with pytest.raises(DocumentError, match=says):
        read_sidecar(text, name="issue.ini")


@pytest.mark.shared
def test_real_mets_files_are_read_or_refused_with_a_reason():
    read = 0
    for path in sorted(shared("samples/mets").glob("*")):
        if path.suffix not in (".xml", ".mets"):
            continue
        try:
            document = read_mets(path.read_bytes(), name=path.name)
        except DocumentError as error:
            assert path.name in str(error)
        else:
            read += bool(document.pages)
    assert read >= 5
