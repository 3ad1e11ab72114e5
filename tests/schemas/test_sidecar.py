"""issue.ini says what a librarian knows, and says so when it cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.model import Identifier, IssueMetadata, Source
from schemas.sidecar import read_sidecar, write_sidecar

WHOLE = """# written by hand
[issue]
id = bazar-1871-11
Title = Der Bazar: Illustrirte Damen-Zeitung ; Ausgabe # 3
date = 1871-03-15
volume = 17
number = 11
language = ger, fr,deu
script = Latf
rights = http://example.org/100%/?a=b
owner = Bücherei
publisher = L. Schaefer
   und Söhne
place = Berlin ; Leipzig
; another remark

[identifiers]
ZDB = 2145643-9
call-number = Z 17 : 3
"""


def said(text):
    return read_sidecar(text.encode(), name="issue.ini").metadata


def test_everything_a_librarian_writes_is_read():
    sidecar = read_sidecar(WHOLE.encode(), name="issue.ini")
    assert sidecar.slug == "bazar-1871-11"
    assert sidecar.metadata == IssueMetadata(
        title="Der Bazar: Illustrirte Damen-Zeitung ; Ausgabe # 3",
        date="1871-03-15",
        volume="17",
        number="11",
        languages=("ger", "fre"),
        script="Latf",
        rights="http://example.org/100%/?a=b",
        owner="Bücherei",
        publisher="L. Schaefer und Söhne",
        place="Berlin ; Leipzig",
        identifiers=(Identifier("zdb", "2145643-9"), Identifier("call-number", "Z 17 : 3")),
        source=Source.SIDECAR,
    )


@pytest.mark.parametrize(
    "change",
    [str.encode, lambda t: t.encode("utf-8-sig"), lambda t: t.replace("\n", "\r\n").encode()],
)
def test_editors_may_add_a_mark_or_carriage_returns(change):
    assert read_sidecar(change(WHOLE), name="x") == read_sidecar(WHOLE.encode(), name="x")


@pytest.mark.parametrize("date", ["1871", "1871-03", "1871-03-15", "1872-02-29", "0800"])
def test_dates_that_exist_are_kept(date):
    assert said(f"[issue]\ndate = {date}\n").date == date


def test_languages_are_known_by_every_code_of_iso_639():
    given = "[issue]\nlanguage = zh, ja, he, uk, zho, fas, cat\n"
    assert said(given).languages == ("chi", "jpn", "heb", "ukr", "per", "cat")


@pytest.mark.parametrize(
    ("given", "languages"), [("mul", ()), ("und, ger", ("ger",)), ("zxx", ()), ("mis", ())]
)
def test_codes_that_name_no_language_say_nothing(given, languages):
    assert said(f"[issue]\nlanguage = {given}\n").languages == languages


@pytest.mark.parametrize("text", ["[issue]\n", "[issue]\ntitle =\n[identifiers]\nurn =\n"])
def test_what_is_left_empty_is_unknown(text):
    assert said(text) == IssueMetadata(source=Source.SIDECAR)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[issue]\ntitel = x\n", r"\[issue\] titel is unknown; known are id, title,"),
        ("[issues]\ntitle = x\n", r"\[issues\] is unknown; known are \[issue\], \[identifiers\]"),
        ("[DEFAULT]\ntitle = x\n[issue]\n", r"\[DEFAULT\] is unknown"),
        ("[identifiers]\nurn = x\n", r"\[issue\] is missing"),
        ("", r"\[issue\] is missing"),
        ("title = x\n", "no section headers"),
        ("[issue]\ntitle\n", r"\[line 2\]|\[line  2\]"),
        ("[issue]\ntitle = x\ntitle = y\n", "already exists"),
        ("[issue]\n[issue]\n", "already exists"),
        ("[issue]\nlanguage = ger, Deutsch\n", "language = Deutsch: allowed is ISO 639-2: ger"),
        ("[issue]\nlanguage = qq\n", "language = qq"),
        ("[issue]\nscript = fraktur\n", "script = fraktur: allowed is ISO 15924: Latf or Latn"),
        ("[issue]\n[identifiers]\nmy key = x\n", r"\[identifiers\] my key: a scheme is one word"),
        ("[issue]\ntitle = a\x0cb\n", "issue.ini:2: holds a control character"),
        ("[issue]\ntitle = a\x00b\n", "issue.ini:2: holds a control character"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_is_allowed(text, says):
    with pytest.raises(DocumentError, match=says) as refusal:
        said(text)
    assert str(refusal.value).startswith("issue.ini") and "\n" not in str(refusal.value)


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", 2), ("utf-16", 1), ("cp1252", 2)])
def test_another_encoding_is_refused_not_guessed(encoding, line):
    with pytest.raises(DocumentError, match=f"issue.ini:{line}: not UTF-8 .*save it as UTF-8"):
        read_sidecar("[issue]\ntitle = Käse\n".encode(encoding), name="issue.ini")


VALUES = st.text(
    st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" %;#=:[]\"'"), max_size=30
).map(lambda text: " ".join(text.split()))


@given(
    st.builds(
        IssueMetadata,
        **dict.fromkeys(
            ("title", "volume", "number", "rights", "owner", "publisher", "place"), VALUES
        ),
        date=st.sampled_from(["", "1871", "1871-03", "1871-03-15"]),
        languages=st.sampled_from([(), ("ger",), ("ger", "fre")]),
        script=st.sampled_from(["", "Latf"]),
        identifiers=st.dictionaries(
            st.sampled_from(["zdb", "urn", "call-number"]), VALUES.filter(bool)
        ).map(lambda given: tuple(Identifier(*pair) for pair in given.items())),
        source=st.just(Source.SIDECAR),
    ),
    st.sampled_from(["", "bazar-1871-11"]),
)
def test_what_is_written_is_read_back(metadata, slug):
    sidecar = read_sidecar(write_sidecar(metadata, slug=slug), name="issue.ini")
    assert (sidecar.metadata, sidecar.slug) == (metadata, slug)


def test_what_ini_cannot_say_is_written_so_that_it_reads():
    unusual = IssueMetadata(
        title="two\nlines",
        identifiers=(
            Identifier("Call Number=", "a"),
            Identifier("urn", "1"),
            Identifier("urn", "2"),
        ),
    )
    metadata = read_sidecar(write_sidecar(unusual), name="issue.ini").metadata
    assert metadata.title == "two lines"
    assert metadata.identifiers == (Identifier("call-number", "a"), Identifier("urn", "1"))


@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: ("[issue]\n" + text).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_read_or_refused(content):
    try:
        read_sidecar(content, name="issue.ini")
    except DocumentError as error:
        assert str(error).startswith("issue.ini")


@pytest.mark.parametrize(
    ("stated", "date", "note"),
    [
        ("[1890]", "1890", ""),
        ("15.3.1871", "1871-03-15", ""),
        ("1964-07/1964-08", "1964-07", "taken as 1964-07"),
        ("1890/1891", "1890", "taken as 1890"),
        ("1994-21", "1994", "taken as 1994"),
        ("1890?", "1890", "taken as 1890"),
        ("Weihnachten 1890", "", "not understood"),
        ("1871-02-30", "", "not understood"),
    ],
)
def test_no_date_costs_an_issue(stated, date, note):
    sidecar = read_sidecar(f"[issue]\ndate = {stated}\n".encode(), name="issue.ini")
    assert sidecar.metadata.date == date
    assert note in " ".join(sidecar.notes) and bool(sidecar.notes) == bool(note)
