"""bilderbogen export ISSUE --to DIR."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from archive.package.profiles import PROFILE_NAMES
from schemas.errors import ArchiveError, ConfigError, is_systemic
from schemas.model import IssueId
from schemas.package import IIIF
from tasks.archive_access import OpenArchive
from tasks.commands.messages import open_archive
from tasks.commands.options import config_option, issue_id
from tasks.exits import Exit
from tasks.flow.packages import deliver, deliver_collections, sweep_deliveries


@click.command()
@click.argument("issues", nargs=-1, type=issue_id, metavar="[ISSUE]...")
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Every issue published since then (UTC).",
)  # fmt: skip
@click.option("--profile", help=f"Out of {','.join(PROFILE_NAMES)}; by default as config.ini says.")
@click.option("--zip", "zipped", is_flag=True, help="One ISSUE.zip instead of a folder.")
@config_option
def export(
    issues: tuple[IssueId, ...],
    folder: Path,
    since: datetime | None,
    profile: str | None,
    zipped: bool,
    config: Path,
) -> int:
    """Write the packages of published issues to a folder: masters, cut-outs, ALTO, METS.

    Beside them: OAI-PMH records, and with the profile iiif a collection for each magazine. An
    issue that cannot be exported is named and the others go on.
    """
    archive = open_archive(config)
    profiles = _profiles(profile) or archive.settings.export.profiles
    sweep_deliveries(folder)
    titles: set[str] = set()
    bad = 0
    for issue in _chosen(archive, issues, since):
        published = archive.catalog.published(issue)
        if published is None:
            click.echo(f"{issue}: not published; bilderbogen run {issue}", err=True)
            bad += 1
            continue
        try:
            package = deliver(published, archive.layout, folder, archive.settings,
                              profiles=profiles, zipped=zipped)  # fmt: skip
        except ArchiveError as error:
            if is_systemic(error) or isinstance(error, ConfigError):
                raise
            click.echo(str(error), err=True)
            bad += 1
            continue
        titles.add(published.metadata.title)
        click.echo(f"{issue}  {package}")
    if IIIF in profiles:
        for path in deliver_collections(titles, archive.catalog, folder, archive.settings):
            click.echo(str(path))
    return Exit.PAGES if bad else Exit.GOOD


def _chosen(
    archive: OpenArchive, names: tuple[IssueId, ...], since: datetime | None
) -> list[IssueId]:
    if bool(names) == (since is not None):
        raise click.UsageError("name issues, or give --since")
    if since is None:
        return list(names)
    start = since.replace(tzinfo=UTC)
    return [
        issue_row.issue for issue_row in archive.catalog.issues() if issue_row.published_at >= start
    ]


def _profiles(text: str | None) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in (text or "").split(",") if part.strip())
    for name in chosen:
        if name not in PROFILE_NAMES:
            raise ConfigError(f"no profile {name!r}; there are {', '.join(PROFILE_NAMES)}")
    return chosen
