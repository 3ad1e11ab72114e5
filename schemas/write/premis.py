"""PREMIS 3.0: what a file is, what was done, and which software did it.

Source: https://www.loc.gov/standards/premis/v3/premis-v3-0.xsd
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.builder import ElementMaker

from schemas.event import Event
from schemas.media_types import format_of
from schemas.namespaces import PREMIS, XSI
from schemas.package import PackageFile, instant

P = ElementMaker(namespace=PREMIS, nsmap={"premis": PREMIS, "xsi": XSI})
_CREATION = "creation"
_EVENT_TYPES = {
    "ingestion": "ingestion",
    "message digest calculation": "message digest calculation",
}
"""PREMIS words; what an engine did is a creation, and its detail says of what."""


@dataclass(frozen=True, slots=True)
class Linked:
    """An event with its id, the agent's id, and the files it took and made."""

    key: str
    event: Event
    agent: str
    sources: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


def file_object(
    file: PackageFile,
    *,
    original_name: str = "",
    source: str = "",
    events: Sequence[str] = (),
    originator: str,
) -> etree._Element:
    """Return the PREMIS object of ``file``; ``source`` is the id of the file it was cut from."""
    element = P.object(
        _identifier("object", file.xml_id),
        P.objectCharacteristics(
            P.compositionLevel("0"),
            P.fixity(
                P.messageDigestAlgorithm("SHA-256"),
                P.messageDigest(file.sha256),
                P.messageDigestOriginator(originator),
            ),
            P.size(str(file.size_bytes)),
            _format(file.mimetype),
        ),
        *([P.originalName(original_name)] if original_name else []),
        *([_derived_from(source)] if source else []),
        *(_identifier("linkingEvent", key) for key in events),
    )
    element.set(f"{{{XSI}}}type", "premis:file")
    return element


def event_record(linked: Linked) -> etree._Element:
    """Return the PREMIS event of something done."""
    event = linked.event
    detail = "; ".join(part for part in (event.kind, event.detail) if part)
    return P.event(
        _identifier("event", linked.key),
        P.eventType(_EVENT_TYPES.get(event.kind, _CREATION)),
        P.eventDateTime(instant(event.at)),
        P.eventDetailInformation(P.eventDetail(detail)),
        P.eventOutcomeInformation(P.eventOutcome(event.outcome)),
        _identifier("linkingAgent", linked.agent, role="executing program"),
        *(_identifier("linkingObject", key, role="source") for key in linked.sources),
        *(_identifier("linkingObject", key, role="outcome") for key in linked.outcomes),
    )


def agent_record(key: str, name: str) -> etree._Element:
    """Return the PREMIS agent of a piece of software."""
    return P.agent(_identifier("agent", key), P.agentName(name), P.agentType("software"))


def _identifier(kind: str, value: str, *, role: str = "") -> etree._Element:
    parts = [P(f"{kind}IdentifierType", "local"), P(f"{kind}IdentifierValue", value)]
    if role:
        parts.append(P(f"{kind}Role", role))
    return P(f"{kind}Identifier", *parts)


def _format(mimetype: str) -> etree._Element:
    name, key = format_of(mimetype)
    registry = [P.formatRegistry(P.formatRegistryName("PRONOM"), P.formatRegistryKey(key))]
    return P.format(P.formatDesignation(P.formatName(name)), *(registry if key else []))


def _derived_from(source: str) -> etree._Element:
    return P.relationship(
        P.relationshipType("derivation"),
        P.relationshipSubType("has source"),
        _identifier("relatedObject", source),
    )
