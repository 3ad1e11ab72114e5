"""METS in both profiles: valid by every schema, and saying what a library asks of it."""

import importlib.util
from dataclasses import replace

import pytest
from lxml import etree

from archive.package.export import write_package
from archive.package.schema_store import SchemaStore
from archive.package.validate import check_document
from schemas.model import IssueMetadata
from schemas.namespaces import METS, MIX, MODS, PREMIS, XLINK
from schemas.package import PackageFile, Publication
from schemas.read.mets import read_mets
from schemas.write.mets import mets_document
from schemas.write.mods import part_order
from schemas.write.provenance import SOFTWARE
from tests.conftest import shared
from tests.issues import AT
from tests.packages import ALL, PUBLIC, small_issue

NS = {"m": METS, "o": MODS, "p": PREMIS, "x": MIX}
HREF = f"{{{XLINK}}}href"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mets")
    issue, layout = small_issue(folder)
    write_package(issue, layout, folder / "out", profiles=ALL, publication=PUBLIC)
    return folder / "out" / "data"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["mets.xml", "mets.dfg.xml"])
def test_documents_are_valid_by_the_official_schemas(made, name):
    store = SchemaStore(shared("xsd"))
    content = (made / name).read_bytes()
    assert check_document(content, name=name, store=store).findings == ()


@pytest.fixture(scope="module")
def dfg_viewer():
    """The rules of the DFG-Viewer: what they find in a parsed document."""
    path = shared("checks") / "dfg24_check.py"
    spec = importlib.util.spec_from_file_location("dfg24_check", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check


@pytest.mark.shared
def test_the_rules_of_the_dfg_viewer_find_nothing(made, dfg_viewer):
    assert dfg_viewer(etree.parse(made / "mets.dfg.xml")) == []
    assert len(dfg_viewer(etree.parse(made / "mets.xml"))) > 20  # it does find what is there


@pytest.mark.parametrize(
    ("expected", "part"),
    [
        ({}, ("0", [("issue", "Der Bazar")])),
        ({"date": "1871-03-15"}, ("18710315", [("issue", "1871-03-15")])),
        ({"volume": "XVII"}, ("170000", [("volume", "XVII")])),
        ({"volume": "XVII", "number": "Heft IV"}, ("170004", [("volume", "XVII"), ("issue", "Heft IV")])),
        ({"number": "Sonderheft"}, ("0", [("issue", "Sonderheft")])),
    ],
)  # fmt: skip
@pytest.mark.shared
def test_an_issue_of_which_little_is_known_is_one_for_the_dfg_viewer(
    tmp_path, dfg_viewer, expected, part
):
    issue, layout = small_issue(tmp_path)
    known = IssueMetadata(title="Der Bazar", **expected)
    write_package(
        replace(issue, metadata=known), layout, tmp_path / "out", profiles=ALL,
        publication=PUBLIC, store=SchemaStore(shared("xsd")),
    )  # fmt: skip
    path = tmp_path / "out/data/mets.dfg.xml"
    root = etree.parse(path).getroot()
    assert dfg_viewer(root) == []
    (result,) = root.iterfind(".//o:part", NS)
    details = [(d.get("type"), d.findtext("o:number", "", NS)) for d in result.iter("{*}detail")]
    assert (result.get("order"), details) == part
    back = read_mets(path.read_bytes(), name=path.name).metadata
    fields = ("title", "date", "volume", "number")
    assert [getattr(back, name) for name in fields] == [getattr(known, name) for name in fields]


def test_the_archive_profile_has_every_file_of_a_page(made):
    root = etree.parse(made / "mets.xml").getroot()
    uses = [g.get("USE") for g in root.iterfind(".//m:fileGrp", NS)]
    assert uses == ["ORIGINAL", "DEFAULT", "THUMBS", "FULLTEXT", "HOCR", "TEXT",
                    "ILLUSTRATION", "VIEW", "METADATA"]  # fmt: skip
    page = root.find(".//m:structMap[@TYPE='PHYSICAL']/m:div/m:div", NS)
    assert [f.get("FILEID") for f in page.iterfind("m:fptr", NS)] == [
        f"FILE_0001_{use}" for use in uses[:6]
    ]
    area = page.find("m:div[@TYPE='pagearea']/m:fptr/m:area", NS)
    assert (area.get("FILEID"), area.get("COORDS")) == ("FILE_0001_ORIGINAL", "10,20,49,69")


def test_the_dfg_profile_has_absolute_addresses_and_no_more(made):
    root = etree.parse(made / "mets.dfg.xml").getroot()
    assert [g.get("USE") for g in root.iterfind(".//m:fileGrp", NS)] == [
        "DEFAULT", "THUMBS", "FULLTEXT",
    ]  # fmt: skip
    first = root.find(".//m:FLocat", NS).get(HREF)
    assert first == "https://example.org/magazines/bazar-1871-11/images/default/0001.jpg"
    assert root.find(".//m:div[@TYPE='pagearea']", NS) is None
    assert {f.get("FILEID") for f in root.iterfind(".//m:fptr", NS)} <= {
        e.get("ID") for e in root.iterfind(".//m:file", NS)
    } | {None}


def test_areas_are_in_pixels_of_the_image_they_name(tmp_path):
    issue, _ = small_issue(tmp_path)
    issue = replace(issue, pages=issue.pages[:1])
    files = [
        PackageFile("ORIGINAL", 1, 0, "a.tif", "image/tiff", "a" * 64, 9, 100, 140),
        PackageFile("DEFAULT", 1, 0, "a.jpg", "image/jpeg", "a" * 64, 9, 50, 70),
    ]
    root = etree.fromstring(mets_document(issue, files, created=AT))
    areas = {a.get("FILEID"): a.get("COORDS") for a in root.iterfind(".//m:area", NS)}
    assert areas == {"FILE_0001_DEFAULT": "5,10,24,34", "FILE_0001_ORIGINAL": "10,20,49,69"}


def test_provenance_leads_from_cut_out_to_master_and_software(made):
    root = etree.parse(made / "mets.xml").getroot()
    cut = root.find(".//m:amdSec[@ID='AMD_FILE_0001_01_ILLUSTRATION']", NS)
    assert cut.findtext(".//p:relatedObjectIdentifierValue", namespaces=NS) == "FILE_0001_ORIGINAL"
    events = [e.text for e in cut.iterfind(".//p:linkingEventIdentifierValue", NS)]
    by_id = {
        e.findtext("p:eventIdentifier/p:eventIdentifierValue", namespaces=NS): e
        for e in root.iterfind(".//p:event", NS)
    }
    agents = {
        a.findtext(".//p:agentIdentifierValue", namespaces=NS): a.findtext(
            "p:agentName", namespaces=NS
        )
        for a in root.iterfind(".//p:agent", NS)
    }
    done_by = [
        agents[by_id[e].findtext(".//p:linkingAgentIdentifierValue", namespaces=NS)] for e in events
    ]
    assert done_by == ["pix2pix default sha256:0123456789ab", "PyMatting 1.1.16"]
    kinds = {e.findtext("p:eventType", namespaces=NS) for e in by_id.values()}
    assert kinds == {"ingestion", "message digest calculation", "creation"}
    size = [cut.findtext(f".//x:{k}", namespaces=NS) for k in ("imageWidth", "imageHeight")]
    assert size == ["40", "50"]


def test_a_periodical_is_the_host_of_its_issue(made):
    root = etree.parse(made / "mets.dfg.xml").getroot()
    mods = root.find(".//o:mods", NS)
    host = mods.find("o:relatedItem[@type='host']", NS)
    record = host.find("o:recordInfo/o:recordIdentifier", NS)
    assert (record.get("source"), record.text) == ("zdb", "2145643-9")
    assert host.find("o:identifier[@type='issn']", NS).text == "1234-5679"
    assert mods.find("o:location/o:shelfLocator", NS).text == "Z 4711"
    assert mods.find("o:part", NS).get("order") == "18710315"
    assert [i.get("type") for i in mods.iterfind("o:identifier", NS)] == ["urn", "purl"]


@pytest.mark.parametrize(
    ("expected", "order"),
    [
        ({"date": "1871"}, 18710000),
        ({"date": "1871-03-15"}, 18710315),
        ({"volume": "17", "number": "No. 11"}, 170011),
        ({"number": "XI"}, 11),
        ({"volume": "XVII", "number": "Heft IV"}, 170004),
        ({"number": "11/12"}, 11),
        ({"volume": "Neue Folge"}, 0),
        ({}, 0),
    ],
)
def test_issues_of_a_title_sort(expected, order):
    assert part_order(IssueMetadata(**expected)) == order


@pytest.mark.shared
def test_what_is_not_known_is_left_out_and_still_valid(tmp_path):
    issue, layout = small_issue(tmp_path, pages=2)
    page = issue.pages[0]
    poor = replace(
        issue,
        metadata=IssueMetadata(),
        pages=(
            replace(page, scan=replace(page.scan, dpi_is_known=False, mode="1")),
            issue.pages[1],
        ),
        events=(),
    )
    write_package(poor, layout, tmp_path / "out", store=SchemaStore(shared("xsd")))
    root = etree.parse(tmp_path / "out/data/mets.xml").getroot()
    assert root.find(".//o:relatedItem", NS) is None and root.find(".//o:dateIssued", NS) is None
    first = root.find(".//m:amdSec[@ID='AMD_FILE_0001_ORIGINAL']", NS)
    assert (
        first.find(".//x:SpatialMetrics", NS) is None and first.find(".//x:colorSpace", NS) is None
    )


def test_the_dfg_profile_without_rights_is_a_mistake_of_the_caller(tmp_path):
    issue, _ = small_issue(tmp_path)
    with pytest.raises(ValueError, match=r"\[export\] base_url"):
        mets_document(issue, [], created=AT, profile="dfg", publication=Publication())


@pytest.mark.shared
@pytest.mark.parametrize("caption", ["Der See", ""])
def test_who_drew_an_illustration_is_a_note_of_its_own(tmp_path, caption):
    issue, layout = small_issue(tmp_path, pages=2)
    page = issue.pages[0]
    (picture,) = page.description.illustrations
    changed = replace(picture.caption, text=caption, credit="Gez. von A. Menzel")
    result = replace(page.description, illustrations=(replace(picture, caption=changed),))
    issue = replace(issue, pages=(replace(page, description=result), issue.pages[1]))
    store = SchemaStore(shared("xsd"))
    write_package(issue, layout, tmp_path / "out", profiles=ALL, publication=PUBLIC, store=store)
    expected = [("caption", caption), ("statement of responsibility", changed.credit)]
    for name in ("mets.xml", "mets.dfg.xml"):
        notes = etree.parse(tmp_path / "out/data" / name).iterfind(".//o:note", NS)
        assert [(n.get("type"), n.text) for n in notes] == [item for item in expected if item[1]]


@pytest.mark.shared
def test_what_an_older_version_ingested_is_exported_and_names_it(tmp_path):
    issue, layout = small_issue(tmp_path, pages=2)
    (event,) = issue.events
    issue = replace(issue, events=(replace(event, agent="Bilderbogen 0.0.9"),))
    store = SchemaStore(shared("xsd"))
    write_package(issue, layout, tmp_path / "out", profiles=ALL, publication=PUBLIC, store=store)
    root = etree.parse(tmp_path / "out/data/mets.xml").getroot()
    agents = {a.findtext("m:name", namespaces=NS): a for a in root.iterfind(".//m:agent", NS)}
    assert agents["Bilderbogen 0.0.9"].get("OTHERROLE") == "ingestion"
    assert agents[SOFTWARE].get("ROLE") == "CREATOR"


def test_languages_are_said_as_libraries_say_them(tmp_path):
    issue, _ = small_issue(tmp_path)
    issue = replace(issue, metadata=IssueMetadata(languages=("zho", "deu", "ger", "gsw")))
    root = etree.fromstring(mets_document(issue, [], created=AT))
    results = [item.text for item in root.iterfind(".//o:languageTerm", NS)]
    assert results == ["chi", "ger", "gsw"]


@pytest.mark.parametrize("profiles", [ALL, ("archive", "dfg")])
def test_a_manifest_is_named_where_there_is_one(tmp_path, profiles):
    issue, layout = small_issue(tmp_path, pages=2)
    to = tmp_path / "out"
    write_package(issue, layout, to, profiles=profiles, publication=PUBLIC)
    expected = [f"{PUBLIC.url(issue)}iiif/manifest.json"] if "iiif" in profiles else []
    for name in ("mets.xml", "mets.dfg.xml"):
        assert [item.text for item in etree.parse(to / "data" / name).iter("{*}iiif")] == expected


@pytest.mark.shared
def test_hostile_text_survives(tmp_path):
    issue, layout = small_issue(tmp_path, pages=2)
    unusual = 'A & B <"ü"> Straße\x0c ]]>'
    page = issue.pages[0]
    changed = replace(issue.metadata, title="A & B <ü>", owner='"Bibliothek" & <Archiv>')
    scan = replace(page.scan, name=unusual)
    issue = replace(issue, metadata=changed, pages=(replace(page, scan=scan), issue.pages[1]))
    store = SchemaStore(shared("xsd"))
    write_package(issue, layout, tmp_path / "out", profiles=ALL, publication=PUBLIC, store=store)
    root = etree.parse(tmp_path / "out/data/mets.xml").getroot()
    assert root.findtext(".//o:title", namespaces=NS) == "A & B <ü>"
    assert root.findtext(".//p:originalName", namespaces=NS) == unusual.replace("\x0c", "\ufffd")
