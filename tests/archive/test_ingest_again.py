"""Ingest on a later night: what came, changed, moved or was mended since."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from archive.catalog.catalog import Catalog
from archive.ingest import register as register_module
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from archive.records import read_issue
from archive.records import write_issue as write_record_of
from archive.store import sha256
from schemas.codec import from_json
from schemas.ledger import StageState
from schemas.model import Issue, IssueId
from tasks.archive_access import open_catalog
from tasks.config_file import load
from tasks.flow.ingest import take_in
from tasks.flow.stages import Prepare
from tasks.settings import IngestSettings
from tests.conftest import CONFIG, draw_page, write_issue

METS = """<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">
<mets:fileSec><mets:fileGrp USE="MASTER">{files}</mets:fileGrp></mets:fileSec>
<mets:structMap TYPE="PHYSICAL"><mets:div TYPE="physSequence">{pages}</mets:div></mets:structMap>
</mets:mets>"""


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "archive")


@pytest.fixture
def catalog(tmp_path):
    return Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}")


def only(folder):
    (source,) = discover(folder).issues
    return source


def plain(shade):
    return Image.new("L", (60, 90), shade)


def mets(folder, names):
    files = "".join(
        f'<mets:file ID="F{n}"><mets:FLocat LOCTYPE="URL" xlink:href="{name}"/></mets:file>'
        for n, name in enumerate(names)
    )
    pages = "".join(
        f'<mets:div TYPE="page" ORDER="{n + 1}" ORDERLABEL="{n + 7}">'
        f'<mets:fptr FILEID="F{n}"/></mets:div>'
        for n, _ in enumerate(names)
    )
    (folder / "mets.xml").write_text(METS.format(files=files, pages=pages))


def shelf(folder, *seeds):
    """A METS issue with a folder a page, each page called master.tif."""
    names = []
    for seed in seeds:
        (folder / f"p{seed}").mkdir(parents=True)
        plain(seed).save(folder / f"p{seed}/master.tif")
        names.append(f"p{seed}/master.tif")
    mets(folder, names)
    return names


def test_pages_of_one_file_name_in_two_folders_keep_their_masters(tmp_path, layout):
    shelf(tmp_path / "in", 1, 2, 3)
    issue = register(only(tmp_path / "in"), layout, Acceptance()).issue
    assert len({scan.path for scan in issue.scans}) == 3
    for scan in issue.scans:
        assert sha256(layout.master(scan)) == scan.sha256


def test_names_that_differ_in_capitals_only_keep_their_masters(tmp_path, layout):
    folder = tmp_path / "in"
    folder.mkdir()
    for seed, name in enumerate(("Page.tif", "page.tif")):
        plain(seed).save(folder / name)
    issue = register(only(folder), layout, Acceptance()).issue
    assert len({scan.path.lower() for scan in issue.scans}) == 2


def test_another_order_in_mets_is_a_new_version(tmp_path, layout):
    names = shelf(tmp_path / "in", 1, 2)
    first = register(only(tmp_path / "in"), layout, Acceptance()).issue
    mets(tmp_path / "in", names[::-1])
    again = register(only(tmp_path / "in"), layout, Acceptance())
    assert again.is_new and again.issue.sha256s == first.sha256s[::-1]


@pytest.mark.parametrize("as_old", [True, False])
def test_a_mended_page_comes_in_whatever_its_date(tmp_path, layout, catalog, as_old):
    folder = write_issue(tmp_path / "in", 3)
    whole = (folder / "p2.tif").read_bytes()
    at = (folder / "p2.tif").stat().st_mtime - 99_999
    (folder / "p2.tif").write_bytes(whole[: len(whole) // 2])
    take_in([folder], layout, catalog, IngestSettings())
    assert [r.name for r in catalog.ledger(state=StageState.QUARANTINED)] == ["p2.tif"]
    (folder / "p2.tif").write_bytes(whole)
    if as_old:
        os.utime(folder / "p2.tif", (at, at))
    assert len(take_in([folder], layout, catalog, IngestSettings()).new) == 1
    assert catalog.ledger(state=StageState.QUARANTINED) == ()
    assert len(catalog.ledger(stage="ingest")) == 3


def test_a_larger_page_comes_in_once_it_is_allowed(tmp_path, layout):
    folder = write_issue(tmp_path / "in", 2)
    Image.new("L", (2000, 1000), 255).save(folder / "p9.tif")
    small = Acceptance(max_megapixels=1.5)
    assert len(register(only(folder), layout, small).issue.scans) == 2
    assert len(register(only(folder), layout, Acceptance()).issue.scans) == 3


def test_a_bad_page_that_comes_later_is_named_and_read_once(tmp_path, layout, catalog):
    folder = write_issue(tmp_path / "in", 2)
    take_in([folder], layout, catalog, IngestSettings())
    (folder / "p3.tif").write_bytes(b"no image")
    take_in([folder], layout, catalog, IngestSettings())
    assert [r.name for r in catalog.ledger(state=StageState.QUARANTINED)] == ["p3.tif"]
    take_in([folder], layout, catalog, IngestSettings(), lambda *_: pytest.fail("read"))


def test_what_a_killed_ingest_did_not_enter_is_entered_the_next_night(tmp_path, layout, catalog):
    folder = write_issue(tmp_path / "in", 2)
    (folder / "p3.tif").write_bytes(b"no image")
    register(only(folder), layout, Acceptance())
    assert catalog.ledger() == ()
    take_in([folder], layout, catalog, IngestSettings())
    rows = catalog.ledger()
    assert {r.name for r in rows} == {"in_0001", "in_0002", "p3.tif"}
    take_in([folder], layout, catalog, IngestSettings())
    assert catalog.ledger() == rows


def test_rows_of_pages_that_an_issue_lost_go(tmp_path, layout, catalog):
    folder = write_issue(tmp_path / "in", 3)
    take_in([folder], layout, catalog, IngestSettings())
    (folder / "p3.tif").unlink()
    take_in([folder], layout, catalog, IngestSettings())
    assert {r.name for r in catalog.ledger()} == {"in_0001", "in_0002"}


def test_masters_registered_in_place_are_found_where_they_moved(tmp_path, layout):
    folder = write_issue(tmp_path / "shelf" / "no-1", 1)
    accept = Acceptance(copy=False)
    register(only(folder), layout, accept)
    moved = tmp_path / "elsewhere" / "no-1"
    moved.parent.mkdir()
    shutil.move(folder, moved)
    again = register(only(moved), layout, accept)
    assert not again.is_new and again.issue.scans[0].path == str((moved / "p1.tif").resolve())


def ids(layout, catalog, folder):
    """Ingest ``folder``; return year, id and version of every issue there is."""
    take_in([folder], layout, catalog, IngestSettings())
    by_name = {}
    for issue in layout.issues():
        record = from_json(Issue, layout.issue_record(issue).read_bytes(), name=str(issue))
        by_name[record.source.split("/")[-2]] = (str(issue), record.version)
    return by_name


def test_a_folder_of_the_same_name_is_no_new_version_of_another_issue(tmp_path, layout, catalog):
    shelf = tmp_path / "in"
    write_issue(shelf / "1908" / "04", 2, seed=10)
    write_issue(shelf / "1909" / "04", 2, seed=20)
    first = ids(layout, catalog, shelf)
    assert first["1908"] == ("04", 1) and first["1909"][0].startswith("04-")
    write_issue(shelf / "1907" / "04", 2, seed=30)
    second = ids(layout, catalog, shelf)
    assert {year: second[year] for year in first} == first and len(set(second.values())) == 3
    assert ids(layout, catalog, shelf) == second


def test_a_copy_or_a_shared_page_takes_no_id_away(tmp_path, layout, catalog):
    shelf = tmp_path / "in"
    folder = write_issue(shelf / "1908" / "04", 3, seed=10)
    first = ids(layout, catalog, shelf)
    shutil.copytree(folder, shelf / "0-copy" / "04")
    other = write_issue(shelf / "1907" / "04", 3, seed=30)
    shutil.copy(folder / "p2.tif", other / "p2.tif")
    result = ids(layout, catalog, shelf)
    assert result["1908"] == first["1908"] == ("04", 1) and len(set(result.values())) == 3
    assert ids(layout, catalog, shelf) == result


def test_issues_keep_their_ids_when_the_shelf_moves(tmp_path, layout, catalog):
    for year in (1908, 1909):
        write_issue(tmp_path / "in" / str(year) / "04", 2, seed=year)
    first = ids(layout, catalog, tmp_path / "in")
    shutil.move(tmp_path / "in", tmp_path / "elsewhere")
    write_issue(tmp_path / "elsewhere" / "1907" / "04", 2, seed=30)
    result = ids(layout, catalog, tmp_path / "elsewhere")
    assert {year: result[year] for year in first} == first and len(result) == 3


def test_a_folder_known_alone_keeps_its_id_beside_others(tmp_path, layout, catalog):
    folder = write_issue(tmp_path / "shelf" / "1908" / "04", 2, seed=10)
    first = ids(layout, catalog, folder)
    shutil.copytree(tmp_path / "shelf", tmp_path / "in")
    write_issue(tmp_path / "in" / "1907" / "04", 2, seed=30)
    result = ids(layout, catalog, tmp_path / "in")
    assert result["1908"] == first["1908"] and len(result) == 2


def test_two_folders_that_say_one_id_are_named(tmp_path, layout, catalog):
    ini = "[issue]\nid = lantern-1908-04\n"
    for seed in (1, 2):
        folder = write_issue(tmp_path / "in" / f"delivery-{seed}", 1, seed=seed, ini=ini)
        take_in([folder], layout, catalog, IngestSettings())
    for _ in range(2):
        result = take_in([tmp_path / "in"], layout, catalog, IngestSettings())
        assert (result.new, result.known) == ((), (IssueId("lantern-1908-04"),))
        (refused,) = result.refused
        assert refused.name.endswith("delivery-1") and "lantern-1908-04" in refused.reason
    assert read_issue(layout, IssueId("lantern-1908-04")).version == 2


def test_masters_that_an_older_release_kept_in_one_place_come_in_again(tmp_path, layout):
    shelf(tmp_path / "in", 1, 2, 3)
    issue = register(only(tmp_path / "in"), layout, Acceptance()).issue
    result = tuple(replace(scan, path=issue.scans[-1].path) for scan in issue.scans)
    write_record_of(layout, replace(issue, scans=result))
    layout.seen(issue.issue).unlink()
    again = register(only(tmp_path / "in"), layout, Acceptance())
    assert again.is_new
    for scan in again.issue.scans:
        assert sha256(layout.master(scan)) == scan.sha256


def test_a_page_whose_permissions_were_mended_comes_in(tmp_path, layout, monkeypatch):
    shelf(tmp_path / "in", 1, 2, 3)
    read = register_module.sha256

    def refuse(path):
        if path.parent.name == "p2":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(register_module, "sha256", refuse)
    assert len(register(only(tmp_path / "in"), layout, Acceptance()).issue.scans) == 2
    monkeypatch.setattr(register_module, "sha256", read)
    assert len(register(only(tmp_path / "in"), layout, Acceptance()).issue.scans) == 3


def test_folders_of_one_name_that_are_named_one_by_one_stay_two(tmp_path, layout, catalog):
    places = [write_issue(tmp_path / year / "04", 1, seed=int(year)) for year in ("1908", "1909")]
    result = take_in(places, layout, catalog, IngestSettings())
    assert len(result.new) == len(set(result.new)) == 2


def test_a_folder_named_from_where_one_stands_is_the_same(tmp_path, layout, catalog, monkeypatch):
    for year in ("1908", "1909"):
        write_issue(tmp_path / year / "04", 1, seed=int(year))
    monkeypatch.chdir(tmp_path)
    places = [Path(year) / "04" for year in ("1908", "1909")]
    first = take_in(places, layout, catalog, IngestSettings())
    beside = [tmp_path / "1909" / ".." / year / "04" for year in ("1908", "1909")]
    for again in ([place.resolve() for place in places], beside, places):
        assert take_in(again, layout, catalog, IngestSettings()).known == first.new
    assert len(layout.issues()) == 2


def test_a_page_scanned_again_and_delivered_elsewhere_is_a_version(tmp_path, layout):
    folder = write_issue(tmp_path / "one" / "no-1", 2)
    register(only(folder), layout, Acceptance())
    other = shutil.copytree(folder, tmp_path / "two" / "no-1")
    Image.fromarray(draw_page(99)).save(other / "p2.tif")
    assert register(only(other), layout, Acceptance()).issue.version == 2


def test_an_id_that_issue_ini_gives_is_taken_at_its_word(tmp_path, layout):
    ini = "[issue]\nid = lantern-1908-04\n"
    for version, seed in ((1, 1), (2, 2)):
        folder = write_issue(tmp_path / f"delivery-{seed}", 1, seed=seed, ini=ini)
        issue = register(only(folder), layout, Acceptance()).issue
        assert (str(issue.issue), issue.version) == ("lantern-1908-04", version)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (".", "holds the archive"),
        ("archive", "holds the archive"),
        ("archive/masters", "the archive's own masters"),
        ("archive/masters/lantern/v001/p1.tif", "the archive's own masters"),
        ("archive/exports/../issues", "the archive's own issues"),
        ("link/archive/work", "the archive's own work"),
    ],
)
def test_an_archive_does_not_ingest_itself(tmp_path, catalog, asked, says):
    layout = Layout(tmp_path / "scans" / "archive")
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "link").symlink_to(tmp_path / "scans")
    incoming = write_issue(layout.root / "incoming" / "lantern", 1)
    assert len(take_in([incoming.parent], layout, catalog, IngestSettings()).new) == 1
    for name in ("issues", "work", "exports"):
        write_issue(layout.root / name / "lantern" / "v001", 1, seed=9)
    result = take_in([tmp_path / "scans" / asked], layout, catalog, IngestSettings())
    assert (result.new, result.known) == ((), ())
    (refused,) = result.refused
    assert says in refused.reason and refused.name in refused.reason
    assert layout.issues() == (IssueId("lantern"),)


def test_what_cannot_be_read_costs_itself_only(tmp_path, layout, catalog, monkeypatch):
    folder = write_issue(tmp_path / "in" / "heft 10²", 2)
    (tmp_path / "in" / "²").mkdir()
    secret = tmp_path / "in" / "lost+found"
    secret.mkdir()
    (folder / "p2.tif").chmod(0)
    listed, opened = type(secret).iterdir, type(secret).open

    def iterdir(path):
        if path == secret:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    def open_(path, *arguments, **others):
        if path.name == "p2.tif":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **others)

    monkeypatch.setattr(type(secret), "iterdir", iterdir)
    monkeypatch.setattr(type(secret), "open", open_)
    result = take_in([tmp_path / "in"], layout, catalog, IngestSettings())
    assert result.new == (IssueId("heft-102"),)
    assert [q.name.rsplit("/", 1)[-1] for q in result.refused] == ["lost+found"]
    (row,) = catalog.ledger(state=StageState.QUARANTINED)
    assert row.name == "p2.tif" and "Permission denied" in row.message


def test_a_truncated_tiff_of_pages_costs_itself_only(tmp_path, layout, catalog):
    folder = write_issue(tmp_path / "in", 1)
    pages = [Image.fromarray(np.full((90, 60), shade, np.uint8)) for shade in (10, 99, 200)]
    pages[0].save(folder / "many.tif", save_all=True, append_images=pages[1:])
    content = (folder / "many.tif").read_bytes()
    for share in np.linspace(0.1, 0.95, 12):
        (folder / "many.tif").write_bytes(content[: round(len(content) * share)])
        assert take_in([folder], layout, catalog, IngestSettings()).refused == ()
        assert any(row.name == "in_0001" for row in catalog.ledger())


def test_a_name_longer_than_the_ledger_holds_is_shortened(tmp_path, layout, catalog):
    folder = tmp_path / "in"
    folder.mkdir()
    Image.fromarray(draw_page(1, height=90, width=60)).save(folder / "a.tif")
    long = "/".join(["x" * 90] * 3)
    mets(folder, ["a.tif", f"{long}/1.tif", f"{long}/2.tif"])
    take_in([folder], layout, catalog, IngestSettings())
    names = [row.name for row in catalog.ledger(state=StageState.QUARANTINED)]
    assert len(names) == 2 and all(len(name) <= 255 for name in names)


def with_pdf_dpi(config, dpi):
    config.write_text(CONFIG + f"\n[ingest]\npdf_dpi = {dpi}\n")
    return load(config)


def test_a_page_of_a_pdf_is_drawn_as_it_was_registered_whatever_is_set_now(tmp_path):
    document = pypdfium2.PdfDocument.new()
    document.new_page(144, 72)  # points; there is no scan in it that has a size of its own
    document.save(tmp_path / "in-1.pdf")
    settings = with_pdf_dpi(tmp_path / "config.ini", 100)
    layout, catalog = Layout(settings.archive.root), open_catalog(settings.archive)
    (issue,) = take_in([tmp_path / "in-1.pdf"], layout, catalog, settings.ingest).new
    with_pdf_dpi(tmp_path / "config.ini", 250)
    stage = Prepare(issue=str(issue), config=tmp_path / "config.ini")
    (scan,) = stage.record.scans
    assert stage.settings.ingest.pdf_dpi == 250
    assert (scan.width, scan.height, scan.dpi) == (200, 100, 100)
    assert stage.load_scan(scan.page).rgb.shape == (100, 200, 3)


def delivery(folder, tones):
    """Lay pages of these tones into ``folder``, in this order, in place of what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for at, tone in enumerate(tones, start=1):
        Image.new("L", (60, 80), tone).save(folder / f"{at:04d}.tif")


def numbers(issue):
    """Number and tone of each page, in reading order."""
    return [scan.page.sequence for scan in issue.scans]


def test_pages_keep_their_numbers_in_a_corrected_delivery(tmp_path, layout):
    def night(*tones):
        delivery(tmp_path / "in" / "a-1", tones)
        (source,) = discover(tmp_path / "in").issues
        return register(source, layout, Acceptance()).issue

    assert numbers(night(10, 20, 30)) == [1, 2, 3]
    with_cover = night(200, 10, 20, 30)
    assert numbers(with_cover) == [4, 1, 2, 3]
    assert [scan.place for scan in with_cover.scans] == [1, 2, 3, 4]
    assert numbers(night(200, 10, 30)) == [4, 1, 3]
    assert numbers(night(200, 30, 10)) == [4, 3, 1]
    assert numbers(night(200, 30, 10, 99)) == [4, 3, 1, 5]  # never 2, which was another page
    assert numbers(night(200, 31, 10, 99)) == [4, 3, 1, 5]  # scanned again: the same page


def test_unchanged_masters_are_kept_once(tmp_path, layout):
    def stored():
        return sum(path.is_file() for path in (layout.root / "masters").rglob("*"))

    delivery(tmp_path / "in" / "a-1", (10, 20, 30))
    (source,) = discover(tmp_path / "in").issues
    register(source, layout, Acceptance())
    assert stored() == 3
    delivery(tmp_path / "in" / "a-1", (10, 25, 30))
    (source,) = discover(tmp_path / "in").issues
    issue = register(source, layout, Acceptance()).issue
    assert issue.version == 2 and stored() == 4
    assert [scan.path.split("/")[2] for scan in issue.scans] == ["v001", "v002", "v001"]


def test_a_damaged_master_is_not_taken_for_the_new_version(tmp_path, layout):
    delivery(tmp_path / "in" / "a-1", (10, 20))
    (source,) = discover(tmp_path / "in").issues
    first = register(source, layout, Acceptance()).issue
    path = layout.root / first.scans[0].path
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    delivery(tmp_path / "in" / "a-1", (10, 20, 30))
    (source,) = discover(tmp_path / "in").issues
    issue = register(source, layout, Acceptance()).issue
    assert [scan.path.split("/")[2] for scan in issue.scans] == ["v002", "v001", "v002"]
