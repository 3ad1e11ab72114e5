"""Whether the archive still holds what it wrote: every file against the digest recorded for it.

Masters and texts that came with them, records of issues, editions and packages. Work files are not
read here: each stage compares those it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archive.layout import Layout
from archive.package.bag import MANIFEST, PAYLOAD, TAG_MANIFEST, read_manifest
from archive.records import read_version, recorded_digests
from archive.store import is_draft
from archive.store import sha256 as file_sha256
from schemas.errors import DocumentError
from schemas.model import Issue, IssueId, Scan
from schemas.published import PublishedFile


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file, the digests it may have, and what helps where it has none of them."""

    path: Path
    digests: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not as it was written, and what to do about it."""

    path: Path
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}; {self.remedy}"


def recorded_files(
    layout: Layout, published: Iterable[PublishedFile]
) -> Iterator[RecordedFile | Damage]:
    """Yield every file that the archive holds with its digests, and what has none it should have.

    ``published`` are the files that the catalog knows.
    """
    masters: set[Path] = set()
    for issue in layout.issues():
        for file in _registered(layout, issue):
            masters.add(file.path)
            yield file
        yield from _packages(layout, issue)
    yield from _editions(layout, published, masters)


def damage_to(file: RecordedFile) -> Damage | None:
    """Return what is wrong with ``file``, or None. The file is read in full."""
    try:
        digest = file_sha256(file.path)
    except (FileNotFoundError, NotADirectoryError):
        return Damage(file.path, "is gone", file.remedy)
    except OSError as error:
        return Damage(file.path, f"cannot be read ({error.strerror})", file.remedy)
    if digest in file.digests:
        return None
    return Damage(file.path, "has changed", file.remedy)


def in_share(path: Path, start: float, share: float) -> bool:
    """Say whether ``path`` is among the ``share`` of all paths that begins at ``start``, both 0..1.

    Paths are spread over a circle by their digests; shares one after the other cover all of them,
    whatever files come or go meanwhile.

    >>> [in_share(Path("a"), start, 0.5) for start in (0.0, 0.5)]
    [False, True]
    """
    place = int.from_bytes(sha256(bytes(path)).digest()[:8], "big") / 2**64
    return (place - start) % 1.0 < share


def _registered(layout: Layout, issue: IssueId) -> Iterator[RecordedFile | Damage]:
    """Yield records of all versions, their masters and texts."""
    backup = "restore it from a backup"
    for number in range(1, _last_version(layout, issue) + 1):
        yield _recorded(layout.issue_record(issue, number), backup)
        with suppress(DocumentError, FileNotFoundError):  # reported as damage to the record
            yield from _delivered(layout, read_version(layout, issue, number))
    newest = layout.issue_record(issue)
    yield _recorded(newest, f"bilderbogen run {issue} restores it from the version beside it")


def _last_version(layout: Layout, issue: IssueId) -> int:
    """Return the highest version that has a record, or a digest of a record."""
    names = layout.issue_record(issue).parent.glob("v[0-9]*.json*")
    return max((int(path.name.partition(".")[0].removeprefix("v")) for path in names), default=0)


def _recorded(path: Path, remedy: str) -> RecordedFile | Damage:
    """Return a record with its digests; one of an older release has none and must be readable."""
    digests = recorded_digests(path)
    if not digests:
        try:
            content = path.read_bytes()
        except OSError as error:
            return Damage(path, f"cannot be read ({error.strerror})", remedy)
        if not content:
            return Damage(path, "is empty", remedy)
        digests = (sha256(content).hexdigest(),)
    return RecordedFile(path, digests, remedy)


def _delivered(layout: Layout, issue: Issue) -> Iterator[RecordedFile]:
    newest = layout.issue_versions(issue.issue)[-1]
    is_newest = newest == layout.issue_record(issue.issue, issue.version)
    for scan in issue.scans:
        is_copy = not Path(scan.path).is_absolute()
        if is_copy or is_newest:  # who keeps masters elsewhere may have replaced older ones
            yield RecordedFile(layout.master(scan), (scan.sha256,), _master_remedy(scan, issue))
        if scan.text:
            path = layout.root / scan.text
            if digests := recorded_digests(path):
                yield RecordedFile(path, digests, "restore it from a backup")


def _master_remedy(scan: Scan, issue: Issue) -> str:
    if Path(scan.path).is_absolute():
        return f"put the file back that was registered, or ingest {issue.source} again"
    return f"restore it from a backup, or from {scan.name} of {issue.source}"


def _editions(
    layout: Layout, published: Iterable[PublishedFile], masters: set[Path]
) -> Iterator[RecordedFile]:
    for file in published:
        path = layout.root / file.path
        if path not in masters:
            page = file.subject.partition("_i")[0]
            issue, _, number = page.rpartition("_")
            again = f"bilderbogen rerun {issue} --stage crop --page {int(number)}"
            yield RecordedFile(path, (file.sha256,), again)


def _packages(layout: Layout, issue: IssueId) -> Iterator[RecordedFile | Damage]:
    remedy = f"bilderbogen rerun {issue} --stage export"
    folder = layout.exports(issue)
    for package in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not is_draft(package):
            yield from _package(package, remedy)


def _package(package: Path, remedy: str) -> Iterator[RecordedFile | Damage]:
    """Yield the files of a bag as its manifests list them, and files that they do not list."""
    listed: set[Path] = set()
    for name in (TAG_MANIFEST, MANIFEST):
        try:
            digests = read_manifest(package / name)
        except (FileNotFoundError, DocumentError) as error:
            fault = "is gone" if isinstance(error, FileNotFoundError) else "is no manifest"
            yield Damage(package / name, fault, remedy)
            continue
        listed |= {package / file for file in digests}
        yield from (RecordedFile(package / f, (digest,), remedy) for f, digest in digests.items())
    payload = (path for path in (package / PAYLOAD).rglob("*") if path.is_file())
    for path in sorted(set(payload) - listed):
        yield Damage(path, "is in no manifest of its package", remedy)


def damages(
    files: Iterable[RecordedFile | Damage], *, start: float = 0.0, share: float = 1.0
) -> Iterator[tuple[Path, Damage | None]]:
    """Read the files of one share; yield each with what is wrong with it, or None."""
    seen: set[Path] = set()
    for file in files:
        if file.path in seen or not in_share(file.path, start, share):
            continue
        seen.add(file.path)
        yield file.path, file if isinstance(file, Damage) else damage_to(file)
