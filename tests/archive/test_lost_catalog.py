"""A catalog that is empty while the archive is not."""

from __future__ import annotations

import pytest

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.store import write_whole
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load
from tests.issues import published

ISSUE = IssueId("lantern-1908")


@pytest.fixture
def layout(config):
    """An archive with a published issue, whose catalog is gone with its log."""
    result = Layout(load(config).archive.root)
    write_whole(result.issue_record(ISSUE), b"{}")
    write_whole(result.edition(ISSUE, "v001-aaaaaaaa") / "views" / "x.jpg", b"a picture")
    return result


@pytest.mark.parametrize(
    "command",
    [["nightly"], ["run", "lantern-1908"], ["rerun", "lantern-1908"], ["ingest", "."], ["status"],
     ["find", "lamp"], ["decide", "lantern-1908_0001_i01", "--undo"], ["verify"]],
    ids=lambda command: command[0],
)  # fmt: skip
def test_an_empty_catalog_beside_published_issues_is_refused(layout, config, capsys, command):
    for _ in range(2):  # the first has made an empty file
        assert main([*command, "--config", str(config)]) == 2
        errors = capsys.readouterr().err
        assert "catalog.sqlite: is empty, but" in errors and "1 published issues" in errors
        assert "restore a backup" in errors
    assert not list(layout.root.glob("catalog.sqlite-*"))
    assert [path.name for path in layout.editions(ISSUE).iterdir()] == ["v001-aaaaaaaa"]


def test_an_empty_catalog_beside_registered_issues_is_told(layout, config, capsys):
    (layout.root / "issues").rename(layout.root / "issues-before")
    assert main(["find", "lamp", "--config", str(config)]) == 0
    assert "1 issues are registered" in capsys.readouterr().err


def test_a_catalog_that_knows_an_issue_is_believed(layout, config, capsys):

    catalog = Catalog.open(load(config).archive.catalog_url)
    assert catalog.progress.is_blank()
    catalog.publish(published())
    assert not catalog.progress.is_blank()
    assert main(["find", "lamp", "--config", str(config)]) == 0
    assert capsys.readouterr().err == ""
