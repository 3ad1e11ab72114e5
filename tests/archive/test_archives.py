"""Issues that come in ZIP, CBZ and TAR files."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from archive.catalog.catalog import Catalog
from archive.ingest.unpack import UnpackLimits, archive_stem, unpack
from archive.layout import Layout
from archive.records import read_issue
from schemas.errors import DocumentError
from tasks.flow.ingest import take_in
from tasks.settings import IngestSettings
from tests.conftest import draw_page


def page(seed=0):
    content = io.BytesIO()
    Image.fromarray(draw_page(seed, height=300, width=220)).save(content, "PNG")
    return content.getvalue()


def zipped(path, members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path, members, mode="w:gz"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path):
    """Takes in what lies in ``incoming``, as a night does."""
    layout = Layout(tmp_path / "archive")
    layout.root.mkdir()
    catalog = Catalog.open(f"sqlite:///{layout.root}/catalog.sqlite")

    def night(*places, **settings):
        return take_in(
            places or [tmp_path / "incoming"], layout, catalog, IngestSettings(**settings)
        )

    night.layout, night.incoming = layout, tmp_path / "incoming"
    night.incoming.mkdir()
    return night


def pages_of(archive, issue):
    return [scan.name for scan in read_issue(archive.layout, issue).scans]


@pytest.mark.parametrize("suffix", ["zip", "cbz", "tar", "tar.gz", "tgz", "tar.xz"])
def test_an_archive_is_an_issue_with_its_name(archive, suffix):
    members = {f"page{n}.png": page(n) for n in (1, 2, 10)} | {"ComicInfo.xml": b"<ComicInfo/>"}
    path = archive.incoming / f"Observer 1905-05.{suffix}"
    if "z" in suffix[:3] and "t" not in suffix:
        zipped(path, members)
    else:
        tarred(path, members, {"tar": "w", "tar.xz": "w:xz"}.get(suffix, "w:gz"))
    intake = archive()
    assert [str(issue) for issue in intake.new] == ["observer-1905-05"] and not intake.refused
    assert pages_of(archive, intake.new[0]) == ["page1.png", "page2.png", "page10.png"]


def test_folders_in_an_archive_are_issues_and_what_systems_add_is_passed_over(archive):
    zipped(archive.incoming / "delivery.zip", {
        "bazar-1871-11/001.png": page(1), "bazar-1871-12/001.png": page(2),
        "__MACOSX/bazar-1871-11/._001.png": b"fork", "bazar-1871-11/.DS_Store": b"x",
        "bazar-1871-11/._001.png": b"fork",
    })  # fmt: skip
    intake = archive()
    assert [str(issue) for issue in intake.new] == ["bazar-1871-11", "bazar-1871-12"]
    assert not intake.refused


def test_a_zipped_bag_has_the_name_of_the_archive(archive):
    zipped(archive.incoming / "bazar-1871-11.zip", {
        "bagit.txt": b"BagIt-Version: 1.0\n", "data/tif/001.png": page(1),
    })  # fmt: skip
    assert [str(issue) for issue in archive().new] == ["bazar-1871-11"]


def test_an_issue_ini_beside_the_only_archive_describes_it(archive):
    zipped(archive.incoming / "box" / "scans.cbz", {"001.png": page(1)})
    (archive.incoming / "box" / "issue.ini").write_text("[issue]\nid = bazar-1871-11\n")
    assert [str(issue) for issue in archive().new] == ["bazar-1871-11"]


def test_an_unchanged_archive_is_unpacked_once(archive, monkeypatch):
    path = zipped(archive.incoming / "a-1.zip", {"001.png": page(1), "002.png": b"no image"})
    first = archive()
    assert [str(issue) for issue in first.new] == ["a-1"]
    monkeypatch.setattr("archive.ingest.archived.unpack", lambda *_: 1 / 0)
    assert [str(issue) for issue in archive().known] == ["a-1"]
    monkeypatch.undo()
    zipped(path, {"001.png": page(1), "002.png": page(2)})
    os.utime(path, (1, 1))
    assert [str(issue) for issue in archive().new] == ["a-1"]
    assert pages_of(archive, first.new[0]) == ["001.png", "002.png"]


def test_the_same_pages_in_a_newer_archive_are_the_same_version(archive):
    path = zipped(archive.incoming / "a-1.zip", {"001.png": page(1)})
    archive()
    os.utime(path, (1, 1))
    assert [str(issue) for issue in archive().known] == ["a-1"]


def test_what_is_refused_in_an_archive_is_named_every_night(archive):
    zipped(archive.incoming / "a-1.zip", {"001.png": page(1), "../../out.png": page(2)})
    for _ in range(2):
        (refused,) = archive().refused
        assert refused.name.endswith("a-1.zip/../../out.png") and "leads out" in refused.reason
    assert not (archive.incoming.parent / "out.png").exists()


def test_an_archive_without_pages_or_that_is_damaged_is_named_and_the_rest_comes_in(archive):
    zipped(archive.incoming / "empty.zip", {"notes/readme.txt": b"x"})
    (archive.incoming / "torn.zip").write_bytes(b"PK\3\4 torn")
    (archive.incoming / "torn.tar.gz").write_bytes(b"\x1f\x8b torn")
    (archive.incoming / "comic.7z").write_bytes(b"7z\xbc\xaf")
    zipped(archive.incoming / "good-1.zip", {"001.png": page(1)})
    intake = archive()
    reasons = {entry.name.rpartition("/")[2]: entry.reason for entry in intake.refused}
    assert [str(issue) for issue in intake.new] == ["good-1"]
    assert "no page" in reasons["empty.zip"] and "damaged" in reasons["torn.zip"]
    assert reasons["torn.tar.gz"].startswith("damaged")  # its name is said once
    assert any("comic.7z" in reason for reason in reasons.values())


def test_an_archive_in_an_archive_is_named(archive):
    inner = zipped(archive.incoming.parent / "inner.zip", {"001.png": page(1)}).read_bytes()
    zipped(archive.incoming / "box.zip", {"a-1/001.png": page(2), "a-2/inner.zip": inner})
    intake = archive()
    assert [str(issue) for issue in intake.new] == ["a-1"]
    (refused,) = intake.refused
    assert refused.name.endswith("box.zip/a-2/inner.zip") and "unpack it" in refused.reason


def test_an_archive_among_pages_is_theirs_and_said_only_if_it_may_hold_others(archive):
    folder = archive.incoming / "a-1"
    folder.mkdir()
    (folder / "001.png").write_bytes(page(1))
    zipped(folder / "scandata.zip", {"scandata.xml": b"<x/>"})
    zipped(folder / "more.zip", {"002.png": page(2)})
    intake = archive()
    (note,) = read_issue(archive.layout, intake.new[0]).notes
    assert "more.zip" in note and not intake.refused


def test_limits_stop_bombs_before_they_are_written(tmp_path):
    many = zipped(tmp_path / "many.zip", {f"{n}.png": b"" for n in range(30)})
    with pytest.raises(DocumentError, match="more than 20 files"):
        unpack(many, tmp_path / "many", UnpackLimits(files=20))
    large = zipped(tmp_path / "large.zip", {"1.bmp": bytes(3 << 20), "2.bmp": bytes(3 << 20)})
    with pytest.raises(DocumentError, match="max_archive_gigabytes"):
        unpack(large, tmp_path / "large", UnpackLimits(total_bytes=4 << 20))
    assert sum(p.stat().st_size for p in (tmp_path / "large").rglob("*.bmp")) <= 4 << 20
    bomb = zipped(tmp_path / "bomb.zip", {"1.bmp": bytes(120 << 20)})
    (refused,) = unpack(bomb, tmp_path / "bomb", UnpackLimits())
    assert "a bomb" in refused.reason and not list((tmp_path / "bomb").rglob("*.bmp"))


def test_a_member_that_is_damaged_costs_itself(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:  # stored, so that its bytes stand there
        archive.writestr("1.png", b"first page of it")
        archive.writestr("2.png", b"second page")
    path.write_bytes(path.read_bytes().replace(b"first page", b"flipped pa"))
    (refused,) = unpack(path, tmp_path / "to", UnpackLimits())
    assert refused.name.endswith("a.zip/1.png") and "damaged" in refused.reason
    assert [p.name for p in (tmp_path / "to").iterdir()] == ["2.png"]


def test_links_encrypted_and_doubled_members_are_refused_by_name(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("1.png", b"x")
        archive.writestr("1.PNG", b"y")
        archive.writestr("secret.png", b"z")
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\1\2")
    content[at + 8] |= 1  # its flags in the central directory
    path.write_bytes(content)
    reasons = [entry.reason for entry in unpack(path, tmp_path / "to", UnpackLimits())]
    assert [reason.split(";")[0] for reason in reasons] == [
        "a link", "another file of the archive has its name", "encrypted",
    ]  # fmt: skip


@pytest.mark.parametrize("utf8", [True, False])
def test_names_are_read_whatever_program_packed_them(tmp_path, utf8):
    path = zipped(tmp_path / "a.zip", {"März\\Ma\u0308rz_001.png": b"x"})
    if not utf8:  # as programs do that forget to set the flag
        content = path.read_bytes().replace(b"\0\x08\x08\0", b"\0\0\x08\0")
        path.write_bytes(content)
    unpack(path, tmp_path / "to", UnpackLimits())
    assert (tmp_path / "to" / "März" / "März_001.png").exists()


def test_masters_in_place_need_unpacked_pages(archive):
    zipped(archive.incoming / "a-1.zip", {"001.png": page(1)})
    (refused,) = archive(masters="reference").refused
    assert "unpack it" in refused.reason


def test_stems_of_archives():
    assert archive_stem(Path("Der Bazar.tar.gz")) == "Der Bazar"
