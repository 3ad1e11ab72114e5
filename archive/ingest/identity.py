"""Which issue a folder is, and whether anything in it changed since it was read."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from archive.ingest.names import printable_name, suffixed
from archive.ingest.sources import IssueSource, PageSource
from archive.layout import Layout
from schemas.codec import from_json, to_json
from schemas.model import Issue, IssueId, Scan


def read_issue(layout: Layout, issue: IssueId) -> Issue | None:
    """Return the newest version registered of ``issue``, or None.

    Raises:
        DocumentError: its record is damaged.
    """
    path = layout.issue_record(issue)
    if not path.exists():
        return None
    return from_json(Issue, path.read_bytes(), name=str(path))


def identified(source: IssueSource, layout: Layout) -> IssueSource:
    """Return ``source`` under the id that its folder was registered with, if it ever was.

    Ids are made of folders' names. Which of two folders of one name came first would otherwise
    depend on what else is there on a night.
    """
    asked = source.asked or source.issue
    for issue in (asked, suffixed(asked, source.folder)):
        known = read_issue(layout, issue)
        if known is not None and is_from(known, source):
            return replace(source, issue=issue)
    return source


def is_from(known: Issue, source: IssueSource) -> bool:
    """Say whether ``known`` was registered from the folder of ``source``."""
    return known.source in {str_of(source.folder), str_of(source.folder.absolute())}


def is_other(known: Issue, source: IssueSource, scans: list[tuple[PageSource, Scan]]) -> bool:
    """Say whether ``source`` only has the name of ``known``: another folder, no page in common.

    An id that issue.ini gives is taken at its word.
    """
    if source.is_named or is_from(known, source):
        return False
    return not {scan.sha256 for _, scan in scans} & set(known.sha256s)


def str_of(path: Path) -> str:
    """Return ``path`` as records hold it."""
    return printable_name(str(path))


def fingerprint(source: IssueSource, accept: object) -> str:
    """Return a digest of all that can be seen of ``source`` without reading its pages.

    Names, order, labels, sizes and dates of pages and texts, what METS or issue.ini say, and what
    is accepted: a nightly walk must not read every master again. ``verify`` reads everything.
    """
    seen = (
        str_of(source.folder.absolute()),
        str(source.issue),
        repr(accept),
        [(one.name, one.reason) for one in source.refused],
        [
            (str_of(page.path.absolute()), page.frame, page.label, page.checksum, _stat(page.path))
            + ((str_of(page.text.absolute()), _stat(page.text)) if page.text else ())
            for page in source.pages
        ],
    )
    return sha256(repr(seen).encode() + to_json(source.metadata)).hexdigest()


def _stat(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # gone since the walk, or not to be seen: reading it says which
        return (-1, -1)
    return (found.st_size, found.st_mtime_ns)
