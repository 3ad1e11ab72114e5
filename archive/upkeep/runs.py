"""Numbers of runs, in catalog and archive, so that an older catalog put back is noticed."""

from __future__ import annotations

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.store import write_whole
from schemas.errors import CatalogError

OLDER = (
    "the catalog is older than the archive: it does not know the last runs, as when a backup was "
    "put back. Newer failures and decisions are missing in it. Put the newest backup back, or "
    "enter what the disk knows: bilderbogen catalog rebuild"
)


def begin_run(catalog: Catalog, layout: Layout, command: str) -> int:
    """Write down in catalog and archive that a run of ``command`` begins; return its number."""
    number = catalog.begin_run(command)
    write_whole(layout.last_run(), f"{number}\n".encode())
    return number


def is_older(catalog: Catalog, layout: Layout) -> bool:
    """Say whether the archive had runs that the catalog does not know: the catalog is an older one.

    An empty catalog does not count; another message reports it.
    """
    try:
        last = int(layout.last_run().read_text())
    except (FileNotFoundError, ValueError):
        return False
    known = max((run.number for run in catalog.last_runs(1)), default=0)
    return last > known and not catalog.progress.is_blank()


def check_not_older(catalog: Catalog, layout: Layout) -> None:
    """Look whether the catalog knows all runs of the archive.

    Raises:
        CatalogError: it does not.
    """
    if is_older(catalog, layout):
        raise CatalogError(OLDER)
