"""Rules for a IIIF Presentation 3 manifest: those of its schema that viewers stumble over.

Source: https://iiif.io/api/presentation/3.0/; the cookbook recipes 0068, 0230 and 0261.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.rights import is_statement
from schemas.rules.mets import ARCHIVE, OTHER
from schemas.rules.rule import Fault, Rules

Node = dict[str, Any]
RULES: Rules[Node] = Rules()
CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_BOTH = (ARCHIVE, OTHER)
_INSTANT = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})")
_XYWH = re.compile(r"xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)")
_DEFINING = ("Manifest", "Canvas", "AnnotationPage", "Annotation", "Range")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*|@none|none")


def nodes(record: object) -> Iterator[Node]:
    """Yield every object of a JSON document, the outermost first."""
    waiting = [record]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def pictures(record: Node) -> list[tuple[str, str]]:
    """Return canvas and place ("xywh=…") of every illustration annotation."""
    found = []
    for one in nodes(record):
        if one.get("type") == "Annotation" and one.get("motivation") == "classifying":
            found += [(canvas, place) for canvas, place in _targets(one.get("target"))]
    return sorted(found)


@RULES.add(45, "a manifest with canvases; ids are http(s) and unique", *_BOTH)
def _manifest(record: Node) -> Iterator[Fault]:
    context = record.get("@context")
    contexts = context if isinstance(context, list) else [context]
    if record.get("type") != "Manifest" or CONTEXT not in contexts:
        yield None, f"is a {record.get('type')} of {context}, no Manifest 3"
    if not record.get("items"):
        yield None, "has no canvas"
    seen: set[str] = set()
    for one in _defined(record):
        key = str(one.get("id") or "")
        if not key.startswith(("http://", "https://")):
            yield None, f"{one.get('type')} {key or 'without id'}: the id is no http(s) address"
        elif key in seen:
            yield None, f"the id {key} is there twice"
        seen.add(key)


@RULES.add(45, "sizes are above 0, and canvases have what they need", *_BOTH)
def _sizes(record: Node) -> Iterator[Fault]:
    for one in nodes(record):
        for name in ("width", "height"):
            value = one.get(name, 1)
            if not isinstance(value, int) or value <= 0:
                yield None, f"{one.get('id')}: {name} is {value}"
        is_canvas = one.get("type") == "Canvas" and set(one) - {"id", "type"}
        if is_canvas and not {"id", "width", "height", "items"} <= set(one):
            yield None, f"{one.get('id')}: a canvas needs id, width, height and items"


@RULES.add(45, "labels are lists of texts by language", *_BOTH)
def _labels(record: Node) -> Iterator[Fault]:
    if "label" not in record:
        yield None, "has no label"
    for one in nodes(record):
        if "label" not in one:
            continue
        label = one["label"]
        is_map = (
            isinstance(label, dict)
            and label
            and all(
                _LANGUAGE.fullmatch(key) and isinstance(value, list) for key, value in label.items()
            )
        )
        if not is_map:
            yield None, f"{one.get('id')}: the label is no list of texts by language"


@RULES.add(46, "navDate has a time and a zone", *_BOTH)
def _dates(record: Node) -> Iterator[Fault]:
    for one in nodes(record):
        said = one.get("navDate")
        if said is not None and not (isinstance(said, str) and _INSTANT.fullmatch(said)):
            yield None, f"navDate is {said}; wanted is 1871-03-15T00:00:00Z"


@RULES.add(47, "every illustration is an annotation and a range, at the same place", ARCHIVE)
def _illustrations(record: Node) -> Iterator[Fault]:
    annotated = pictures(record)
    ranged: list[tuple[str, str]] = []
    for one in nodes(record.get("structures") or []):
        if one.get("type") == "SpecificResource":
            ranged += _targets(one)
    for canvas, place in annotated:
        if not _XYWH.fullmatch(place):
            yield None, f"{canvas}: the place {place!r} is no xywh=…"
    if sorted(ranged) != annotated:
        yield None, f"has {len(annotated)} annotations of illustrations and {len(ranged)} ranges"


@RULES.add(48, "rights is an http address of Creative Commons or rightsstatements.org", *_BOTH)
def _rights(record: Node) -> Iterator[Fault]:
    said = record.get("rights")
    if said is not None and not is_statement(str(said)):
        yield None, f"rights is {said}; it has to begin with http:// as it was coined"


def _defined(record: Node) -> Iterator[Node]:
    """Yield what the manifest defines; a reference to a canvas has an id and a type only."""
    for one in nodes(record):
        if one.get("type") in _DEFINING and set(one) - {"id", "type"}:
            yield one


def _targets(target: object) -> Iterator[tuple[str, str]]:
    if not isinstance(target, dict):
        return
    source = target.get("source")
    canvas = source.get("id") if isinstance(source, dict) else source
    selectors = target.get("selector")
    for one in selectors if isinstance(selectors, list) else [selectors]:
        if isinstance(one, dict) and one.get("type") == "FragmentSelector":
            yield str(canvas), str(one.get("value"))
