"""The administrative sections of METS: MIX and PREMIS of masters and cut-outs, the agents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lxml import etree
from lxml.builder import ElementMaker

from schemas.event import Event
from schemas.namespaces import METS
from schemas.package import (
    FULLTEXT,
    HOCR,
    ILLUSTRATION,
    ORIGINAL,
    TEXT,
    PackageFile,
    events_of,
    file_id,
    xml_text,
)
from schemas.published import PublishedIssue, PublishedPage
from schemas.version import VERSION
from schemas.write.mix import ImageFacts, facts_of_cut_out, facts_of_scan, mix
from schemas.write.premis import Linked, agent_record, event_record, file_object

E = ElementMaker(namespace=METS, nsmap={"mets": METS})
SOFTWARE = f"Bilderbogen {VERSION}"
_READING = "recognition/"
_INGESTION = "ingestion"

Files = Mapping[str, PackageFile]


def administration_id(file: PackageFile) -> str | None:
    """Return the id of the section about ``file``, or None for files without one."""
    return f"AMD_{file.xml_id}" if file.use in (ORIGINAL, ILLUSTRATION) else None


def provenance(published: PublishedIssue, files: Files) -> Iterator[etree._Element]:
    """Yield a section for every master and cut-out, and one for the agents."""
    agents = agent_ids(published)
    ingestion = next((e for e in published.events if e.kind == _INGESTION), None)
    for page in published.pages:
        events = _events(page, files, ingestion, agents)
        original = files.get(file_id(ORIGINAL, page.scan.page.sequence))
        if original is not None:
            yield _of_original(page, original, events)
        for cut_out in _cut_outs(page, files):
            yield _of_cut_out(page, cut_out, events, files)
    yield E.amdSec(
        *(
            _wrap("digiprovMD", key, "PREMIS:AGENT", agent_record(key, name))
            for name, key in agents.items()
        ),
        ID="AMD_AGENTS",
    )


def agent_ids(published: PublishedIssue) -> dict[str, str]:
    """Return every piece of software that did something, with its id, by name."""
    names = {event.agent for event in events_of(published)} | {SOFTWARE}
    return {name: f"AG_{number:02d}" for number, name in enumerate(sorted(names), start=1)}


def _events(
    page: PublishedPage, files: Files, ingestion: Event | None, agents: Mapping[str, str]
) -> list[Linked]:
    """Return what was done to a page; ingest also calculated the digest that METS carries."""
    sequence = page.scan.page.sequence
    original = file_id(ORIGINAL, sequence)
    linked_events = []
    if ingestion is not None:
        digest = Event(
            "message digest calculation", ingestion.at, ingestion.agent, "success", "SHA-256"
        )
        for name, event in (("INGEST", ingestion), ("DIGEST", digest)):
            key = f"EV_{sequence:04d}_{name}"
            linked_events.append(Linked(key, event, agents[event.agent], outcomes=(original,)))
    made_by_reading = tuple(
        key for use in (FULLTEXT, HOCR, TEXT) if (key := file_id(use, sequence)) in files
    )
    cut_outs = tuple(file.xml_id for file in _cut_outs(page, files))
    for number, event in enumerate(page.events, start=1):
        outcomes = made_by_reading if event.kind.startswith(_READING) else cut_outs
        key = f"EV_{sequence:04d}_{number:02d}"
        linked_events.append(Linked(key, event, agents[event.agent], (original,), outcomes))
    return linked_events


def _cut_outs(page: PublishedPage, files: Files) -> list[PackageFile]:
    sequence = page.scan.page.sequence
    keys = (file_id(ILLUSTRATION, sequence, p.ordinal) for p in page.description.illustrations)
    return [files[key] for key in keys if key in files]


def _of_original(
    page: PublishedPage, file: PackageFile, events: Sequence[Linked]
) -> etree._Element:
    named = [linked.key for linked in events]
    described = file_object(
        file, original_name=xml_text(page.scan.name), events=named, originator=SOFTWARE
    )
    return E.amdSec(
        *_technical(file, facts_of_scan(page.scan, page.description.capture), described),
        *(
            _wrap("digiprovMD", linked.key, "PREMIS:EVENT", event_record(linked))
            for linked in events
        ),
        ID=f"AMD_{file.xml_id}",
    )


def _of_cut_out(
    page: PublishedPage, file: PackageFile, events: Sequence[Linked], files: Files
) -> etree._Element:
    source = file_id(ORIGINAL, page.scan.page.sequence)
    described = file_object(
        file,
        source=source if source in files else "",
        events=[linked.key for linked in events if file.xml_id in linked.outcomes],
        originator=SOFTWARE,
    )
    return E.amdSec(
        *_technical(file, facts_of_cut_out(file, page.scan), described),
        ID=f"AMD_{file.xml_id}",
    )


def _technical(
    file: PackageFile, facts: ImageFacts, described: etree._Element
) -> Iterator[etree._Element]:
    """MIX is for images; of a PDF it would describe the page we drew, not the file."""
    if file.mimetype.startswith("image/") and facts.width and facts.height:
        yield _wrap("techMD", f"TECH_MIX_{file.xml_id}", "NISOIMG", mix(facts))
    yield _wrap("techMD", f"TECH_PREMIS_{file.xml_id}", "PREMIS:OBJECT", described)


def _wrap(section: str, key: str, kind: str, record: etree._Element) -> etree._Element:
    version = "2.0" if kind == "NISOIMG" else "3.0"
    return E(
        section,
        E.mdWrap(E.xmlData(record), MDTYPE=kind, MDTYPEVERSION=version, MIMETYPE="text/xml"),
        ID=key,
    )
