"""A package is a bag that any archive can check, whole or not there, the same bytes twice."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from hashlib import sha512

import pytest
from lxml import etree

from archive.package.bag import check_bag, read_manifest, zip_bag
from archive.package.export import write_package
from schemas.errors import ConfigError, DocumentError, ScanError
from schemas.model import Caption
from schemas.namespaces import DC, METS, XLINK
from schemas.package import Publication
from schemas.write.tables import illustrations_csv
from tests import issues
from tests.packages import ALL, PUBLIC, digest, small_issue

NS = {"m": METS, "x": XLINK, "dc": DC}


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def write(tmp_path, *, to="out", change=lambda issue: issue, profiles=ALL, publication=PUBLIC):
    issue, layout = small_issue(tmp_path)
    write_package(change(issue), layout, tmp_path / to, profiles=profiles, publication=publication)
    return tmp_path / to


def test_a_package_holds_what_the_docs_say(tmp_path):
    out = write(tmp_path)
    pages = [
        f"data/{folder}/{n:04d}.{suffix}"
        for folder, suffix in (
            ("fulltext/alto", "xml"), ("fulltext/hocr", "html"), ("fulltext/text", "txt"),
            ("iiif/annotations", "json"), ("images/default", "jpg"),
            ("images/original", "tif"), ("images/thumbs", "jpg"),
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    pictures = [f"data/illustrations/{n:04d}_01.{s}" for n in (1, 2) for s in ("jpg", "png")]
    whole = ["data/mets.xml", "data/mets.dfg.xml", "data/dc.xml", "data/iiif/manifest.json",
             "data/catalog/issue.json", "data/catalog/illustrations.csv",
             "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]  # fmt: skip
    assert names(out) == sorted(pages + pictures + whole)


def test_masters_are_there_bit_for_bit(tmp_path):
    issue, layout = small_issue(tmp_path)
    write_package(issue, layout, tmp_path / "out")
    for page in issue.pages:
        copy = tmp_path / f"out/data/images/original/{page.scan.page.sequence:04d}.tif"
        assert copy.read_bytes() == layout.master(page.scan).read_bytes()


def test_the_bag_is_valid_by_bagit_itself(tmp_path):
    bagit = pytest.importorskip("bagit", reason="needs the bagit package")
    bagit.Bag(str(write(tmp_path))).validate()


def test_manifests_are_sorted_and_agree_with_mets(tmp_path):
    out = write(tmp_path)
    assert list(check_bag(out)) == []
    listed = read_manifest(out / "manifest-sha256.txt")
    assert list(listed) == sorted(listed)
    for name in ("mets.xml",):
        root = etree.parse(out / "data" / name).getroot()
        for file in root.iterfind(".//m:file", NS):
            href = file.find("m:FLocat", NS).get(f"{{{XLINK}}}href")
            assert listed[f"data/{href}"] == file.get("CHECKSUM") == digest(out / "data" / href)
            assert file.get("SIZE") == str((out / "data" / href).stat().st_size)


def test_every_change_of_a_bag_is_found(tmp_path):
    out = write(tmp_path)
    (out / "data/dc.xml").write_bytes(b"<dc/>")
    (out / "data/mets.xml").unlink()
    (out / "data/extra.txt").write_bytes(b"")
    (out / "bag-info.txt").write_bytes(b"")
    result = dict(check_bag(out))
    assert set(result) == {"data/dc.xml", "data/mets.xml", "data/extra.txt", "bag-info.txt"}
    assert "not in the bag" in result["data/mets.xml"] and "differs" in result["data/dc.xml"]
    (out / "manifest-sha256.txt").write_text(f"{'0' * 64}  data/../../etc/passwd\n")
    assert ("manifest-sha256.txt", "1: wants a digest and a path of the bag, once") in check_bag(
        out
    )
    with pytest.raises(DocumentError, match=r"manifest-sha256.txt:1"):
        read_manifest(out / "manifest-sha256.txt")


def test_bags_of_others_are_taken(tmp_path):
    out = write(tmp_path)
    listed = read_manifest(out / "manifest-sha256.txt")
    (out / "tagmanifest-sha256.txt").unlink()
    (out / "manifest-sha256.txt").write_text("".join(f"{d}\t{n}\n" for n, d in listed.items()))
    assert read_manifest(out / "manifest-sha256.txt") == listed
    assert list(check_bag(out)) == []
    (out / "manifest-sha256.txt").unlink()
    lines = (f"{sha512((out / name).read_bytes()).hexdigest()} {name}\n" for name in listed)
    (out / "manifest-sha512.txt").write_text("".join(lines))
    assert list(check_bag(out)) == []
    (out / "data/dc.xml").write_bytes(b"")
    assert "differs from its digest in manifest-sha512.txt" in dict(check_bag(out))["data/dc.xml"]


def test_a_bag_says_what_it_is_and_how_large(tmp_path):
    out = write(tmp_path)
    (out / "tagmanifest-sha256.txt").unlink()
    (out / "bagit.txt").write_text("rubbish")
    (out / "bag-info.txt").write_text("Payload-Oxum: 1.1\n")
    (out / "manifest-sha256.txt").rename(out / "manifest-crc32.txt")
    result = dict(check_bag(out))
    assert set(result) == {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"}
    assert "is missing" in result["manifest-sha256.txt"]


def test_two_exports_are_the_same_bytes(tmp_path):
    result, other = write(tmp_path / "a"), write(tmp_path / "b")
    assert names(result) == names(other)
    assert all((result / n).read_bytes() == (other / n).read_bytes() for n in names(result))
    zip_bag(result, tmp_path / "bag.zip")
    zip_bag(other, tmp_path / "again" / "bag.zip")
    assert digest(tmp_path / "bag.zip") == digest(tmp_path / "again" / "bag.zip")
    with zipfile.ZipFile(tmp_path / "bag.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [f"bag/{n}" for n in names(result)]


PDM = "http://creativecommons.org/publicdomain/mark/1.0/"
IN_COPYRIGHT = "http://rightsstatements.org/vocab/InC/1.0/"


@pytest.mark.parametrize(
    ("rights", "license_", "in_dfg", "in_manifest"),
    [
        ("https://rightsstatements.org/vocab/InC/1.0/", "", IN_COPYRIGHT, IN_COPYRIGHT),
        ("https://rightsstatements.org/page/InC/1.0/?language=de", "", IN_COPYRIGHT, IN_COPYRIGHT),
        ("https://creativecommons.org/publicdomain/mark/1.0/deed.de", "", "pdm", PDM),
        ("https://www.creativecommons.org/publicdomain/mark/1.0", "", "pdm", PDM),
        ("https://creativecommons.org/licenses/by/3.0/de/deed.de", "",
         "cc-by", "http://creativecommons.org/licenses/by/3.0/de/"),
        ("Gemeinfrei", "pdm", "pdm", PDM),
        ("Gemeinfrei", "", None, None),
        ("cc-by", "pdm", "cc-by", None),
        ("https://example.org/terms", "pdm", "https://example.org/terms", None),
        ("", "https://creativecommons.org/publicdomain/zero/1.0",
         "https://creativecommons.org/publicdomain/zero/1.0", PDM.replace("mark", "zero")),
    ],
)  # fmt: skip
def test_rights_are_exported_however_they_are_written(
    tmp_path, rights, license_, in_dfg, in_manifest
):
    out = write(
        tmp_path,
        change=lambda i: replace(i, metadata=replace(i.metadata, rights=rights)),
        publication=replace(PUBLIC, license=license_),
    )
    dfg = etree.parse(out / "data/mets.dfg.xml").getroot()
    assert dfg.findtext(".//{http://dfg-viewer.de/}license") == in_dfg
    manifest = json.loads((out / "data/iiif/manifest.json").read_bytes())
    assert manifest.get("rights") == in_manifest


@pytest.mark.parametrize("fault", ["gone", "changed", "no picture"])
def test_a_bad_master_leaves_nothing_behind(tmp_path, fault):
    issue, layout = small_issue(tmp_path)
    path = layout.master(issue.pages[1].scan)
    if fault == "gone":
        path.unlink()
    elif fault == "changed":
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(b"no picture")
        scan = replace(issue.pages[1].scan, sha256=digest(path), size_bytes=10)
        issue = replace(
            issue, pages=(issue.pages[0], replace(issue.pages[1], scan=scan), issue.pages[2])
        )
    with pytest.raises((DocumentError, ScanError), match=r"p2\.tif"):
        write_package(issue, layout, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".draft-*"))


@pytest.mark.parametrize("field", ["base_url", "owner", "owner_logo", "owner_site_url",
                                   "owner_contact", "reference_url"])  # fmt: skip
def test_the_dfg_profile_names_the_option_it_lacks(tmp_path, field):
    section = "export" if field in ("base_url", "owner") else "rights"
    with pytest.raises(ConfigError, match=rf"profile dfg needs \[{section}\] {field} in config"):
        write(tmp_path, publication=replace(PUBLIC, **{field: ""}))
    assert not (tmp_path / "out").exists()


def test_the_dfg_profile_wants_addresses_and_makes_one_of_a_mail_address(tmp_path):
    with pytest.raises(ConfigError, match=r"dfg cannot use \[rights\] owner_logo = logo.png of"):
        write(tmp_path, publication=replace(PUBLIC, owner_logo="logo.png"))
    out = write(tmp_path, publication=replace(PUBLIC, owner_contact="info@example.org"))
    dfg = etree.parse(out / "data/mets.dfg.xml").getroot()
    assert dfg.findtext(".//{http://dfg-viewer.de/}ownerContact") == "mailto:info@example.org"


def test_a_manifest_needs_an_address_and_dfg_a_title(tmp_path):
    with pytest.raises(ConfigError, match=r"profile iiif needs \[export\] base_url"):
        write(tmp_path, profiles=("archive", "iiif"), publication=Publication())
    with pytest.raises(DocumentError, match=r"no title.*issue\.ini"):
        write(tmp_path, change=lambda i: replace(i, metadata=replace(i.metadata, title="")))


def test_a_file_of_several_pages_is_packed_once(tmp_path):
    issue, layout = small_issue(tmp_path)
    first = issue.pages[0].scan
    pages = [replace(p, scan=replace(first, page=p.scan.page)) for p in issue.pages]
    write_package(replace(issue, pages=tuple(pages)), layout, tmp_path / "out")
    out = tmp_path / "out" / "data"
    assert [p.name for p in (out / "images/original").iterdir()] == ["0001.tif"]
    root = etree.parse(out / "mets.xml").getroot()
    places = root.findall(".//m:fileGrp[@USE='ORIGINAL']/m:file/m:FLocat", NS)
    assert [p.get(f"{{{XLINK}}}href") for p in places] == ["images/original/0001.tif"] * 3


def test_tables_say_what_the_catalog_says(tmp_path):
    unusual = 'Fig. 1. "Kragen", \u201eſchön\u201c & <neu>'

    def change(issue):
        page = issue.pages[0]
        (picture,) = page.description.illustrations
        picture = replace(picture, caption=Caption(unusual, picture.caption.box, 0.9, "below"))
        description = replace(page.description, illustrations=(picture,))
        return replace(issue, pages=(replace(page, description=description), *issue.pages[1:]))

    out = write(tmp_path, change=change) / "data"
    rows = list(csv.DictReader(io.StringIO((out / "catalog/illustrations.csv").read_text("utf-8"))))
    record = json.loads((out / "catalog/issue.json").read_bytes())
    pictures = [p for page in record["pages"] for p in page["illustrations"]]
    assert [r["caption"] for r in rows] == [p["caption"] for p in pictures]
    assert rows[0]["caption"] == unusual
    assert [rows[0][k] for k in ("left", "top", "width", "height")] == ["10", "20", "40", "50"]
    assert digest(out / rows[0]["file"]) == rows[0]["sha256"]
    assert record["date"] == "1871-03-15" and record["pages"][2]["illustrations"] == []
    dc = etree.parse(out / "dc.xml").getroot()
    assert dc.findtext("dc:title", namespaces=NS) == "Der Bazar, 17 (1871), 11"


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1", "-1", "@A1", " =1"])
def test_a_caption_is_no_formula_in_a_spreadsheet(formula):
    issue = issues.published(pages=1, caption=formula)
    (row,) = csv.DictReader(io.StringIO(illustrations_csv(issue, {}).decode()))
    assert row["caption"] == f"'{formula.strip()}"


def test_plain_text_joins_divided_words(tmp_path):
    out = write(tmp_path) / "data/fulltext"
    assert (out / "text/0001.txt").read_text() == "Mädchen\n"
    assert (out / "text/0003.txt").read_text() == ""
    page = etree.fromstring((out / "hocr/0001.html").read_bytes())
    html = {"h": "http://www.w3.org/1999/xhtml"}
    words = page.findall(".//h:span[@class='ocrx_word']", html)
    assert [(w.text, w.get("title")) for w in words] == [
        ("Mäd-", "bbox 1 90 8 93; x_wconf 90"), ("chen", "bbox 1 94 9 97; x_wconf 80"),
    ]  # fmt: skip
    (photo,) = page.findall(".//h:div[@class='ocr_photo']", html)
    assert photo.get("title").startswith("bbox 10 20 50 70; poly 10 20 50 20")
