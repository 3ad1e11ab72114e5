"""Rules for what METS embeds: MODS, PREMIS and MIX.

Sources: MODS 3.8; DFG MODS application profile 2.4; PREMIS 3.0; MIX 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas import dates
from schemas.namespaces import MIX, MODS, PREMIS
from schemas.rules.mets import ARCHIVE, DFG, OTHER, RULES, files, is_ours
from schemas.rules.rule import Fault
from schemas.xml import local, text_of

_OURS = (ARCHIVE, DFG)
O = f"{{{MODS}}}"  # noqa: E741 - the last letter that MODS has to itself
P = f"{{{PREMIS}}}"
X = f"{{{MIX}}}"
_RESOLVERS = ("purl", "urn", "handle", "url")
_DETAILS = ("volume", "issue", "chapter", "album")
_CHANNELS = {"RGB": (3, 4), "CMYK": (4,), "BlackIsZero": (1, 2), "WhiteIsZero": (1, 2)}


@RULES.add(21, "a host goes with one part; a part has order and volume or issue, numbered", *_OURS)
def _parts(root: etree._Element) -> Iterator[Fault]:
    for mods in root.iter(f"{O}mods"):
        hosts = mods.findall(f"{O}relatedItem[@type='host']")
        parts = mods.findall(f"{O}part")
        if hosts and len(parts) != 1:
            yield mods, f"names a host and has {len(parts)} parts; wanted is one"
        for part in parts:
            details = part.findall(f"{O}detail")
            if not re.fullmatch("[0-9]+", part.get("order") or ""):
                yield part, "the part has no order in whole numbers"
            if not details:
                yield part, "the part has no detail; wanted is a volume or an issue"
            for detail in details:
                kind = detail.get("type")
                if kind not in _DETAILS:
                    yield detail, f"the detail is of type {kind}; allowed are {', '.join(_DETAILS)}"
                if not text_of(detail.find(f"{O}number")):
                    yield detail, f"the {kind} has no number"


@RULES.add(21, "without a host, one record alone has a title", DFG)
def _titles(root: etree._Element) -> Iterator[Fault]:
    titles = root.findall(f".//{O}mods/{O}titleInfo")
    plain = [title for title in titles if title.get("type") is None]
    if root.find(f".//{O}mods/{O}relatedItem[@type='host']") is None and len(plain) != 1:
        yield root, f"names no host and has {len(plain)} titles; wanted is one"


@RULES.add(
    22, "each originInfo says of what event; dates are ISO 8601; one is the key date", *_OURS
)
def _origins(root: etree._Element) -> Iterator[Fault]:
    is_good = dates.is_date if is_ours(root) else dates.is_iso8601
    for mods in root.iter(f"{O}mods"):
        keys = 0
        for origin in mods.iterfind(f"{O}originInfo"):
            if not origin.get("eventType"):
                yield origin, "originInfo has no eventType"
            for date in origin.iter(f"{O}dateIssued", f"{O}dateCaptured", f"{O}dateCreated"):
                keys += date.get("keyDate") == "yes"
                text = text_of(date)
                is_encoded = date.get("encoding") in ("iso8601", "w3cdtf")
                if text and is_encoded and not is_good(text):
                    yield date, f"{text!r} is no date of ISO 8601"
        if keys > 1:
            yield mods, f"has {keys} key dates; wanted is one"


@RULES.add(23, "languages are ISO 639-2/B, scripts ISO 15924", *_OURS)
def _languages(root: etree._Element) -> Iterator[Fault]:
    for name, form, standard in (
        ("languageTerm", r"[a-z]{3}", "ISO 639-2/B"),
        ("scriptTerm", r"[A-Z][a-z]{3}", "ISO 15924"),
    ):
        for term in root.iter(f"{O}{name}"):
            if term.get("type") == "code" and not re.fullmatch(form, text_of(term)):
                yield term, f"{text_of(term)!r} is no code of {standard}"


@RULES.add(24, "a location says place, shelf mark, address in this order", ARCHIVE, DFG, OTHER)
def _locations(root: etree._Element) -> Iterator[Fault]:
    order = ("physicalLocation", "shelfLocator", "url")
    for location in root.iter(f"{O}location"):
        ranks = [order.index(local(child)) for child in location if local(child) in order]
        if ranks != sorted(ranks):
            yield location, f"wanted is the order {', '.join(order)}"


@RULES.add(25, "the issue has an identifier that can be resolved, and every one has a type", *_OURS)
def _identifiers(root: etree._Element) -> Iterator[Fault]:
    first = next(root.iter(f"{O}mods"), None)
    if first is None:
        yield root, "has no MODS"
        return
    identifiers = first.findall(f"{O}identifier")
    if not any(identifier.get("type") in _RESOLVERS for identifier in identifiers):
        yield first, f"has no identifier of type {', '.join(_RESOLVERS)}"
    for identifier in root.iter(f"{O}identifier"):
        if not identifier.get("type"):
            yield identifier, f"the identifier {text_of(identifier)} has no type"


@RULES.add(28, "cut-outs name their source; events their agent, detail and outcome", ARCHIVE)
def _provenance(root: etree._Element) -> Iterator[Fault]:
    objects = {text_of(o.find(f"{P}objectIdentifier/{P}objectIdentifierValue")): o
               for o in root.iter(f"{P}object")}  # fmt: skip
    for use, file in files(root):
        if use not in ("ORIGINAL", "ILLUSTRATION"):
            continue
        described = objects.get(file.get("ID") or "")
        if described is None:
            yield file, f"{file.get('ID')} has no PREMIS object"
        elif use == "ILLUSTRATION":
            source = described.find(f".//{P}relatedObjectIdentifierValue")
            if text_of(source) not in objects:
                yield described, f"{file.get('ID')} does not name the file it was cut from"
    agents = {text_of(identifier) for identifier in root.iter(f"{P}agentIdentifierValue")}
    for event in root.iter(f"{P}event"):
        for path in ("eventDetailInformation/eventDetail", "eventOutcomeInformation/eventOutcome"):
            if not text_of(event.find("/".join(f"{P}{part}" for part in path.split("/")))):
                yield event, f"the event has no {path}"
        if text_of(event.find(f".//{P}linkingAgentIdentifierValue")) not in agents:
            yield event, "the event names no agent of the document"


@RULES.add(29, "MIX has width, height, and one bitsPerSampleValue a channel", ARCHIVE)
def _technical(root: etree._Element) -> Iterator[Fault]:
    for record in root.iter(f"{X}mix"):
        for name in ("imageWidth", "imageHeight"):
            if not text_of(record.find(f".//{X}{name}")).isdigit():
                yield record, f"has no {name}"
        samples = text_of(record.find(f".//{X}samplesPerPixel"))
        values = [text_of(depth) for depth in record.iter(f"{X}bitsPerSampleValue")]
        if str(len(values)) != samples or not all(value.isdigit() for value in values):
            yield record, f"{len(values)} bitsPerSampleValues for {samples or 'no'} samples a pixel"
        color = text_of(record.find(f".//{X}colorSpace"))
        if color in _CHANNELS and len(values) not in _CHANNELS[color]:
            yield record, f"{len(values)} channels are no {color}"
