"""A night that reads nothing, as the configuration asks, publishes its pictures."""

from __future__ import annotations

import pytest
from lxml import etree

from archive.catalog.catalog import Catalog
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def test_without_a_text_engine_pictures_are_published(home, config, capsys):
    config.write_text(config.read_text().replace("[recognize]", "[recognize]\nengine = none"))
    assert main(["nightly", "--config", str(config)]) == 0
    root = load(config).archive.root
    published = Catalog.open(load(config).archive.catalog_url).published(IssueId("lantern-1908"))
    assert published is not None and published.metadata.languages == ()
    assert any(page.description.illustrations for page in published.pages)
    assert not any(page.failed or page.alarms for page in published.pages)
    kinds = {event.kind for page in published.pages for event in page.events}
    assert kinds and not any("text" in kind for kind in kinds)
    (mets,) = root.glob("exports/lantern-1908/*/data/mets.xml")
    assert b"esseract" not in etree.tostring(etree.parse(str(mets)))
    capsys.readouterr()
    assert main(["verify", "--config", str(config)]) == 0
