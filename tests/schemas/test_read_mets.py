"""METS of any library gives pages in order with their images, or a reason."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.model import Identifier, Source
from schemas.read.mets import MetsFile, MetsPage, read_mets
from schemas.write.mets import mets_document
from schemas.xml import parse_xml
from tests.archive.test_library import files
from tests.conftest import shared
from tests.issues import AT, published

HEAD = (
    '<m:mets xmlns:m="http://www.loc.gov/METS/" xmlns:mods="http://www.loc.gov/mods/v3"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink"%s>'
)


def file(key, href="a.tif", mimetype='MIMETYPE="image/tiff"', more=""):
    location = f'<m:FLocat LOCTYPE="URL" xlink:href="{href}"/>' if href else ""
    return f'<m:file ID="{key}" {mimetype} {more}>{location}</m:file>'


def group(use, *files):
    return f'<m:fileGrp USE="{use}">{"".join(files)}</m:fileGrp>'


def page(key, order="", kind="page", more=""):
    order = f'ORDER="{order}"' if order else ""
    return f'<m:div TYPE="{kind}" {order} {more}><m:fptr FILEID="{key}"/></m:div>'


def physical(*divs, kind='TYPE="PHYSICAL"'):
    return f'<m:structMap {kind}><m:div TYPE="physSequence">{"".join(divs)}</m:div></m:structMap>'


def mets(*parts, groups=None, attributes=""):
    groups = group("MASTER", file("F1"), file("F2", "b.tif")) if groups is None else groups
    body = f"<m:fileSec>{groups}</m:fileSec>" + "".join(parts)
    return (HEAD % attributes + "\n" + body + "</m:mets>").encode()


def mods(body, key="D1"):
    return (
        f'<m:dmdSec ID="{key}"><m:mdWrap MDTYPE="MODS"><m:xmlData><mods:mods>{body}'
        "</mods:mods></m:xmlData></m:mdWrap></m:dmdSec>"
    )


def hrefs(content):
    results = [p.image() for p in read_mets(content, name="m.xml").pages]
    return [image.href if image else None for image in results]


# file, dialect, pages, group of the first image, label of the third page, title, date, number
REAL = [
    ("01-ocrd-kant", "OCR-D", 2, "OCR-D-IMG", None, "", "", ""),
    ("04-sbb-pembroke-dfg", "DFG", 195, "DEFAULT", "", "Des Grafen und der Gräfin von Pembrock", "1766", ""),
    ("05-slub-oai-getrecord", "DFG", 8, "MAX", "[Leerseite 5]", "Professores Academiæ", "1554", ""),
    ("07-dfgviewer-profile24", "DFG", 1, "DEFAULT", None, '"INDIA"', "", ""),
    ("08-kitodo-newspaper-issues", "Kitodo", 2, "MAX", None, "Newspaper for testing", "", ""),
    ("09-kitodo-with-pages", "DFG", 4, "DEFAULT", "", "", "", ""),
    ("12-hathitrust", "HathiTrust", 12, "image", "3", "", "", ""),
    ("14-simple", "METS", 1, None, None, "", "", ""),
    ("15-enmap-petit-journal-illustre", "ENMAP", 8, "Preservation", "171 ™", "Le Petit Journal illustré", "1900-06-03", "498"),
    ("17-bnf-marie-claire", "BnF", 41, "master", "3", "", "1939-01-27", "100"),
    ("19-bl-newspaper", "BL", 8, "PreservationMaster", "3", "The Liverpool Standard", "1832-11-23", ""),
    ("21-bnl-armeteufel", "BnL", 4, "Images", "3", "Der arme Teufel", "1904-01-17", "Jg. 1, nº 7"),
    ("28-dpres-mix", "METS", 1, None, None, "", "", ""),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(
    ("stem", "dialect", "pages", "use", "third", "title", "date", "number"),
    REAL,
    ids=lambda v: str(v)[:12],
)
def test_documents_of_libraries_are_read(stem, dialect, pages, use, third, title, date, number):
    path = shared("samples/mets") / f"{stem}.mets.xml"
    document = read_mets(path.read_bytes(), name=path.name)
    assert (document.dialect, len(document.pages)) == (dialect, pages)
    assert [p.order for p in document.pages] == list(range(1, pages + 1))
    images = [p.image() for p in document.pages]
    assert {image.use if image else None for image in images} == {use}
    assert len({image.href if image else None for image in images}) == pages
    assert third is None or document.pages[2].label == third
    metadata = document.metadata
    assert metadata.title.startswith(title) and bool(metadata.title) == bool(title)
    assert (metadata.date, metadata.number, metadata.source) == (date, number, Source.METS)


@pytest.mark.shared
def test_every_mets_sample_is_in_the_table_or_refused_by_line():
    names = {path.name for path in shared("samples/mets").glob("*.mets.xml")}
    assert names == {f"{row[0]}.mets.xml" for row in REAL} | {"06-ocrd-spec-example.mets.xml"}
    path = shared("samples/mets") / "06-ocrd-spec-example.mets.xml"
    with pytest.raises(DocumentError, match=r"^06.*xml:2: not well-formed"):
        read_mets(path.read_bytes(), name=path.name)


@pytest.mark.shared
@pytest.mark.parametrize(
    "sample",
    ["02-ocrd-kant-p17.alto.xml", "03-ocrd-kant-p17.page.xml", "30-iiif-newspaper.manifest.json"],
)
def test_what_is_no_mets_is_refused(sample):
    path = shared("samples/mets") / sample
    with pytest.raises(DocumentError, match=r"not METS 1\.x|not well-formed"):
        read_mets(path.read_bytes(), name=path.name)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["mets.xml", "mets.dfg.xml"])
def test_a_full_description_is_read(name):
    path = shared("examples") / name
    metadata = read_mets(path.read_bytes(), name=name).metadata
    assert (metadata.title, metadata.date, metadata.volume, metadata.number) == (
        "Demo-Illustrierte",
        "1925-02",
        "3",
        "2",
    )
    assert (metadata.languages, metadata.script) == (("ger",), "Latf")
    assert (metadata.publisher, metadata.place, metadata.owner) == (
        "Beispielverlag",
        "Leipzig",
        "Example Library",
    )
    assert metadata.rights == "http://creativecommons.org/publicdomain/mark/1.0/"
    assert {Identifier("issn", "0000-0000"), Identifier("zdb", "1234567-8")} <= set(
        metadata.identifiers
    )


@pytest.mark.shared
def test_checksums_come_along():
    path = shared("samples/mets") / "19-bl-newspaper.mets.xml"
    image = read_mets(path.read_bytes(), name=path.name).pages[0].image()
    assert image.checksum_type == "SHA-256" and len(image.checksum) == 64


def test_pages_come_by_order():
    assert hrefs(mets(physical(page("F2", 2), page("F1", 1)))) == ["a.tif", "b.tif"]


@pytest.mark.parametrize(
    "orders", [("", "1"), ("1", "1"), ("x", "1"), ("²", "1"), ("9" * 5000, "1")]
)
def test_orders_that_order_nothing_leave_the_order_of_the_document(orders):
    content = mets(physical(page("F2", orders[0]), page("F1", orders[1])))
    assert hrefs(content) == ["b.tif", "a.tif"]
    assert [p.order for p in read_mets(content, name="m").pages] == [1, 2]


def test_sections_within_an_issue_keep_their_pages_in_sequence():
    sections = [
        f'<m:div TYPE="np:section" ORDER="{n}">{page(key, 1, "np:page")}</m:div>'
        for n, key in enumerate(("F1", "F2"), start=1)
    ]
    document = read_mets(mets(physical(*sections, kind="")), name="m.xml")
    assert (document.dialect, len(document.pages)) == ("NDNP", 2)


def test_areas_within_a_page_are_no_pages():
    area = '<m:div TYPE="pagearea"><m:fptr><m:area FILEID="F1" COORDS="1,2,3,4"/></m:fptr></m:div>'
    div = f'<m:div TYPE="page"><m:fptr FILEID="F1"/>{area}{area}</m:div>'
    assert hrefs(mets(physical(div))) == ["a.tif"]


def test_a_file_for_the_whole_issue_is_no_page():
    whole = f'<m:fptr FILEID="F1"/>{page("F2")}'
    assert hrefs(mets(physical(whole))) == ["b.tif"]


def test_the_role_may_stand_on_the_file():
    files = file("F1", "s.jp2", 'MIMETYPE="image/jp2"', 'USE="service"') + file(
        "F2", "m.tif", more='USE="master"'
    )
    groups = f'<m:fileGrp ID="pageFileGrp1">{files}</m:fileGrp>'
    both = '<m:div TYPE="np:page"><m:fptr FILEID="F1"/><m:fptr FILEID="F2"/></m:div>'
    assert hrefs(mets(physical(both, kind=""), groups=groups)) == ["m.tif"]


@pytest.mark.parametrize(
    ("uses", "best"),
    [
        (("THUMBS", "DEFAULT", "MAX"), "MAX"),
        (("DEFAULT", "PRESENTATION", "ORIGINAL"), "ORIGINAL"),
        (("OCR-D-IMG-BIN", "OCR-D-IMG"), "OCR-D-IMG"),
        (("VIEWING", "PreservationMaster"), "PreservationMaster"),
        (("MIN", "THUMBS"), "MIN"),
        (("thumbnails", "colorProfile", "Discarded"), None),
        ((), None),
    ],
)
def test_the_best_image_is_the_least_worked_on(uses, best):
    for order in (uses, tuple(reversed(uses))):
        files = tuple(MetsFile(use, f"{use}.tif", "image/tiff") for use in order)
        image = MetsPage(1, "", files).image()
        assert (image.use if image else None) == best


@pytest.mark.parametrize(
    ("href", "mimetype", "is_image"),
    [
        ("a.tif", "image/tiff", True),
        ("a.TIF", "", True),
        ("a.xml", "", False),
        ("a.tif", "text/xml", False),
        ("", "image/tiff", False),
    ],
)
def test_a_file_is_an_image_by_type_or_else_by_suffix(href, mimetype, is_image):
    assert MetsFile("MASTER", href, mimetype).is_image is is_image


def test_a_dangling_pointer_costs_no_other_page():
    first, second = read_mets(mets(physical(page("F1"), page("F9"))), name="m.xml").pages
    assert first.image() is not None and first.dangling == ()
    assert second.image() is None and second.dangling == ("F9",)


def test_a_file_without_location_is_no_dangling_pointer():
    groups = group("MASTER", file("F1", ""), file("F2", "b.tif"))
    both = '<m:div TYPE="page"><m:fptr FILEID="F1"/><m:fptr FILEID="F2"/></m:div>'
    assert hrefs(mets(physical(both), groups=groups)) == ["b.tif"]


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ("<mods:titleInfo><mods:nonSort>Der</mods:nonSort><mods:title>Bazar</mods:title></mods:titleInfo>", "title", "Der Bazar"),
        ("<mods:titleInfo><mods:nonSort>L'</mods:nonSort><mods:title>Illustration</mods:title></mods:titleInfo>", "title", "L'Illustration"),
        ("<mods:titleInfo><mods:title>Nr. 11</mods:title></mods:titleInfo><mods:relatedItem type='host'><mods:titleInfo><mods:title>Der Bazar</mods:title></mods:titleInfo></mods:relatedItem>", "title", "Der Bazar"),
        ("<mods:originInfo><mods:dateIssued>15.3.1871</mods:dateIssued></mods:originInfo>", "date", "1871-03-15"),
        ("<mods:originInfo><mods:dateIssued>[1871]</mods:dateIssued><mods:dateIssued keyDate='yes'>1871-03</mods:dateIssued></mods:originInfo>", "date", "1871-03"),
        ("<mods:originInfo eventType='digitization'><mods:dateIssued>2016</mods:dateIssued><mods:publisher>Library</mods:publisher></mods:originInfo>", "date", ""),
        ("<mods:originInfo><mods:dateIssued>about 1871 or 1872</mods:dateIssued></mods:originInfo>", "date", ""),
        ("<mods:part><mods:detail type='volume'><mods:number>17</mods:number></mods:detail></mods:part>", "volume", "17"),
        ("<mods:relatedItem type='host'><mods:part><mods:detail type='issue'><mods:number>11</mods:number></mods:detail></mods:part></mods:relatedItem>", "number", "11"),
        ("<mods:originInfo><mods:dateIssued>1871</mods:dateIssued></mods:originInfo><mods:part order='1871'><mods:detail type='issue'><mods:number>1871</mods:number></mods:detail></mods:part>", "number", "1871"),
        ("<mods:originInfo><mods:dateIssued>1871</mods:dateIssued></mods:originInfo><mods:part order='18710000'><mods:detail type='issue'><mods:number>1871</mods:number></mods:detail></mods:part><mods:recordInfo><mods:recordIdentifier source='bilderbogen'>bazar-1871</mods:recordIdentifier></mods:recordInfo>", "number", ""),
        ("<mods:language><mods:languageTerm>deu</mods:languageTerm></mods:language><mods:language><mods:languageTerm>fr</mods:languageTerm></mods:language>", "languages", ("ger", "fre")),
        ("<mods:language><mods:languageTerm>mul</mods:languageTerm></mods:language><mods:language><mods:languageTerm>und</mods:languageTerm></mods:language>", "languages", ()),
        ("<mods:accessCondition xlink:href='http://x.org/l'>see</mods:accessCondition>", "rights", "http://x.org/l"),
        ("<mods:location><mods:physicalLocation authority='marcorg'>DE-1</mods:physicalLocation><mods:physicalLocation>Staatsbibliothek</mods:physicalLocation></mods:location>", "owner", "Staatsbibliothek"),
        ("<mods:identifier type='URN'>urn:x:1</mods:identifier><mods:identifier type='doi' invalid='yes'>9</mods:identifier>", "identifiers", (Identifier("urn", "urn:x:1"),)),
        ("<mods:relatedItem type='host'><mods:recordInfo><mods:recordIdentifier source='zdb-ppn'>12-3</mods:recordIdentifier></mods:recordInfo></mods:relatedItem>", "identifiers", (Identifier("zdb", "12-3"),)),
    ],
)  # fmt: skip
def test_mods_says_what_an_issue_is(body, field, value):
    document = read_mets(mets(mods(body), physical(page("F1"))), name="m.xml")
    assert getattr(document.metadata, field) == value


def test_the_issue_is_described_by_its_own_record_then_by_those_around_it():
    logical = (
        '<m:structMap TYPE="LOGICAL"><m:div TYPE="Newspaper" DMDID="P"><m:div TYPE="ISSUE" DMDID="I">'
        '<m:div TYPE="ARTICLE" DMDID="A"/></m:div></m:div></m:structMap>'
    )
    records = [
        mods("<mods:titleInfo><mods:title>An article</mods:title></mods:titleInfo>", "A"),
        mods("<mods:originInfo><mods:dateIssued>1871</mods:dateIssued></mods:originInfo>", "I"),
        mods("<mods:titleInfo><mods:title>Der Bazar</mods:title></mods:titleInfo>"
             "<mods:originInfo><mods:dateIssued>1850</mods:dateIssued></mods:originInfo>", "P"),
    ]  # fmt: skip
    metadata = read_mets(mets(*records, logical, physical(page("F1"))), name="m.xml").metadata
    assert (metadata.title, metadata.date) == ("Der Bazar", "1871")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (mets(), r"m\.xml:1: has no structMap"),
        (mets('<m:structMap TYPE="LOGICAL"><m:div/></m:structMap>'), r"m\.xml:2: no structMap lists pages"),
        (mets(physical()), "no structMap lists pages"),
        (mets(physical(page("F1")), groups=group("MASTER", file("F1"), file("F1"))), r"m\.xml:2: the ID F1 is already given in line 2"),
        (b'<mets xmlns="http://www.loc.gov/METS/v2"/>', "METS 2 is not read; export METS 1.12"),
        (b"<mets/>", "mets in no namespace, not METS 1.x"),
        (b"<OAI>" + mets() + mets() + b"</OAI>", "holds 2 METS documents"),
        (b"<OAI-PMH><error>idDoesNotExist</error></OAI-PMH>", "not METS 1.x"),
        (b"\n\n<mets>", r"m\.xml:3: not well-formed"),
        (b"", r"m\.xml:1: not well-formed"),
        (b"\x89PNG\r\n\x1a\n", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><m/>', "not well-formed"),
        (b"<m>\xff</m>", "not well-formed"),
    ],
)  # fmt: skip
def test_a_broken_document_is_refused_with_its_line_and_a_remedy(content, says):
    with pytest.raises(DocumentError, match=says):
        read_mets(content, name="m.xml")


LAUGHS = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 12))
HOSTILE = {
    "file": '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><m>&x;</m>',
    "parameter": '<!DOCTYPE m [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><m/>',
    "remote": '<!DOCTYPE m SYSTEM "http://192.0.2.1/evil.dtd"><m/>',
    "doctype": "<!DOCTYPE mets><mets/>",
    "laughs": f'<!DOCTYPE m [<!ENTITY l0 "ha">{LAUGHS}]><m>&l11;</m>',
    "laughs in an attribute": f'<!DOCTYPE m [<!ENTITY l0 "ha">{LAUGHS}]><m a="&l11;"/>',
    "quadratic": "<!DOCTYPE m [<!ENTITY q '" + "a" * 50_000 + "'>]><m>" + "&q;" * 50_000 + "</m>",
    "deep": "<a>" * 100_000 + "</a>" * 100_000,
    "long text": f"<m>{'a' * 11_000_000}</m>",
    "long attribute": "<m a='" + "a" * 11_000_000 + "'/>",
    "many attributes": "<m " + " ".join(f"a{n}='{n}'" for n in range(100_000)) + "/>",
    "include": '<m xmlns:xi="http://www.w3.org/2001/XInclude">'
    '<xi:include href="/etc/passwd" parse="text"/></m>',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_xml_is_refused_at_once(kind):
    start = time.perf_counter()
    with pytest.raises(DocumentError, match="m.xml") as refusal:
        read_mets(HOSTILE[kind].encode(), name="m.xml")
    assert time.perf_counter() - start < 1
    assert "root:" not in str(refusal.value) and len(str(refusal.value)) < 500


def test_a_doctype_is_found_in_any_encoding():
    for encoding in ("utf-16", "utf-8-sig"):
        with pytest.raises(DocumentError, match="DOCTYPE"):
            parse_xml("<!DOCTYPE m><m/>".encode(encoding), name="m.xml")


COMPLETE = mets(
    mods("<mods:titleInfo><mods:title>Der Bazar</mods:title></mods:titleInfo>"
         "<mods:originInfo><mods:dateIssued>1871-03-15</mods:dateIssued></mods:originInfo>"),
    physical(page("F1", 1), page("F2", 2)),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_document_raises_only_our_error(data):
    content = bytearray(COMPLETE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.integers(0, 30))
        content[at : at + gone] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"<", b'"', b"F1"])
        )
    try:
        document = read_mets(bytes(content), name="m.xml")
    except DocumentError as error:
        assert str(error).startswith("m.xml")
    else:
        assert [p.order for p in document.pages] == sorted(p.order for p in document.pages)


def test_what_we_write_is_read_back():
    issue = published()
    content = mets_document(issue, files(issue), created=AT)
    document = read_mets(content, name="mets.xml")
    result, expected = document.metadata, issue.metadata
    assert document.dialect == "Bilderbogen"
    assert [p.order for p in document.pages] == [p.scan.page.sequence for p in issue.pages]
    assert [p.image().use for p in document.pages] == ["ORIGINAL"] * len(issue.pages)
    for key in ("title", "date", "volume", "number", "languages", "script", "rights", "owner"):
        assert getattr(result, key) == getattr(expected, key)
    assert (result.publisher, result.place) == (expected.publisher, expected.place)
    assert set(expected.identifiers) <= set(result.identifiers)
