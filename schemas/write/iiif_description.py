"""What a IIIF manifest says of an issue: title and date, direction of reading, rights."""

from __future__ import annotations

from typing import Any

from schemas.languages import is_right_to_left, to_tag
from schemas.model import IssueMetadata
from schemas.package import Publication
from schemas.rights import to_license, to_statement

Node = dict[str, Any]
"""A JSON object."""


def text_of(value: str, metadata: IssueMetadata) -> Node:
    """Return ``value`` as text in the language of the issue."""
    return {to_tag(next(iter(metadata.languages), "")) or "none": [value]}


def direction_of(metadata: IssueMetadata) -> str:
    """Return the direction in which pages follow each other."""
    is_leftwards = is_right_to_left(next(iter(metadata.languages), ""), metadata.script)
    return "right-to-left" if is_leftwards else "left-to-right"


def statements(metadata: IssueMetadata) -> list[Node]:
    """Return what is known of the issue, as labels and values."""
    facts = {
        "Title": metadata.title,
        "Date": metadata.date,
        "Volume": metadata.volume,
        "Number": metadata.number,
        "Publisher": metadata.publisher,
        "Place": metadata.place,
        "Language": ", ".join(metadata.languages),
        "Rights": metadata.rights,
    }
    return [
        {"label": {"en": [name]}, "value": {"none": [value]}}
        for name, value in facts.items()
        if value
    ]


def rights_of(metadata: IssueMetadata, public: Publication) -> Node:
    """Return the statement of rights, the owner, and who provides the manifest."""
    rights: Node = {}
    # free text is no license: that of the configuration then holds, as in dv:license
    stated = metadata.rights if to_license(metadata.rights) else public.license
    if statement := to_statement(stated):
        rights["rights"] = statement
    owner = metadata.owner or public.owner
    if owner:
        rights["requiredStatement"] = {"label": {"en": ["Owner"]}, "value": {"none": [owner]}}
    if public.owner and public.owner_site_url:
        site: Node = {"id": public.owner_site_url, "label": {"none": [public.owner]}}
        home = site | {"type": "Text", "format": "text/html"}
        rights["provider"] = [site | {"type": "Agent", "homepage": [home]}]
    return rights
