"""Which issue a folder is, and whether anything in it changed since it was read."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from archive.ingest.issue_source import IssueSource
from archive.ingest.names import printable_name, suffixed
from archive.ingest.page_source import PageSource
from archive.layout import Layout
from archive.records import read_issue
from schemas.codec import to_json
from schemas.model import Issue, IssueId, Quarantined, Scan


@dataclass(slots=True)
class Walk:
    """The ids of one walk: which folder has which.

    Ids are made of folders' names. Which of two folders of one name came first would otherwise
    depend on what else lies there on a night.
    """

    layout: Layout
    taken: set[IssueId] = field(default_factory=set)

    def identified(
        self, sources: Sequence[IssueSource]
    ) -> Iterator[tuple[IssueSource, Quarantined | None]]:
        """Yield folders with the ids they were registered with, or may have; or why not.

        A folder whose issue.ini gives the id of another folder of the walk is refused. Whoever
        registers a folder adds the id it got in the end to ``taken``.
        """
        known = _by_slug(self.layout.issues())
        ids = [_registered(source, known, self.layout) for source in sources]
        self.taken |= {issue for issue in ids if issue is not None}
        for source, issue in zip(sources, ids, strict=True):
            asked = source.asked or source.issue
            if issue is not None:
                yield replace(source, issue=issue, asked=asked), None
            elif source.is_named and asked in self.taken:
                yield source, Quarantined(str_of(source.place), _TWICE.format(asked))
            else:
                new = suffixed(asked, source.place) if asked in self.taken else asked
                others = tuple(
                    issue_known
                    for issue_known in known.get(str(asked), ())
                    if issue_known not in self.taken
                )
                yield replace(source, issue=new, asked=asked, others=others), None


_TWICE = "issue.ini gives the id {}, and so does another folder; take the older delivery out"


def own_id(source: IssueSource, layout: Layout, scans: list[tuple[PageSource, Scan]]) -> IssueId:
    """Return the id of a folder that was never registered: that of its pages, or a new one."""
    if source.is_named:
        return source.issue
    for issue in (source.issue, *source.others):
        known = read_issue(layout, issue)
        if known is not None and not is_other(known, source, scans):
            return issue
    is_free = read_issue(layout, source.issue) is None
    return source.issue if is_free else suffixed(source.asked or source.issue, source.place)


def _by_slug(issues: Iterable[IssueId]) -> dict[str, list[IssueId]]:
    """Return ids by the slug that was asked for, which a suffix may follow."""
    ids = defaultdict[str, list[IssueId]](list)
    for issue in issues:
        for slug in {str(issue), _SUFFIX.sub("", str(issue))}:
            ids[slug].append(issue)
    return ids


_SUFFIX = re.compile(r"-[0-9a-f]{6}$")


def _registered(
    source: IssueSource, known: dict[str, list[IssueId]], layout: Layout
) -> IssueId | None:
    for issue in known.get(str(source.asked or source.issue), ()):
        record = read_issue(layout, issue)
        if record is not None and is_from(record, source):
            return issue
    return None


def is_from(known: Issue, source: IssueSource) -> bool:
    """Say whether ``known`` was registered from the folder of ``source``."""
    folder = source.place
    return known.source in {str_of(path) for path in (folder, folder.absolute(), folder.resolve())}


def is_other(known: Issue, source: IssueSource, scans: list[tuple[PageSource, Scan]]) -> bool:
    """Say whether ``source`` only has the name of ``known``: another folder, other pages.

    Half of the pages of the smaller one have to be the same: a single one may be a color chart. An
    id that issue.ini gives is taken at its word.
    """
    if source.is_named or is_from(known, source):
        return False
    now, before = {scan.sha256 for _, scan in scans}, set(known.sha256s)
    return 2 * len(now & before) < min(len(now), len(before))


def str_of(path: Path) -> str:
    """Return ``path`` as records hold it."""
    return printable_name(str(path))


READING = 2
"""How files are read; another number has pages of PDFs, and issues with refused pages, read again.

2: PDFs pixel by pixel, more kinds of TIFF and of image.
"""


def fingerprint(source: IssueSource, accept: object) -> str:
    """Return a digest of all that can be seen of ``source`` without reading its pages.

    Names, order, labels, sizes and dates of pages and texts, what METS or issue.ini say, and what
    is accepted: a nightly walk must not read every master again. ``verify`` reads everything.
    """
    seen = (
        str_of(source.place.resolve()),
        str(source.issue),
        repr(accept),
        [(quarantined.name, quarantined.reason) for quarantined in source.refused],
        [
            (str_of(page.path.resolve()), page.frame, page.label, page.checksum, _stat(page.path))
            + ((str_of(page.text.resolve()), _stat(page.text)) if page.text else ())
            + ((READING,) if page.path.suffix.lower() == ".pdf" else ())
            for page in source.pages
        ],
    )
    return sha256(repr(seen).encode() + to_json(source.metadata)).hexdigest()


def _stat(path: Path) -> tuple[int, int, bool]:
    try:
        status = path.stat()
    except OSError:  # gone since the walk, or not to be seen: reading it says which
        return (-1, -1, False)
    return (status.st_size, status.st_mtime_ns, os.access(path, os.R_OK))
