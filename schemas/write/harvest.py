"""What a harvester takes: OAI-PMH records, and a IIIF collection for each title.

Sources: http://www.openarchives.org/OAI/openarchivesprotocol.html, 2.5 (record);
https://iiif.io/api/presentation/3.0/, 5.1 (Collection).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from lxml import etree
from lxml.builder import ElementMaker

from schemas.model import IssueMetadata
from schemas.namespaces import OAI
from schemas.package import (
    ADDRESS,
    MANIFEST,
    Publication,
    created_at,
    instant,
    label,
    urn,
    xml_text,
)
from schemas.published import PublishedIssue
from schemas.xml import parse_xml

R = ElementMaker(namespace=OAI, nsmap={None: OAI})
_LONGEST = 60


def oai_record(published: PublishedIssue, metadata: bytes, public: Publication) -> bytes:
    """Return ``metadata``, an XML document about the issue, as an OAI-PMH record.

    Its datestamp is the date of the last event of the issue; its set is the magazine's title.

    Raises:
        DocumentError: ``metadata`` is no XML, or nothing is known to have happened to the issue.
    """
    record = R.record(
        R.header(
            R.identifier(oai_identifier(published, public)),
            R.datestamp(instant(created_at(published))),
            R.setSpec(title_key(published.metadata.title)),
        ),
        R.metadata(parse_xml(metadata, name=str(published.issue.issue))),
    )
    return etree.tostring(record, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def oai_identifier(published: PublishedIssue, public: Publication) -> str:
    """Return ``oai:HOST:ISSUE`` where there is a public address, else the issue's URN."""
    host = urlsplit(public.base_url).hostname
    return f"oai:{host}:{published.issue.issue}" if host else urn(published)


def title_key(title: str) -> str:
    """Return a magazine's title as a file name and as the name of an OAI set.

    Case, accents and punctuation do not count. A title that ASCII letters do not hold, or that is
    long, is told from others like it by a few hex digits.

    >>> title_key("Über Land und Meer"), title_key("Jugend!"), title_key("")
    ('uber-land-und-meer', 'jugend', 'untitled')
    """
    folded = unicodedata.normalize("NFKD", title.casefold())
    whole = _key("".join(c for c in folded if c.isascii() or c.isalnum()))
    key = _key(folded.encode("ascii", "ignore").decode())
    if not key:  # a script without Latin letters
        return f"title-{uuid5(NAMESPACE_URL, title).hex[:12]}" if title else "untitled"
    if key == whole and len(key) <= _LONGEST:
        return key
    return f"{key[:_LONGEST].strip('-')}-{uuid5(NAMESPACE_URL, whole).hex[:8]}"


def _key(text: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", text))


def collection_url(title: str, public: Publication) -> str:
    """Return the public address of the collection of a title."""
    return f"{public.base_url.rstrip('/')}/collections/{title_key(title)}.json"


def collection(title: str, issues: Sequence[PublishedIssue], public: Publication) -> bytes:
    """Return the IIIF collection of the ``issues`` of a magazine, by date.

    Raises:
        ValueError: ``public`` has no base_url, so nothing has an address.
    """
    if public.missing(ADDRESS):
        raise ValueError("a collection needs [export] base_url")
    ordered = sorted(
        issues, key=lambda published: (published.metadata.date or "", str(published.issue.issue))
    )
    record: dict[str, Any] = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": collection_url(title, public),
        "type": "Collection",
        "label": {"none": [title or "Untitled"]},
        "items": [
            {
                "id": public.url(published, MANIFEST),
                "type": "Manifest",
                "label": {"none": [xml_text(label(published.metadata))]},
                **nav_date(published.metadata),
            }
            for published in ordered
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"


def nav_date(metadata: IssueMetadata) -> dict[str, str]:
    """Return the first day of the period, with the time of day without which viewers stumble."""
    if not metadata.date:
        return {}
    year, month, day = (*metadata.date.split("-"), "01", "01")[:3]
    return {"navDate": f"{year}-{month}-{day}T00:00:00Z"}
