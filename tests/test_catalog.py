import multiprocessing
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command

from archive.catalog.catalog import Catalog
from archive.catalog.connect import migrations
from schemas.errors import CatalogError
from schemas.ledger import LedgerRow, StageState
from schemas.model import (
    Box,
    Caption,
    Event,
    Illustration,
    Issue,
    IssueId,
    IssueMetadata,
    PageHeader,
    PageId,
    PageText,
    RegionKind,
    Scan,
    TextLine,
    TextRegion,
    Word,
)
from schemas.published import PageDescription, PublishedFile, PublishedIssue, PublishedPage

AT = datetime(2024, 3, 1, 12, tzinfo=UTC)


def published(slug="bazar-1871-11", *, pages=2, edition="v001-aaaaaaaa", caption="Fig. 1. Kragen"):
    issue = IssueId(slug)
    made = []
    for number in range(1, pages + 1):
        page = PageId(issue, number)
        scan = Scan(page, f"p{number}.tif", f"masters/{slug}/v001/p{number}.tif", f"{number:064d}",
                    1000, 1400, 300.0, "image/tiff", "L", 8, 1234, label=None)  # fmt: skip
        box = Box(100, 200, 500, 700)
        polygon = ((100.0, 200.0), (500.0, 200.0), (500.0, 700.0))
        words = (Word("Mäd-", Box(10, 900, 80, 930), 0.9, hyphenated=True),)
        lines = (TextLine(Box(10, 900, 80, 930), words),
                 TextLine(Box(10, 940, 99, 970), (Word("chen", Box(10, 940, 99, 970), 0.8),)))  # fmt: skip
        text = PageText(
            page, (TextRegion(RegionKind.TEXT, Box(10, 900, 99, 970), lines),), "deu", 0.85
        )
        picture = Illustration(page, 1, box, polygon, 0.9, matte="frame", perceptual_hash="0" * 16,
                               caption=Caption(caption, Box(100, 710, 500, 740), 0.9, "below"))  # fmt: skip
        head = PageHeader(f"Der Bazar {number}", "Der Bazar", None, None, None, str(number))
        described = PageDescription(page, head, (picture,), (), text, 0.85)
        event = Event("recognition/text-recognition", AT, "Tesseract 5.3.0", "success", "r")
        master = PublishedFile("MASTER", str(page), scan.path, "image/tiff", scan.sha256, 1234)
        made.append(PublishedPage(scan, described, (master,), (event,)))
    said = IssueMetadata(title="Der Bazar", date="1871-03-15", volume="17", number="11",
                         languages=("ger",), script="Latf", owner="Example Library",
                         rights="http://creativecommons.org/publicdomain/mark/1.0/")  # fmt: skip
    record = Issue(issue, 1, said, tuple(page.scan for page in made), ingested=AT)
    return PublishedIssue(record, said, edition, tuple(made))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/catalog.sqlite"


def row(name="a_0001", state=StageState.DONE, stage="prepare"):
    return LedgerRow(IssueId("a"), name, stage, state, sequence=1)


def questions(catalog):
    """Everything a catalog is asked, for any database."""
    catalog.publish(published())
    catalog.publish(published("lantern-1908", caption="The lamp"))
    assert catalog.edition_of(IssueId("bazar-1871-11")) == "v001-aaaaaaaa"
    assert catalog.published(IssueId("bazar-1871-11")) == published()
    assert [f.illustration for f in catalog.find("kragen")] == [
        "bazar-1871-11_0001_i01", "bazar-1871-11_0002_i01",
    ]  # fmt: skip
    assert len(catalog.find("MAEDCHEN")) == 4 and catalog.find("100%") == ()
    catalog.publish(published(edition="v001-bbbbbbbb", pages=1))
    assert len(catalog.find("kragen")) == 1
    assert len(catalog.files(IssueId("bazar-1871-11"))) == 1
    catalog.record([row(), row("a_0002", StageState.FAILED)])
    catalog.record([row("a_0002", StageState.FAILED)])
    assert [(r.name, r.attempts) for r in catalog.ledger(IssueId("a"))] == [
        ("a_0001", 1), ("a_0002", 2),
    ]  # fmt: skip
    catalog.forget(IssueId("a"), ["prepare"], ["a_0001"])
    assert [r.name for r in catalog.ledger(IssueId("a"))] == ["a_0002"]
    catalog.withdraw(IssueId("lantern-1908"))
    assert catalog.edition_of(IssueId("lantern-1908")) is None
    assert catalog.ledger(since=datetime(2100, 1, 1, tzinfo=UTC)) == ()
    run = catalog.begin_run("nightly")
    catalog.end_run(run, "0")
    assert "bazar-1871-11" in catalog.dump()


def test_a_catalog_answers_on_sqlite(url):
    questions(Catalog.open(url))
    Catalog.open(url).check()


def count_up(url, rounds):
    catalog = Catalog.open(url)
    for _ in range(rounds):
        catalog.record([row("same")])


@pytest.mark.slow
def test_writers_at_once_lose_nothing(url):
    Catalog.open(url)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=count_up, args=(url, 25)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [w.exitcode for w in writers] == [0, 0, 0]
    assert Catalog.open(url).ledger()[0].attempts == 75


def test_the_migrations_make_the_tables_the_code_has(url):
    catalog = Catalog.open(url)
    with catalog.engine.begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.check(config)


def test_a_file_that_is_no_catalog_is_left_alone(tmp_path):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"this is not a database, it is a letter" * 40)
    with pytest.raises(CatalogError, match="x.sqlite"):
        Catalog.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is not")
    with pytest.raises(CatalogError, match="not a database URL"):
        Catalog.open("catalog.sqlite")


def test_someone_elses_database_is_refused(url, tmp_path):
    import sqlite3

    sqlite3.connect(tmp_path / "catalog.sqlite").execute("create table cats (name text)")
    with pytest.raises(CatalogError, match="is no catalog"):
        Catalog.open(url)


def test_a_newer_catalog_is_refused(url, tmp_path):
    import sqlite3

    Catalog.open(url).engine.dispose()
    with sqlite3.connect(tmp_path / "catalog.sqlite") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(CatalogError, match="newer Bilderbogen"):
        Catalog.open(url)


@pytest.mark.slow
def test_a_catalog_answers_on_postgresql(tmp_path):
    """A real server on loopback, made for this test and stopped after it."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("needs PostgreSQL; run: apt-get install postgresql")
    user = [] if Path.home() != Path("/root") else ["runuser", "-u", "postgres", "--"]
    folder = Path(subprocess.check_output([*user, "mktemp", "-d"], text=True).strip())

    def run(tool, *args):
        subprocess.run(
            [*user, binaries[-1] / tool, *args], check=True, capture_output=True, cwd="/"
        )

    try:
        run("initdb", "-D", folder / "data", "-U", "archive", "--auth=trust", "-N")
        options = f"-c listen_addresses='' -k {folder}"
        run("pg_ctl", "-D", folder / "data", "-o", options, "-w", "-l", folder / "log", "start")
        url = f"postgresql+psycopg://archive@/postgres?host={folder}"
        questions(Catalog.open(url))
        Catalog.open(url)
    finally:
        subprocess.run([*user, binaries[-1] / "pg_ctl", "-D", folder / "data", "-m", "immediate",
                        "stop"], check=False, capture_output=True, cwd="/")  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
