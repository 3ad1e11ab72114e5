"""Open the catalog of an archive, and tell a lost one from one that is new."""

from __future__ import annotations

import click

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from schemas.errors import CatalogError
from tasks.settings import ArchiveSettings


def open_catalog(settings: ArchiveSettings) -> Catalog:
    """Open the catalog of the archive.

    Raises:
        CatalogError: it is no good, or it is empty while published editions are on the disk. To go
            on would give their illustrations new numbers and drop what people decided.
    """
    catalog = Catalog.open(settings.catalog_url)
    layout = Layout(settings.root)
    editions = layout.issues_with_editions() if catalog.standing.is_blank() else ()
    if editions:
        catalog.engine.dispose()  # a backup is put in place of this file: leave no log beside it
        raise CatalogError(
            f"{_name(catalog)}: is empty, but {layout.editions(editions[0]).parent} holds "
            f"{len(editions)} published issues; restore a backup of the catalog. If there is none, "
            "move that folder away: the next run then publishes all issues anew, with new numbers "
            "for their illustrations and without what people decided"
        )
    return catalog


def warn_of_unknown_issues(catalog: Catalog, layout: Layout) -> None:
    """Say on standard error that issues are registered of which an empty catalog knows nothing."""
    registered = layout.issues() if catalog.standing.is_blank() else ()
    if registered:
        click.echo(
            f"{_name(catalog)}: is empty, but {len(registered)} issues are registered in "
            f"{layout.root}; runs publish them anew, without what people decided. If there is a "
            "backup of the catalog, restore it first",
            err=True,
        )


def _name(catalog: Catalog) -> str:
    return catalog.engine.url.render_as_string(hide_password=True)
