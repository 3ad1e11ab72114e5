"""Write packages as config.ini says, and what harvesters need beside them."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Collection
from pathlib import Path

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.package.bag import zip_bag
from archive.package.export import is_package, write_package
from archive.package.harvest import RECORD_FOLDERS, has_manifest, write_collection, write_records
from archive.package.schema_store import SchemaStore
from archive.store import draft_of, sweep_beside
from schemas.errors import ConfigError
from schemas.package import ADDRESS
from schemas.published import PublishedIssue
from schemas.write.harvest import title_key
from tasks.settings import Settings


def export_package(
    published: PublishedIssue,
    layout: Layout,
    to: Path,
    settings: Settings,
    profiles: Collection[str] = (),
) -> None:
    """Write the package of ``published`` to ``to`` in ``profiles``, or in those of ``settings``.

    Raises:
        ConfigError, DocumentError, ScanError: as ``write_package``.
    """
    folder = settings.export.schemas
    write_package(
        published,
        layout,
        to,
        profiles=profiles or settings.export.profiles,
        publication=settings.publication,
        store=SchemaStore(folder) if folder else None,
    )


def deliver(
    published: PublishedIssue,
    layout: Layout,
    folder: Path,
    settings: Settings,
    *,
    profiles: Collection[str],
    zipped: bool,
) -> Path:
    """Write the package of ``published`` into ``folder`` with its OAI-PMH records; return it.

    An older package of ours is replaced; nothing else is.

    Raises:
        ConfigError: ``folder`` is no place for packages, or as ``write_package``.
        DocumentError, ScanError: as ``write_package``.
    """
    name = str(published.issue.issue)
    package = folder / (f"{name}.zip" if zipped else name)
    _check_place(package, layout, settings)
    if not zipped:
        export_package(published, layout, package, settings, profiles)
    else:
        bag = draft_of(package)
        try:
            export_package(published, layout, bag, settings, profiles)
            zip_bag(bag, package)
        finally:
            shutil.rmtree(bag, ignore_errors=True)
    write_records(published, package, folder, settings.publication)
    return package


def _check_place(package: Path, layout: Layout, settings: Settings) -> None:
    """Refuse to write over what is no package, and among what the archive keeps or takes in."""
    folder = package.parent.resolve()
    for kept in (layout.root, settings.archive.incoming):
        if kept is not None and folder.is_relative_to(kept.resolve()):
            raise ConfigError(f"{package.parent}: no package goes into {kept}; name another --to")
    is_empty = package.is_dir() and not any(package.iterdir())
    if package.exists() and not is_empty and not is_package(package):
        raise ConfigError(f"{package}: is no package of Bilderbogen's; name another --to")


def sweep_deliveries(folder: Path) -> None:
    """Remove what killed exports left in ``folder``: the nightly sweep sees the archive alone."""
    for place in (folder, *(folder / name for name in RECORD_FOLDERS)):
        sweep_beside(place)


def deliver_collections(
    titles: Collection[str], catalog: Catalog, folder: Path, settings: Settings
) -> tuple[Path, ...]:
    """Write the IIIF collections of ``titles``, of what of them lies in ``folder``.

    Titles with the same key are one collection, labeled as most of its issues say it. The
    catalog's records are large: only of what lies there they are read.
    """
    if settings.publication.missing(ADDRESS):
        return ()
    every = defaultdict(list)
    for issue_row in catalog.issues():
        every[title_key(issue_row.title)].append(issue_row)
    written = []
    for key in sorted(every.keys() & set(map(title_key, titles))):
        known = every[key]
        counted = Counter(issue_row.title for issue_row in known)
        title = min(counted, key=lambda name: (-counted[name], name))
        there = [
            issue_row.issue for issue_row in known if has_manifest(folder, str(issue_row.issue))
        ]
        issues = [
            published for issue in there if (published := catalog.published(issue)) is not None
        ]
        written.append(write_collection(title, issues, folder, settings.publication))
    return tuple(written)
