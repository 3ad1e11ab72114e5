"""BagIt 1.0 (RFC 8493): a folder any archive can check, sealed without reading it again.

The manifests come from digests we already know, sorted, and the bagging date from the issue's last
event: the same issue gives the same bag, byte for byte.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from archive.store import sha256 as file_sha256
from archive.store import whole
from schemas.errors import DocumentError

PAYLOAD = "data"
DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
_VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every member of a zip: its earliest, so that two zips of one bag are equal."""


def seal(
    folder: Path, digests: Mapping[str, str], *, size_bytes: int, info: Mapping[str, str]
) -> None:
    """Write the tag files of the bag ``folder``, whose payload lies in ``data/``.

    ``digests`` are SHA-256 by path below ``data/``; ``info`` are the lines of bag-info.txt.
    """
    oxum = {"Payload-Oxum": f"{size_bytes}.{len(digests)}"}
    lines = (f"{key}: {_one_line(value)}\n" for key, value in (dict(info) | oxum).items() if value)
    tags = {
        DECLARATION: _VERSION,
        INFO: "".join(lines),
        MANIFEST: _manifest({f"{PAYLOAD}/{name}": digest for name, digest in digests.items()}),
    }
    tags[TAG_MANIFEST] = _manifest(
        {name: sha256(text.encode()).hexdigest() for name, text in tags.items()}
    )
    for name, text in tags.items():
        (folder / name).write_bytes(text.encode())


def is_bag(folder: Path) -> bool:
    """Say whether ``folder`` says that it is a bag."""
    return (folder / DECLARATION).is_file()


def read_manifest(path: Path) -> dict[str, str]:
    """Return the digests of a manifest by path.

    Raises:
        DocumentError: a line is no digest and path, or names a path twice or outside the bag.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        digest, _, name = line.partition(" ")
        name = name.strip().replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        is_outside = name.startswith(("/", "~")) or ".." in name.split("/")
        if not name or not digest or is_outside or name in found:
            raise DocumentError(f"{path}:{number}: wants a digest and a path of the bag, once")
        found[name] = digest.lower()
    return found


def check_bag(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield file and fault for everything in which the bag is not what its manifests say."""
    listed: dict[str, str] = {}
    for name in (MANIFEST, TAG_MANIFEST):
        if (folder / name).is_file():
            listed |= read_manifest(folder / name)
        elif name == MANIFEST:
            yield name, "is missing"
    payload = (p for p in (folder / PAYLOAD).rglob("*") if p.is_file())
    for path in sorted(path.relative_to(folder).as_posix() for path in payload):
        if path not in listed:
            yield path, "is in the bag but in no manifest"
    for path, digest in sorted(listed.items()):
        if not (folder / path).is_file():
            yield path, "is in a manifest but not in the bag"
        elif file_sha256(folder / path) != digest:
            yield path, "differs from its digest in the manifest"


def zip_bag(folder: Path, target: Path) -> None:
    """Write the bag ``folder`` as one zip; a zip of the same bag has the same bytes."""
    with whole(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = f"{target.stem}/{path.relative_to(folder).as_posix()}"
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as out:
                while block := source.read(1 << 20):
                    out.write(block)


def _manifest(digests: Mapping[str, str]) -> str:
    escaped = (
        (digest, name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D"))
        for name, digest in sorted(digests.items())
    )
    return "".join(f"{digest}  {name}\n" for digest, name in escaped)


def _one_line(value: str) -> str:
    return " ".join(value.split())
