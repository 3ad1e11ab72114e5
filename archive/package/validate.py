"""Check documents and packages, of our own and of others: schema, profile, rules.

The official schemas are used where they are installed; our profiles and rules always are. Nothing
is fetched and nothing is changed.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from archive.package import bag
from archive.package.file_facts import facts_on_disk
from archive.package.schema_store import DRIVER, SchemaStore, relax_ng
from archive.package.unpack import is_zip, unpacked
from schemas.errors import DocumentError
from schemas.namespaces import METS, MIX, MODS, PREMIS, XHTML
from schemas.package import MANIFEST
from schemas.rules.alto import AltoFacts, alto_facts, kind_of_alto
from schemas.rules.checks import check_alto, check_hocr, check_manifest, check_mets, check_view
from schemas.rules.mets import ARCHIVE, OTHER, files, href_of, is_ours, kind_of
from schemas.rules.package import FileFacts, PackageView
from schemas.rules.rule import Finding
from schemas.xml import local, namespace, parse_xml

_ALTO = "http://www.loc.gov/standards/alto/"
_OAI = "http://www.openarchives.org/OAI/2.0/"
_KINDS = "METS, MODS, PREMIS, MIX, ALTO, hOCR, IIIF manifest"
_DOCTYPE = re.compile(rb"<!DOCTYPE\s+html(?:\s+(?:PUBLIC|SYSTEM|\"[^\"<>]*\"|'[^'<>]*'))*\s*>")
_PROLOG = 1000
"""Bytes of a document within which its DOCTYPE stands."""
_UNKNOWN_TYPE = ("does not resolve to a type definition", "The type definition is absent")
_MOST = 50
"""Findings of one schema on one document; the rest is more of the same."""
METS_NAME = "mets.xml"
_KNOWN_SUFFIXES = (".xml", ".html", ".hocr", ".json")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A document with its findings; ``root`` is None for JSON and what could not be read.

    ``is_known`` is false for a document of a kind that nothing here is said about.
    """

    findings: tuple[Finding, ...]
    root: etree._Element | None = None
    record: Json | None = None
    is_known: bool = True


def check_document(content: bytes, *, name: str, store: SchemaStore | None = None) -> Checked:
    """Return what is wrong with a METS, MODS, PREMIS, MIX, ALTO, hOCR or IIIF document."""
    plain = content.removeprefix(BOM_UTF8)
    if plain.lstrip()[:1] in (b"{", b"["):
        return _check_json(plain, name)
    try:
        root = parse_xml(_without_doctype(content), name=name)
    except DocumentError as error:
        return Checked((Finding(name, 0, "XML", str(error).removeprefix(f"{name}:")),))
    if namespace(root) == _OAI and (inner := root.find(f".//{{{METS}}}mets")) is not None:
        root = deepcopy(inner)
    uri, tag = namespace(root), local(root)
    if uri == METS and tag == "mets":
        findings_here = [*_by_schema(root, DRIVER, name, store), *_by_profile(root, name)]
        return Checked((*findings_here, *check_mets(root, name=name)), root)
    if tag == "alto":
        findings_here = [
            *_by_schema(root, _alto_schema(root), name, store),
            *_by_profile(root, name),
        ]
        return Checked((*findings_here, *check_alto(root, name=name)), root)
    if uri in (MODS, PREMIS, MIX):
        return Checked(tuple(_by_schema(root, DRIVER, name, store)), root)
    if uri == XHTML:
        return Checked(tuple(check_hocr(root, name=name)), root)
    return Checked((), root, is_known=False)


def check_path(path: Path, *, store: SchemaStore | None = None) -> Iterator[Finding]:
    """Yield what is wrong with a file, a package (zipped too), or every document of a folder.

    Raises:
        DocumentError: there is nothing at ``path``.
    """
    if path.is_file() and is_zip(path):
        yield from _check_zip(path, store)
    elif path.is_file():
        checked = check_document(path.read_bytes(), name=str(path), store=store)
        yield from checked.findings
        if not checked.is_known:
            yield Finding(str(path), 0, "kind", f"is none of {_KINDS}; it was not checked")
    elif bag.is_bag(path):
        yield from (Finding(name, 0, "bag", fault) for name, fault in bag.check_bag(path))
        yield from _check_package(path / bag.PAYLOAD, path, store)
    elif (path / METS_NAME).is_file():
        yield from _check_package(path, None, store)
    elif path.is_dir():
        documents = _documents(path)
        if not documents:
            yield Finding(str(path), 0, "folder", "holds no document that is known here")
        for document in documents:
            name = document.relative_to(path).as_posix()
            yield from check_document(document.read_bytes(), name=name, store=store).findings
    else:
        raise DocumentError(f"{path}: is not there")


def _check_zip(path: Path, store: SchemaStore | None) -> Iterator[Finding]:
    try:
        with unpacked(path) as folder:
            for finding in check_path(folder, store=store):
                yield replace(finding, name=f"{path}/{finding.name}")
    except DocumentError as error:
        yield Finding(str(path), 0, "zip", str(error).removeprefix(f"{path}: "))


def _check_package(
    folder: Path, bagged: Path | None, store: SchemaStore | None
) -> Iterator[Finding]:
    """Check every document, one at a time; of an ALTO only its facts are kept."""
    altos: dict[str, AltoFacts] = {}
    kept: dict[str, Checked] = {}
    for path in _documents(folder):
        name = path.relative_to(folder).as_posix()
        checked = check_document(path.read_bytes(), name=name, store=store)
        yield from checked.findings
        if checked.root is not None and local(checked.root) == "alto":
            altos[name] = alto_facts(checked.root)
        elif name == METS_NAME or checked.record is not None:
            kept[name] = checked
    mets = kept.get(METS_NAME)
    if mets is None or mets.root is None or kind_of(mets.root) != ARCHIVE:
        return
    manifest = kept.get(MANIFEST)
    issue = kept.get("catalog/issue.json")
    view = PackageView(
        mets.root,
        _facts(folder, mets.root),
        altos,
        manifest.record if manifest else None,
        issue.record if issue else None,
        bag.known_digests(bagged) if bagged else None,
    )
    yield from check_view(view, name=METS_NAME)


def _documents(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in _KNOWN_SUFFIXES and p.is_file())


def _facts(folder: Path, mets: etree._Element) -> Mapping[str, FileFacts]:
    """Facts of every file; a file that stands for several pages has the size of none."""
    places = Counter(href_of(file) for _, file in files(mets))
    facts = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        facts[name] = facts_on_disk(path, with_size=places[name] < 2)
    return facts


def _check_json(content: bytes, name: str) -> Checked:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        return Checked((Finding(name, 0, "JSON", str(error)),))
    if not isinstance(record, dict):
        return Checked((), is_known=False)
    if record.get("type") != "Manifest":
        return Checked((), record=record, is_known=False)
    return Checked(tuple(check_manifest(record, name=name)), record=record)


def _by_schema(
    root: etree._Element, schema: str | None, name: str, store: SchemaStore | None
) -> Iterator[Finding]:
    if store is None or schema is None:
        return
    compiled = store.schema(schema)
    if compiled.validate(root.getroottree()):
        return
    ours = OTHER if namespace(root) != METS else kind_of(root)
    for error in _first(compiled.error_log):
        # PREMIS 2 inside the METS of others: its own schema is not ours to know
        if ours == OTHER and any(text in error.message for text in _UNKNOWN_TYPE):
            continue
        yield Finding(name, error.line, "schema", _plain(error.message))


def _by_profile(root: etree._Element, name: str) -> Iterator[Finding]:
    profile = _profile_of(root)
    if profile is None:
        return
    compiled = _compiled(profile)
    if compiled.validate(root.getroottree()):
        return
    for error in _first(compiled.error_log):
        yield Finding(name, error.line, f"profile {profile}", _plain(error.message))


def _profile_of(root: etree._Element) -> str | None:
    """Our profiles are for our own documents: others keep to theirs."""
    if local(root) == "alto":
        return "alto" if kind_of_alto(root) == ARCHIVE else None
    if not is_ours(root):
        return None
    return {ARCHIVE: "mets-archive", OTHER: None}.get(kind_of(root), "mets-dfg")


def _alto_schema(root: etree._Element) -> str | None:
    version = namespace(root).removeprefix(f"{_ALTO}ns-v").removesuffix("#")
    stated = (root.get("SCHEMAVERSION") or "").split(".")
    if version == "4":
        minor = stated[1] if len(stated) > 1 and stated[1] in "01234" else "4"
        return f"alto/alto-4-{minor}.xsd"
    return {"3": "alto/alto-3-1.xsd", "2": "alto/alto-2-1.xsd"}.get(version)


def _first(log: Any) -> Iterable[Any]:  # noqa: ANN401 - lxml's log, which its stubs hide
    return islice(log, _MOST)


@cache
def _compiled(profile: str) -> etree.RelaxNG:
    return relax_ng(profile)


def _without_doctype(content: bytes) -> bytes:
    """Drop the DOCTYPE of hOCR, which defines nothing itself; the parser refuses every one."""
    match = _DOCTYPE.search(content, 0, _PROLOG)
    if not match:
        return content
    return content[: match.start()] + b"\n" * match[0].count(b"\n") + content[match.end() :]


def _plain(message: str) -> str:
    """Return a message of libxml2 without the namespaces in braces.

    >>> _plain("Element '{http://www.loc.gov/METS/}div': not expected")
    "Element 'div': not expected"
    """
    parts = message.split("{")
    return parts[0] + "".join(part.partition("}")[2] or part for part in parts[1:])
