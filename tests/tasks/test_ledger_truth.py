"""What the ledger says is what was done, and to which page."""

from __future__ import annotations

import json

import pytest

from archive.catalog.catalog import Catalog
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load

pytestmark = [pytest.mark.engine, pytest.mark.slow]
ISSUE = IssueId("lantern-1908")


def rows(config):
    """State, attempts, seconds and time of each page in each stage on pages and in ingest."""
    catalog = Catalog.open(load(config).archive.catalog_url)
    return {
        (row.stage, row.name): (str(row.state), row.attempts, row.seconds, row.at)
        for row in catalog.ledger(ISSUE)
    }


def run(config, *arguments):
    return main([*arguments, "--config", str(config)])


def test_a_rerun_of_a_page_touches_that_page_alone(home, config, capsys):
    assert run(config, "nightly") == 0
    before = rows(config)
    assert run(config, "rerun", str(ISSUE), "--stage", "recognize", "--page", "2") == 0
    after = rows(config)
    assert after.keys() == before.keys()
    changed = {key for key in after if after[key] != before[key]}
    on_pages = {key for key in changed if key[0] not in ("publish", "export")}
    assert on_pages == {(stage, "lantern-1908_0002") for stage in ("recognize", "describe")} | {
        (stage, "lantern-1908_0002")
        for stage in ("refine", "crop")
        if (stage, "lantern-1908_0002") in changed
    }
    assert all(after[key][1] == before[key][1] + 1 for key in on_pages)


def test_every_stage_has_its_seconds(home, config):
    assert run(config, "nightly") == 0
    stages = {stage for (stage, _), (_, _, seconds, _) in rows(config).items() if seconds > 0}
    assert stages >= {"ingest", "prepare", "separate", "recognize", "describe", "publish", "export"}


def test_going_back_to_an_earlier_setting_leaves_no_stale_failure(home, config, capsys):
    assert run(config, "nightly") == 0
    text = config.read_text()
    # segmentation alone gives no words, so pages with text fail
    config.write_text(text.replace("languages = eng", "languages = eng\npsm = 2"))
    before = rows(config)
    assert run(config, "nightly") == 1
    assert "failed" in {value[0] for value in rows(config).values()}
    config.write_text(text)
    assert run(config, "nightly") == 0
    after = rows(config)
    assert {key: value[0] for key, value in after.items()} == {
        key: value[0] for key, value in before.items()
    }
    capsys.readouterr()
    assert run(config, "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)[str(ISSUE)]["bad"] == []
