"""ALTO and PAGE-XML of any library give words and illustrations in pixels, or a reason."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.geometry import Box
from schemas.model import IssueId, PageId, RegionKind
from schemas.read.alto import read_alto
from schemas.read.mets import read_mets
from schemas.read.page_xml import read_page_xml
from schemas.write.alto import alto_document
from tests.conftest import shared
from tests.issues import published

PAGE = PageId(IssueId("bazar-1871-11"), 3)
V4 = 'xmlns="http://www.loc.gov/standards/alto/ns-v4#"'


def alto(body, *, unit="pixel", page='WIDTH="1000" HEIGHT="1400"', root=V4, tags=""):
    unit = f"<Description><MeasurementUnit>{unit}</MeasurementUnit></Description>" if unit else ""
    return (
        f"<alto {root}>{unit}<Tags>{tags}</Tags><Layout>\n<Page ID='P1' {page}>"
        f"<PrintSpace>\n{body}</PrintSpace></Page></Layout></alto>"
    ).encode()


def place(left, top, width, height):
    return f'HPOS="{left}" VPOS="{top}" WIDTH="{width}" HEIGHT="{height}"'


AT = place(100, 200, 300, 50)


def block(strings, *, at=AT, line=None, more=""):
    return f"<TextBlock {at} {more}><TextLine {line or at}>{strings}</TextLine></TextBlock>"


def read(content, **how):
    return read_alto(content, page=PAGE, name="p.xml", **how)


def word(content, **how):
    (result,) = read(content, **how).text.words()
    return result


ONE = block(f'<String CONTENT="Bazar" WC="0.9" {place(100, 200, 80, 50)}/>')

REAL = [
    ("02-ocrd-kant-p17", (1457, 2083), 11, 161, 0, "", "Berliniſche Monatsſchrift ."),
    ("10-kitodo-fulltext", (1801, 2546), 2, 7, 3, "ger", "Bürgertum und"),
    ("16-enmap-petit-journal-illustre-p1", (3492, 4965), 10, 62, 1, "", "Le Petit Journal"),
    ("18-bnf-marie-claire-p3", (3853, 5004), 15, 305, 1, "fre", ". CHAPEAU DE AGNES - GANTS DE CHANEL"),
    ("25-altoboard-shape", (1003, 1469), 1, 1, 0, "", "12"),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(
    ("stem", "size", "regions", "words", "pictures", "language", "first"), REAL
)
def test_documents_of_libraries_are_read(stem, size, regions, words, pictures, language, first):
    path = shared("samples/mets") / f"{stem}.alto.xml"
    result = read(path.read_bytes())
    assert (result.width, result.height) == size
    assert (len(result.text.regions), len(result.text.words())) == (regions, words)
    assert len(result.illustrations) == pictures
    assert result.text.regions[0].language == language
    assert result.text.regions[0].lines[0].text == first
    frame = Box(0, 0, *size)
    boxes = [w.box for w in result.text.words()] + [i.box for i in result.illustrations]
    assert all(box.overlap(frame) == box.area for box in boxes)


@pytest.mark.shared
def test_every_alto_sample_is_in_the_table_or_refused_by_line():
    names = {path.name for path in shared("samples/mets").glob("*.alto.xml")}
    assert names == {f"{row[0]}.alto.xml" for row in REAL} | {"26-altoboard-alloptions.alto.xml"}
    path = shared("samples/mets") / "26-altoboard-alloptions.alto.xml"
    with pytest.raises(DocumentError, match=r"^p.xml:5: holds 2 pages; export one file for each"):
        read(path.read_bytes())


@pytest.mark.shared
def test_the_pictures_of_a_magazine_are_where_the_library_says():
    path = shared("samples/mets") / "18-bnf-marie-claire-p3.alto.xml"
    (picture,) = read(path.read_bytes()).illustrations
    assert (picture.kind, picture.box) == (RegionKind.ILLUSTRATION, Box(1113, 339, 2452, 1901))
    path = shared("samples/mets") / "16-enmap-petit-journal-illustre-p1.alto.xml"
    assert [i.box for i in read(path.read_bytes()).illustrations] == [Box(73, 907, 3255, 4723)]


def test_what_we_write_is_read_back():
    assert any(w.hyphenated for p in published().pages for w in p.description.text.words())
    assert any(p.description.illustrations for p in published().pages)
    for page in published().pages:
        content = alto_document(page, languages=("ger",))
        document = read_alto(content, page=page.scan.page, name="p.xml")
        text = page.description.text
        regions = text.regions if text else ()
        assert [r.text for r in document.text.regions] == [r.text for r in regions]
        assert [(r.kind, r.box) for r in document.text.regions] == [
            (r.kind, r.box) for r in regions
        ]
        boxes = [(w.text, w.box, w.hyphenated) for w in document.text.words()]
        assert boxes == [
            (w.text, w.box, w.hyphenated) for r in regions for line in r.lines for w in line.words
        ]
        assert [i.box for i in document.illustrations] == [
            i.box for i in page.description.illustrations
        ]
        assert (document.width, document.height) == (page.scan.width, page.scan.height)


@pytest.mark.parametrize(
    "root",
    [
        V4,
        'xmlns="http://www.loc.gov/standards/alto/ns-v2#"',
        'xmlns="http://www.loc.gov/standards/alto/ns-v3#"',
        'xmlns="http://schema.ccs-gmbh.com/ALTO"',
        "",
    ],
)
def test_every_namespace_of_alto_is_read(root):
    assert word(alto(ONE, root=root)).box == Box(100, 200, 180, 250)


@pytest.mark.parametrize(
    ("unit", "page", "how", "box"),
    [
        ("pixel", 'WIDTH="1000" HEIGHT="1400"', {}, Box(100, 200, 180, 250)),
        ("pixel", "", {}, Box(100, 200, 180, 250)),
        ("", "", {}, Box(100, 200, 180, 250)),
        ("pixel", 'WIDTH="1000" HEIGHT="1400"', {"size": (2000, 2800)}, Box(200, 400, 360, 500)),
        ("mm10", "", {"dpi": 254}, Box(100, 200, 180, 250)),
        ("mm10", 'WIDTH="1000" HEIGHT="1400"', {"dpi": 508}, Box(200, 400, 360, 500)),
        ("inch1200", "", {"dpi": 600}, Box(50, 100, 90, 125)),
        ("inch1200", 'WIDTH="1000" HEIGHT="1400"', {"size": (500, 700)}, Box(50, 100, 90, 125)),
        (
            "mm10",
            'WIDTH="1000" HEIGHT="1400"',
            {"size": (500, 700), "dpi": 1},
            Box(50, 100, 90, 125),
        ),
    ],
)
def test_every_unit_becomes_pixels(unit, page, how, box):
    assert word(alto(ONE, unit=unit, page=page), **how).box == box


@pytest.mark.parametrize(
    ("content", "how", "says"),
    [
        (alto(ONE, unit="mm10", page=""), {}, r"p\.xml:2: measures in mm10 .*give the dpi"),
        (alto(ONE, unit="inch1200"), {"dpi": 0}, "give the dpi"),
        (alto(ONE, unit="cubit"), {}, "unit 'cubit'; allowed are pixel, mm10, inch1200"),
        (alto(ONE), {"size": (1400, 1000)}, "find the image that the text was read from"),
        (alto(ONE.replace('HPOS="100"', 'HPOS="x"')), {}, r"p\.xml:3: HPOS = 'x' is no coordinate"),
        (alto(ONE.replace('HPOS="100"', 'HPOS="nan"')), {}, "no coordinate"),
        (alto(ONE.replace('HPOS="100"', 'HPOS="1e300"')), {}, "no coordinate"),
        (alto(ONE.replace('HPOS="100"', 'HPOS="-inf"')), {}, "no coordinate"),
        (alto(ONE.replace('WC="0.9"', 'WC="good"')), {}, "WC = 'good'"),
        (alto("<Illustration><Shape><Polygon POINTS='1,2 3'/></Shape></Illustration>"), {}, "no points"),
        (alto("<TextBlock><TextLine><String CONTENT='x'/></TextLine></TextBlock>", page=""), {}, r"p\.xml:3: the word 'x' has no place"),
        (f"<alto {V4}/>".encode(), {}, "holds 0 pages"),
        (b"<alto xmlns='http://example.org/'/>", {}, "not ALTO 1 to 4"),
        (b"<PcGts/>", {}, "PcGts in no namespace, not ALTO"),
        (b"<!DOCTYPE alto><alto/>", {}, "DOCTYPE"),
        (b"<alto>", {}, "not well-formed"),
    ],
)  # fmt: skip
def test_what_cannot_be_placed_is_refused_with_its_line_and_a_remedy(content, how, says):
    with pytest.raises(DocumentError, match=says) as refusal:
        read(content, **how)
    assert str(refusal.value).startswith("p.xml:")


@pytest.mark.parametrize(
    ("string", "line", "box"),
    [
        ('<String CONTENT="x"/>', place(110, 210, 90, 20), Box(110, 210, 200, 230)),
        ('<String CONTENT="x"/>', "ID='L'", Box(100, 200, 400, 250)),
        (f'<String CONTENT="x" {place(0, 0, 0, 0)}/>', place(110, 210, 90, 20), Box(110, 210, 200, 230)),
        (f'<String CONTENT="x" {place(5000, 5000, 9, 9)}/>', place(110, 210, 90, 20), Box(110, 210, 200, 230)),
        (f'<String CONTENT="x" {place(990, 1390, 50, 50)}/>', "", Box(990, 1390, 1000, 1400)),
        (f'<String CONTENT="x"><Glyph {place(10, 20, 5, 9)}/><Glyph {place(15, 20, 5, 8)}/></String>', "", Box(10, 20, 20, 29)),
        ('<String CONTENT="x"><Shape><Circle HPOS="50" VPOS="60" RADIUS="10"/></Shape></String>', "", Box(40, 50, 60, 70)),
        ('<String CONTENT="x"><Shape><Polygon POINTS="1 2 9 2 9 8"/></Shape></String>', "", Box(1, 2, 9, 8)),
    ],
)  # fmt: skip
def test_a_word_without_a_place_takes_that_of_what_is_around(string, line, box):
    assert word(alto(block(string, line=line))).box == box


@pytest.mark.parametrize(
    ("wc", "page", "sure", "stated"),
    [
        ('WC="1."', "", 1.0, None),
        ('WC="0.25"', 'PC="0.5"', 0.25, 0.5),
        ("", 'PC="0.5"', 0.5, 0.5),
        ("", 'ACCURACY="80"', 0.8, 0.8),
        ('WC="85"', "", 0.85, None),
        ('WC="-3"', "", 0.0, None),
        ("", "", 1.0, None),
    ],
)
def test_confidences_are_read_on_one_scale(wc, page, sure, stated):
    content = alto(block(f'<String CONTENT="x" {wc}/>'), page=f'WIDTH="1000" HEIGHT="1400" {page}')
    assert word(content).confidence == sure
    assert read(content).text.confidence == stated


@pytest.mark.parametrize(
    ("hyp", "text"),
    [('CONTENT="-"', "Ba-"), ('CONTENT="⸗"', "Ba⸗"), ("", "Ba-"), ('CONTENT="\xad"', "Ba-")],
)
def test_a_divided_word_keeps_its_hyphen(hyp, text):
    result = word(alto(block(f'<String CONTENT="Ba" SUBS_TYPE="HypPart1"/><HYP {hyp}/>')))
    assert (result.text, result.hyphenated) == (text, True)


def test_regions_are_with_kinds_by_tags_and_margins():
    tags = '<LayoutTag ID="T1" LABEL="Caption"/><LayoutTag ID="T2" LABEL="header"/><RoleTag ID="T3" LABEL="x"/>'
    blocks = [
        block('<String CONTENT="x"/>', more=f'TAGREFS="{key}" LANG="fr-CA"')
        for key in ("T1", "T3 T2", "T3", "T9", "")
    ]
    content = alto("".join(blocks), tags=tags)
    top = "<TopMargin>" + block('<String CONTENT="x"/>') + "</TopMargin>"
    content = content.replace(b"<PrintSpace>", top.encode() + b"<PrintSpace>")
    regions = read(content).text.regions
    kinds = RegionKind
    assert [r.kind for r in regions] == [
        kinds.HEADER,
        kinds.CAPTION,
        kinds.HEADER,
        *[kinds.TEXT] * 3,
    ]
    assert {r.language for r in regions[1:]} == {"fre"}


def test_a_composed_block_is_a_picture_once():
    ccs = f'<ComposedBlock TYPE="Illustration" {place(10, 20, 30, 40)}><GraphicalElement {place(10, 20, 30, 40)}/>{ONE}</ComposedBlock>'
    both = f'<ComposedBlock TYPE="Illustration" {place(10, 20, 90, 90)}><Illustration {place(50, 60, 7, 8)}/></ComposedBlock>'
    group = f'<ComposedBlock TYPE="Article" {place(0, 0, 900, 900)}>{ONE}</ComposedBlock>'
    rule = f"<GraphicalElement {place(1, 1, 900, 3)}/>"
    result = read(alto(ccs + both + group + rule))
    assert [i.box for i in result.illustrations] == [Box(10, 20, 40, 60), Box(50, 60, 57, 68)]
    assert len(result.text.regions) == 2


def test_an_outline_is_kept_and_ends_at_the_page():
    shape = '<Illustration><Shape><Polygon POINTS="900,10 1200,10 950,300"/></Shape></Illustration>'
    (picture,) = read(alto(shape)).illustrations
    assert picture.polygon == ((900.0, 10.0), (1000.0, 10.0), (950.0, 300.0))
    assert picture.box == Box(900, 10, 1000, 300)


def test_a_page_without_text_is_no_error():
    result = read(alto(""))
    assert (result.text.regions, result.illustrations, result.width) == ((), (), 1000)


def pcgts(body, *, version="2019-07-15", page='imageWidth="1000" imageHeight="1400"'):
    uri = f"http://schema.primaresearch.org/PAGE/gts/pagecontent/{version}"
    return f'<PcGts xmlns="{uri}"><Metadata/>\n<Page {page}>{body}</Page></PcGts>'.encode()


def equiv(text, more=""):
    return f"<TextEquiv {more}><Unicode>{text}</Unicode></TextEquiv>"


def text_region(key, text, *, points="100,200 400,200 400,250 100,250", more=""):
    coords = f'<Coords points="{points}"/>'
    line = f'<TextLine id="l{key}">{coords}<Word>{coords}{equiv(text)}</Word></TextLine>'
    return f'<TextRegion id="{key}" {more}>{coords}{line}</TextRegion>'


def read_page(content, **how):
    return read_page_xml(content, page=PAGE, name="p.xml", **how)


@pytest.mark.shared
def test_page_xml_of_others_is_read():
    page_text = read_page((shared("samples/mets") / "03-ocrd-kant-p17.page.xml").read_bytes())
    assert (page_text.width, page_text.height, len(page_text.text.words())) == (1457, 2083, 161)
    assert page_text.text.regions[0].lines[0].text == "Berliniſche Monatsſchrift ."
    assert page_text.text.regions[0].language == "ger" and page_text.illustrations == ()
    page_text = read_page((shared("samples/mets") / "29-prima-aletheia.page.xml").read_bytes())
    assert (
        len(page_text.text.regions),
        len(page_text.text.words()),
        len(page_text.illustrations),
    ) == (
        30,
        537,
        26,
    )
    assert sum(r.kind == RegionKind.CAPTION for r in page_text.text.regions) == 2


@pytest.mark.shared
def test_both_transcriptions_of_a_page_say_the_same():
    folder = shared("samples/mets")
    text = read((folder / "02-ocrd-kant-p17.alto.xml").read_bytes()).text
    other = read_page((folder / "03-ocrd-kant-p17.page.xml").read_bytes()).text
    assert sorted(w.text for w in text.words()) == sorted(w.text for w in other.words())
    apart = [abs(a.box.left - b.box.left) for a, b in zip(text.words(), other.words(), strict=True)]
    assert max(apart) <= 1


def test_regions_come_in_the_stated_order():
    order = (
        '<ReadingOrder><OrderedGroup><RegionRefIndexed index="1" regionRef="a"/>'
        '<UnorderedGroupIndexed index="0"><RegionRef regionRef="c"/></UnorderedGroupIndexed>'
        "</OrderedGroup></ReadingOrder>"
    )
    body = order + "".join(text_region(key, key) for key in "abc")
    assert [r.text for r in read_page(pcgts(body)).text.regions] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("region", "words", "sure"),
    [
        (
            '<TextLine><Coords points="1,1 9,1 9,9"/>'
            + equiv("Der Bazar", "conf='0.5'")
            + "</TextLine>",
            ["Der", "Bazar"],
            0.5,
        ),
        (equiv("Der Bazar\n1871"), ["Der", "Bazar", "1871"], 1.0),
        (
            "<TextLine><Word>"
            + equiv("wrong", "index='1'")
            + equiv("right", "index='0' conf='0.9'")
            + "</Word></TextLine>",
            ["right"],
            0.9,
        ),
        (
            "<TextLine><Word><TextEquiv><PlainText>plain</PlainText></TextEquiv></Word></TextLine>",
            ["plain"],
            1.0,
        ),
        ("<TextLine><Word/>" + equiv("line") + "</TextLine>", ["line"], 1.0),
    ],
)
def test_text_is_found_at_the_deepest_level_that_has_it(region, words, sure):
    result = read_page(pcgts(f"<TextRegion>{region}</TextRegion>")).text.words()
    assert ([w.text for w in result], {w.confidence for w in result}) == (words, {sure})


def test_old_points_as_elements_are_read():
    points = "".join(f'<Point x="{x}" y="{y}"/>' for x, y in ((10, 20), (60, 20), (60, 90)))
    content = pcgts(f"<ImageRegion><Coords>{points}</Coords></ImageRegion>", version="2010-03-19")
    assert read_page(content).illustrations[0].box == Box(10, 20, 60, 90)


def test_pictures_are_told_from_rules_and_frames():
    coords = '<Coords points="0,0 9,0 9,9"/>'
    kinds = ("ImageRegion", "LineDrawingRegion", "GraphicRegion", "ChartRegion", "MapRegion")
    body = "".join(
        f"<{kind}>{coords}</{kind}>" for kind in (*kinds, "SeparatorRegion", "TableRegion")
    )
    body += f'<GraphicRegion type="frame">{coords}</GraphicRegion>'
    assert len(read_page(pcgts(body)).illustrations) == len(kinds)


def test_page_xml_is_scaled_to_the_image_it_is_wanted_for():
    body = text_region(
        "a", "x", more='type="caption" primaryScript="Latf - Latin (Fraktur variant)"'
    )
    region = read_page(pcgts(body), size=(500, 700)).text.regions[0]
    assert (region.box, region.kind, region.script) == (
        Box(50, 100, 200, 125),
        RegionKind.CAPTION,
        "Latf",
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (pcgts("", page=""), r"p\.xml:2: Page states no imageWidth"),
        (pcgts(text_region("a", "x", points="1,2 3")), r"p\.xml:2: '1,2 3' are no points"),
        (pcgts(text_region("a", "x", points="1,2 3,NaN")), "no points"),
        (b"<PcGts/>", "PcGts in no namespace, not PAGE-XML"),
        (pcgts("").replace(b"Page ", b"Seite ").replace(b"/Page>", b"/Seite>"), "holds no Page"),
    ],
)
def test_broken_page_xml_is_refused_with_its_line(content, says):
    with pytest.raises(DocumentError, match=says):
        read_page(content)


@pytest.mark.parametrize("reader", [read, read_page])
@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<a>" * 100_000,
        f"<a>{'x' * 11_000_000}</a>",
    ],
    ids=["entity", "deep", "long"],
)
def test_hostile_xml_is_refused_at_once(reader, attack):
    start = time.process_time()  # of this process alone: other tests run beside it
    with pytest.raises(DocumentError, match="p.xml"):
        reader(attack.encode())
    assert time.process_time() - start < 3  # a quadratic reader takes minutes


def test_a_page_of_many_words_is_read_in_seconds():
    content = alto(block('<String CONTENT="x" WC="0.5"/>' * 20_000))
    start = time.process_time()  # of this process alone: other tests run beside it
    assert len(read(content).text.words()) == 20_000
    assert time.process_time() - start < 3  # a quadratic reader takes minutes


SEEDS = {
    read: alto(block('<String CONTENT="Ba" WC="0.9"/><HYP CONTENT="-"/>') + f"<Illustration {place(1, 2, 3, 4)}/>"),
    read_page: pcgts("<ImageRegion><Coords points='0,0 9,0 9,9'/></ImageRegion>" + text_region("a", "x")),
    lambda content: read_mets(content, name="p.xml"): b'<mets xmlns="http://www.loc.gov/METS/"><fileSec><fileGrp USE="MAX">'
    b'<file ID="F"/></fileGrp></fileSec><structMap><div TYPE="page" ORDER="1"><fptr FILEID="F"/></div></structMap></mets>',
}  # fmt: skip
ODD = ["", "-1", "0", "nan", "1e9", "²", "x", "&lt;", "\ue000", "1,2", "pixel", "mm10", "9" * 5000]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(SEEDS)), st.data())
def test_any_value_anywhere_raises_only_our_error(reader, data):
    content = SEEDS[reader].decode()
    spots = [*re.finditer(r"(?<==[\"'])[^\"']*|(?<=>)[^<]*(?=<)|</?[A-Za-z]+", content)]
    spot = data.draw(st.sampled_from(spots))
    put = data.draw(st.sampled_from(ODD) | st.text(max_size=4))
    try:
        reader(
            (content[: spot.start()] + put + content[spot.end() :]).encode("utf-8", "surrogatepass")
        )
    except DocumentError as error:
        assert str(error).startswith("p.xml")
