"""Delivery to harvesters: zips, OAI-PMH records, collections, export since a date."""

import json
import os
import re
import shutil
import zipfile
from dataclasses import replace

import pytest
from lxml import etree
from sqlalchemy import event

from archive.catalog.catalog import Catalog
from archive.catalog.connect import connect
from archive.package.harvest import has_manifest
from archive.store import draft_of
from schemas.namespaces import DC, METS, OAI
from schemas.write.harvest import collection_url, oai_identifier, title_key
from tasks.commands.group import run as run_cli
from tasks.config_file import load
from tasks.flow.packages import deliver, deliver_collections
from tests.conftest import shared
from tests.packages import PUBLIC, small_issue

CONFIG = """[archive]
root = archive
[export]
owner = Example Library
base_url = https://example.org/magazines
profiles = archive, iiif
"""


@pytest.fixture
def house(tmp_path):
    """A configuration, and an issue in the catalog with its files in the archive."""
    (tmp_path / "config.ini").write_text(CONFIG)
    settings = load(tmp_path / "config.ini")
    issue, layout = small_issue(tmp_path)
    catalog = Catalog(connect(settings.archive.catalog_url))
    catalog.publish(issue)
    return issue, layout, settings, catalog, tmp_path


def sent(house, *, zipped=False, profiles=("archive", "iiif")):
    issue, layout, settings, _, folder = house
    to = folder / "out"
    return deliver(issue, layout, to, settings, profiles=profiles, zipped=zipped), to


def test_a_zip_has_what_the_folder_has_and_is_the_same_twice(house):
    package, to = sent(house)
    zipped, _ = sent(house, zipped=True)
    first = zipped.read_bytes()
    names = {f"{package.name}/{p.relative_to(package)}" for p in package.rglob("*") if p.is_file()}
    with zipfile.ZipFile(zipped) as archive:
        assert set(archive.namelist()) == names
        mets = archive.read(f"{package.name}/data/mets.xml")
    assert mets == (package / "data/mets.xml").read_bytes()
    assert sent(house, zipped=True)[0].read_bytes() == first
    assert not [p for p in to.iterdir() if p.name.startswith(".draft")]


@pytest.mark.parametrize("zipped", [False, True])
def test_records_for_oai_pmh_stand_beside_the_package(house, zipped):
    issue = house[0]
    _, to = sent(house, zipped=zipped)
    for prefix, root in (("oai_dc", f"{{{DC}}}title"), ("mets", f"{{{METS}}}fileSec")):
        record = etree.parse(to / f"oai/{issue.issue.issue}.{prefix}.xml").getroot()
        header = record.find(f"{{{OAI}}}header")
        assert header.findtext(f"{{{OAI}}}identifier") == "oai:example.org:bazar-1871-11"
        assert header.findtext(f"{{{OAI}}}datestamp").endswith("Z")
        assert header.findtext(f"{{{OAI}}}setSpec") == "der-bazar"
        assert record.find(f".//{root}") is not None


@pytest.mark.shared
def test_the_records_are_valid_answers_of_a_server(house):
    _, to = sent(house)
    text = (shared("xsd") / "oai/OAI-PMH.xsd").read_text()
    # the envelope is judged here; what is in it has its own tests
    lax = text.replace('processContents="strict"', 'processContents="lax"')
    schema = etree.XMLSchema(etree.fromstring(lax.encode()))
    record = etree.parse(to / "oai/bazar-1871-11.oai_dc.xml").getroot()
    answer = etree.fromstring(
        f'<OAI-PMH xmlns="{OAI}"><responseDate>2026-01-01T00:00:00Z</responseDate>'
        '<request verb="GetRecord">https://example.org/oai</request><GetRecord/></OAI-PMH>'
    )
    answer[-1].append(record)
    assert schema.validate(answer), schema.error_log


def test_the_dfg_viewers_mets_is_the_one_that_is_harvested(house):
    issue, layout, settings, _, folder = house
    rights = replace(
        settings.rights,
        owner_logo=PUBLIC.owner_logo,
        owner_site_url=PUBLIC.owner_site_url,
        owner_contact=PUBLIC.owner_contact,
        reference_url=PUBLIC.reference_url,
    )
    able = replace(settings, rights=rights)
    to = folder / "out"
    deliver(issue, layout, to, able, profiles=("archive", "dfg"), zipped=False)
    assert b"dfg-viewer.de" in (to / "oai/bazar-1871-11.mets.xml").read_bytes()


def test_a_collection_lists_what_is_there_by_date(house):
    issue, _, settings, catalog, folder = house
    catalog.publish(small_issue(folder / "other", slug="bazar-1870-01")[0])
    _, to = sent(house)
    (path,) = deliver_collections({issue.metadata.title}, catalog, to, settings)
    record = json.loads(path.read_text())
    assert record["id"] == collection_url("Der Bazar", settings.publication)
    assert [item["id"] for item in record["items"]] == [
        "https://example.org/magazines/bazar-1871-11/iiif/manifest.json"
    ]
    assert record["items"][0]["navDate"] == "1871-03-15T00:00:00Z"
    made = json.loads((to / "bazar-1871-11/data/iiif/manifest.json").read_text())
    assert made["partOf"] == [{"id": record["id"], "type": "Collection"}]


def test_a_collection_reads_no_record_of_what_is_not_there(house):
    issue, _, settings, catalog, folder = house
    for number in range(3):
        catalog.publish(small_issue(folder / "other", slug=f"bazar-1870-{number}")[0])
    _, to = sent(house)
    asked = []
    listen = (
        catalog.engine,
        "before_cursor_execute",
        lambda _, __, expected, *___: asked.append(expected),
    )
    event.listen(*listen)
    deliver_collections({issue.metadata.title, "Another"}, catalog, to, settings)
    assert len([expected for expected in asked if "issue.record" in expected]) == 1
    assert len([expected for expected in asked if "issue.published_at" in expected]) == 1


@pytest.mark.shared
def test_a_collection_is_valid_by_the_schema_of_iiif(house):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the jsonschema package")
    issue, _, settings, catalog, _ = house
    _, to = sent(house)
    (path,) = deliver_collections({issue.metadata.title}, catalog, to, settings)
    schema = json.loads((shared("xsd") / "iiif/iiif_3_0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(json.loads(path.read_text()))


def test_a_package_without_manifest_is_in_no_collection(house):
    _, to = sent(house, profiles=("archive",))
    assert not has_manifest(to, "bazar-1871-11") and not has_manifest(to, "absent")


def test_an_image_server_is_named_where_there_is_one(house):
    issue, layout, settings, _, folder = house
    served = "https://iiif.example.org/3/{issue}%2F{page}"
    able = replace(settings, export=replace(settings.export, image_service=served))
    deliver(issue, layout, folder / "out", able, profiles=("archive", "iiif"), zipped=False)
    made = json.loads((folder / "out/bazar-1871-11/data/iiif/manifest.json").read_text())
    body = made["items"][0]["items"][0]["items"][0]["body"]
    assert body["service"][0]["id"] == "https://iiif.example.org/3/bazar-1871-11%2F0001"


def test_without_a_public_address_the_urn_identifies(house):
    assert oai_identifier(house[0], replace(PUBLIC, base_url="")).startswith("urn:uuid:")


def test_titles_of_any_script_have_a_key():
    assert title_key("Über Land & Meer") == "uber-land-meer"
    assert title_key("Нива").startswith("title-") and title_key("Нива") != title_key("Огонёк")


def test_titles_that_are_not_one_magazine_have_different_keys():
    long = "Illustrierte Zeitung für Buchdruck, Photographie und verwandte Gewerbe in "
    for item, other in (("Нива 1", "Огонёк 1"), ("Ørn", "Ærn"), (f"{long}Wien", f"{long}Prag")):
        assert title_key(item) != title_key(other)
        assert re.fullmatch("[a-z0-9-]{1,80}", title_key(item))
    assert title_key("L’Illustration") == "lillustration"


def test_titles_that_differ_in_a_full_stop_are_one_collection(house):
    _, _, settings, catalog, folder = house
    to = folder / "out"
    for slug, title in (("bazar-1870-01", "Der Bazar."), ("bazar-1872-01", "Der Bazar")):
        other, there = small_issue(folder / slug, slug=slug)
        other = replace(other, metadata=replace(other.metadata, title=title))
        catalog.publish(other)
        deliver(other, there, to, settings, profiles=("archive", "iiif"), zipped=False)
    sent(house)
    (path,) = deliver_collections({"Der Bazar", "Der Bazar."}, catalog, to, settings)
    record = json.loads(path.read_text())
    assert len(record["items"]) == 3 and record["label"] == {"none": ["Der Bazar"]}
    assert deliver_collections({"Der Bazar."}, catalog, to, settings) == (path,)
    assert json.loads(path.read_text()) == record


def command(house, *arguments):
    folder = house[4]
    return run_cli(["export", "--to", str(folder / "out"), "--config", str(folder / "config.ini"),
                    *arguments])  # fmt: skip


def test_export_since_takes_what_was_published_since(house, capsys):
    assert command(house, "--since", "2100-01-01") == 0 and not (house[4] / "out").exists()
    assert command(house, "--since", "2000-01-01") == 0
    output = capsys.readouterr().out
    assert "bazar-1871-11" in output and "collections/der-bazar.json" in output


def test_what_a_killed_export_left_goes_with_the_next_one_there(house):
    out = house[4] / "out"
    left = [draft_of(out / name) for name in ("a.zip", "a", "oai/a.mets.xml", "collections/b.json")]
    results = [out / ".draft-of-my-letter.txt", out / "mine" / left[0].name]
    today = draft_of(out / "of-another-process.zip")
    for path in (*left, *results, today):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    for path in (*left, *results):
        os.utime(path, (0, 0))
    assert command(house, "bazar-1871-11", "--zip") == 0
    assert not [path for path in left if path.exists()]
    assert all(path.exists() for path in (*results, today))
    assert (out / "bazar-1871-11.zip").exists()


def test_a_changed_master_costs_only_its_issue(house, capsys):
    issue, layout, _, _, _ = house
    layout.master(issue.pages[0].scan).write_bytes(b"changed")
    assert command(house, "--since", "2000-01-01") == 1
    assert "gone or changed" in capsys.readouterr().err


def test_an_issue_that_is_not_published_costs_only_itself(house, capsys):
    assert command(house, "never-published", "bazar-1871-11") == 1
    captured = capsys.readouterr()
    assert "never-published: not published" in captured.err and "bazar-1871-11  " in captured.out
    assert (house[4] / "out" / "bazar-1871-11").is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--profile", "mets", "bazar-1871-11"), "no profile 'mets'"),
        (("--profile", "dfg", "bazar-1871-11"), r"[rights] owner_logo"),
        ((), "name issues, or give --since"),
        (("bazar-1871-11", "--since", "2000-01-01"), "name issues, or give --since"),
    ],
)
def test_what_cannot_be_exported_is_said(house, capsys, arguments, message):
    assert command(house, *arguments) == 2 and message in capsys.readouterr().err


@pytest.mark.parametrize("to", ["archive", "archive/exports", "incoming", "incoming/new", "mine"])
@pytest.mark.parametrize("form", [(), ("--zip",)])
def test_an_export_replaces_packages_of_ours_and_nothing_else(house, capsys, to, form):
    config = house[4] / "config.ini"
    config.write_text(CONFIG.replace("[export]", "incoming = incoming\n[export]"))
    there = house[4] / to / "bazar-1871-11"
    there.mkdir(parents=True)
    (there / "bagit.txt").write_text("a bag of somebody else's\n")
    shutil.make_archive(str(there), "zip", there)
    before = there.with_suffix(".zip").read_bytes()
    arguments = ["--to", str(there.parent), "--config", str(config), *form]
    assert run_cli(["export", "bazar-1871-11", *arguments]) == 2
    errors = capsys.readouterr().err
    assert str(there.parent) in errors and "name another --to" in errors
    assert (there / "bagit.txt").is_file() and there.with_suffix(".zip").read_bytes() == before
    assert not (there.parent / "oai").exists()


@pytest.mark.parametrize("form", [(), ("--zip",)])
def test_a_package_of_ours_is_replaced(house, form):
    for _ in range(2):
        assert command(house, "bazar-1871-11", *form) == 0


def test_pictures_printed_twice_are_grouped(house, capsys):
    _, _, _, catalog, folder = house
    catalog.publish(small_issue(folder / "other", slug="bazar-1870-01")[0])
    config = str(folder / "config.ini")
    assert run_cli(["duplicates", "--distance", "0", "--config", config]) == 0
    output = capsys.readouterr().out
    assert "bazar-1870-01_0001_i01  " in output and output.endswith("1 groups\n")
    assert run_cli(["find", "Kragen", "--since", "1870", "--config", config]) == 0
    assert "illustrations" in capsys.readouterr().out
