"""Rules for a whole package: its documents agree with each other and with its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lxml import etree

from schemas.geometry import Box
from schemas.namespaces import DV, MODS, XLINK
from schemas.rights import to_license
from schemas.rules.alto import AltoFacts
from schemas.rules.iiif import pictures
from schemas.rules.mets import ARCHIVE, RECTANGLE, M, files, href_of, page_divs
from schemas.rules.rule import Fault, Rules, shown
from schemas.xml import text_of

NO_FILES = ("mets.xml", "mets.dfg.xml")
"""METS does not list itself."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is on disk; ``mimetype`` as its first bytes say, width and height 0 for no image."""

    size_bytes: int
    sha256: str
    mimetype: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package as its rules see it; names are relative to ``mets.xml``."""

    mets: etree._Element
    files: Mapping[str, FileFacts]
    altos: Mapping[str, AltoFacts]
    manifest: Mapping[str, Any] | None = None
    issue: Mapping[str, Any] | None = None
    bag: Mapping[str, str] | None = None
    """Digests of the manifest of the bag."""


PACKAGE_RULES: Rules[PackageView] = Rules()


@PACKAGE_RULES.add(11, "METS lists every file of the package, and no other", ARCHIVE)
def _listed(view: PackageView) -> Iterator[Fault]:
    listed = {unquote(href_of(file)) for _, file in files(view.mets)}
    there = set(view.files) - set(NO_FILES)
    for _, file in files(view.mets):
        if unquote(href_of(file)) not in there:
            yield file, f"{href_of(file)} is not in the package"
    if extra := there - listed:
        yield view.mets, f"does not list {shown(extra)}"


@PACKAGE_RULES.add(12, "sizes and digests in METS are those of the files", ARCHIVE)
def _fixity(view: PackageView) -> Iterator[Fault]:
    for file, facts in _known(view):
        if file.get("SIZE") != str(facts.size_bytes):
            yield file, f"{href_of(file)} has {facts.size_bytes} bytes, not {file.get('SIZE')}"
        if file.get("CHECKSUM") != facts.sha256:
            yield file, f"{href_of(file)} does not have the SHA-256 that METS says"


@PACKAGE_RULES.add(13, "types in METS are those of the files", ARCHIVE)
def _types(view: PackageView) -> Iterator[Fault]:
    for file, facts in _known(view):
        if facts.mimetype and file.get("MIMETYPE") != facts.mimetype:
            yield file, f"{href_of(file)} is {facts.mimetype}, not {file.get('MIMETYPE')}"


@PACKAGE_RULES.add(30, "every area lies inside its image", ARCHIVE)
def _areas(view: PackageView) -> Iterator[Fault]:
    sizes = {f.get("ID"): (facts.width, facts.height) for f, facts in _known(view)}
    for area in view.mets.iter(f"{M}area"):
        width, height = sizes.get(area.get("FILEID"), (0, 0))
        match = RECTANGLE.fullmatch(area.get("COORDS") or "")
        if area.get("SHAPE") != "RECT" or not width or not match:
            continue
        if int(match[3]) >= width or int(match[4]) >= height:
            yield area, f"{area.get('COORDS')} leaves {area.get('FILEID')} of {width} x {height}"


@PACKAGE_RULES.add(31, "every area of a text names a block of that ALTO file", ARCHIVE)
def _blocks(view: PackageView) -> Iterator[Fault]:
    by_id = {f.get("ID"): unquote(href_of(f)) for _, f in files(view.mets)}
    for area in view.mets.iter(f"{M}area"):
        if area.get("BETYPE") != "IDREF":
            continue
        facts = view.altos.get(by_id.get(area.get("FILEID"), ""))
        if facts is None or area.get("BEGIN") not in facts.blocks:
            yield area, f"BEGIN names {area.get('BEGIN')}, which is not in that ALTO"


@PACKAGE_RULES.add(
    33, "an ALTO page has the size of its master, upright, and the number of its page", ARCHIVE
)
def _pages(view: PackageView) -> Iterator[Fault]:
    of = {f.get("ID"): (use, unquote(href_of(f))) for use, f in files(view.mets)}
    for div in page_divs(view.mets):
        files_of_page = dict(
            of[k] for p in div.iterfind(f"{M}fptr") if (k := p.get("FILEID")) in of
        )
        facts = view.altos.get(files_of_page.get("FULLTEXT", ""))
        master = view.files.get(files_of_page.get("ORIGINAL", ""))
        if facts is None:
            continue
        if str(facts.number) != div.get("ORDER"):
            yield div, f"ALTO says page {facts.number}, METS {div.get('ORDER')}"
        if master is None or not master.width:
            continue
        size = (master.width, master.height)
        if _is_sideways(view, facts.number):
            size = size[::-1]
        if (facts.width, facts.height) != size:
            sizes = f"{facts.width} x {facts.height}, its master {size[0]} x {size[1]}"
            yield div, f"the ALTO page is {sizes}"


def _is_sideways(view: PackageView, number: object) -> bool:
    """Say whether the record of the issue has page ``number`` turned by 90 or 270 degrees."""
    pages = view.issue.get("pages") if view.issue else None
    return any(
        isinstance(page, dict)
        and str(page.get("sequence")) == str(number)
        and page.get("turned") in (90, 270)
        for page in (pages if isinstance(pages, list) else ())
    )


@PACKAGE_RULES.add(38, "every illustration of ALTO names a file of METS", ARCHIVE)
def _cut_outs(view: PackageView) -> Iterator[Fault]:
    ids = {f.get("ID") for _, f in files(view.mets)}
    for name, facts in view.altos.items():
        for key, file, _ in facts.illustrations:
            if file not in ids:
                yield None, f"{name}: {key} names {file or 'no file'}, which METS does not have"


@PACKAGE_RULES.add(39, "METS, ALTO, IIIF, tables and folder have the same illustrations", ARCHIVE)
def _same_number(view: PackageView) -> Iterator[Fault]:
    counted = {
        "METS files": sum(use == "ILLUSTRATION" for use, _ in files(view.mets)),
        "METS areas": sum(d.get("TYPE") == "pagearea" for d in view.mets.iter(f"{M}div")),
        "ALTO": sum(len(facts.illustrations) for facts in view.altos.values()),
    }
    if view.manifest is not None:
        counted["IIIF"] = len(pictures(dict(view.manifest)))
    if view.issue is not None:
        counted["issue.json"] = sum(
            len(_listed_in(page, "illustrations")) for page in _listed_in(view.issue, "pages")
        )
    if len(set(counted.values())) > 1:
        yield view.mets, "; ".join(f"{name} {number}" for name, number in counted.items())


@PACKAGE_RULES.add(47, "illustrations of the manifest lie where ALTO has them", ARCHIVE)
def _same_places(view: PackageView) -> Iterator[Fault]:
    if view.manifest is None:
        return
    in_alto = sorted(_fragment(b) for f in view.altos.values() for _, _, b in f.illustrations)
    in_manifest = sorted(place for _, place in pictures(dict(view.manifest)))
    if in_alto != in_manifest:
        differing = set(in_alto) ^ set(in_manifest)
        yield None, f"ALTO and the manifest disagree about {shown(differing)}"


@PACKAGE_RULES.add(48, "MODS, dv:license and the manifest say the same rights", ARCHIVE)
def _same_rights(view: PackageView) -> Iterator[Fault]:
    condition = next(view.mets.iter(f"{{{MODS}}}accessCondition"), None)
    license_ = next(view.mets.iter(f"{{{DV}}}license"), None)
    statements_of_rights = {}
    stated = "" if condition is None else condition.get(f"{{{XLINK}}}href") or text_of(condition)
    if license_of_mods := to_license(stated):  # free text says nothing that could be compared
        statements_of_rights["MODS"] = license_of_mods
    if license_ is not None:
        statements_of_rights["dv:license"] = to_license(license_.text or "")
    if view.manifest is not None and view.manifest.get("rights"):
        statements_of_rights["the manifest"] = to_license(str(view.manifest["rights"]))
    if len(set(statements_of_rights.values())) > 1:
        yield (
            condition,
            "; ".join(
                f"{name} says {value or 'other'}" for name, value in statements_of_rights.items()
            ),
        )


@PACKAGE_RULES.add(49, "the manifest of the bag is complete, sorted, and agrees with METS", ARCHIVE)
def _bag(view: PackageView) -> Iterator[Fault]:
    if view.bag is None:
        return
    if list(view.bag) != sorted(view.bag):
        yield None, "manifest-sha256.txt is not sorted"
    for _, file in files(view.mets):
        name = f"data/{unquote(href_of(file))}"
        if view.bag.get(name) != file.get("CHECKSUM"):
            yield file, f"{name} has another digest in manifest-sha256.txt, or none"


def _known(view: PackageView) -> Iterator[tuple[etree._Element, FileFacts]]:
    for _, file in files(view.mets):
        facts = view.files.get(unquote(href_of(file)))
        if facts is not None:
            yield file, facts


def _listed_in(record: object, name: str) -> list[object]:
    """Return a list of a table that others may have changed, empty where it has none."""
    value = record.get(name) if isinstance(record, Mapping) else None
    return value if isinstance(value, list) else []


def _fragment(box: Box) -> str:
    return f"xywh={box.left},{box.top},{box.width},{box.height}"
