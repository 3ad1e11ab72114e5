"""Open an archive: its settings, its folder and its catalog. Nothing is printed.

Commands, the nightly run and whatever else reads an archive come in by this door.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.upkeep.runs import OLDER, is_older
from schemas.errors import CatalogError, ConfigError
from tasks.config_file import load
from tasks.settings import ArchiveSettings, Settings


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """An archive that was opened; ``warnings`` is what a person should be told about it."""

    config: Path
    settings: Settings
    layout: Layout
    catalog: Catalog
    warnings: tuple[str, ...] = ()

    @classmethod
    def open(cls, config: Path, *, is_new: bool = False) -> OpenArchive:
        """Open the archive that ``config`` names; with ``is_new`` begin one that is not there.

        Raises:
            ConfigError: the configuration is no good, or there is no archive.
            CatalogError: the catalog is no good.
        """
        settings = load(config)
        root = settings.archive.root
        warnings: list[str] = []
        if not root.is_dir() or not any(root.iterdir()):
            if not is_new:
                raise ConfigError(
                    f"{config}: no archive at {root}; mount its disk, correct [archive] root, "
                    "or make one: bilderbogen ingest"
                )
            root.mkdir(parents=True, exist_ok=True)
            warnings.append(
                f"{config}: a new archive is begun at {root}; if there is one already, mount its "
                "disk or correct [archive] root"
            )
        layout, catalog = Layout(root), open_catalog(settings.archive)
        warnings += _unknown_issues(catalog, layout)
        warnings += [f"{_name(catalog)}: {OLDER}"] if is_older(catalog, layout) else []
        return cls(config, settings, layout, catalog, tuple(warnings))


def open_catalog(settings: ArchiveSettings) -> Catalog:
    """Open the catalog of the archive.

    Raises:
        CatalogError: it is no good, or it is empty while published editions are on the disk. To go
            on would give their illustrations new numbers and drop what people decided.
    """
    catalog = Catalog.open(settings.catalog_url)
    layout = Layout(settings.root)
    editions = layout.issues_with_editions() if catalog.progress.is_blank() else ()
    if editions:
        catalog.engine.dispose()  # a backup is put in place of this file: leave no log beside it
        raise CatalogError(
            f"{_name(catalog)}: is empty, but {layout.editions(editions[0]).parent} holds "
            f"{len(editions)} published issues; restore a backup of the catalog. If there is none, "
            "move that folder away: the next run then publishes all issues anew, with new numbers "
            "for their illustrations and without what people decided"
        )
    return catalog


def _unknown_issues(catalog: Catalog, layout: Layout) -> list[str]:
    """Return a warning if the catalog is empty although issues are registered."""
    registered = layout.issues() if catalog.progress.is_blank() else ()
    if not registered:
        return []
    return [
        f"{_name(catalog)}: is empty, but {len(registered)} issues are registered in "
        f"{layout.root}; runs publish them anew, without what people decided. If there is a "
        "backup of the catalog, restore it first"
    ]


def _name(catalog: Catalog) -> str:
    return catalog.engine.url.render_as_string(hide_password=True)
