"""The same tasks as plain Luigi, against a real luigid on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from archive.catalog.catalog import Catalog
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tests.conftest import ROOT

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def luigid(tmp_path):
    """A luigid that listens on loopback only; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "luigi.cmdline", "--address", "127.0.0.1", "--port", str(port),
               "--state-path", str(tmp_path / "state.pickle")]  # fmt: skip
    code = "from luigi.cmdline import luigid; import sys; luigid(sys.argv[1:])"
    server = subprocess.Popen([sys.executable, "-c", code, *command[3:]], stderr=subprocess.DEVNULL)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    else:
        raise AssertionError("luigid did not begin to listen within a minute")
    yield port
    server.terminate()
    server.wait(10)


def luigi(config, port, *args):
    environment = os.environ | {"LUIGI_CONFIG_PATH": str(config), "LUIGI_CONFIG_PARSER": "ini"}
    command = [sys.executable, "-m", "luigi", "--module", "tasks.flow.export", *args,
               "--config", str(config), "--scheduler-port", str(port)]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def prepared(config):
    """The shipped return codes, and the two issues ingested."""
    shipped = (ROOT / "config.ini").read_text()
    config.write_text(config.read_text() + shipped[shipped.index("[worker]") :])
    main(["ingest", str(config.parent / "incoming"), "--config", str(config)])


def test_plain_luigi_publishes_against_a_real_scheduler(home, config, luigid):
    prepared(config)
    done = luigi(config, luigid, "bilderbogen.Finish", "--issue", "lantern-1908", "--workers", "2")
    assert done.returncode == 0, done.stderr
    catalog = Catalog.open(load(config).archive.catalog_url)
    assert catalog.published(IssueId("lantern-1908"))
    again = luigi(config, luigid, "bilderbogen.Finish", "--issue", "lantern-1908")
    assert again.returncode == 0
    assert catalog.ledger(IssueId("lantern-1908"))[0].attempts == 1


def test_plain_luigi_says_by_its_exit_code_that_a_page_failed(home, config, luigid):
    page = home / "incoming" / "other-1909" / "p2.tif"
    page.write_bytes(page.read_bytes()[:5000])
    prepared(config)
    done = luigi(config, luigid, "bilderbogen.Finish", "--issue", "other-1909")
    assert done.returncode == 30, done.stderr
    assert Catalog.open(load(config).archive.catalog_url).published(IssueId("other-1909"))


def test_plain_luigi_ends_a_rerun_that_was_stopped(config, monkeypatch):
    from tasks.flow import publish as publishing

    def stopped(*_, **__):
        raise KeyboardInterrupt

    prepared(config)
    expected = ["bilderbogen.Finish", "--issue", "lantern-1908", "--local-scheduler"]
    assert luigi(config, 9, *expected).returncode == 0
    root = load(config).archive.root
    (read,) = root.glob("work/recognize/*/lantern-1908/*/*_0001.json")
    read.write_bytes(b"read badly")
    with monkeypatch.context() as patch:
        patch.setattr(publishing.Describe, "forget", stopped)
        rerun = ["rerun", "lantern-1908", "--stage", "recognize", "--page", "1"]
        assert main([*rerun, "--config", str(config)]) == 130
    assert list((root / "register").glob("*/rerun.json"))
    done = luigi(config, 9, *expected)
    assert done.returncode == 0, done.stderr
    assert read.read_bytes() != b"read badly"
    assert not list((root / "register").glob("*/rerun.json"))
    assert not list((root / "register").glob("*/*.due"))


def test_a_nightly_run_goes_through_luigid(home, config, luigid):
    text = config.read_text().replace(
        "log_level = CRITICAL", f"log_level = CRITICAL\ndefault_scheduler_port = {luigid}"
    )
    config.write_text(text)
    command = [sys.executable, "-m", "tasks", "nightly", "--scheduler", "luigid", "--config"]
    done = subprocess.run([*command, str(config)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "2 issues published" in done.stdout


def test_an_absent_luigid_is_an_error_not_a_success(home, config):
    text = config.read_text().replace(
        "log_level = CRITICAL",
        "log_level = CRITICAL\ndefault_scheduler_port = 9\nrpc_retry_attempts = 1\nrpc_retry_wait = 0",
    )
    config.write_text(text)
    command = [sys.executable, "-m", "tasks", "nightly", "--scheduler", "luigid", "--config"]
    done = subprocess.run([*command, str(config)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "luigid" in done.stderr
