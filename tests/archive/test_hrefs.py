"""A name in a document leads to a file beside it, or nowhere."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.hrefs import resolve_href
from schemas.errors import ScanError


@pytest.fixture
def folder(tmp_path):
    """An issue's folder, with traps in it and things worth stealing beside it."""
    secret = tmp_path / "secret.tif"
    secret.write_bytes(b"secret")
    (tmp_path / "issue2").mkdir()
    (tmp_path / "issue2" / "page.tif").write_bytes(b"secret")
    issue = tmp_path / "issue"
    (issue / "images").mkdir(parents=True)
    for name in ("page 1.tif", "images/ä.tif", "100%.tif", "a#b.tif", "%2e%2e"):
        (issue / name).write_bytes(b"scan")
    (issue / "link.tif").symlink_to(secret)
    (issue / "inner.tif").symlink_to(issue / "page 1.tif")
    (issue / "away").symlink_to(tmp_path)
    (issue / "loop.tif").symlink_to("loop.tif")
    os.mkfifo(issue / "pipe.tif")
    return issue


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("page%201.tif", "page 1.tif"),
        ("page 1.tif", "page 1.tif"),
        ("./images/%C3%A4.tif", "ä.tif"),
        ("images/ä.tif", "ä.tif"),
        ("file:page%201.tif", "page 1.tif"),
        ("file://./images/ä.tif", "ä.tif"),
        ("FILE://./page%201.tif", "page 1.tif"),
        ("100%25.tif", "100%.tif"),
        ("a%23b.tif", "a#b.tif"),
    ],
)
def test_a_file_beside_the_document_is_found(folder, href, name):
    result = resolve_href(href, folder)
    assert result.name == name and result.read_bytes() == b"scan"


@pytest.mark.parametrize(
    "href",
    [
        "../secret.tif",
        "images/../../secret.tif",
        "images/../page 1.tif",
        "%2e%2e/secret.tif",
        "%2E%2E%2Fsecret.tif",
        "..%2fsecret.tif",
        "%252e%252e/secret.tif",
        "{folder}/page 1.tif",
        "%2Fetc%2Fpasswd",
        "file:///etc/passwd",
        "file:/etc/passwd",
        "file:../secret.tif",
        "file://./../secret.tif",
        "file://.//etc/passwd",
        "file://localhost/etc/passwd",
        "file://host/share/page.tif",
        "//host/share/page.tif",
        "//./page 1.tif",
        "..\\secret.tif",
        "%5C%5Chost%5Cx",
        "C:/page.tif",
        "C:\\page.tif",
        "link.tif",
        "inner.tif",
        "away/secret.tif",
        "away/issue2/page.tif",
        "../issue2/page.tif",
        "loop.tif",
        "pipe.tif",
        "images",
        ".",
        "./",
        "",
        "page 1.tif%00.jpg",
        "page 1.tif\x00",
        ".\t./secret.tif",
        ".%09./secret.tif",
        "page%201.tif\n",
        "missing.tif",
        "x" * 5000,
        "http://example.org/page.tif",
        "https://example.org/page.tif",
        "ftp://example.org/page.tif",
        "data:image/png;base64,AAAA",
        "http://[::1/page.tif",
        "page 1.tif?x",
        "a#b.tif",
        "%ff.tif",
        "\udcff.tif",
    ],
)
def test_every_other_form_is_refused_by_name(folder, href):
    href = href.replace("{folder}", str(folder))
    with pytest.raises(ScanError) as refusal:
        resolve_href(href, folder)
    shown = href if href.isprintable() else ascii(href)[1:-1]
    assert str(refusal.value).startswith((shown or "an empty href") + ": ")
    assert str(refusal.value).isprintable()


def test_the_folder_itself_may_be_reached_through_a_link(folder, tmp_path):
    (tmp_path / "shelf").symlink_to(folder)
    assert resolve_href("page 1.tif", tmp_path / "shelf") == folder / "page 1.tif"


def test_a_name_is_decoded_once(folder):
    assert resolve_href("%252e%252e", folder).name == "%2e%2e"


_PIECES = [
    "..",
    ".",
    "/",
    "//",
    "%2e",
    "%2f",
    "%5c",
    "%25",
    "%00",
    "file:",
    "//",
    "away",
    "link.tif",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=8))
def test_nothing_outside_is_ever_reached(tmp_path_factory, pieces):
    base = tmp_path_factory.getbasetemp() / "hrefs"
    root = base / "issue"
    root.mkdir(parents=True, exist_ok=True)
    if not (root / "away").is_symlink():
        (root / "away").symlink_to(base)
        (root / "link.tif").symlink_to("/etc/passwd")
        (root / "a").write_bytes(b"scan")
    try:
        result = resolve_href("".join(pieces), root)
    except ScanError:
        return
    assert result == root / "a"
