"""BagIt 1.0 (RFC 8493): a folder any archive can check, sealed without reading it again.

The manifests come from digests we already know, sorted, and the bagging date from the issue's last
event: the same issue gives the same bag, byte for byte.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import algorithms_guaranteed, file_digest, sha256
from pathlib import Path

from archive.store import whole
from schemas.errors import DocumentError

PAYLOAD = "data"
DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
_VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_ALGORITHMS = {
    name.replace("_", ""): name for name in algorithms_guaranteed if not name.startswith("shake")
}
"""By their names in file names; those of any length are not used in bags."""
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
    digests: dict[str, str] = {}
    for number, line in enumerate(_lines(path), start=1):
        digest, name = (*line.split(maxsplit=1), "", "")[:2]  # parted by blanks or tabs
        name = name.strip().replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        is_outside = name.startswith(("/", "~")) or ".." in name.split("/")
        if not name or is_outside or name in digests:
            raise DocumentError(f"{path}:{number}: wants a digest and a path of the bag, once")
        digests[name] = digest.lower()
    return digests


def known_digests(folder: Path) -> dict[str, str] | None:
    """Return the SHA-256 by path that the bag says, None if it says none that can be read."""
    with suppress(FileNotFoundError, DocumentError):  # check_bag says so
        return read_manifest(folder / MANIFEST)
    return None


def check_bag(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield file and fault for everything in which the bag is not what its tag files say."""
    files = (p for p in (folder / PAYLOAD).rglob("*") if p.is_file())
    payload = sorted(path.relative_to(folder).as_posix() for path in files)
    yield from _check_declaration(folder)
    yield from _check_oxum(folder, payload)
    of_payload = _manifests(folder, "manifest-")
    if not of_payload:
        yield MANIFEST, "is missing, and any other manifest of digests that are known here"
    for path, algorithm in (of_payload | _manifests(folder, "tagmanifest-")).items():
        try:
            listed = read_manifest(path)
        except DocumentError as error:
            yield path.name, str(error).removeprefix(f"{path}:")
            continue
        if path in of_payload:
            yield from ((name, f"is in the bag but not in {path.name}") for name in payload
                        if name not in listed)  # fmt: skip
        yield from _check_digests(folder, listed, path.name, algorithm)


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


def _check_declaration(folder: Path) -> Iterator[tuple[str, str]]:
    lines = _lines(folder / DECLARATION)
    patterns = (r"BagIt-Version: ?\d+\.\d+", r"Tag-File-Character-Encoding: ?\S+")
    if len(lines) != 2 or not all(map(re.fullmatch, patterns, map(str.strip, lines))):
        yield DECLARATION, "wants two lines, BagIt-Version and Tag-File-Character-Encoding"


def _check_oxum(folder: Path, payload: Sequence[str]) -> Iterator[tuple[str, str]]:
    info = folder / INFO
    for line in _lines(info) if info.is_file() else ():
        label, _, value = line.partition(":")
        if label.strip().lower() == "payload-oxum":
            size_bytes = sum((folder / name).stat().st_size for name in payload)
            if value.strip() != (there := f"{size_bytes}.{len(payload)}"):
                yield INFO, f"says the Payload-Oxum {value.strip()}; bytes and files are {there}"


def _check_digests(
    folder: Path, listed: Mapping[str, str], manifest: str, algorithm: str
) -> Iterator[tuple[str, str]]:
    for name, digest in sorted(listed.items()):
        if not _is_there(folder / name):
            yield name, f"is in {manifest} but not in the bag"
            continue
        with (folder / name).open("rb") as stream:
            if file_digest(stream, algorithm).hexdigest() != digest:
                yield name, f"differs from its digest in {manifest}"


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _manifests(folder: Path, prefix: str) -> dict[Path, str]:
    """Return the manifests ``prefix``ALGORITHM.txt whose algorithm is known, with its name."""
    names = {path: path.stem.removeprefix(prefix).lower() for path in folder.glob(f"{prefix}*.txt")}
    return {path: _ALGORITHMS[name] for path, name in sorted(names.items()) if name in _ALGORITHMS}


def _lines(path: Path) -> list[str]:
    """Return the lines of a tag file; what is not in UTF-8 is shown so."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return text.removesuffix("\n").split("\n") if text else []  # a path may hold other breaks


def _manifest(digests: Mapping[str, str]) -> str:
    escaped = (
        (digest, name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D"))
        for name, digest in sorted(digests.items())
    )
    return "".join(f"{digest}  {name}\n" for digest, name in escaped)


def _one_line(value: str) -> str:
    return " ".join(value.split())
