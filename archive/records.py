"""The records of issues, with their digests beside them, so that a change is noticed.

``v001.json`` has its SHA-256 in ``v001.json.sha256``, as ``sha256sum`` writes it. While a record is
replaced two digests stand there, so that a killed process leaves no record that looks damaged.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from archive.layout import Layout
from archive.store import write_whole
from schemas.codec import from_json, to_json
from schemas.errors import DocumentError
from schemas.model import Issue, IssueId

_log = logging.getLogger(__name__)


def write_record(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` and its digest beside it."""
    digest = sha256(content).hexdigest()
    digests = [*(known for known in recorded_digests(path)[-1:] if known != digest), digest]
    lines = "".join(f"{known}  {path.name}\n" for known in digests)
    write_whole(_digest_file(path), lines.encode())
    write_whole(path, content)


def recorded_digests(path: Path) -> tuple[str, ...]:
    """Return the digests that the file at ``path`` may have; none if it has none beside it."""
    with suppress(FileNotFoundError):
        text = _digest_file(path).read_text(encoding="ascii", errors="replace")
        return tuple(line.split()[0] for line in text.splitlines() if line.strip())
    return ()


def read_record(path: Path) -> bytes:
    """Return the content of the record at ``path``.

    Raises:
        DocumentError: it is empty, or has changed since it was written.
        FileNotFoundError: there is none.
    """
    content = path.read_bytes()
    digests = recorded_digests(path)
    is_changed = bool(digests) and sha256(content).hexdigest() not in digests
    if is_changed or not content:
        fault = "has changed since it was written" if content else "is empty"
        raise DocumentError(f"{path}: {fault}; restore it from a backup")
    return content


def write_issue(layout: Layout, issue: Issue) -> None:
    """Write the record of ``issue``: that of its version, then that of the newest version."""
    write_record(layout.issue_record(issue.issue, issue.version), to_json(issue))
    write_record(layout.issue_record(issue.issue), to_json(issue))


def read_issue(layout: Layout, issue: IssueId) -> Issue | None:
    """Return the newest version registered of ``issue``, or None.

    A damaged record is restored from that of the newest version beside it.

    Raises:
        DocumentError: both are damaged.
    """
    path = layout.issue_record(issue)
    try:
        return from_json(Issue, read_record(path), name=str(path))
    except FileNotFoundError:
        return None
    except DocumentError as error:
        return _restored(layout, issue, error)


def read_version(layout: Layout, issue: IssueId, version: int) -> Issue:
    """Return ``version`` of ``issue``.

    Raises:
        DocumentError: its record is damaged.
        FileNotFoundError: there is none.
    """
    path = layout.issue_record(issue, version)
    return from_json(Issue, read_record(path), name=str(path))


def _restored(layout: Layout, issue: IssueId, damage: DocumentError) -> Issue:
    """Return the newest version of ``issue`` and write it where the damaged record is."""
    versions = layout.issue_versions(issue)
    if not versions:
        raise damage
    try:
        content = read_record(versions[-1])
        record = from_json(Issue, content, name=str(versions[-1]))
    except DocumentError as error:
        raise damage from error
    _log.warning("%s; restored from %s", damage, versions[-1].name)
    with suppress(OSError):  # of a disk that is read-only the record is read all the same
        write_record(layout.issue_record(issue), content)
    return record


def _digest_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
