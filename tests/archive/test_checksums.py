"""Checksum files that come with scans are checked, whatever program wrote them."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from PIL import Image

from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout


def save(path, tone=230):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (60, 80), tone).save(path)


def digest(path, algorithm="md5"):
    return hashlib.new(algorithm, path.read_bytes()).hexdigest()


def registered(tmp_path):
    (source,) = discover(tmp_path / "in").issues
    return register(source, Layout(tmp_path / "archive"), Acceptance()).issue


@pytest.fixture
def folder(tmp_path):
    """Two pages; the list that a test writes says the truth of one and not of the other."""
    folder = tmp_path / "in" / "bazar-1871-11"
    save(folder / "0001.tif")
    save(folder / "0002.tif", 90)
    return folder


FORMS = {
    "checksum.md5": "{good}  0001.tif\n{bad} *0002.tif\n",
    "SHA256SUMS": "{good256}  ./0001.tif\n{bad256}  ./0002.tif\n",
    "manifest-sha256.txt": "{good256} 0001.tif\r\n{bad256} 0002.tif\r\n",
    "sums.md5": "MD5 (0001.tif) = {good}\nMD5 (0002.tif) = {bad}\n",
    "0002.tif.md5": "{bad}\n",
    "list.MD5": "\ufeff; made by a program\n{good} *.\\\\0001.tif\n{bad} *.\\\\0002.tif\n",
}


@pytest.mark.parametrize("name", list(FORMS))
def test_a_page_that_is_not_what_its_checksum_says_is_named(folder, tmp_path, name):
    first = folder / "0001.tif"
    (folder / name).write_text(FORMS[name].replace("\\\\", "\\").format(
        good=digest(first), bad="1" * 32, good256=digest(first, "sha256"), bad256="1" * 64
    ))  # fmt: skip
    issue = registered(tmp_path)
    assert [scan.name for scan in issue.scans] == ["0001.tif"]
    (refused,) = issue.quarantined
    assert refused.name == "0002.tif" and f"{name} says 111" in refused.reason


@pytest.mark.parametrize("place", ["", "..", "../.."])
def test_a_list_above_the_pages_is_checked_too(folder, tmp_path, place):
    path = (folder / place).resolve() / "manifest-md5.txt"
    inside = folder.relative_to(path.parent) / "0002.tif"
    path.write_text(f"{'1' * 32}  {inside.as_posix()}\n")
    assert [entry.name for entry in registered(tmp_path).quarantined] == ["0002.tif"]


def test_a_page_that_a_list_names_and_nobody_delivered_is_named(folder, tmp_path):
    (folder / "MD5SUMS").write_text(
        f"{digest(folder / '0001.tif')}  0001.tif\n{'1' * 32}  0003.tif\n"
    )
    issue = registered(tmp_path)
    assert len(issue.scans) == 2
    (refused,) = issue.quarantined
    assert refused.name == "0003.tif" and refused.reason == "MD5SUMS names it, and it is not there"


def test_names_are_compared_as_people_read_them(tmp_path):
    folder = tmp_path / "in" / "bazar-1871-11"
    save(folder / unicodedata.normalize("NFD", "März.tif"))
    good = digest(next(folder.iterdir()))
    (folder / "MD5SUMS").write_text(f"{good}  {unicodedata.normalize('NFC', 'März.tif')}\n")
    issue = registered(tmp_path)
    assert len(issue.scans) == 1 and not issue.quarantined


def test_a_corrected_list_lets_the_page_in(folder, tmp_path):
    (folder / "MD5SUMS").write_text(f"{'1' * 32}  0002.tif\n")
    assert len(registered(tmp_path).scans) == 1
    (folder / "MD5SUMS").write_text(f"{digest(folder / '0002.tif')}  0002.tif\n")
    issue = registered(tmp_path)
    assert len(issue.scans) == 2 and not issue.quarantined


def test_a_digest_of_zeros_is_a_placeholder(folder, tmp_path):
    (folder / "checksum.md5sum").write_text(f"{'0' * 32}  0001.tif\n")
    assert not registered(tmp_path).quarantined


def test_text_that_is_no_list_says_nothing(folder, tmp_path):
    (folder / "checksums.txt").write_bytes(b"\xff\xfe we made no checksums this time\n\n../x.tif")
    assert not registered(tmp_path).quarantined


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_lists_are_read_in_the_encodings_that_programs_write(tmp_path, encoding):
    folder = tmp_path / "in" / "bazar-1871-11"
    save(folder / "März_1.tif")
    save(folder / "März_2.tif", 90)
    good = digest(folder / "März_1.tif")
    lines = f"{good} *März_1.tif\r\n{'1' * 32} *März_2.tif\r\n"
    (folder / "checksum.md5").write_bytes(lines.encode(encoding))
    issue = registered(tmp_path)
    assert [scan.name for scan in issue.scans] == ["März_1.tif"]
    assert [entry.name for entry in issue.quarantined] == ["März_2.tif"]


def test_a_digest_alone_is_that_of_the_page_of_its_name(folder, tmp_path):
    (folder / "0002.md5").write_text("1" * 32)
    issue = registered(tmp_path)
    assert [entry.name for entry in issue.quarantined] == ["0002.tif"]
    assert "0002.md5 says 111" in issue.quarantined[0].reason
