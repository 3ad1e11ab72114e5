"""The official schemas in a folder of this machine, and our own profiles.

The official XSDs belong to their publishers and are not part of this project. ``install`` copies
them from a folder a person downloaded them to, known by their SHA-256 whatever they are called.
Nothing here ever opens a connection: what a schema imports is looked up in the same folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from lxml import etree

from archive.store import sha256 as file_sha256
from archive.store import whole
from schemas.errors import ConfigError, DocumentError

_IMPORTED = {
    "http://www.loc.gov/standards/xlink/xlink.xsd": "shared/xlink.xsd",
    "http://www.loc.gov/standards/mets/xlink.xsd": "shared/xlink.xsd",
    "http://www.loc.gov/mods/xml.xsd": "shared/xml.loc.gov.mods.xsd",
}
"""What the official schemas import by address, and where it lies in the store."""
DRIVER = "driver.xsd"
_PROFILE = files("schemas") / "profile"


@dataclass(frozen=True, slots=True)
class Official:
    """A schema of another publisher: digest, name in the store, address of the publisher."""

    sha256: str
    name: str
    url: str


@dataclass(slots=True)
class SchemaStore:
    """The schemas below ``folder``; each is checked against its pin and compiled once."""

    folder: Path
    _compiled: dict[str, etree.XMLSchema] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        """Whether every schema is there."""
        return all((self.folder / schema.name).is_file() for schema in official())

    def schema(self, name: str) -> etree.XMLSchema:
        """Return the compiled schema ``name``: ``driver.xsd`` or a name of ``official``.

        Raises:
            ConfigError: it is not there, or is not the file it should be.
        """
        if name not in self._compiled:
            self._compiled[name] = self._compile(name)
        return self._compiled[name]

    def _compile(self, name: str) -> etree.XMLSchema:
        for schema in official():
            is_shared = schema.name.startswith("shared/")
            if is_shared or schema.name == name or (name == DRIVER and "alto/" not in schema.name):
                _check(self.folder / schema.name, schema)
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        parser.resolvers.add(_Local(self.folder))
        if name == DRIVER:
            # our own file; its imports are relative to the store
            base = str((self.folder / DRIVER).resolve())
            root = etree.fromstring(profile_text(DRIVER), parser, base_url=base)
            return etree.XMLSchema(root.getroottree())
        return etree.XMLSchema(etree.parse(self.folder / name, parser))


class _Local(etree.Resolver):
    """Addresses to files of the store; lxml asks nobody else."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, system_url: str, public_id: str, context: object) -> Any:  # type: ignore[override] # noqa: ANN401 - the stubs forget the context
        """Return the file for an address, or leave relative names to the parser."""
        name = _IMPORTED.get(system_url)
        if name is not None:
            return self.resolve_filename(str(self._folder / name), context)  # type: ignore[attr-defined] # stubs
        if system_url.startswith(("http:", "https:", "ftp:")):
            raise DocumentError(f"{system_url}: not in the store, and nothing is fetched")
        return None


def official() -> tuple[Official, ...]:
    """Return the official schemas that can be installed."""
    lines = profile_text("official.txt").decode().splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(Official(*row) for row in rows)


def default_folder() -> Path:
    """Return where schemas are installed unless another folder is named."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "bilderbogen" / "schemas"


def install(source: Path, target: Path) -> tuple[Official, ...]:
    """Copy the official schemas from anywhere below ``source`` to ``target``, all or none.

    Raises:
        ConfigError: some are not there; the message names each with its publisher's address.
    """
    if not source.is_dir():
        raise ConfigError(f"{source}: is no folder; download the schemas to one")
    there = _by_digest(source)
    missing = [schema for schema in official() if schema.sha256 not in there]
    if missing:
        listing = "\n".join(f"  {schema.url}  (SHA-256 {schema.sha256})" for schema in missing)
        raise ConfigError(f"{source}: {len(missing)} schemas are not there:\n{listing}")
    with whole(target) as draft:
        for schema in official():
            (draft / schema.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(there[schema.sha256], draft / schema.name)
    return official()


def relax_ng(name: str) -> etree.RelaxNG:
    """Return our profile ``name``: mets-archive, mets-dfg or alto."""
    with as_file(_PROFILE) as folder:
        return etree.RelaxNG(etree.parse(folder / f"{name}.rng"))


def profile_text(name: str) -> bytes:
    """Return a file of our own that lies beside the profiles."""
    return (_PROFILE / name).read_bytes()


def _by_digest(folder: Path) -> Mapping[str, Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {file_sha256(path): path for path in sorted(files)}


def _check(path: Path, schema: Official) -> None:
    if not path.is_file():
        raise ConfigError(f"{path}: is not there; bilderbogen schemas install --from DIR")
    if file_sha256(path) != schema.sha256:
        raise ConfigError(f"{path}: is not the file of {schema.url}; install it again")
