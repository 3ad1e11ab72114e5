"""Write a package as config.ini says."""

from __future__ import annotations

from pathlib import Path

from archive.export import write_package
from archive.layout import Layout
from archive.schema_store import SchemaStore
from schemas.published import PublishedIssue
from tasks.settings import Settings


def export_package(published: PublishedIssue, layout: Layout, to: Path, settings: Settings) -> None:
    """Write the package of ``published`` to ``to`` in the profiles of ``settings``.

    Raises:
        ConfigError, DocumentError, ScanError: as ``write_package``.
    """
    folder = settings.export.schemas
    write_package(
        published,
        layout,
        to,
        profiles=settings.export.profiles,
        publication=settings.publication,
        store=SchemaStore(folder) if folder else None,
    )
