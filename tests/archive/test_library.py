"""METS and ALTO: valid by the official schemas, the same bytes twice, areas where they belong."""

import importlib.util
from dataclasses import replace

import pytest
from lxml import etree

from schemas.geometry import Box
from schemas.model import IssueMetadata, PageId
from schemas.namespaces import ALTO, METS, MODS, XLINK
from schemas.package import PackageFile, label
from schemas.published import PageDescription
from schemas.write.alto import alto_document
from schemas.write.mets import mets_document
from tests.conftest import shared
from tests.issues import AT, published

NS = {"m": METS, "mods": MODS, "a": ALTO, "x": XLINK}


def files(issue):
    results = []
    for page in issue.pages:
        n = page.scan.page.sequence
        results += [
            PackageFile(
                "ORIGINAL", n, 0, f"images/original/{n:04d}.tif", "image/tiff", "a" * 64, 9
            ),
            PackageFile("FULLTEXT", n, 0, f"fulltext/alto/{n:04d}.xml", "text/xml", "b" * 64, 9),
            PackageFile(
                "ILLUSTRATION", n, 1, f"illustrations/{n:04d}_01.png", "image/png", "c" * 64, 9
            ),
        ]
    return results


def odd(issue):
    """An issue of which hardly anything is known, with a lost page and hostile text."""
    first = issue.pages[0]
    text = first.description.text
    region = text.regions[0]
    line = region.lines[0]
    word = replace(line.words[0], text='<&"]]> \u201eſ', hyphenated=False)
    line = replace(line, words=(word,))
    text = replace(text, regions=(replace(region, lines=(line,)),))
    nothing = PageDescription(PageId(issue.issue.issue, 2))
    return replace(
        issue,
        metadata=IssueMetadata(),
        pages=(
            replace(first, description=replace(first.description, text=text)),
            replace(issue.pages[1], description=nothing, failed="prepare", events=()),
        ),
    )


@pytest.fixture(scope="module")
def schema():
    folder = shared("xsd")
    spec = importlib.util.spec_from_file_location("compile_check", folder / "compile_check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda name: module.load(folder / name)


@pytest.mark.shared
@pytest.mark.parametrize("change", [lambda issue: issue, odd])
def test_documents_are_valid_by_the_official_schemas(schema, change):
    issue = change(published())
    mets = etree.fromstring(mets_document(issue, files(issue), created=AT))
    checked = schema("bundle-mets.xsd")
    assert checked.validate(mets), checked.error_log
    checked = schema("alto/alto-4-4.xsd")
    for page in issue.pages:
        alto = etree.fromstring(alto_document(page, languages=issue.metadata.languages))
        assert checked.validate(alto), checked.error_log


def test_the_same_issue_gives_the_same_bytes():
    result, other = (mets_document(published(), files(published()), created=AT) for _ in range(2))
    assert result == other
    assert alto_document(published().pages[0]) == alto_document(published().pages[0])


def test_areas_name_the_pixels_of_the_illustration():
    root = etree.fromstring(mets_document(published(), files(published()), created=AT))
    areas = root.findall(".//m:structMap[@TYPE='PHYSICAL']//m:div[@TYPE='pagearea']", NS)
    assert len(areas) == 2
    area = areas[0].find("m:fptr/m:area[@COORDS]", NS)
    assert area.get("COORDS") == "100,200,499,699" and area.get("FILEID") == "FILE_0001_ORIGINAL"
    alto = etree.fromstring(alto_document(published().pages[0]))
    picture = alto.find(".//a:Illustration", NS)
    assert [picture.get(k) for k in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == [
        "100",
        "200",
        "400",
        "500",
    ]
    assert picture.get("ID") == areas[0].find("m:fptr/m:area[@BEGIN]", NS).get("BEGIN")


def test_every_pointer_has_a_target():
    root = etree.fromstring(mets_document(published(), files(published()), created=AT))
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(ids) == len(set(ids))
    for name in ("FILEID", "DMDID"):
        assert {e.get(name) for e in root.iter() if e.get(name)} <= set(ids)
    for link in root.iterfind(".//m:smLink", NS):
        assert {link.get(f"{{{XLINK}}}from"), link.get(f"{{{XLINK}}}to")} <= set(ids)


def test_metadata_is_said_once_and_right():
    root = etree.fromstring(mets_document(published(), files(published()), created=AT))
    issue = root.find(".//m:dmdSec[@ID='DMDLOG_0001']", NS)
    assert issue.findtext(".//mods:titleInfo/mods:title", namespaces=NS) == "Der Bazar"
    assert issue.findtext(".//mods:dateIssued", namespaces=NS) == "1871-03-15"
    assert issue.findtext(".//mods:scriptTerm", namespaces=NS) == "Latf"
    picture = root.find(".//m:dmdSec[@ID='DMDLOG_0002']", NS)
    assert picture.findtext(".//mods:note", namespaces=NS) == "Fig. 1. Kragen"
    assert label(published().metadata) == "Der Bazar, 17 (1871), 11"


def test_divided_words_are_said_as_alto_wants_it():
    alto = etree.fromstring(alto_document(published().pages[0]))
    parts = alto.findall(".//a:String[@SUBS_TYPE]", NS)
    assert [(p.get("SUBS_TYPE"), p.get("CONTENT"), p.get("SUBS_CONTENT")) for p in parts] == [
        ("HypPart1", "Mäd", "Mädchen"), ("HypPart2", "chen", "Mädchen"),
    ]  # fmt: skip
    assert alto.find(".//a:HYP", NS).get("CONTENT") == "-"


def test_a_lost_page_makes_the_record_partial():
    issue = odd(published())
    root = etree.fromstring(mets_document(issue, files(issue)[:2], created=AT))
    assert root.find("m:metsHdr", NS).get("RECORDSTATUS") == "partial"


def test_a_box_is_half_open_everywhere():
    assert Box(0, 0, 10, 5).width == 10 and Box(0, 0, 10, 5).overlap(Box(9, 4, 20, 20)) == 1
    with pytest.raises(ValueError, match="empty box"):
        Box(5, 5, 5, 9)
