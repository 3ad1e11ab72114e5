"""Every path of the archive.

<root>/
masters/<issue>/v<NNN>/<file>                   masters, bit for bit, never written again
texts/<issue>/v<NNN>/<page>.json                 text that came with the pages, if it is kept
register/<issue>/v<NNN>.json, issue.json        what was ingested; issue.json is the newest version
    v<NNN>.json.sha256, issue.json.sha256           digests of the records
    seen.txt                                        digest of names, sizes and dates seen last
    rerun.json, publish.due, export.due             what is to be done again; gone when it is done
work/<stage>/<recipe>/<issue>/v<NNN>/           one stage's pages, rebuilt at will
    <page>.json or <page>/                          one page
    pages.json                                      the stage's list, written last
issues/<issue>/<edition>/                       what readers see; the catalog names the edition
    cut-outs/ crops/ views/ thumbnails/ descreened/
exports/<issue>/<edition>/                      the BagIt package: METS, ALTO, IIIF
reports/<run>/index.html, report.json           one folder a nightly run
archives.json                                   which archive files were read, and their issues
last-run.txt                                    number of the last run; the catalog knows it
verified.txt                                    where the next share of verify begins
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigError
from schemas.model import Illustration, IssueId, PageId, Scan


@dataclass(frozen=True, slots=True)
class Layout:
    """Names every file of the archive below ``root``."""

    root: Path

    def master_folder(self, issue: IssueId, version: int) -> Path:
        """Folder of one version's masters."""
        return self.root / "masters" / str(issue) / f"v{version:03d}"

    def master(self, scan: Scan) -> Path:
        """Master file of a page: below root if copied, elsewhere if registered in place."""
        return self.root / scan.path

    def kept_text(self, page: PageId, version: int) -> Path:
        """The text that came with a page."""
        return self.root / "texts" / str(page.issue) / f"v{version:03d}" / f"{page}.json"

    def issue_record(self, issue: IssueId, version: int | None = None) -> Path:
        """Record of an ingested issue: of ``version``, or the newest."""
        name = "issue.json" if version is None else f"v{version:03d}.json"
        return self.root / "register" / str(issue) / name

    def issue_versions(self, issue: IssueId) -> tuple[Path, ...]:
        """Records of all versions of an issue, oldest first."""
        return tuple(sorted((self.root / "register" / str(issue)).glob("v*.json")))

    def seen_archives(self) -> Path:
        """What was unpacked of which archive files (ZIP, TAR), so that each is read once."""
        return self.root / "register" / "archives.json"

    def unpacking(self) -> Path:
        """Folder in which archive files are unpacked for as long as they are read."""
        return self.root / "masters"

    def seen(self, issue: IssueId) -> Path:
        """Digest of the folder of an issue as ingest saw it last."""
        return self.root / "register" / str(issue) / "seen.txt"

    def due(self, issue: IssueId, stage: str) -> Path:
        """Mark that ``stage`` of an issue must run again, whatever results exist."""
        return self.root / "register" / str(issue) / f"{stage}.due"

    def rerun(self, issue: IssueId) -> Path:
        """What a rerun of an issue is about to drop."""
        return self.root / "register" / str(issue) / "rerun.json"

    def issues(self) -> tuple[IssueId, ...]:
        """The issues that were ingested, by name."""
        records = sorted((self.root / "register").glob("*/issue.json"))
        return tuple(IssueId(path.parent.name) for path in records)

    def check_known(self, issues: Iterable[IssueId]) -> None:
        """Look whether all of ``issues`` were ingested.

        Raises:
            ConfigError: one was not.
        """
        for issue in issues:
            if not self.issue_record(issue).is_file():
                raise ConfigError(f"{issue}: no such issue in {self.root}; ingest it first")

    def issues_with_editions(self) -> tuple[IssueId, ...]:
        """The issues that have a published edition on the disk, by name."""
        names = {path.parent.name for path in (self.root / "issues").glob("*/v[0-9]*")}
        return tuple(IssueId(name) for name in sorted(names))

    def pages(self, stage: str, recipe: str, issue: IssueId, version: int) -> Path:
        """Folder of one stage's work on one issue."""
        return self.root / "work" / stage / recipe / str(issue) / f"v{version:03d}"

    def done(self, stage: str, recipe: str, issue: IssueId, version: int) -> Path:
        """The list that says a stage has finished an issue."""
        return self.pages(stage, recipe, issue, version) / "pages.json"

    def script(self, stage: str, recipe: str, issue: IssueId, version: int) -> Path:
        """The script that sample pages of an issue agree on."""
        return self.pages(stage, recipe, issue, version) / "script.json"

    def editions(self, issue: IssueId) -> Path:
        """Folder of the published editions of an issue."""
        return self.root / "issues" / str(issue)

    def edition(self, issue: IssueId, edition: str) -> Path:
        """One published edition of an issue."""
        return self.editions(issue) / edition

    def exports(self, issue: IssueId) -> Path:
        """Folder of the exported packages of an issue."""
        return self.root / "exports" / str(issue)

    def export(self, issue: IssueId, edition: str) -> Path:
        """The exported package of one edition."""
        return self.exports(issue) / edition

    def reports(self) -> Path:
        """Folder of the nightly reports."""
        return self.root / "reports"

    def report(self, run: str) -> Path:
        """Folder of one run's report."""
        return self.reports() / run

    def last_run(self) -> Path:
        """Number of the last run that began in the archive."""
        return self.root / "last-run.txt"

    def verified(self) -> Path:
        """Where in the archive the next share of ``verify`` begins."""
        return self.root / "verified.txt"

    def drafts(self) -> tuple[Path, ...]:
        """Folders in which a killed run may have left drafts."""
        return tuple(
            self.root / name
            for name in ("masters", "texts", "register", "work", "issues", "exports", "reports")
        )


@dataclass(frozen=True, slots=True)
class PageFolder:
    """Names inside one page's folder of one stage."""

    folder: Path

    @property
    def transform(self) -> Path:
        """prepare: the way back to the master."""
        return self.folder / "transform.json"

    @property
    def capture(self) -> Path:
        """prepare: how the page lies in its scan."""
        return self.folder / "capture.json"

    @property
    def look(self) -> Path:
        """prepare: what the page looks like."""
        return self.folder / "look.json"

    @property
    def reduced(self) -> Path:
        """prepare: the prepared page, reduced, in color."""
        return self.folder / "reduced.png"

    @property
    def grey(self) -> Path:
        """prepare: the prepared page at full size, in grey."""
        return self.folder / "grey.png"

    @property
    def class_map(self) -> Path:
        """separate: the class map on the working grid, to look at."""
        return self.folder / "classes.png"

    @property
    def probabilities(self) -> Path:
        """separate: probability per class, five planes below each other."""
        return self.folder / "probabilities.png"

    @property
    def regions(self) -> Path:
        """separate: regions in pixels of the prepared page."""
        return self.folder / "regions.json"

    @property
    def illustrations(self) -> Path:
        """refine: the illustrations of the page with the way each matte was made."""
        return self.folder / "illustrations.json"

    def matte(self, picture: Illustration) -> Path:
        """refine: foreground and alpha of an illustration."""
        return self.folder / f"{picture}.matte.png"


@dataclass(frozen=True, slots=True)
class PublishedNames:
    """Names of an illustration's files below an edition or a page's crop folder.

    ``suffix`` is that of cut-outs and crops, as ``[crop] format`` has it.
    """

    folder: Path
    suffix: str = ".png"

    def cut_out(self, picture: Illustration) -> Path:
        """RGBA at full resolution."""
        return self.folder / "cut-outs" / f"{picture}{self.suffix}"

    def crop(self, picture: Illustration) -> Path:
        """The rectangle around it, opaque."""
        return self.folder / "crops" / f"{picture}{self.suffix}"

    def view(self, picture: Illustration) -> Path:
        """JPEG for the screen."""
        return self.folder / "views" / f"{picture}.jpg"

    def descreened(self, picture: Illustration) -> Path:
        """JPEG of a halftone without its screen, at full size: a derivative, if it is wanted."""
        return self.folder / "descreened" / f"{picture}.jpg"

    def thumbnail(self, picture: Illustration) -> Path:
        """Small JPEG for lists."""
        return self.folder / "thumbnails" / f"{picture}.jpg"

    def make_folders(self) -> None:
        """Make the folders the names lie in."""
        for name in ("cut-outs", "crops", "views", "thumbnails", "descreened"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)


def page_name(page: PageId, suffix: str) -> str:
    """Name of a page's file or folder in its stage's folder."""
    return f"{page}{suffix}"
