"""Every rule is silent about what we write, and finds the fault it is for."""

import copy
import json
from dataclasses import replace

import pytest
from lxml import etree

from archive.package.bag import read_manifest
from archive.package.export import write_package
from archive.package.file_facts import facts_on_disk
from schemas.namespaces import ALTO, DV, METS, MIX, MODS, PREMIS, XHTML, XLINK
from schemas.rules.alto import alto_facts
from schemas.rules.checks import (
    check_alto,
    check_hocr,
    check_manifest,
    check_mets,
    check_view,
    listing,
)
from schemas.rules.package import FileFacts, PackageView
from schemas.rules.rule import Finding
from tests.conftest import ROOT
from tests.packages import ALL, PUBLIC, small_issue

NS = {"m": METS, "o": MODS, "p": PREMIS, "x": MIX, "d": DV, "a": ALTO, "h": XHTML}
HREF = f"{{{XLINK}}}href"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The documents of a package, parsed: a test plants its fault in a copy."""
    folder = tmp_path_factory.mktemp("rules")
    issue, layout = small_issue(folder)
    write_package(issue, layout, folder / "out", profiles=ALL, publication=PUBLIC)
    data = folder / "out" / "data"
    parse = lambda name: etree.parse(data / name).getroot()  # noqa: E731
    altos = {
        f"fulltext/alto/{n:04d}.xml": alto_facts(parse(f"fulltext/alto/{n:04d}.xml"))
        for n in (1, 2, 3)
    }
    facts = {
        p.relative_to(data).as_posix(): facts_on_disk(p) for p in data.rglob("*") if p.is_file()
    }
    manifest = json.loads((data / "iiif/manifest.json").read_bytes())
    record = json.loads((data / "catalog/issue.json").read_bytes())
    bag = read_manifest(folder / "out" / "manifest-sha256.txt")
    return {
        "archive": parse("mets.xml"),
        "dfg": parse("mets.dfg.xml"),
        "alto": parse("fulltext/alto/0001.xml"),
        "blank": parse("fulltext/alto/0003.xml"),
        "hocr": etree.fromstring((data / "fulltext/hocr/0001.html").read_bytes()),
        "iiif": manifest,
        "view": PackageView(parse("mets.xml"), facts, altos, manifest, record, bag),
    }


CHECKS = {
    "archive": check_mets, "dfg": check_mets, "alto": check_alto, "blank": check_alto,
    "hocr": check_hocr, "iiif": check_manifest, "view": check_view,
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_what_we_write_breaks_no_rule(made, name):
    assert list(CHECKS[name](made[name], name=name)) == []


def put(path, key, value):
    """A fault: the attribute ``key`` of the first element at ``path`` is ``value``, or gone."""

    def plant(root):
        element = root.find(path, NS)
        if value is None:
            del element.attrib[key]
        else:
            element.set(key, value)

    return plant


def say(path, text):
    def plant(root):
        root.find(path, NS).text = text

    return plant


def drop(path):
    def plant(root):
        element = root.find(path, NS)
        element.getparent().remove(element)

    return plant


def double(path):
    def plant(root):
        element = root.find(path, NS)
        element.addnext(copy.deepcopy(element))

    return plant


def swap(path):
    """The first two children of an element change places."""

    def plant(root):
        element = root.find(path, NS)
        element.insert(0, element[1])

    return plant


def nest_group(root):
    group = root.find(".//m:fileGrp", NS)
    group.append(etree.Element(f"{{{METS}}}fileGrp"))


def embed_premis(root):
    root.find(".//d:links", NS).append(etree.Element(f"{{{PREMIS}}}event"))


def no_resolver(root):
    for item in root.findall(".//o:mods/o:identifier", NS):
        item.set("type", "ppn")


def no_detail(root):
    for item in root.findall(".//o:part/o:detail", NS):
        item.getparent().remove(item)


def no_host(root):
    """Nothing says of what the issue is one, and its illustrations have titles too."""
    for path in (".//o:relatedItem", ".//o:part"):
        drop(path)(root)


def at_top_margin(root):
    block = root.find(".//a:TextBlock", NS)
    margin = etree.SubElement(root.find(".//a:Page", NS), f"{{{ALTO}}}TopMargin")
    margin.append(block)


PAGE = ".//m:structMap[@TYPE='PHYSICAL']/m:div/m:div"
TOP = ".//m:structMap[@TYPE='LOGICAL']/m:div"
ORIGINAL = ".//m:fileGrp[@USE='ORIGINAL']/m:file"
RECT = ".//m:area[@SHAPE='RECT']"

XML_FAULTS = [
    (3, "archive", double(PAGE)),
    (3, "archive", put(PAGE, "ID", "1_page")),
    (4, "archive", put(TOP, "DMDID", "DMD_9999")),
    (4, "archive", put(ORIGINAL, "ADMID", "AMD_9999")),
    (4, "archive", put(RECT, "FILEID", "FILE_9999")),
    (4, "archive", put(".//m:smLink", f"{{{XLINK}}}to", "PHYS_9999")),
    (4, "alto", put(".//a:TextBlock", "TAGREFS", "LT_NONE")),
    (5, "archive", double(".//m:structMap[@TYPE='LOGICAL']")),
    (5, "dfg", drop(".//m:structMap[@TYPE='PHYSICAL']")),
    (6, "archive", put(TOP, "TYPE", "volume")),
    (6, "dfg", put(TOP, "DMDID", None)),
    (6, "dfg", double(TOP)),
    (7, "archive", put(f"{TOP}/m:div", "TYPE", "picture")),
    (8, "archive", put(f"{PAGE}[2]", "ORDER", "3")),
    (8, "archive", put(PAGE, "ORDERLABEL", None)),
    (8, "dfg", put(PAGE, "TYPE", "sheet")),
    (8, "dfg", put(".//m:structMap[@TYPE='PHYSICAL']/m:div", "TYPE", "book")),
    (9, "archive", drop(f"{PAGE}/m:fptr[@FILEID='FILE_0001_THUMBS']")),
    (9, "dfg", drop(f"{PAGE}/m:fptr[@FILEID='FILE_0001_DEFAULT']")),
    (10, "archive", drop(".//m:smLink[2]")),
    (10, "dfg", drop(".//m:smLink[1]")),
    (12, "archive", put(ORIGINAL, "CHECKSUM", "d41d8cd98f00b204e9800998ecf8427e")),
    (12, "archive", put(ORIGINAL, "CHECKSUMTYPE", "MD5")),
    (12, "archive", put(ORIGINAL, "SIZE", None)),
    (13, "archive", put(ORIGINAL, "MIMETYPE", None)),
    *(
        (14, "archive", put(f"{ORIGINAL}/m:FLocat", HREF, href))
        for href in ("/srv/a.tif", "./a.tif", "a/../../b.tif", "a/%2e%2e/%2e%2e/b.tif", "",
                     "http://example.org/a.tif", "images/a b.tif", "images/Müller.tif", "a\\b.tif")
    ),
    *(
        (15, "dfg", put(".//m:FLocat", HREF, href))
        for href in ("images/default/0001.jpg", "http://localhost/a.jpg", "ftp://example.org/a.jpg")
    ),
    (15, "dfg", double(".//m:FLocat")),
    (16, "dfg", put(".//m:fileGrp[@USE='THUMBS']", "USE", "ORIGINAL")),
    (16, "dfg", put(".//m:fileGrp[@USE='DEFAULT']", "USE", "DEFAULT2")),
    (17, "dfg", put(".//m:fileGrp[@USE='FULLTEXT']/m:file", "MIMETYPE", "application/alto+xml")),
    (17, "dfg", put(".//m:fileGrp[@USE='DEFAULT']/m:file", "MIMETYPE", "text/plain")),
    *((18, "dfg", drop(f".//d:{name}")) for name in ("rights", "links", "reference", "owner",
                                                     "ownerLogo", "ownerSiteURL", "ownerContact")),
    (18, "dfg", say(".//d:license", "free")),
    (18, "dfg", say(".//d:ownerLogo", "logo.png")),
    (18, "dfg", say(".//d:ownerContact", "info@example.org")),
    (19, "dfg", put(".//m:digiprovMD/m:mdWrap", "MDTYPE", "PREMIS:EVENT")),
    (19, "dfg", embed_premis),
    (19, "dfg", drop(".//m:rightsMD")),
    (20, "dfg", double(".//o:mods/o:recordInfo")),
    (20, "dfg", drop(".//o:mods/o:recordInfo/o:recordIdentifier")),
    (21, "archive", drop(".//o:part")),
    (21, "dfg", put(".//o:part", "order", "Heft 3")),
    (21, "dfg", say(".//o:detail/o:number", "")),
    (21, "dfg", put(".//o:detail", "type", "year")),
    (21, "archive", no_detail),
    (21, "dfg", no_host),
    (22, "archive", put(".//o:originInfo", "eventType", None)),
    (22, "dfg", say(".//o:dateIssued", "15.3.1871")),
    (22, "dfg", put(".//o:dateCaptured", "keyDate", "yes")),
    (23, "archive", say(".//o:languageTerm", "de")),
    (23, "dfg", say(".//o:scriptTerm", "Fraktur")),
    (24, "archive", swap(".//o:location")),
    (25, "archive", no_resolver),
    (25, "dfg", put(".//o:mods/o:identifier", "type", None)),
    (26, "archive", say(".//m:agent[@OTHERTYPE='SOFTWARE']/m:name", "Bilderbogen ")),
    (26, "archive", drop(".//m:agent[@OTHERROLE='recognition/text-recognition']")),
    (26, "archive", drop(".//m:metsHdr")),
    (27, "archive", nest_group),
    (27, "dfg", put(".//m:fileGrp[@USE='THUMBS']", "USE", "DEFAULT")),
    (27, "archive", put(".//m:fileGrp[@USE='VIEW']", "USE", "9 views")),
    (28, "archive", say(".//p:relatedObjectIdentifierValue", "FILE_9999")),
    (28, "archive", drop(".//p:eventDetailInformation")),
    (28, "archive", drop(".//p:eventOutcomeInformation")),
    (28, "archive", say(".//p:linkingAgentIdentifierValue", "AG_99")),
    (28, "archive", say(".//p:objectIdentifierValue", "FILE_9999")),
    (29, "archive", drop(".//x:imageWidth")),
    (29, "archive", double(".//x:bitsPerSampleValue")),
    (29, "archive", say(".//x:bitsPerSampleValue", "8,8,8")),
    (29, "archive", say(".//x:colorSpace", "CMYK")),
    (30, "archive", put(RECT, "COORDS", "50,20,10,70")),
    (30, "dfg", put(RECT, "COORDS", "1.5,2,3,4")),
    (34, "alto", say(".//a:MeasurementUnit", "mm10")),
    (34, "alto", put(".//a:String", "HPOS", "5000")),
    (34, "alto", put(".//a:TextLine", "HEIGHT", "0")),
    (34, "alto", put(".//a:Illustration", "WIDTH", None)),
    (34, "blank", put(".//a:PrintSpace", "WIDTH", "0")),
    (35, "alto", put(".//a:String", "WC", "95")),
    (35, "alto", put(".//a:Page", "PC", "high")),
    (36, "alto", double(".//a:String")),
    (36, "alto", put(".//a:String", "SUBS_CONTENT", None)),
    (36, "alto", put(".//a:String[@SUBS_TYPE='HypPart2']", "SUBS_TYPE", "HypPart1")),
    (37, "alto", at_top_margin),
    (37, "alto", put(".//a:PrintSpace", "HEIGHT", "1")),
    (38, "alto", put(".//a:Illustration", "FILEID", None)),
    (38, "alto", put(".//a:Polygon", "POINTS", "1,2 3,4")),
    (40, "archive", put(".//m:FLocat", HREF, "file:///srv/scans/a.tif")),
    (40, "dfg", put(TOP, "LABEL", "C:\\scans\\a.tif")),
    (40, "alto", say(".//a:fileName", "/tmp/tess_1234.png")),
    (42, "alto", drop(".//a:Processing[2]")),
    (42, "alto", drop(".//a:Processing[2]/a:processingStepSettings")),
    (42, "alto", drop(".//a:Processing[2]/a:processingSoftware/a:softwareVersion")),
    (43, "hocr", drop(".//h:meta[@name='ocr-langs']")),
    (43, "hocr", put(".//h:meta[@name='ocr-capabilities']", "content", "ocr_page ocr_line")),
    (43, "hocr", put(".//h:span", "title", "x_wconf 90")),
]  # fmt: skip


def numbers(expected):
    return {int(item.rule.split()[1]) for item in expected}


@pytest.mark.parametrize(
    ("number", "name", "plant"),
    XML_FAULTS,
    ids=[f"{n}-{name}-{i}" for i, (n, name, _) in enumerate(XML_FAULTS)],
)
def test_a_planted_fault_is_found(made, number, name, plant):
    root = copy.deepcopy(made[name])
    plant(root)
    assert number in numbers(CHECKS[name](root, name=name))


def classified(record):
    pages = [p for c in record["items"] for p in c["annotations"] if "items" in p]
    return pages[0]["items"][0]


def same_id(record):
    record["items"][1]["id"] = record["items"][0]["id"]


def other_place(record):
    classified(record)["target"]["selector"][0]["value"] = "xywh=1,1,1,1"


JSON_FAULTS = [
    (45, lambda r: r.update(type="Collection")),
    (45, lambda r: r.update(items=[])),
    (45, lambda r: r.update(id="urn:x")),
    (45, same_id),
    (45, lambda r: r["items"][0].update(width=0)),
    (45, lambda r: r["items"][0].pop("height")),
    (45, lambda r: r.pop("label")),
    (45, lambda r: r.update(label="Der Bazar")),
    (46, lambda r: r.update(navDate="1871-03-15")),
    (47, lambda r: r["structures"][0]["items"].pop()),
    (47, other_place),
    (48, lambda r: r.update(rights="https://creativecommons.org/publicdomain/mark/1.0/")),
    (48, lambda r: r.update(rights="http://example.org/terms")),
]


@pytest.mark.parametrize(("number", "plant"), JSON_FAULTS)
def test_a_fault_of_a_manifest_is_found(made, number, plant):
    record = copy.deepcopy(made["iiif"])
    plant(record)
    assert number in numbers(check_manifest(record, name="manifest.json"))


def changed_files(view, name, **changes):
    return replace(view, files={**view.files, name: replace(view.files[name], **changes)})


def changed_mets(view, plant):
    root = copy.deepcopy(view.mets)
    plant(root)
    return replace(view, mets=root)


def changed_alto(view, **changes):
    name = "fulltext/alto/0001.xml"
    return replace(view, altos={**view.altos, name: replace(view.altos[name], **changes)})


MASTER = "images/original/0001.tif"
VIEW_FAULTS = [
    (11, lambda v: replace(v, files={**v.files, "x.txt": FileFacts(1, "0", "")})),
    (11, lambda v: replace(v, files={k: f for k, f in v.files.items() if k != MASTER})),
    (12, lambda v: changed_files(v, MASTER, size_bytes=1)),
    (12, lambda v: changed_files(v, MASTER, sha256="0" * 64)),
    (13, lambda v: changed_files(v, MASTER, mimetype="image/jpeg")),
    (30, lambda v: changed_files(v, MASTER, width=30)),
    (31, lambda v: changed_alto(v, blocks=frozenset())),
    (33, lambda v: changed_alto(v, width=101)),
    (33, lambda v: changed_alto(v, number=2)),
    (38, lambda v: changed_mets(v, put(".//m:fileGrp[@USE='ILLUSTRATION']/m:file", "ID", "F"))),
    (39, lambda v: changed_alto(v, illustrations=())),
    (39, lambda v: replace(v, issue={"pages": []})),
    (39, lambda v: replace(v, manifest={"items": []})),
    (47, lambda v: replace(v, manifest={"items": []})),
    (48, lambda v: changed_mets(v, say(".//d:license", "cc-by"))),
    (48, lambda v: replace(v, manifest={**v.manifest, "rights": "http://creativecommons.org/publicdomain/zero/1.0/"})),
    (49, lambda v: replace(v, bag=dict(reversed(v.bag.items())))),
    (49, lambda v: replace(v, bag={**v.bag, f"data/{MASTER}": "0" * 64})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "plant"), VIEW_FAULTS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(VIEW_FAULTS)]
)
def test_a_disagreement_within_a_package_is_found(made, number, plant):
    assert number in numbers(check_view(plant(made["view"]), name="mets.xml"))


HUGE = "9" * 5000
ODD = [
    ("archive", put(f"{ORIGINAL}/m:FLocat", HREF, "http://[")),
    ("archive", put(f"{ORIGINAL}/m:FLocat", HREF, "//[x")),
    ("archive", put(RECT, "COORDS", f"1,2,{HUGE},{HUGE}")),
    ("archive", put(RECT, "COORDS", "1,1,²,²")),
    ("alto", put(".//a:Page", "WIDTH", "1e999")),
    ("alto", put(".//a:String", "HPOS", "1e308")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "plant"), ODD, ids=range(len(ODD)))
def test_odd_values_are_faults_and_no_crash(made, name, plant):
    root = copy.deepcopy(made[name])
    plant(root)
    assert list(CHECKS[name](root, name=name))
    if name == "archive":
        list(check_view(replace(made["view"], mets=root), name="mets.xml"))


@pytest.mark.parametrize("pages", [7, [7], [{"illustrations": 7}], None])
def test_a_table_of_another_make_is_no_crash(made, pages):
    view = replace(made["view"], issue={"pages": pages})
    assert 39 in numbers(check_view(view, name="mets.xml"))


def test_every_rule_has_a_fault_that_it_finds():
    tried = {row[0] for row in (*XML_FAULTS, *JSON_FAULTS, *VIEW_FAULTS)}
    assert {number for number, _ in listing()} == tried


def test_a_finding_names_file_line_and_rule(made):
    root = copy.deepcopy(made["archive"])
    put(ORIGINAL, "MIMETYPE", None)(root)
    (results,) = [f for f in check_mets(root, name="mets.xml") if f.rule == "rule 13"]
    assert results.line == made["archive"].find(ORIGINAL, NS).sourceline
    assert str(results).startswith(f"mets.xml:{results.line}: rule 13: FILE_0001_ORIGINAL has no")
    assert str(Finding("a.xml", 0, "schema", "odd")) == "a.xml: schema: odd"
    assert str(Finding("a.json", 0, "rule 45", "id \ud800")) == "a.json: rule 45: id ?"


def test_the_docs_list_every_rule():
    text = (ROOT / "docs" / "formats.md").read_text()
    for number, item in listing():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {number} |")]
        assert item in row
