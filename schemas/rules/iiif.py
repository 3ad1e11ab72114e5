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
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def pictures(record: Node) -> list[tuple[str, str]]:
    """Return canvas and place ("xywh=…") of every illustration annotation."""
    annotations = []
    for node in nodes(record):
        if node.get("type") == "Annotation" and node.get("motivation") == "classifying":
            annotations += [(canvas, place) for canvas, place in _targets(node.get("target"))]
    return sorted(annotations)


@RULES.add(45, "a manifest with canvases; ids are http(s) and unique", *_BOTH)
def _manifest(record: Node) -> Iterator[Fault]:
    context = record.get("@context")
    contexts = context if isinstance(context, list) else [context]
    if record.get("type") != "Manifest" or CONTEXT not in contexts:
        yield None, f"is a {record.get('type')} of {context}, no Manifest 3"
    if not record.get("items"):
        yield None, "has no canvas"
    seen: set[str] = set()
    for node in _defined(record):
        key = str(node.get("id") or "")
        if not key.startswith(("http://", "https://")):
            yield None, f"{node.get('type')} {key or 'without id'}: the id is no http(s) address"
        elif key in seen:
            yield None, f"the id {key} is there twice"
        seen.add(key)


@RULES.add(45, "sizes are above 0, and canvases have what they need", *_BOTH)
def _sizes(record: Node) -> Iterator[Fault]:
    for node in nodes(record):
        for name in ("width", "height"):
            value = node.get(name, 1)
            if not isinstance(value, int) or value <= 0:
                yield None, f"{node.get('id')}: {name} is {value}"
        is_canvas = node.get("type") == "Canvas" and set(node) - {"id", "type"}
        if is_canvas and not {"id", "width", "height", "items"} <= set(node):
            yield None, f"{node.get('id')}: a canvas needs id, width, height and items"


@RULES.add(45, "labels are lists of texts by language", *_BOTH)
def _labels(record: Node) -> Iterator[Fault]:
    if "label" not in record:
        yield None, "has no label"
    for node in nodes(record):
        if "label" not in node:
            continue
        label = node["label"]
        is_map = (
            isinstance(label, dict)
            and label
            and all(
                _LANGUAGE.fullmatch(key) and isinstance(value, list) for key, value in label.items()
            )
        )
        if not is_map:
            yield None, f"{node.get('id')}: the label is no list of texts by language"


@RULES.add(46, "navDate has a time and a zone", *_BOTH)
def _dates(record: Node) -> Iterator[Fault]:
    for node in nodes(record):
        nav_date = node.get("navDate")
        if nav_date is not None and not (
            isinstance(nav_date, str) and _INSTANT.fullmatch(nav_date)
        ):
            yield None, f"navDate is {nav_date}; wanted is 1871-03-15T00:00:00Z"


@RULES.add(47, "every illustration is an annotation and a range, at the same place", ARCHIVE)
def _illustrations(record: Node) -> Iterator[Fault]:
    annotated = pictures(record)
    ranged: list[tuple[str, str]] = []
    for node in nodes(record.get("structures") or []):
        if node.get("type") == "SpecificResource":
            ranged += _targets(node)
    for canvas, place in annotated:
        if not _XYWH.fullmatch(place):
            yield None, f"{canvas}: the place {place!r} is no xywh=…"
    if sorted(ranged) != annotated:
        yield None, f"has {len(annotated)} annotations of illustrations and {len(ranged)} ranges"


@RULES.add(48, "rights is an http address of Creative Commons or rightsstatements.org", *_BOTH)
def _rights(record: Node) -> Iterator[Fault]:
    rights = record.get("rights")
    if rights is not None and not is_statement(str(rights)):
        yield None, f"rights is {rights}; it has to begin with http:// as it was coined"


def _defined(record: Node) -> Iterator[Node]:
    """Yield what the manifest defines; a reference to a canvas has an id and a type only."""
    for node in nodes(record):
        if node.get("type") in _DEFINING and set(node) - {"id", "type"}:
            yield node


def _targets(target: object) -> Iterator[tuple[str, str]]:
    if not isinstance(target, dict):
        return
    source = target.get("source")
    canvas = source.get("id") if isinstance(source, dict) else source
    selectors = target.get("selector")
    for selector in selectors if isinstance(selectors, list) else [selectors]:
        if isinstance(selector, dict) and selector.get("type") == "FragmentSelector":
            yield str(canvas), str(selector.get("value"))
