"""bilderbogen demo."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from archive.images.images import load_grey, load_rgb, load_rgba, save_png
from archive.layout import PageFolder, PublishedNames
from archive.store import whole
from archive.training.fonts import find_fonts
from archive.training.magazine import write_issue, write_truncated
from pipeline.showcase import showcase
from pipeline.synthesis.magazine import DPI, draw_page, issues
from pipeline.synthesis.type import FontBook
from schemas.model import IssueId, PageId
from tasks.archive_access import OpenArchive
from tasks.commands.messages import open_archive
from tasks.commands.running import run_and_tell
from tasks.exits import Exit

_CONFIG = """[archive]
root = archive
incoming = incoming

[export]
owner = Bilderbogen demo
profiles = archive, iiif
base_url = https://example.org/magazines

[core]
log_level = WARNING
"""
_SHOWN = ("laterne-1871-11", 2)
_EXPECTED_BAD = 1


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Where to draw and run; what an earlier demo left there is replaced.",
)
def demo(folder: Path) -> int:
    """Draw three issues of an invented magazine and run the nightly job on them.

    One page is a truncated TIFF. The demo succeeds when that page, and only that page, was
    quarantined and everything else was published.
    """
    _clear(folder)
    config = folder / "config.ini"
    config.write_text(_CONFIG)  # first, so that a demo killed while drawing is known for one
    click.echo("drawing three issues of an invented magazine ...")
    _draw(folder / "incoming")
    code = run_and_tell(config)
    archive = open_archive(config)
    bad = archive.catalog.progress.bad()
    published = [issue for issue in archive.layout.issues() if archive.catalog.edition_of(issue)]
    if code is not Exit.PAGES or len(bad) != _EXPECTED_BAD or len(published) != len(issues()):
        click.echo("the demo did not go as it should; see above", err=True)
        return Exit.PAGES
    _show(archive, folder / "showcase.png")
    click.echo(f"cut-outs: {archive.layout.editions(published[0])} and beside it")
    click.echo(f"packages with METS and ALTO: {archive.layout.exports(published[0])} and beside it")
    click.echo(f"a picture of it all: {folder / 'showcase.png'}")
    click.echo("The truncated page was expected. Everything else is published: success.")
    return Exit.GOOD


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not _is_demo(folder):
        raise click.UsageError(f"{folder} holds something that is no demo; name another --to")
    for name in ("incoming", "archive"):
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def _is_demo(folder: Path) -> bool:
    """Say whether the configuration there is the demo's own, which nobody has changed."""
    config = folder / "config.ini"
    return config.is_file() and config.read_bytes() == _CONFIG.encode()


def _draw(incoming: Path) -> None:
    fonts = FontBook(find_fonts())
    for issue in issues():
        pages = (draw_page(issue, number, fonts).image for number in range(len(issue.pages)))
        write_issue(incoming / issue.slug, issue.slug, issue.metadata, pages, dpi=DPI)
    broken = issues()[1]
    write_truncated(incoming / broken.slug, len(broken.pages) + 1)


def _show(archive: OpenArchive, target: Path) -> None:
    from tasks.flow.stages import Separate  # imports luigi, which reads its configuration

    issue, number = _SHOWN
    page = PageId(IssueId(issue), number)
    task = Separate(issue=issue, config=archive.config)
    edition = archive.layout.edition(page.issue, archive.catalog.edition_of(page.issue) or "")
    published = archive.catalog.published(page.issue)
    if published is None:
        return
    pictures = published.pages[number - 1].description.illustrations
    image = showcase(
        load_rgb(PageFolder(task.made_by("prepare", page)).reduced),
        load_grey(PageFolder(task.made_by("separate", page)).class_map),
        [load_rgba(PublishedNames(edition).cut_out(picture)) for picture in pictures],
    )
    with whole(target) as draft:
        save_png(draft, image)
