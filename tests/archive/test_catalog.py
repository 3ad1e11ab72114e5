import doctest
import multiprocessing
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import event, insert, make_url, select

from archive.catalog import likeness, rows
from archive.catalog.catalog import Catalog
from archive.catalog.connect import REVISION, writing
from archive.catalog.likeness import alike_groups
from archive.catalog.tables import Base
from archive.catalog.upgrade import migrations
from pipeline.describe.numbering import place_of
from schemas.decisions import Numbered
from schemas.errors import CatalogError, SystemicError
from schemas.ledger import LedgerRow, StageState
from schemas.model import (
    IssueId,
)
from schemas.published import (
    PublishedFile,
)
from tests.catalogs import contents
from tests.conftest import ROOT
from tests.issues import AT, published


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/catalog.sqlite"


def row(name="a_0001", state=StageState.DONE, stage="prepare"):
    return LedgerRow(IssueId("a"), name, stage, state, sequence=1)


def questions(catalog):
    """Everything a catalog is asked, for any database."""
    bazar, lantern = IssueId("bazar-1871-11"), IssueId("lantern-1908")
    assert catalog.progress.is_blank()
    catalog.publish(published())
    catalog.publish(published("lantern-1908", caption="The lamp"))
    assert not catalog.progress.is_blank()
    assert catalog.edition_of(bazar) == "v001-aaaaaaaa"
    assert catalog.published(bazar) == published()
    assert [f.illustration for f in catalog.find("kragen")] == [
        "bazar-1871-11_0001_i01", "bazar-1871-11_0002_i01",
    ]  # fmt: skip
    assert len(catalog.find("MAEDCHEN")) == 4 and catalog.find("100%") == ()
    assert [(k.issue, k.pages, k.illustrations) for k in catalog.issues()] == [
        (bazar, 2, 2), (lantern, 2, 2),
    ]  # fmt: skip
    assert [(subject, done.agent) for subject, done in catalog.events(lantern)] == [
        ("lantern-1908_0001", "Tesseract 5.3.0"), ("lantern-1908_0002", "Tesseract 5.3.0"),
    ]  # fmt: skip
    assert catalog.events(lantern)[0][1].at == AT
    catalog.publish(published(edition="v001-bbbbbbbb", pages=1))
    assert len(catalog.find("kragen")) == 1
    assert len(catalog.files(bazar)) == 1
    catalog.record([row(), row("a_0002", StageState.FAILED)])
    catalog.record([row("a_0002", StageState.FAILED)])
    assert [(r.name, r.attempts) for r in catalog.ledger(IssueId("a"))] == [
        ("a_0001", 1), ("a_0002", 2),
    ]  # fmt: skip
    assert [r.name for r in catalog.ledger(state=StageState.FAILED)] == ["a_0002"]
    assert catalog.ledger(stage="crop") == ()
    standing, result = catalog.progress, [IssueId("a")]
    assert [(r.name, r.message) for r in standing.bad()] == [("a_0002", "")]
    assert (
        standing.bad(result) == standing.bad() and standing.bad([bazar]) == standing.bad([]) == ()
    )
    assert [(c.issue, c.stage, c.state, c.pages) for c in standing.counts()] == [
        (result[0], "prepare", "done", 1), (result[0], "prepare", "failed", 1),
    ]  # fmt: skip
    assert standing.counts(result) == standing.counts() and standing.counts([bazar]) == ()
    catalog.forget(IssueId("a"), ["prepare"], ["a_0001"])
    assert [r.name for r in catalog.ledger(IssueId("a"))] == ["a_0002"]
    assert catalog.ledger(runs=[7]) == ()
    run = catalog.begin_run("nightly")
    assert [(r.number, r.ended, r.outcome) for r in catalog.last_runs()] == [(run, None, "")]
    catalog.end_run(run, "0")
    (ended,) = catalog.last_runs()
    assert ended.outcome == "0" and timedelta(0) <= ended.ended - ended.started < timedelta(0, 60)
    assert "bazar-1871-11" in contents(catalog)


def test_a_catalog_answers_on_sqlite(url):
    questions(Catalog.open(url))
    Catalog.open(url).check()


# ---- searching


def test_titles_are_found_in_every_spelling(url):
    catalog = Catalog.open(url)
    old = published()
    changed = replace(old.metadata, title="Über Land und Meer")
    catalog.publish(replace(old, metadata=changed))
    assert len(catalog.find("ueber land")) == len(catalog.find("ÜBER")) == 2
    assert catalog.find("ueber nichts") == ()


def test_a_search_is_narrowed_by_kind_issue_and_date(url):
    catalog = Catalog.open(url)
    old = published("lantern-1908", caption="Fig. 2. Kragen")
    catalog.publish(published())
    catalog.publish(replace(old, metadata=replace(old.metadata, date="1908")))
    catalog.publish(published("undated-1"))
    undated = published("undated-1")
    catalog.publish(replace(undated, metadata=replace(undated.metadata, date="")))
    issues = {f.issue for f in catalog.find("kragen")}
    assert issues == {"bazar-1871-11", "lantern-1908", "undated-1"}
    assert {f.issue for f in catalog.find("kragen", since="1871-04")} == {"lantern-1908"}
    assert {f.issue for f in catalog.find("kragen", since="1871-03")} == issues - {"undated-1"}
    assert {f.issue for f in catalog.find("", issue="undated-1")} == {"undated-1"}
    assert catalog.find("kragen", kind="map") == ()
    assert len(catalog.find("kragen", kind="unknown", limit=3)) == 3


def test_captions_come_before_page_text(url):
    catalog = Catalog.open(url)
    catalog.publish(published("a-1", caption="A lamp"))
    catalog.publish(published("b-2", caption="Mädchen with a lamp"))
    for words in ("maedchen", "maedchen lamp", "lamp maedchen"):
        assert [f.issue for f in catalog.find(words)] == ["b-2", "b-2", "a-1", "a-1"]


def test_signs_of_the_query_language_mean_themselves(url):
    catalog = Catalog.open(url)
    catalog.publish(published(caption="50% of a_b 'quoted' /slash"))
    for words in ("50%", "a_b", "'quoted'", "/slash"):
        assert len(catalog.find(words)) == 2, words
    for words in ("5_%", "axb", "%%", "'; drop table issue; --"):
        assert catalog.find(words) == (), words
    assert len(catalog.issues()) == 1


def with_hashes(slug, *digits):
    issue = published(slug, pages=len(digits))
    pages = tuple(
        replace(page, description=replace(page.description, illustrations=(
            replace(page.description.illustrations[0], perceptual_hash=item),)))
        for page, item in zip(issue.pages, digits, strict=True)
    )  # fmt: skip
    return replace(issue, pages=pages)


def test_duplicates_are_groups_within_the_distance(url):
    catalog = Catalog.open(url)
    catalog.publish(with_hashes("a-1", "ffff000000000000", "", "0123456789abcdef"))
    catalog.publish(with_hashes("b-2", "ffff000000000007", "ffff000000000000"))
    equal = ("a-1_0001_i01", "b-2_0002_i01")
    assert catalog.duplicate_groups(max_distance=0) == (equal,)
    assert catalog.duplicate_groups(max_distance=2) == (equal,)
    assert catalog.duplicate_groups(max_distance=3) == ((equal[0], "b-2_0001_i01", equal[1]),)
    assert len(catalog.duplicate_groups(max_distance=64)[0]) == 4


def grouped(pairs):
    """Groups of what is in pairs together, made one pair at a time."""
    groups = {}
    for pair in pairs:
        both = set().union(*(groups.get(item, {item}) for item in pair))
        groups |= dict.fromkeys(both, both)
    return tuple(sorted({tuple(sorted(group)) for group in groups.values()}))


@pytest.mark.parametrize("distance", [0, 1, 3, 6, 13, 40, 64])
def test_likeness_agrees_with_counting_bits_one_by_one(distance):
    random = np.random.default_rng(7)
    values = [int(v) for v in random.integers(0, 2**64, 60, dtype=np.uint64)]
    for value in list(values):  # some equal, some near, some near to those
        for _ in range(random.integers(0, 5)):
            for bit in random.integers(0, 64, random.integers(0, 9)):
                value ^= 1 << int(bit)
            values.append(value)
    hashes = [(f"{n:04d}", f"{v:016x}") for n, v in enumerate(values)]
    random.shuffle(hashes)
    slow = {
        (f"{a:04d}", f"{b:04d}")
        for a in range(len(values))
        for b in range(a + 1, len(values))
        if (values[a] ^ values[b]).bit_count() <= distance
    }
    assert slow and alike_groups(hashes, max_distance=distance) == grouped(slow)


def test_a_picture_printed_often_among_many_costs_little():
    """Pairs would be 200 million."""
    values = np.random.default_rng(7).integers(0, 2**64, 20_000, dtype=np.uint64)
    hashes = [(f"ornament-{n:05d}", "0" * 15 + f"{n % 2:x}") for n in range(20_000)]
    hashes += [(f"other-{n:05d}", f"{int(v):016x}") for n, v in enumerate(values)]
    tracemalloc.start()
    (group,) = alike_groups(hashes, max_distance=6)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert group == tuple(name for name, _ in hashes[:20_000])
    assert peak < 40e6


# ---- many processes


def count_up(url, rounds):
    catalog = Catalog.open(url)
    for _ in range(rounds):
        catalog.record([row("same")])


def in_processes(target, args):
    """Run ``target`` in one fresh process for each of ``args``; all must end well."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=target, args=arg) for arg in args]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * len(workers)


@pytest.mark.slow
def test_four_writers_at_once_lose_nothing(url):
    """They also find no catalog and make it together."""
    in_processes(count_up, [(url, 25)] * 4)
    assert Catalog.open(url).ledger()[0].attempts == 100


@pytest.mark.slow
def test_a_catalog_another_process_begins_to_write_is_waited_for(url):
    """SQLite says "locked" at once here, whatever its busy timeout."""
    other = sqlite3.connect(make_url(url).database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    later = threading.Timer(0.3, other.rollback)
    later.start()
    Catalog.open(url).check()
    later.join()
    other.close()


def write_until_killed(url, slug, expected):
    """Publish and record without end; say aloud each round once it is written."""
    catalog = Catalog.open(url)
    for number in range(1_000_000):
        catalog.publish(published(slug, pages=2 + number % 2, edition=f"v{number:03d}"))
        catalog.record([row(f"{slug}_{n:04d}", stage=f"s{number}") for n in range(5)])
        expected.send(number)


@pytest.mark.slow
def test_killed_writers_leave_whole_transactions_and_lose_no_acknowledged_one(url):
    Catalog.open(url).engine.dispose()
    context = multiprocessing.get_context("spawn")
    random = np.random.default_rng(1)
    for _ in range(3):
        ends = [context.Pipe(duplex=False) for _ in range(2)]
        writers = [
            context.Process(target=write_until_killed, args=(url, f"issue-{n}", ends[n][1]))
            for n in range(2)
        ]
        for writer in writers:
            writer.start()
        for hears, _ in ends:
            assert hears.poll(60)  # both are at work
        time.sleep(float(random.uniform(0.05, 0.3)))
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
        catalog = Catalog.open(url)
        catalog.check()
        for number, (hears, speaks) in enumerate(ends):
            speaks.close()
            acknowledged = -1
            while hears.poll():
                try:
                    acknowledged = hears.recv()
                except EOFError:
                    break
            issue = IssueId(f"issue-{number}")
            edition = int(catalog.edition_of(issue).removeprefix("v"))
            pages = 2 + edition % 2
            assert edition >= acknowledged >= 0
            assert len(catalog.files(issue)) == len(catalog.published(issue).pages) == pages
            rows = [r for r in catalog.ledger() if r.name.startswith(str(issue))]
            stages = {r.stage for r in rows}
            assert len(rows) == 5 * len(stages)
            assert {f"s{n}" for n in range(acknowledged + 1)} <= stages
        catalog.engine.dispose()


def test_a_reader_does_not_wait_for_a_writer_and_sees_the_state_before(url):
    catalog = Catalog.open(url)
    catalog.publish(published())
    answers = []

    def ask():
        answers.append((Catalog.open(url).edition_of(IssueId("bazar-1871-11")), time.monotonic()))

    with writing(catalog.engine) as session:
        session.execute(Base.metadata.tables["issue"].update().values(edition="changed"))
        reader = threading.Thread(target=ask)
        reader.start()
        reader.join(timeout=10)
        written = time.monotonic()
    reader.join()
    assert answers[0][0] == "v001-aaaaaaaa" and answers[0][1] < written
    assert catalog.edition_of(IssueId("bazar-1871-11")) == "changed"


def test_a_publication_that_fails_changes_nothing(url):
    catalog = Catalog.open(url)
    catalog.publish(published())
    before = contents(catalog)
    again = published(edition="v001-bbbbbbbb")
    page = again.pages[0]
    twice = replace(page, files=page.files * 2)  # the same file twice is refused
    with pytest.raises(CatalogError, match="nothing was changed"):
        catalog.publish(replace(again, pages=(twice, *again.pages[1:])))
    assert contents(catalog) == before


def rows_by_table(catalog):
    with catalog.engine.connect() as connection:
        return {
            table.name: len(connection.execute(select(table)).all())
            for table in Base.metadata.sorted_tables
        }


def test_publishing_keeps_ledger_and_runs_and_leaves_no_orphans(url):
    catalog = Catalog.open(url)
    catalog.publish(published(pages=3))
    catalog.record([row()])
    catalog.begin_run("run")
    catalog.publish(published(pages=1))
    fresh = Catalog.open(f"{url}-fresh")
    fresh.publish(published(pages=1))
    rows_left, rows_fresh = rows_by_table(catalog), rows_by_table(fresh)
    assert rows_left.pop("ledger") == rows_left.pop("run") == 1
    assert rows_fresh.pop("ledger") == rows_fresh.pop("run") == 0
    assert rows_left == rows_fresh


def test_one_dump_for_one_content_whatever_came_before(tmp_path):
    first = Catalog.open(f"sqlite:///{tmp_path}/1.sqlite")
    second = Catalog.open(f"sqlite:///{tmp_path}/2.sqlite")
    for slug in ("a-1", "b-2"):
        first.publish(published(slug))
    for slug in ("b-2", "a-1", "b-2"):
        second.publish(published(slug))
    assert contents(first) == contents(second)
    second.publish(published("a-1", caption="another"))
    assert contents(first) != contents(second)


# ---- files and schemas


def test_the_migrations_make_the_tables_the_code_has(url):
    catalog = Catalog.open(url)
    with catalog.engine.begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.check(config)


ADDED = {
    "illustration": ("kind_confidence", "caption_number", "caption_left", "caption_top",
                     "caption_right", "caption_bottom", "continues", "caption_credit"),
    "page": ("known_words", "kind"),
    "ledger": ("run",),
}  # fmt: skip
"""Columns that later revisions brought."""


def with_numbers(item):
    """An issue whose illustrations are numbered as the upgrade numbers them."""
    numbers = tuple(
        Numbered(
            page.scan.page,
            picture.ordinal,
            *place_of(picture, width=page.scan.width, height=page.scan.height),
        )
        for page in item.pages
        for picture in page.description.illustrations
    )
    return replace(item, numbers=numbers)


def make_old(engine, catalog):
    """Make a catalog of revision 0001 at ``engine`` with the rows of ``catalog``."""
    with engine.begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        with catalog.engine.connect() as new:
            for table in Base.metadata.sorted_tables:
                if table.name in ("numbered", "decision"):
                    continue
                known = [c for c in table.columns if c.name not in ADDED.get(table.name, ())]
                rows = [dict(r._mapping) for r in new.execute(select(*known))]
                for item in rows if "search" in table.columns else []:
                    item["search"] = "as it was spelled then"
                if rows:
                    connection.execute(insert(table), rows)


def check_upgrade(engine, old_url, tmp_path):
    """A catalog of revision 0001 becomes what a new one would be."""
    fresh = Catalog.open(f"sqlite:///{tmp_path}/fresh.sqlite")
    fresh.publish(with_numbers(published()))
    plain = published("lantern-1908")
    bare = replace(plain.pages[0].description.illustrations[0], caption=None)
    page = replace(plain.pages[0], description=replace(
        plain.pages[0].description, illustrations=(bare,)))  # fmt: skip
    fresh.publish(with_numbers(replace(plain, pages=(page, *plain.pages[1:]))))
    fresh.record([row(), row("a_0002", StageState.FAILED)])
    make_old(engine, fresh)
    upgraded = Catalog.open(old_url)
    assert contents(upgraded) == contents(fresh)
    assert "der bazar" in contents(upgraded)
    assert upgraded.published(IssueId("bazar-1871-11")) == with_numbers(published())
    upgraded.check()
    upgraded.publish(published(pages=1))


def test_a_catalog_of_the_first_revision_is_upgraded_with_all_it_holds(url, tmp_path):
    from sqlalchemy import create_engine

    check_upgrade(create_engine(url), url, tmp_path)


def test_a_file_that_is_no_catalog_is_left_alone(tmp_path):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"this is not a database, it is a letter" * 40)
    with pytest.raises(CatalogError, match="x.sqlite"):
        Catalog.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is not")
    for url in ("catalog.sqlite", "mysql://host/name", "postgresql://host/name"):
        with pytest.raises(CatalogError, match="not a database URL"):
            Catalog.open(url)


def test_a_password_is_not_shown():
    with pytest.raises(SystemicError) as error:
        Catalog.open("postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert "127.0.0.1" in str(error.value) and "secret" not in str(error.value)
    assert "see to the server" in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:secret@host:port/name",
        "postgresql+psycopg://me:secret@host:99999/name",
        "postgresql:me:secret@host/name",
        "postgresql+psycopg//me:secret@host/name",
        "mysql://me:secret@host/name?password=secret",
        "postgresql+psycopg:me:secret",
    ],
)
def test_a_mistyped_url_is_a_configuration_error_without_its_password(url):
    with pytest.raises(CatalogError) as error:
        Catalog.open(url)
    chain = (error.value, error.value.__cause__)
    assert "secret" not in " ".join(map(str, chain))


def test_someone_elses_database_is_refused(url, tmp_path):
    sqlite3.connect(tmp_path / "catalog.sqlite").execute("create table cats (name text)")
    with pytest.raises(CatalogError, match="is no catalog"):
        Catalog.open(url)


def test_a_newer_catalog_is_refused(url, tmp_path):
    Catalog.open(url).engine.dispose()
    with sqlite3.connect(tmp_path / "catalog.sqlite") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(CatalogError, match="newer Bilderbogen"):
        Catalog.open(url)


def test_a_lost_catalog_whose_log_is_left_is_not_made_anew(url, tmp_path):
    (tmp_path / "catalog.sqlite-wal").write_bytes(b"the last transactions")
    with pytest.raises(CatalogError, match="is gone"):
        Catalog.open(url)
    assert (tmp_path / "catalog.sqlite-wal").read_bytes() == b"the last transactions"
    assert not (tmp_path / "catalog.sqlite").exists()


def test_a_damaged_catalog_is_told_and_not_believed(url, tmp_path):
    catalog = Catalog.open(url)
    for number in range(20):
        catalog.publish(published(f"issue-{number}"))
    catalog.engine.dispose()
    path = tmp_path / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    content[12_000 : len(content) - 4096] = bytes(len(content) - 4096 - 12_000)
    path.write_bytes(content)
    with pytest.raises(CatalogError):
        Catalog.open(url).check()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogError, match="file"):
        Catalog.open(f"sqlite:///{tmp_path}/file/catalog.sqlite")


def test_a_full_disk_stops_the_run_and_keeps_what_was_there(url):
    catalog = Catalog.open(url)
    catalog.publish(published("a-1"))
    before = contents(catalog)
    with catalog.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    catalog.engine.dispose()
    small = Catalog.open(url)
    with small.engine.connect() as connection:  # as if the disk ended here
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SystemicError, match="full"):
        small.publish(published("b-2", pages=60))
    assert contents(Catalog.open(url)) == before


def in_a_process(code, url, before=()):
    """The output of ``code``, run by a process of its own."""
    command = [*before, sys.executable, "-c", code, url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


OPEN = """
import sys
from archive.catalog.catalog import Catalog
from schemas.errors import SystemicError
try:
    catalog = Catalog.open(sys.argv[1])
    print(len(catalog.issues()), flush=True)
    catalog.begin_run("nightly")
except SystemicError as error:
    print(error)
"""


def test_a_disk_too_full_to_make_a_catalog_is_the_machines_fault(url):
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))"
    assert "see to the disk" in in_a_process(small + OPEN, url)


@pytest.fixture
def read_only(tmp_path):
    """What goes before a command to let it see ``tmp_path`` read-only."""
    script = f'mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path} && "$@"'
    before = ["unshare", "-rm", "sh", "-c", script, "sh"]
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    return before


@pytest.mark.parametrize("is_left_open", [False, True])
def test_a_catalog_on_a_read_only_disk_can_be_read(url, tmp_path, read_only, is_left_open):
    catalog = Catalog.open(url)
    catalog.publish(published("a-1"))
    if not is_left_open:  # else a log stays, as of a process that was killed
        catalog.engine.dispose()
    output = in_a_process(OPEN, url, before=read_only)
    assert output.startswith("1\n") and "writable" in output


def test_a_catalog_that_cannot_be_made_on_a_read_only_disk_is_the_machines_fault(
    tmp_path, read_only
):
    for name, remedy in (("catalog.sqlite", "writable"), ("new/catalog.sqlite", "see to the disk")):
        output = in_a_process(OPEN, f"sqlite:///{tmp_path}/{name}", before=read_only)
        assert str(tmp_path) in output and remedy in output


# ---- what docs/catalog.md says

GUIDE = Path(__file__).parents[2] / "docs" / "catalog.md"


def queries_in_the_docs():
    return re.findall(r"```sql\n(.*?)```", GUIDE.read_text(), re.S)


def test_the_queries_in_the_docs_answer(url, tmp_path):
    catalog = Catalog.open(url)
    issue = published()
    page = issue.pages[0]
    cut = PublishedFile("CUTOUT", "x", "issues/x.png", "image/png", "0" * 64, 9, 1001, 1000)
    catalog.publish(replace(issue, pages=(replace(page, files=(cut,)), *issue.pages[1:])))
    catalog.publish(published("lantern-1908"))  # has the same digests
    catalog.record([row(), row("a_0002", StageState.FAILED)])
    with sqlite3.connect(tmp_path / "catalog.sqlite") as connection:
        answers = [connection.execute(query).fetchall() for query in queries_in_the_docs()]
    assert [len(rows) for rows in answers] == [4, 1, 2, 1, 2, 2]
    assert answers[0][0][0] == "bazar-1871-11_0001_i01" and answers[1][0][1] == "a_0002"
    assert answers[3] == [("issues/x.png", "0" * 64, 1001, 1000)]


@pytest.mark.parametrize("module", [rows, likeness], ids=lambda m: m.__name__)
def test_examples_in_the_code_are_so(module):
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def test_the_revision_that_is_opened_without_alembic_is_the_newest():
    assert ScriptDirectory.from_config(migrations()).get_current_head() == REVISION


def test_every_table_and_revision_is_in_the_docs():
    names = set(re.findall(r"^\| `?(\w+)`? \|", GUIDE.read_text(), re.M))
    history = ScriptDirectory.from_config(migrations()).walk_revisions()
    assert names - {"table", "revision"} == set(Base.metadata.tables) | {
        r.revision for r in history
    }


def test_pages_read_with_least_confidence_come_first(url):
    catalog = Catalog.open(url)
    catalog.publish(published("a-1"))
    catalog.publish(published("b-2"))
    (first, sure, _), *_ = catalog.least_sure(issues=[IssueId("b-2")], limit=5)
    assert first.startswith("b-2_") and 0 <= sure <= 1
    assert catalog.least_sure(issues=[IssueId("a-1")], limit=0) == ()


def test_large_tables_are_not_read_whole_for_a_few_rows(url):
    """What a run wrote, bad pages and the pages read worst, as SQLite means to find them."""
    catalog = Catalog.open(url)
    asked = []
    event.listen(
        catalog.engine,
        "before_cursor_execute",
        lambda _, __, expected, given, *___: asked.append((expected, given)),
    )
    catalog.ledger(runs=[1])
    catalog.progress.bad()
    catalog.least_sure(limit=5)
    with sqlite3.connect(make_url(url).database) as connection:
        plans = [
            connection.execute(f"EXPLAIN QUERY PLAN {expected}", given).fetchall()[0][3]
            for expected, given in asked
            if expected.startswith("SELECT")
        ]
    indexes = ["ix_ledger_run", "ix_ledger_state", "ix_page_confidence"]
    assert [plan.split()[4] for plan in plans] == indexes, plans
