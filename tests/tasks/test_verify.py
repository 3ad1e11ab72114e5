"""``verify`` reads all that the archive holds, and says of each damaged file what helps."""

from __future__ import annotations

import json
import shutil

import pytest

from archive.layout import Layout
from archive.upkeep.fixity import in_share
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tests.conftest import CONFIG, write_issue

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ISSUE = IssueId("lantern-1908")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An archive of one published issue."""
    home = tmp_path_factory.mktemp("whole")
    (home / "config.ini").write_text(CONFIG)
    write_issue(home / "incoming" / "Lantern 1908", 2, ini="[issue]\ntitle = The Lantern\n")
    assert main(["nightly", "--config", str(home / "config.ini")]) == 0
    return home


@pytest.fixture
def config(whole, tmp_path):
    """A copy of that archive, to be damaged."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True, symlinks=True)
    return tmp_path / "config.ini"


def flip(path):
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def verify(config, capsys, *options):
    capsys.readouterr()
    code = main(["verify", *options, "--config", str(config)])
    return code, capsys.readouterr().out


FILES = {
    "a master": ("masters/*/v001/p1.tif", "restore it from a backup, or from p1.tif"),
    "the newest record": ("register/*/issue.json", "restores it from the version beside it"),
    "the record of a version": ("register/*/v001.json", "restore it from a backup"),
    "a cut-out": ("issues/*/*/cut-outs/*", "rerun lantern-1908 --stage crop --page 1"),
    "a thumbnail": ("issues/*/*/thumbnails/*", "rerun lantern-1908 --stage crop --page 1"),
    "an exported METS": ("exports/*/*/data/mets.xml", "rerun lantern-1908 --stage export"),
    "an exported ALTO": ("exports/*/*/data/fulltext/alto/0002.xml", "--stage export"),
    "an exported master": ("exports/*/*/data/images/original/0001.tif", "--stage export"),
    "a manifest": ("exports/*/*/manifest-sha256.txt", "--stage export"),
}


def only(config, pattern):
    return next(iter(sorted(load(config).archive.root.glob(pattern))))


@pytest.mark.parametrize("fault", ["changed", "gone"])
@pytest.mark.parametrize(("pattern", "remedy"), FILES.values(), ids=FILES)
def test_every_file_of_the_archive_is_read(config, capsys, pattern, remedy, fault):
    assert verify(config, capsys)[0] == 0
    path = only(config, pattern)
    if fault == "changed":
        flip(path)
    elif path.name == "issue.json":
        pytest.skip("an issue without its record is none; ingest writes it again")
    else:
        path.unlink()
    code, output = verify(config, capsys)
    assert code == 1
    assert any(line.startswith(str(path)) and remedy in line for line in output.splitlines())


def test_a_file_that_no_manifest_lists_is_named(config, capsys):
    package = only(config, "exports/*/*")
    (package / "data" / "more.txt").write_text("not ours")
    code, output = verify(config, capsys)
    assert code == 1 and "more.txt: is in no manifest of its package" in output


@pytest.mark.parametrize(
    ("pattern", "again"),
    [
        ("exports/*/*/data/mets.xml", ("--stage", "export")),
        ("issues/*/*/cut-outs/*", ("--stage", "crop", "--page", "1")),
    ],
)
def test_the_remedy_that_verify_names_helps(config, capsys, pattern, again):
    flip(only(config, pattern))
    assert verify(config, capsys)[0] == 1
    assert main(["rerun", str(ISSUE), *again, "--config", str(config)]) == 0
    code, output = verify(config, capsys)
    assert code == 0, output


def test_an_emptied_record_is_restored_from_the_version_beside_it(config, capsys):
    record = Layout(load(config).archive.root).issue_record(ISSUE)
    before = record.read_bytes()
    record.write_bytes(b"")
    code, output = verify(config, capsys)
    assert code == 1 and str(record) in output
    assert main(["run", str(ISSUE), "--config", str(config)]) == 0
    assert record.read_bytes() == before
    assert verify(config, capsys)[0] == 0


def test_shares_one_after_the_other_read_everything_once(config, capsys):
    total = int(verify(config, capsys)[1].split(" files")[0])
    parts = [int(verify(config, capsys, "--share", "0.25")[1].split(" files")[0]) for _ in range(4)]
    assert sum(parts) == total and max(parts) < total


def test_each_night_reads_its_share_and_tells_of_damage(config, capsys):
    config.write_text(config.read_text() + "\n[verify]\nshare = 0.5\n")
    path = only(config, "exports/*/*/data/mets.xml")
    flip(path)
    first_half = in_share(path, 0.0, 0.5)
    codes = [main(["nightly", "--config", str(config)]) for _ in range(2)]
    assert codes == ([1, 0] if first_half else [0, 1])
    output = capsys.readouterr().out
    assert f"damaged  {path}: has changed; bilderbogen rerun lantern-1908" in output
    report = max(load(config).archive.root.glob("reports/*/report.json"))
    assert json.loads(report.read_text())["damaged"][0]["path"] == str(path)
    assert str(path) in (report.parent / "index.html").read_text()
