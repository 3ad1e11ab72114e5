"""A package comes back: export, ingest into an empty archive with its text, export again."""

import json
import shutil
from pathlib import Path

import pytest
from lxml import etree

from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from pipeline.recognize.supplied_text import with_kinds
from schemas.codec import from_json
from schemas.geometry import Box
from schemas.model import PageId, PageText, Region, RegionKind, TextLine, TextRegion, Word
from schemas.namespaces import METS, MODS
from schemas.write.provenance import SOFTWARE
from tasks.commands.group import run as run_cli
from tests.archive.test_harvest import CONFIG as EXPORT_CONFIG
from tests.archive.test_harvest import house, sent  # noqa: F401 - a fixture
from tests.conftest import CONFIG

ALTO = """<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Description>
<MeasurementUnit>pixel</MeasurementUnit></Description><Layout><Page ID="P1" PHYSICAL_IMG_NR="1"
WIDTH="640" HEIGHT="900"><PrintSpace HPOS="0" VPOS="0" WIDTH="640" HEIGHT="900">
<TextBlock ID="B1" HPOS="60" VPOS="60" WIDTH="200" HEIGHT="40">
<TextLine HPOS="60" VPOS="60" WIDTH="200" HEIGHT="40">
<String HPOS="60" VPOS="60" WIDTH="200" HEIGHT="40" CONTENT="%s" WC="0.75"/></TextLine>
</TextBlock></PrintSpace></Page></Layout></alto>"""


@pytest.fixture
def folder(home):
    return home / "incoming" / "other-1909"


def registered(folder, root, **accept):
    (source,) = discover(folder).issues
    return register(source, Layout(root), Acceptance(**accept))


def put_texts(folder, word="Laterne"):
    scans = sorted(p for p in folder.iterdir() if p.suffix in (".png", ".jpg", ".tif"))
    (folder / "alto").mkdir(exist_ok=True)
    for scan in scans:
        (folder / "alto" / f"{scan.stem}.xml").write_text(ALTO % word)
    return scans


def test_text_beside_the_scans_is_kept_when_asked(folder, tmp_path):
    put_texts(folder)
    issue = registered(folder, tmp_path / "a", keep_text=True).issue
    path = tmp_path / "a" / issue.scans[0].text
    text = from_json(PageText, path.read_bytes(), name=str(path))
    assert [word.text for word in text.words()] == ["Laterne"]
    assert text.words()[0].confidence == 0.75 and text.models.startswith("kept from")


def test_without_being_asked_it_is_left_alone(folder, tmp_path):
    put_texts(folder)
    assert not registered(folder, tmp_path / "a").issue.scans[0].text


def test_the_same_text_again_is_nothing_new_and_another_is(folder, tmp_path):
    put_texts(folder)
    assert registered(folder, tmp_path / "a", keep_text=True).is_new
    assert not registered(folder, tmp_path / "a", keep_text=True).is_new
    put_texts(folder, "Lampe")
    again = registered(folder, tmp_path / "a", keep_text=True)
    assert again.is_new and again.issue.version == 2
    assert registered(folder, tmp_path / "a", keep_text=False).issue.version == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<alto", "not well-formed"),
        ("<html/>", "not ALTO"),
        (ALTO.replace('WIDTH="640" HEIGHT="900"', 'WIDTH="900" HEIGHT="640"') % "x", "find the image"),
        (ALTO % "", "holds no word"),
    ],
)  # fmt: skip
def test_a_text_of_no_use_is_named_and_the_page_stays(folder, tmp_path, content, reason):
    scans = put_texts(folder)
    (folder / "alto" / f"{scans[0].stem}.xml").write_text(content)
    issue = registered(folder, tmp_path / "a", keep_text=True).issue
    assert not issue.scans[0].text and issue.scans[1].text
    (quarantined,) = issue.quarantined
    assert reason in quarantined.reason and "will be recognized" in quarantined.reason
    assert not registered(folder, tmp_path / "a", keep_text=True).is_new


METS_WITH_TEXT = """<mets:mets xmlns:mets="http://www.loc.gov/METS/"
xmlns:xlink="http://www.w3.org/1999/xlink"><mets:fileSec>
<mets:fileGrp USE="MASTER"><mets:file ID="A" MIMETYPE="image/tiff">
<mets:FLocat LOCTYPE="URL" xlink:href="p1.tif"/></mets:file></mets:fileGrp>
<mets:fileGrp USE="FULLTEXT"><mets:file ID="T" MIMETYPE="text/xml">
<mets:FLocat LOCTYPE="URL" xlink:href="%s"/></mets:file></mets:fileGrp></mets:fileSec>
<mets:structMap TYPE="PHYSICAL"><mets:div TYPE="physSequence"><mets:div TYPE="page" ORDER="1">
<mets:fptr FILEID="A"/><mets:fptr FILEID="T"/></mets:div></mets:div></mets:structMap></mets:mets>"""


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("https://example.org/p9.xml", "https://example.org/p9.xml: not fetched"),
        ("alto/p9.xml", "alto/p9.xml: is not in"),
        ("../p9.xml", "../p9.xml: leaves the folder"),
    ],
)
def test_a_text_that_mets_names_elsewhere_is_told_and_costs_no_page(folder, tmp_path, href, reason):
    put_texts(folder)
    (folder / "mets.xml").write_text(METS_WITH_TEXT % href)
    issue = registered(folder, tmp_path / "a", keep_text=True).issue
    assert [(scan.name, scan.text) for scan in issue.scans] == [("p1.tif", "")]
    (quarantined,) = issue.quarantined
    assert quarantined.name == "p1.tif" and reason in quarantined.reason
    assert quarantined.reason.startswith("text not taken, p1.tif will be recognized: ")
    assert not registered(folder, tmp_path / "b").issue.quarantined  # nobody asked for texts
    (folder / "mets.xml").write_text(METS_WITH_TEXT % "alto/p1.xml")
    again = registered(folder, tmp_path / "a", keep_text=True).issue
    assert again.scans[0].text and not again.quarantined


def test_a_file_that_is_not_what_mets_says_is_refused(house, tmp_path):  # noqa: F811
    package, _ = sent(house)
    master = next((package / "data/images/original").iterdir())
    whole = master.read_bytes()
    master.unlink()  # a link to the master of the archive
    master.write_bytes(whole[:-1] + b"x")
    (source,) = discover(package / "data").issues
    issue = register(source, Layout(tmp_path / "b"), Acceptance()).issue
    assert len(issue.scans) == 2 and "METS says" in issue.quarantined[0].reason


def region(kind, *box):
    box = Box(*box)
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom))
    return Region(kind, box, corners, 0.9)


def test_captions_are_told_from_a_text_that_names_none():
    boxes = [Box(10, 10, 90, 20), Box(10, 22, 90, 32), Box(10, 60, 90, 70)]
    lines = tuple(TextLine(box, (Word("w", box, 1.0),)) for box in boxes)
    whole = TextRegion(RegionKind.TEXT, Box(10, 10, 90, 70), lines)
    text = PageText(PageId("a", 1), (whole,))
    result = with_kinds(text, [region(RegionKind.CAPTION, 5, 55, 95, 75)])
    assert [(r.kind, len(r.lines)) for r in result.regions] == [("text", 2), ("caption", 1)]
    assert with_kinds(result, [region(RegionKind.HEADER, 0, 0, 99, 40)]) is result


def pages_of(package: Path) -> list:
    """Pages with their illustrations; a file's name in the package is not its first name."""
    pages = json.loads((package / "data/catalog/issue.json").read_text())["pages"]
    return [page | {"name": "", "confidence": round(page["confidence"], 2)} for page in pages]


def metadata(package: Path) -> bytes:
    mets = etree.parse(package / "data/mets.xml")
    return etree.tostring(mets.find(f".//{{{MODS}}}mods"), method="c14n", exclusive=True)


def labels(package: Path) -> list:
    mets = etree.parse(package / "data/mets.xml")
    result = mets.findall(f".//{{{METS}}}structMap[@TYPE='PHYSICAL']//{{{METS}}}div[@TYPE='page']")
    return [(div.get("ORDER"), div.get("ORDERLABEL")) for div in result]


def words_of(package: Path) -> list:
    results = []
    for path in sorted((package / "data/fulltext/alto").iterdir()):
        for block in etree.parse(path).iterfind(".//{*}PrintSpace//{*}TextBlock"):
            strings = block.iterfind(".//{*}String")
            keys = ("CONTENT", "HPOS", "VPOS", "WIDTH", "HEIGHT", "WC")
            results.append((path.name, [tuple(s.get(k) for k in keys) for s in strings]))
    return results


@pytest.mark.engine
@pytest.mark.slow
def test_export_ingest_export_gives_the_same(home, capsys):
    first = home / "config.ini"
    first.write_text(CONFIG + EXPORT_CONFIG.split("archive\n", 1)[1])
    (home / "incoming/Lantern 1908/issue.ini").write_text(
        "[issue]\ntitle = The Lantern\ndate = 1908-04-18\nnumber = 4\nlanguage = eng\n"
    )
    assert run_cli(["nightly", "--config", str(first)]) == 0
    out = home / "out"
    assert run_cli(["export", "lantern-1908", "--to", str(out), "--config", str(first)]) == 0
    second = home / "second" / "config.ini"
    second.parent.mkdir()
    second.write_text(first.read_text().replace("[export]", "[ingest]\ntext = keep\n[export]"))
    mets = out / "lantern-1908/data/mets.xml"
    assert run_cli(["ingest", str(mets), "--config", str(second)]) == 0, capsys.readouterr()
    assert run_cli(["run", "lantern-1908", "--config", str(second)]) == 0, capsys.readouterr()
    back = home / "back"
    assert run_cli(["export", "lantern-1908", "--to", str(back), "--config", str(second)]) == 0
    result, two = out / "lantern-1908", back / "lantern-1908"
    assert metadata(result) == metadata(two)
    assert labels(result) == labels(two) and len(labels(result)) == 3
    assert words_of(result) == words_of(two) and len(words_of(result)) > 3
    assert pages_of(result) == pages_of(two)
    agents = {a.text for a in etree.parse(two / "data/mets.xml").iter("{*}agentName")}
    assert SOFTWARE in agents and not any(name.startswith(("kept", "Tess")) for name in agents)
    alto = etree.parse(two / "data/fulltext/alto/0001.xml")
    steps = [step.text for step in alto.iter("{*}processingStepSettings")]
    assert any(item.startswith("kept from 0001.xml; recipe ") for item in steps)
    shutil.rmtree(home / "second")
