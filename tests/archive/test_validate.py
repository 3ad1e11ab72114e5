"""validate: whoever wrote it, offline, and with the place of each fault."""

import json
import re
import shutil
import socket
import tempfile
import zipfile

import pytest
from click.testing import CliRunner

from archive.package.bag import zip_bag
from archive.package.export import write_package
from archive.package.schema_store import SchemaStore, install, official, profile_text
from archive.package.validate import check_document, check_path
from archive.store import SCRATCH_PREFIX
from schemas.errors import ConfigError, DocumentError
from tasks.commands.schemas import schemas
from tasks.commands.validate import validate
from tests.conftest import shared
from tests.packages import ALL, PUBLIC, small_issue


@pytest.fixture
def out(tmp_path):
    issue, layout = small_issue(tmp_path)
    write_package(issue, layout, tmp_path / "out", profiles=ALL, publication=PUBLIC)
    return tmp_path / "out"


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def found(path, **more):
    return [str(item) for item in check_path(path, **more)]


def test_our_packages_have_no_faults(out):
    assert found(out) == []
    shutil.copytree(out / "data", out.parent / "unpacked")
    assert found(out.parent / "unpacked") == []


@pytest.mark.shared
def test_our_packages_have_no_faults_by_the_official_schemas(out, offline):
    assert found(out, store=SchemaStore(shared("xsd"))) == []


def test_a_change_of_the_package_is_named_with_its_line(out):
    path = out / "data/mets.xml"
    text = path.read_text()
    line = 1 + text[: text.index('TYPE="physSequence"')].count("\n")
    path.write_text(text.replace('TYPE="physSequence"', 'TYPE="book"'))
    (out / "data/fulltext/alto/0002.xml").write_text("<alto>")
    (out / "data/images/thumbs/0001.jpg").unlink()
    (out / "data/images/default/0001.jpg").write_bytes(b"GIF89a")
    messages = "\n".join(found(out))
    assert (
        f"mets.xml:{line}: rule 8" in messages
        and f"mets.xml:{line}: profile mets-archive" in messages
    )
    assert "data/mets.xml: bag: differs" in messages
    assert "fulltext/alto/0002.xml: XML" in messages
    assert "rule 11: images/thumbs/0001.jpg is not in the package" in messages
    assert "rule 12: images/default/0001.jpg" in messages


def test_a_bag_without_its_manifest_is_checked_all_the_same(out):
    (out / "manifest-sha256.txt").unlink()
    (out / "data/images/thumbs/0001.jpg").unlink()
    messages = "\n".join(found(out))
    assert "manifest-sha256.txt: bag: is missing" in messages
    assert "rule 11: images/thumbs/0001.jpg is not in the package" in messages


def test_a_zipped_package_is_checked_as_the_folder_is(out, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    zipped = out.parent / "bazar.zip"
    zip_bag(out, zipped)
    assert found(zipped) == []
    (out / "data/dc.xml").write_bytes(b"<dc/>")
    zip_bag(out, zipped)
    assert f"{zipped}/data/dc.xml: bag: differs" in "\n".join(found(zipped))
    assert not list(tmp_path.glob(f"{SCRATCH_PREFIX}*"))


def test_what_holds_no_document_is_not_called_good(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "readme.txt").write_text("nothing else")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x/readme.txt", "nothing else")
    for name in ("folder", "x.zip"):
        (only,) = found(tmp_path / name)
        assert "holds no document" in only


@pytest.mark.parametrize("name", ["../escaped.xml", "/escaped.xml", "a/../../escaped.xml"])
def test_a_zip_writes_nothing_outside_of_itself(tmp_path, name):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "<a/>")
    (only,) = found(path)
    assert "leads out of the zip" in only


def test_a_damaged_zip_is_said(tmp_path, out):
    path = tmp_path / "x.zip"
    zip_bag(out, path)
    content = bytearray(path.read_bytes())
    path.write_bytes(content[: len(content) // 2])
    assert "x.zip: zip: cannot be unpacked" in found(path)[0]
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    assert "x.zip: zip: cannot be unpacked" in found(path)[0]


@pytest.mark.shared
def test_documents_of_libraries_are_checked_and_none_crashes(offline):
    store = SchemaStore(shared("xsd"))
    folder = shared("samples/mets")
    by_name = {}
    for path in sorted(folder.glob("[0-9]*")):
        checked = check_document(path.read_bytes(), name=path.name, store=store)
        by_name[path.name[:2]] = "\n".join(map(str, checked.findings))
    # the faults that these documents are known for
    assert "shelfLocator" in by_name["07"] and "rule 24" in by_name["07"]
    assert "8,8,8" in by_name["15"]
    assert "not well-formed" in by_name["06"]
    assert "eventType" in by_name["05"]  # within an answer of OAI-PMH
    assert "has no MIMETYPE" in by_name["14"]
    # and those without one have none
    for key in ("01", "08", "10", "12", "16", "17", "18", "19", "21", "25"):
        assert by_name[key] == ""


TESSERACT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head><title></title>
  <meta name='ocr-system' content='tesseract 5.3.0' />
  <meta name='ocr-capabilities' content='ocr_page ocr_carea ocrx_word ocrp_wconf'/></head>
 <body><div class='ocr_page' title='image "a.png"; bbox 0 0 9 9'/></body></html>"""


def test_documents_of_other_software_are_taken(out):
    data = out / "data"
    dfg, alto = (data / n for n in ("mets.dfg.xml", "fulltext/alto/0001.xml"))
    foreign = dfg.read_text().replace("Bilderbogen ", "Kitodo ")
    for item in ("2011-05-04T10:00:00Z", "1871/1872"):
        dated = re.sub('(keyDate="yes">)[^<]*', rf"\g<1>{item}", foreign)
        assert item in dated and check_document(dated.encode(), name="a.xml").findings == ()
    words = alto.read_text().replace('WC="0.900"', 'WC=".9"')
    assert 'WC=".9"' in words and check_document(words.encode(), name="a.xml").findings == ()
    marked = b"\xef\xbb\xbf" + (data / "iiif/manifest.json").read_bytes()
    assert check_document(marked, name="manifest.json").findings == ()
    assert check_document(TESSERACT.encode(), name="a.hocr").findings == ()
    (fault,) = check_document(TESSERACT.replace("</body>", "").encode(), name="a.hocr").findings
    assert fault.text.startswith("8:")  # the line in the file


@pytest.mark.shared
def test_the_example_documents_pass(offline):
    store = SchemaStore(shared("xsd"))
    for name in ("mets.xml", "mets.dfg.xml", "manifest.json"):
        content = (shared("examples") / name).read_bytes()
        assert check_document(content, name=name, store=store).findings == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"no document", b"{", b"[1, 2]", b"[" * 100_000, b"<a/>", b'{"type": "Manifest"}',
     b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
     b'<mets xmlns="http://www.loc.gov/METS/"/>',
     b'<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"/>'],
)  # fmt: skip
def test_nothing_that_is_no_document_crashes(tmp_path, content):
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    for item in check_path(path):
        assert str(item).startswith(f"{path}:") and "root:" not in str(item)


def test_a_folder_with_the_name_of_a_document_is_none(out):
    (out / "data/dc.xml").unlink()
    (out / "data/dc.xml").mkdir()
    assert "rule 11: dc.xml is not in the package" in "\n".join(found(out))
    (out / "bagit.txt").unlink()
    (out / "data/mets.xml").unlink()
    assert found(out) == []


def test_what_is_of_another_kind_is_not_called_good(tmp_path):
    for name, content in (("a.xml", b"<a/>"), ("b.json", b"{}"), ("c.json", b"[]")):
        (tmp_path / name).write_bytes(content)
        (only,) = check_path(tmp_path / name)
        assert only.rule == "kind" and "was not checked" in only.text


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(DocumentError, match="nothing: is not there"):
        list(check_path(tmp_path / "nothing"))


@pytest.mark.shared
def test_schemas_are_found_by_content_whatever_their_names(tmp_path, offline):
    source = tmp_path / "Downloads"
    source.mkdir()
    for number, item in enumerate(official()):
        shutil.copyfile(shared("xsd") / item.name, source / f"file ({number}).download")
    install(source, tmp_path / "store")
    store = SchemaStore(tmp_path / "store")
    assert store.is_installed
    for name in ("driver.xsd", *(o.name for o in official() if not o.name.startswith("shared/"))):
        store.schema(name)


def test_absent_and_changed_schemas_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"schemas are not there:\n  http.*SHA-256"):
        install(tmp_path, tmp_path / "store")
    assert not (tmp_path / "store").exists()
    for item in official():
        (tmp_path / "s" / item.name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / item.name).write_text("<xs:schema/>")
    with pytest.raises(ConfigError, match="is not the file of"):
        SchemaStore(tmp_path / "s").schema("driver.xsd")
    with pytest.raises(ConfigError, match="schemas install --from"):
        SchemaStore(tmp_path / "none").schema("alto/alto-4-4.xsd")


def test_issue_json_is_as_its_json_schema_says(out):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the jsonschema package")
    checker = jsonschema.Draft202012Validator(json.loads(profile_text("issue.schema.json")))
    record = json.loads((out / "data/catalog/issue.json").read_bytes())
    assert list(checker.iter_errors(record)) == []
    record["pages"][0]["width"] = 0
    assert list(checker.iter_errors(record))


@pytest.mark.shared
def test_the_commands_say_what_is_wrong_and_exit_so(out, tmp_path):
    runner = CliRunner()
    none = ["--schemas", str(tmp_path / "none")]
    result = runner.invoke(validate, [str(out), *none], standalone_mode=False)
    assert result.return_value == 0 and f"{out}: no faults" in result.output
    assert "by our own profiles and rules alone" in result.output
    path = out / "data/mets.dfg.xml"
    path.write_text(path.read_text().replace("https://example.org/magazines", "http://localhost"))
    result = runner.invoke(validate, [str(path), *none], standalone_mode=False)
    assert result.return_value == 1 and f"{path}:" in result.output and "rule 15" in result.output
    store = str(tmp_path / "store")
    result = runner.invoke(
        schemas, ["install", "--from", str(shared("xsd")), "--to", store], standalone_mode=False
    )
    assert result.exit_code == 0 and f"{len(official())} schemas in {store}" in result.output
    listed = runner.invoke(schemas, ["list", "--to", store], standalone_mode=False).output
    assert listed.count("here ") == len(official())
