"""Records for harvesters beside the packages of a folder.

ISSUE/ or ISSUE.zip              the package
oai/ISSUE.oai_dc.xml .mets.xml   OAI-PMH records, for a server to hand out
collections/TITLE.json           IIIF collection of a magazine's issues in this folder
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from archive.package.bag import PAYLOAD
from archive.package.payload import MANIFEST_NAME, METS_NAMES
from archive.store import write_whole
from schemas.package import ARCHIVE, DFG, Publication
from schemas.published import PublishedIssue
from schemas.write.harvest import collection, oai_record, title_key

_RECORDS, _COLLECTIONS = RECORD_FOLDERS = ("oai", "collections")


def write_records(
    published: PublishedIssue, package: Path, to: Path, public: Publication
) -> tuple[Path, ...]:
    """Write the OAI-PMH records of the issue whose ``package`` lies in the folder ``to``.

    The METS record is the one for the DFG-Viewer where the package has it.

    Raises:
        DocumentError: the package's METS or Dublin Core is no XML.
    """
    names = (METS_NAMES[DFG], METS_NAMES[ARCHIVE])
    mets = next(member for name in names if (member := _member(package, name)) is not None)
    dublin_core = _member(package, "dc.xml") or b""
    written = []
    for prefix, content in (("oai_dc", dublin_core), ("mets", mets)):
        path = to / _RECORDS / f"{published.issue.issue}.{prefix}.xml"
        write_whole(path, oai_record(published, content, public))
        written.append(path)
    return tuple(written)


def write_collection(
    title: str, issues: Sequence[PublishedIssue], to: Path, public: Publication
) -> Path:
    """Write the IIIF collection of a magazine: those of its ``issues`` with a manifest in ``to``.

    Raises:
        ValueError: there is no public address.
    """
    there = [published for published in issues if has_manifest(to, str(published.issue.issue))]
    path = to / _COLLECTIONS / f"{title_key(title)}.json"
    write_whole(path, collection(title, there, public))
    return path


def has_manifest(to: Path, issue: str) -> bool:
    """Say whether the folder ``to`` has a package of ``issue`` with the profile iiif."""
    for package in (to / issue, to / f"{issue}.zip"):
        if package.exists() and _member(package, MANIFEST_NAME) is not None:
            return True
    return False


def _member(package: Path, name: str) -> bytes | None:
    """Return a file of the payload of a package, a folder or a zip, or None."""
    if package.is_dir():
        path = package / PAYLOAD / name
        return path.read_bytes() if path.is_file() else None
    with zipfile.ZipFile(package) as archive:
        inside = f"{package.stem}/{PAYLOAD}/{name}"
        return archive.read(inside) if inside in archive.namelist() else None
