"""What libraries deliver: copies of pages, folders named for them, sheets apart, bombs."""

from __future__ import annotations

import errno
import subprocess
import sys

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from archive.images.facts import page_frames
from archive.images.images import load_image
from archive.ingest.names import natural
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from archive.store import whole
from schemas.errors import ScanError
from tasks.archive_access import OpenArchive
from tasks.flow.ingest import take_in
from tasks.settings import IngestSettings
from tests.conftest import ROOT, write_issue


def save(path, size=(60, 80), **keep):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, 230).save(path, **keep)


def only(folder):
    discovery = discover(folder)
    assert not discovery.refused, discovery.refused
    (issue,) = discovery.issues
    return issue


def names(issue):
    return [page.path.relative_to(issue.folder).as_posix() for page in issue.pages]


def test_people_sort_suffixes_apart_from_stems():
    ordered = ["p005.tif", "p006.tif", "p006b.tif", "p007.tif", "p007-1.tif", "p008.tif"]
    assert sorted({*ordered}, key=natural) == ordered
    scans = ["scan.png", "scan (2).png", "scan (10).png"]
    assert sorted({*scans}, key=natural) == scans


def test_copies_in_one_folder_are_one_page_and_the_best_is_taken(tmp_path):
    folder = tmp_path / "bazar-1871-11"
    for number in (1, 2):
        save(folder / f"{number:04d}.tif")
        save(folder / f"{number:04d}.jpg")
        save(folder / f"{number:04d}.png", size=(30, 40))
    document = pypdfium2.PdfDocument.new()
    for _ in range(2):
        document.new_page(60, 80)
    document.save(folder / "whole.pdf")
    issue = only(tmp_path)
    assert names(issue) == ["0001.tif", "0002.tif"]
    assert len(issue.copies) == 5
    layout = Layout(tmp_path / "archive")
    record = register(issue, layout, Acceptance()).issue
    assert len(record.scans) == 2 and "whole.pdf" in record.copies


def test_a_larger_copy_is_better_than_a_lossless_one(tmp_path):
    save(tmp_path / "in" / "1.png", size=(30, 40))
    save(tmp_path / "in" / "1.jpg", size=(60, 80))
    assert names(only(tmp_path / "in")) == ["1.jpg"]


def test_folders_that_say_what_copy_they_hold_are_no_issues(tmp_path):
    folder = tmp_path / "incoming" / "observer-1919-01"
    for kind, suffix in (("master", "tif"), ("access", "jpg"), ("thumbs", "jpg")):
        for number in (1, 2):
            size = (20, 30) if kind == "thumbs" else (60, 80)
            save(folder / kind / f"{number}.{suffix}", size=size)
    (folder / "issue.ini").write_text("[issue]\ntitle = The Observer\n")
    issue = only(tmp_path / "incoming")
    assert str(issue.issue) == "observer-1919-01" and issue.metadata.title == "The Observer"
    assert names(issue) == ["master/1.tif", "master/2.tif"] and len(issue.copies) == 4


def test_copies_whose_names_do_not_agree_are_named_and_not_guessed(tmp_path):
    folder = tmp_path / "incoming" / "observer-1919-01"
    save(folder / "master" / "a1.tif")
    save(folder / "master" / "a2.tif")
    save(folder / "access" / "web_1.jpg")
    discovery = discover(tmp_path / "incoming")
    assert not discovery.issues
    assert "do not agree" in discovery.refused[0].reason


def test_deliveries_in_an_incoming_folder_are_issues_whatever_they_are_called(tmp_path):
    save(tmp_path / "scans" / "1.tif")
    save(tmp_path / "bazar-1871" / "1.tif")
    assert len(discover(tmp_path).issues) == 2


def test_sheets_scanned_apart_belong_to_their_issue(tmp_path):
    folder = tmp_path / "incoming" / "observer-1912-01"
    save(folder / "0001.tif")
    save(folder / "foldouts" / "0001.tif", size=(120, 80))
    issue = only(tmp_path / "incoming")
    assert names(issue) == ["0001.tif", "foldouts/0001.tif"]


@pytest.mark.parametrize("name", ["scans.7z", "scans.cbr", "page.djvu", "page.jxl"])
def test_a_delivery_that_is_not_read_is_named(tmp_path, name):
    (tmp_path / "incoming" / "observer").mkdir(parents=True)
    (tmp_path / "incoming" / "observer" / name).write_bytes(b"something")
    discovery = discover(tmp_path / "incoming")
    assert not discovery.issues and name in discovery.refused[0].reason


def test_companions_are_passed_over_in_silence(tmp_path):
    folder = write_issue(tmp_path / "in", 1)
    for name in ("p1.xmp", "p1.hocr", "thumbs.db", "all.md5sum", "book.ScanTailor", "notes.docx"):
        (folder / name).write_text("x")
    assert len(only(folder).pages) == 1


def test_a_preview_inside_a_tiff_is_no_page(tmp_path):
    page, preview = Image.new("L", (620, 877), 230), Image.new("L", (112, 158), 230)
    page.save(tmp_path / "p.tif", save_all=True, append_images=[preview])
    assert page_frames(tmp_path / "p.tif") == (0,)
    page.save(tmp_path / "q.tif", save_all=True, append_images=[page])
    assert page_frames(tmp_path / "q.tif") == (0, 1)


def test_what_is_written_may_have_as_long_a_name_as_the_disk_allows(tmp_path):
    target = tmp_path / f"{'x' * 250}.tif"
    with whole(target) as draft:
        draft.write_bytes(b"page")
    assert target.read_bytes() == b"page"


def gif_of(width, height):
    """A GIF of a few bytes that says it is large."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    frame = b"\x2c\0\0\0\0" + size + b"\0\x02\x02D\x01\0;"
    return b"GIF89a" + size + b"\x80\0\0\xff\xff\xff\0\0\0" + frame


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    bomb = tmp_path / "page.tif"
    bomb.write_bytes(gif_of(60_000, 60_000))
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))  # decoded, it takes more
from pathlib import Path
from archive.images.facts import page_frames
from archive.images.images import load_image
from schemas.errors import ScanError
path = Path({str(bomb)!r})
for read in (page_frames, load_image):
    try:
        read(path)
    except ScanError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "3600 megapixels" in done.stdout and "damaged" not in done.stdout


def test_frames_of_an_animation_are_not_decoded(tmp_path):
    frames = [Image.fromarray(np.full((20, 20), n, np.uint8)) for n in range(5)]
    frames[0].save(tmp_path / "p.png", save_all=True, append_images=frames[1:])
    assert page_frames(tmp_path / "p.png") == (0,)


def test_postscript_is_opened_by_no_program(tmp_path):
    path = tmp_path / "page.tif"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EOF\n")
    with pytest.raises(ScanError, match="not an image"):
        load_image(path)


def test_a_source_that_the_disk_refuses_costs_itself_alone(tmp_path, monkeypatch):
    for name in ("bad", "good"):
        save(tmp_path / "incoming" / name / "1.tif")

    def refusing(source, layout, accept):
        if source.folder.name == "bad":
            raise OSError(errno.ENAMETOOLONG, "File name too long")
        return register(source, layout, accept)

    monkeypatch.setattr("tasks.flow.ingest.register", refusing)
    (tmp_path / "config.ini").write_text("[archive]\nroot = archive\n")
    archive = OpenArchive.open(tmp_path / "config.ini", is_new=True)
    intake = take_in([tmp_path / "incoming"], archive.layout, archive.catalog, IngestSettings())
    assert [str(issue) for issue in intake.new] == ["good"]
    (refused,) = intake.refused
    assert "bad" in refused.name and "too long" in refused.reason


def save_pdf(path, pages):
    path.parent.mkdir(parents=True, exist_ok=True)
    sheets = [Image.new("L", (60, 80), 230) for _ in range(pages)]
    sheets[0].save(path, save_all=True, append_images=sheets[1:])


def test_a_folder_of_documents_is_an_issue_for_each(tmp_path):
    for name, pages in (("01.pdf", 3), ("02.pdf", 2), ("Extra 1871.pdf", 1)):
        save_pdf(tmp_path / "1871" / name, pages)
    (tmp_path / "1871" / "03.pdf").write_bytes(b"%PDF-1.4 torn")
    discovery = discover(tmp_path)
    assert {str(issue.issue): len(issue.pages) for issue in discovery.issues} == {
        "1871-01": 3, "1871-02": 2, "extra-1871": 1,
    }  # fmt: skip
    assert [entry.name for entry in discovery.refused] == ["03.pdf"]
    assert len({issue.place for issue in discovery.issues}) == 3


def test_documents_of_single_pages_are_pages_of_one_issue(tmp_path):
    for number in (1, 2, 3):
        save_pdf(tmp_path / "bazar-1871-11" / f"{number}.pdf", 1)
    assert len(only(tmp_path).pages) == 3


def test_sheets_apart_follow_the_document_of_their_name(tmp_path):
    for name, pages in (("bazar-1.pdf", 2), ("bazar-12.pdf", 2), ("plates/bazar-12_plate.pdf", 1)):
        save_pdf(tmp_path / "1871" / name, pages)
    save(tmp_path / "1871" / "plates" / "unknown.tif")
    discovery = discover(tmp_path)
    assert [(str(issue.issue), len(issue.pages)) for issue in discovery.issues] == [
        ("bazar-1", 2), ("bazar-12", 3),
    ]  # fmt: skip
    (refused,) = discovery.refused
    assert refused.name == "plates/unknown.tif" and "name it after its issue" in refused.reason


def test_checksums_hold_for_documents_too(tmp_path):
    for name in ("03.pdf", "04.pdf"):
        save_pdf(tmp_path / "in" / "1871" / name, 2)
    (tmp_path / "in" / "1871" / "MD5SUMS").write_text(f"{'1' * 32}  04.pdf\n{'2' * 32}  05.pdf\n")
    discovery = discover(tmp_path / "in")
    assert [entry.name for entry in discovery.refused] == ["05.pdf"]
    layout = Layout(tmp_path / "archive")
    assert register(discovery.issues[0], layout, Acceptance()).is_new
    with pytest.raises(
        ScanError, match=r"accepted \(04.pdf: its MD5 is \w+, MD5SUMS says 1+; [\w ]+\)"
    ):
        register(discovery.issues[1], layout, Acceptance())


@pytest.mark.parametrize("name", ["talk.mp3", "0001", "issue.ini", "scans/page.unknown"])
def test_a_delivery_that_holds_no_page_is_named_and_the_rest_comes_in(tmp_path, name):
    save(tmp_path / "in" / "good" / "0001.tif")
    path = tmp_path / "in" / "observer" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something")
    (tmp_path / "in" / "not-yet-copied").mkdir()
    discovery = discover(tmp_path / "in")
    assert [str(issue.issue) for issue in discovery.issues] == ["good"]
    assert [entry.name for entry in discovery.refused] == [str(tmp_path / "in" / "observer")]


def test_documents_are_named_if_there_is_nothing_else(tmp_path):
    (tmp_path / "in" / "notes").mkdir(parents=True)
    (tmp_path / "in" / "notes" / "list.docx").write_bytes(b"something")
    (refused,) = discover(tmp_path / "in").refused
    assert refused.name == str(tmp_path / "in" / "notes") and "holds no page" in refused.reason


def test_folders_of_text_beside_the_scans_are_companions(tmp_path):
    save(tmp_path / "bazar" / "scans" / "0001.tif")
    (tmp_path / "bazar" / "alto").mkdir()
    (tmp_path / "bazar" / "alto" / "0001.txt").write_text("text")
    assert str(only(tmp_path / "bazar").issue) == "bazar"
    assert str(only(tmp_path).issue) == "bazar"
