"""ALTO: valid from 4.1 to 4.4, with illustrations, and present for blank pages too."""

from dataclasses import replace

import pytest
from lxml import etree

from archive.package.schema_store import SchemaStore
from archive.package.validate import check_document
from schemas.geometry import Box
from schemas.model import TextLine, Word
from schemas.namespaces import ALTO
from schemas.published import PageDescription
from schemas.read.alto import read_alto
from schemas.version import VERSION
from schemas.write.alto import alto_document
from schemas.write.provenance import SOFTWARE
from schemas.write.text import hocr_document, plain_text
from tests.conftest import shared
from tests.issues import published
from tests.packages import small_issue

NS = {"a": ALTO}


@pytest.fixture
def pages(tmp_path):
    return small_issue(tmp_path)[0].pages


def with_words(page, *texts, confidence=0.9):
    """The page with one line of words in place of its text."""
    words = tuple(
        Word(text, Box(2 + 10 * i, 90, 10 + 10 * i, 96), confidence) for i, text in enumerate(texts)
    )
    (region,) = page.description.text.regions
    line = TextLine(Box(2, 90, 2 + 10 * len(texts), 96), words)
    region = replace(region, box=line.box, lines=(line,))
    text = replace(page.description.text, regions=(region,))
    return replace(page, description=replace(page.description, text=text))


@pytest.mark.shared
@pytest.mark.parametrize("minor", [1, 2, 3, 4])
def test_pages_are_valid_from_4_1_to_4_4(pages, minor):
    schema = SchemaStore(shared("xsd")).schema(f"alto/alto-4-{minor}.xsd")
    for page in pages:
        root = etree.fromstring(alto_document(page, languages=("ger",)))
        assert schema.validate(root), schema.error_log


def test_blank_and_lost_pages_are_there_and_valid(pages):
    page = pages[0]
    picture_only = replace(page, description=replace(page.description, text=None))
    lost = replace(page, description=PageDescription(page.scan.page), failed="prepare", events=())
    for item in (pages[2], picture_only, lost):
        content = alto_document(item)
        assert check_document(content, name="p.xml").findings == ()
        space = etree.fromstring(content).find(".//a:PrintSpace", NS)
        assert int(space.get("WIDTH")) > 0 and int(space.get("HEIGHT")) > 0
    assert plain_text(lost) == ""


def test_an_illustration_names_its_file_its_steps_and_its_outline(pages):
    root = etree.fromstring(alto_document(pages[0]))
    (picture,) = root.findall(".//a:Illustration", NS)
    assert picture.get("FILEID") == "FILE_0001_01_ILLUSTRATION"
    assert picture.find("a:Shape/a:Polygon", NS).get("POINTS") == "10,20 50,20 50,70"
    steps = {
        s.get("ID"): s.findtext("a:processingStepDescription", namespaces=NS)
        for s in root.iterfind(".//a:Processing", NS)
    }
    assert [steps[key] for key in picture.get("PROCESSINGREFS").split()] == [
        "layout/segmentation/region", "layout/segmentation/matting",
    ]  # fmt: skip
    read = root.find(".//a:Processing[@ID='PROC_02']", NS)
    assert read.findtext(".//a:softwareName", namespaces=NS) == "Tesseract"
    assert read.findtext(".//a:softwareVersion", namespaces=NS) == "5.3.0"


@pytest.mark.shared
def test_a_text_that_came_with_the_page_is_said_to_be_kept_by_us(pages):
    kept = "kept from page_0001.xml"
    read = replace(pages[0].events[1], agent=SOFTWARE, detail=f"{kept}; recipe r2")
    text = replace(pages[0].description.text, models=kept)
    described = replace(pages[0].description, text=text)
    page = replace(pages[0], description=described, events=(read,))
    step = valid_alto(page).find(".//a:Processing", NS)
    assert step.findtext(".//a:processingStepSettings", namespaces=NS) == f"{kept}; recipe r2"
    assert step.findtext(".//a:softwareName", namespaces=NS) == "Bilderbogen"
    assert step.findtext(".//a:softwareVersion", namespaces=NS) == VERSION
    assert etree.fromstring(hocr_document(page)).find(".//{*}meta").get("content") == SOFTWARE


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, "0.000"), (5, "0.050"), (9, "0.090"), (100, "1.000")]
)
def test_confidence_is_a_hundredth_of_a_percent(pages, percent, expected):
    page = with_words(pages[0], "Wort", confidence=percent / 100)
    root = etree.fromstring(alto_document(page))
    assert root.find(".//a:String", NS).get("WC") == expected
    html = etree.fromstring(hocr_document(page))
    title = html.find(".//{*}span[@class='ocrx_word']").get("title")
    assert title.endswith(f"x_wconf {percent}")


def test_a_blank_parts_words(pages):
    root = etree.fromstring(alto_document(with_words(pages[0], "Das", "ist", "so")))
    line = root.find(".//a:TextLine", NS)
    assert [etree.QName(e).localname for e in line] == ["String", "SP", "String", "SP", "String"]
    assert line[1].get("WIDTH") == "2"


def test_languages_are_said_as_bcp_47(pages):
    tags = [
        etree.fromstring(alto_document(pages[0], languages=item)).find(".//a:TextBlock", NS).get("LANG")
        for item in (("ger",), ("frk",), ("fre", "ger"), ())
    ]  # fmt: skip
    assert tags == ["de", "de", "fr", None]


def test_text_that_xml_cannot_hold_is_replaced(pages):
    page = with_words(pages[0], "a\x0cb", "<&>", "\ud800", "ſü")
    content = alto_document(page)
    words = [s.get("CONTENT") for s in etree.fromstring(content).iterfind(".//a:String", NS)]
    assert words == ["a\ufffdb", "<&>", "\ufffd", "ſü"]
    assert check_document(content, name="p.xml").findings == ()
    assert check_document(hocr_document(page), name="p.html").findings == ()


def test_a_region_without_words_is_no_fault(pages):
    (region,) = pages[0].description.text.regions
    empty = TextLine(Box(1, 90, 9, 93), ())
    for lines in ((), (empty,), (*region.lines, empty)):
        text = replace(pages[0].description.text, regions=(replace(region, lines=lines),))
        page = replace(pages[0], description=replace(pages[0].description, text=text))
        assert check_document(alto_document(page), name="p.xml").findings == ()
        assert check_document(hocr_document(page), name="p.html").findings == ()


def with_lines(page, *lines):
    """The page with ``lines`` of words in place of its text; a hyphen at a word's end divides it."""
    (region,) = page.description.text.regions
    made = tuple(
        TextLine(
            Box(2, 90 + 4 * at, 99, 93 + 4 * at),
            tuple(
                Word(w, Box(2 + 10 * i, 90 + 4 * at, 10 + 10 * i, 93 + 4 * at), 0.9, w[-1] == "-")
                for i, w in enumerate(line.split())
            ),
        )
        for at, line in enumerate(lines)
    )
    text = replace(page.description.text, regions=(replace(region, lines=made),))
    return replace(page, description=replace(page.description, text=text))


def valid_alto(page):
    """The ALTO of the page, after the official schema, our profile and the rules found nothing."""
    content = alto_document(page)
    store = SchemaStore(shared("xsd"))
    assert check_document(content, name="p.xml", store=store).findings == ()
    return etree.fromstring(content)


@pytest.mark.shared
def test_a_word_on_three_lines_is_said_whole_on_each(pages):
    page = with_lines(pages[0], "die Donau-", "dampf-", "schiffahrt war")
    root = valid_alto(page)
    messages = [
        (s.get("CONTENT"), s.get("SUBS_TYPE"), s.get("SUBS_CONTENT"))
        for s in root.iterfind(".//a:String", NS)
        if s.get("SUBS_TYPE")
    ]
    whole = "Donaudampfschiffahrt"
    assert messages == [
        ("Donau", "HypPart1", whole), ("dampf", "HypPart2", whole), ("schiffahrt", "HypPart2", whole),
    ]  # fmt: skip
    assert len(root.findall(".//a:HYP", NS)) == 2
    assert plain_text(page) == f"die {whole}\nwar\n"
    kept = read_alto(alto_document(page), page=page.scan.page, name="p.xml").text
    assert kept.words() == page.description.text.words()


@pytest.mark.shared
def test_words_divided_one_after_the_other_stay_apart(pages):
    page = with_lines(pages[0], "Mäd-", "chen ge-", "hen")
    wholes = [s.get("SUBS_CONTENT") for s in valid_alto(page).iterfind(".//a:String", NS)]
    assert wholes == ["Mädchen", "Mädchen", "gehen", "gehen"]
    assert plain_text(page) == "Mädchen\ngehen\n"


@pytest.mark.shared
def test_a_hyphen_within_a_line_stays_in_its_word(pages):
    root = valid_alto(with_lines(pages[0], "Mäd- und", "Knaben"))
    assert root.find(".//a:String", NS).get("CONTENT") == "Mäd-"
    assert root.find(".//a:HYP", NS) is None


def test_a_hyphen_at_the_end_of_a_region_stays_in_its_word():
    page = published(pages=1).pages[0]
    (region,) = page.description.text.regions
    text = replace(page.description.text, regions=(replace(region, lines=region.lines[:1]),))
    page = replace(page, description=replace(page.description, text=text))
    root = etree.fromstring(alto_document(page))
    (string,) = root.findall(".//a:String", NS)
    assert string.get("CONTENT") == "Mäd-" and string.get("SUBS_TYPE") is None
    assert plain_text(page) == "Mäd-\n"
