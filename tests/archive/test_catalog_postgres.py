"""The catalog on a real PostgreSQL server: on loopback, made for these tests, stopped after."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, delete, text

from archive.catalog.catalog import Catalog
from archive.catalog.connect import connect, writing
from archive.catalog.tables import IssueRow
from archive.catalog.upgrade import migrations
from schemas.errors import CatalogError, SystemicError
from schemas.model import IssueId
from tests.archive.test_catalog import (
    check_upgrade,
    count_up,
    in_processes,
    queries_in_the_docs,
    questions,
    row,
)
from tests.catalogs import contents
from tests.issues import published

pytestmark = pytest.mark.slow
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="module")
def server():
    """The folder of a running server's socket. The server refuses to run as root."""
    if not BINARIES:
        pytest.skip("needs PostgreSQL; run: apt-get install postgresql")
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(subprocess.check_output([*user, "mktemp", "-d"], text=True, cwd="/").strip())

    def run(tool, *args):
        subprocess.run(
            [*user, BINARIES[-1] / tool, *args], check=True, capture_output=True, cwd="/"
        )

    try:
        run("initdb", "-D", folder / "data", "-U", "archive", "--auth=trust", "-N", "-E", "UTF8")
        options = f"-c listen_addresses='' -k {folder}"
        run("pg_ctl", "-D", folder / "data", "-o", options, "-w", "-l", folder / "log", "start")
        yield folder
    finally:
        subprocess.run([*user, BINARIES[-1] / "pg_ctl", "-D", folder / "data", "-m", "immediate",
                        "stop"], check=False, capture_output=True, cwd="/")  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server, request):
    """An empty database of its own for each test."""
    name = f"t{abs(hash(request.node.name))}"
    admin = create_engine(
        f"postgresql+psycopg://archive@/postgres?host={server}", isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"postgresql+psycopg://archive@/{name}?host={server}"


def test_a_catalog_answers_on_postgresql(url):
    questions(Catalog.open(url))
    Catalog.open(url).check()


@pytest.mark.parametrize("table", ["ledger", "page", "decision"])
def test_a_table_whose_file_is_gone_is_damage_that_verify_reports(url, table):
    catalog = Catalog.open(url)
    catalog.check()
    with catalog.engine.begin() as connection:
        connection.execute(text("SET allow_system_table_mods = on"))
        connection.execute(
            text("UPDATE pg_class SET relfilenode = 999999 WHERE relname = :table"),
            {"table": table},
        )
    catalog.engine.dispose()
    with pytest.raises(CatalogError, match="restore it from a backup"):
        catalog.check()


def test_indexes_are_compared_with_their_tables_where_amcheck_is_installed(url):
    catalog = Catalog.open(url)
    with catalog.engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION amcheck"))
    catalog.publish(published())
    catalog.check()


def test_the_migrations_make_the_tables_the_code_has(url):
    with connect(url).begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.check(config)


def test_a_catalog_of_the_first_revision_is_upgraded_with_all_it_holds(url, tmp_path):
    check_upgrade(create_engine(url), url, tmp_path)


def test_both_databases_hold_the_same(url, tmp_path):
    here, there = Catalog.open(f"sqlite:///{tmp_path}/catalog.sqlite"), Catalog.open(url)
    for catalog in (here, there):
        catalog.publish(published())
        catalog.publish(published("lantern-1908", caption="Über das Licht"))
    assert contents(here) == contents(there)
    assert here.find("ueber licht") == there.find("ueber licht") != ()


def test_the_queries_in_the_docs_answer_here_too(url):
    catalog = Catalog.open(url)
    catalog.publish(published())
    with catalog.engine.connect() as connection:
        answers = [connection.exec_driver_sql(q.replace("%", "%%")) for q in queries_in_the_docs()]
        assert [row.id for row in answers[0]] == [
            "bazar-1871-11_0001_i01",
            "bazar-1871-11_0002_i01",
        ]
        assert [row.slug for row in answers[-1]] == ["bazar-1871-11"]


def test_a_scan_of_more_than_two_gibibytes_is_entered(url):
    catalog = Catalog.open(url)
    issue = published(pages=1)
    large = replace(issue.pages[0].files[0], size_bytes=5_000_000_000)
    catalog.publish(replace(issue, pages=(replace(issue.pages[0], files=(large,)),)))
    assert catalog.files()[0].size_bytes == 5_000_000_000


def test_four_writers_at_once_lose_nothing(url):
    """They also find no tables and make them together."""
    in_processes(count_up, [(url, 25)] * 4)
    assert Catalog.open(url).ledger()[0].attempts == 100


def publish_often(url, value, rounds):
    catalog = Catalog.open(url)
    for number in range(rounds):
        catalog.publish(published(value, edition=f"v{number:03d}"))
        catalog.publish(published("shared-1", edition=f"v{number:03d}", pages=1 + number % 3))


def test_publishers_of_one_issue_wait_for_each_other(url):
    """All bring the same new models, and all replace one issue."""
    Catalog.open(url)
    in_processes(publish_often, [(url, f"own-{n}", 10) for n in range(4)])
    catalog = Catalog.open(url)
    assert {str(k.issue): k.edition for k in catalog.issues()} == dict.fromkeys(
        ["own-0", "own-1", "own-2", "own-3", "shared-1"], "v009"
    )
    assert catalog.published(IssueId("shared-1")) == published(
        "shared-1", edition="v009", pages=1 + 9 % 3
    )
    assert len(catalog.files(IssueId("shared-1"))) == 1 + 9 % 3


def enter_backwards(url, is_backwards):
    catalog = Catalog.open(url)
    names = sorted((f"a_{n:04d}" for n in range(60)), reverse=is_backwards)
    for _ in range(20):
        catalog.record([row(name) for name in names])


def test_the_same_pages_in_another_order_are_no_deadlock(url):
    Catalog.open(url)
    in_processes(enter_backwards, [(url, False), (url, True)])
    assert {r.attempts for r in Catalog.open(url).ledger()} == {40}


def test_a_server_that_goes_away_stops_the_run_and_the_next_goes_on(url):
    catalog = Catalog.open(url)
    catalog.publish(published())
    before = contents(catalog)
    with (
        pytest.raises(SystemicError, match="nothing was changed"),
        writing(catalog.engine) as session,
    ):
        session.execute(delete(IssueRow))
        result = session.scalar(text("SELECT pg_backend_pid()"))
        with create_engine(url).connect() as other:
            other.execute(text(f"SELECT pg_terminate_backend({result}, 5000)"))
        session.execute(delete(IssueRow))
    assert contents(catalog) == before
