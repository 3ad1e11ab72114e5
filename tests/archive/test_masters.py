"""Masters are read-only, and may lie on another disk than the work on them."""

from __future__ import annotations

import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from archive.catalog.catalog import Catalog
from tasks.__main__ import main
from tasks.config_file import load

OTHER_DISK = Path("/dev/shm")


def masters(home):
    return sorted((home / "archive" / "masters").rglob("*.tif"))


def test_masters_are_read_only_whatever_the_delivery_was(home, config):
    for path in (home / "incoming").rglob("*.tif"):
        path.chmod(0o666)
    assert main(["ingest", str(home / "incoming"), "--config", str(config)]) == 0
    assert {stat.S_IMODE(path.stat().st_mode) for path in masters(home)} == {0o444}
    delivered = next((home / "incoming").rglob("*.tif"))
    assert stat.S_IMODE(delivered.stat().st_mode) == 0o666


@pytest.fixture
def other_disk(home):
    """A folder on another file system, to which the archive's ``masters`` is a link."""
    if not OTHER_DISK.is_dir() or OTHER_DISK.stat().st_dev == home.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    folder = Path(tempfile.mkdtemp(dir=OTHER_DISK))
    (home / "archive").mkdir()
    (home / "archive" / "masters").symlink_to(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.engine
@pytest.mark.slow
def test_masters_on_another_disk_are_kept_published_and_verified(home, config, other_disk, capsys):
    shutil.rmtree(home / "incoming" / "other-1909")
    (home / "archive" / "begun").touch()
    assert main(["nightly", "--config", str(config)]) == 0
    kept = sorted(other_disk.rglob("*.tif"))
    assert len(kept) == 3
    package = next((home / "archive" / "exports").glob("*/*/data/images/original"))
    assert [p.read_bytes() for p in sorted(package.iterdir())] == [p.read_bytes() for p in kept]
    assert main(["verify", "--config", str(config)]) == 0
    catalog = Catalog.open(load(config).archive.catalog_url)
    assert {file.path for file in catalog.files() if file.use == "MASTER"} == {
        f"masters/{path.relative_to(other_disk)}" for path in kept
    }
    kept[0].chmod(0o644)
    kept[0].write_bytes(kept[0].read_bytes()[:-1])
    capsys.readouterr()
    assert main(["verify", "--config", str(config)]) == 1
    assert "p1.tif: has changed" in capsys.readouterr().out
