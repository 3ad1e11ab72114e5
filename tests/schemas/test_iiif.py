"""The IIIF manifest: valid by its schema, illustrations where ALTO has them."""

import json
from dataclasses import replace

import pytest

from schemas.model import IssueMetadata
from schemas.package import PackageFile, Publication
from schemas.write.iiif import manifest, text_annotations
from tests.conftest import shared
from tests.packages import PUBLIC, small_issue

BASE = "https://example.org/magazines/bazar-1871-11/"


@pytest.fixture
def issue(tmp_path):
    return small_issue(tmp_path)[0]


def files(issue):
    results = []
    for page in issue.pages:
        n = page.scan.page.sequence
        results += [
            PackageFile(
                "DEFAULT", n, 0, f"images/default/{n:04d}.jpg", "image/jpeg", "a" * 64, 1, 100, 140
            ),
            PackageFile(
                "THUMBS", n, 0, f"images/thumbs/{n:04d}.jpg", "image/jpeg", "a" * 64, 1, 50, 70
            ),
            PackageFile("FULLTEXT", n, 0, f"fulltext/alto/{n:04d}.xml", "text/xml", "a" * 64, 1),
        ]
        results += [
            PackageFile(
                "VIEW",
                n,
                p.ordinal,
                f"illustrations/{n:04d}_01.jpg",
                "image/jpeg",
                "a" * 64,
                1,
                40,
                50,
            )
            for p in page.description.illustrations
        ]
    return {file.xml_id: file for file in results}


def made(issue, public=PUBLIC):
    return json.loads(manifest(issue, files(issue), public))


@pytest.mark.shared
def test_it_is_valid_by_the_schema_of_iiif(issue):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the jsonschema package")
    schema = json.loads((shared("xsd") / "iiif" / "iiif_3_0.json").read_bytes())
    checker = jsonschema.Draft7Validator(schema)
    bare = replace(issue, metadata=IssueMetadata())
    documents = [made(issue), made(bare, Publication(base_url="https://example.org/m"))]
    documents += [json.loads(text_annotations(issue, page, PUBLIC)) for page in issue.pages]
    for record in documents:
        assert [e.message[:200] for e in checker.iter_errors(record)] == []
    assert list(checker.iter_errors(made(issue) | {"rights": "pdm"}))  # it does find what is there


@pytest.mark.parametrize(
    ("expected", "direction", "tag"),
    [
        ({"languages": ("ger", "heb")}, "left-to-right", "de"),
        ({"languages": ("yid", "ger")}, "right-to-left", "yi"),
        ({"languages": ("fas",)}, "right-to-left", "fa"),
        ({"languages": ("jpn",)}, "left-to-right", "ja"),
        ({"script": "Hebr"}, "right-to-left", "none"),
        ({"script": "Thaa"}, "right-to-left", "none"),
        ({"languages": ("pus",)}, "right-to-left", "ps"),
        ({"languages": ("snd",)}, "right-to-left", "sd"),
        ({"languages": ("uig",)}, "right-to-left", "ug"),
        ({"languages": ("div",)}, "right-to-left", "dv"),
        ({"languages": ("syr",)}, "right-to-left", "syr"),
        ({"languages": ("kur",)}, "left-to-right", "ku"),
        ({"languages": ("kur",), "script": "Arab"}, "right-to-left", "ku"),
    ],
)
def test_a_magazine_is_turned_as_it_is_read(issue, expected, direction, tag):
    record = made(replace(issue, metadata=IssueMetadata(title="Olam", **expected)))
    assert (record["viewingDirection"], list(record["label"])) == (direction, [tag])


def test_an_illustration_is_an_annotation_and_a_range(issue):
    record = made(issue)
    canvas = record["items"][0]
    (page,) = [p for p in canvas["annotations"] if "items" in p]
    (result,) = page["items"]
    assert result["motivation"] == "classifying"
    assert [b.get("value") or b["id"] for b in result["body"]] == [
        "illustration", "Fig. 1. Kragen", f"{BASE}illustrations/0001_01.jpg",
    ]  # fmt: skip
    rectangle, outline = result["target"]["selector"]
    assert rectangle["value"] == "xywh=10,20,40,50"
    assert outline["value"] == (
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M10,20 L50,20 L50,70 Z"/></svg>'
    )
    ranges = record["structures"][0]["items"]
    assert [r["label"] for r in ranges] == [{"de": ["Fig. 1. Kragen"]}] * 2
    assert ranges[0]["items"][0]["selector"]["value"] == rectangle["value"]
    assert [p.get("items") for p in record["items"][2]["annotations"]] == [None]


def test_text_stands_line_by_line_in_a_file_of_its_own(issue):
    record = made(issue)
    named = record["items"][0]["annotations"][0]["id"]
    page = json.loads(text_annotations(issue, issue.pages[0], PUBLIC))
    assert page["id"] == named == f"{BASE}iiif/annotations/0001.json"
    assert [(a["body"]["value"], a["target"].rpartition("#")[2]) for a in page["items"]] == [
        ("Mäd-", "xywh=1,90,7,3"), ("chen", "xywh=1,94,8,3"),
    ]  # fmt: skip
    assert {a["body"]["language"] for a in page["items"]} == {"de"}


@pytest.mark.parametrize(
    ("date", "expected"),
    [("1871", "1871-01-01T00:00:00Z"), ("1871-03", "1871-03-01T00:00:00Z"),
     ("1871-03-15", "1871-03-15T00:00:00Z"), ("", None)],
)  # fmt: skip
def test_the_date_is_the_first_day_with_its_time(issue, date, expected):
    record = made(replace(issue, metadata=replace(issue.metadata, date=date)))
    assert record.get("navDate") == expected


@pytest.mark.parametrize(
    ("rights", "expected"),
    [("https://creativecommons.org/licenses/by/4.0/", "http://creativecommons.org/licenses/by/4.0/"),
     ("http://rightsstatements.org/vocab/InC/1.0/", "http://rightsstatements.org/vocab/InC/1.0/"),
     ("ask the library", None)],
)  # fmt: skip
def test_rights_are_an_address_or_left_out(issue, rights, expected):
    record = made(replace(issue, metadata=replace(issue.metadata, rights=rights)))
    assert record.get("rights") == expected
    facts = {f["label"]["en"][0]: f["value"]["none"] for f in record["metadata"]}
    assert facts["Rights"] == [rights]


def test_an_issue_without_illustrations_lists_its_pages(issue):
    blank = replace(issue, pages=issue.pages[2:])
    (contents,) = made(blank)["structures"]
    assert [i["type"] for i in contents["items"]] == ["Canvas"]


def test_a_manifest_without_an_address_is_a_mistake_of_the_caller(issue):
    with pytest.raises(ValueError, match="base_url"):
        manifest(issue, {}, Publication())
