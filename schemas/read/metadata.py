"""What a METS document says of its issue, in MODS or Dublin Core, to our record.

Several records may describe one issue: its own, its volume's, its periodical's. They are asked
from the nearest to the farthest. Only what can be said in our terms is taken: a date that is not
one date, or a language nobody knows, is left unknown and found later in the running head.
Elements are matched in any namespace, because docWorks writes MODS without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml import etree

from schemas.dates import to_date
from schemas.languages import UNTOLD, to_language
from schemas.model import Identifier, IssueMetadata, Source
from schemas.namespaces import DV, METS, XLINK, XSI
from schemas.xml import local, text_of

Record = etree._Element
_ISSUE_TYPES = ("issue", "np:issue")
_NUMBER_TYPES = ("issue", "number", "heft")
_HOST_SCHEMES = ("zdb", "issn", "lccn")
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")
_LICENSES = {
    "pdm": "http://creativecommons.org/publicdomain/mark/1.0/",
    "cc0": "http://creativecommons.org/publicdomain/zero/1.0/",
}
"""Names of licenses (DFG METS profile 2.4) that say all; "cc-by" leaves the version open."""


def issue_metadata(mets: etree._Element) -> IssueMetadata:
    """Return what ``mets`` says of its issue; every field may be empty."""
    records = _records(mets)
    return IssueMetadata(
        title=_first(records, _host_title) or _first(reversed(records), _title),
        date=_first(records, _date),
        volume=_first(records, lambda r: _detail(r, ("volume",)) or _designation(r, 1)),
        number=_first(records, _number),
        languages=next(filter(None, map(_languages, records)), ()),
        script=_first(records, _script),
        rights=_first(records, _rights) or _license(mets),
        owner=text_of(mets.find(f".//{{{DV}}}owner")) or _first(records, _owner),
        publisher=_first(records, lambda r: _joined([*_origins(r), r], "{*}publisher")),
        place=_first(records, lambda r: _joined(_origins(r), "{*}place/{*}placeTerm")),
        identifiers=_identifiers(records),
        source=Source.METS,
    )


def _records(mets: etree._Element) -> list[Record]:
    """Return the descriptions of the issue, the nearest first."""
    sections = {d.get("ID", ""): d for d in mets.iterfind(f"{{{METS}}}dmdSec")}
    keys = [key for div in _chain(mets) for key in (div.get("DMDID") or "").split()]
    named = [sections[key] for key in dict.fromkeys(keys) if key in sections]
    described = [d for section in named or sections.values() for d in _described(section)]
    return described if named else described[:1]


def _described(section: etree._Element) -> Iterator[Record]:
    for wrap in section.iterfind(f"{{{METS}}}mdWrap"):
        data = wrap.find(f"{{{METS}}}xmlData")
        if data is None or wrap.get("MDTYPE") not in ("MODS", "DC"):
            continue
        children = list(data)
        # Dublin Core stands in a container of the library's own, or bare
        yield children[0] if len(children) == 1 and len(children[0]) else data


def _chain(mets: etree._Element) -> list[etree._Element]:
    """Return the div of the issue and those around it, the innermost first."""
    maps = mets.findall(f"{{{METS}}}structMap")
    maps.sort(key=lambda structure: (structure.get("TYPE") or "").upper() != "LOGICAL")
    divs = [div for structure in maps for div in structure.iter(f"{{{METS}}}div")]
    issues = [div for div in divs if (div.get("TYPE") or "").lower() in _ISSUE_TYPES]
    if len(issues) == 1:
        return [issues[0], *issues[0].iterancestors(f"{{{METS}}}div")]
    spines = (_spine(structure) for structure in maps)
    return next((spine for spine in spines if any(d.get("DMDID") for d in spine)), [])


def _spine(structure: etree._Element) -> list[etree._Element]:
    """Return the divs around everything else in ``structure``, the innermost first."""
    spine: list[etree._Element] = []
    inside = structure.findall(f"{{{METS}}}div")
    while len(inside) == 1 and inside[0].find(f"{{{METS}}}fptr") is None:
        spine.insert(0, inside[0])
        inside = inside[0].findall(f"{{{METS}}}div")
    return spine


def _first(records: Iterable[Record], ask: Callable[[Record], str]) -> str:
    return next((answer for record in records if (answer := ask(record))), "")


def _title(record: Record) -> str:
    info = record.find("{*}titleInfo")
    if info is None:
        # the BnF's dc:title of an issue is its date and number; that names no periodical
        stated_title, issued = text_of(record.find("{*}title")), text_of(record.find("{*}date"))
        return "" if issued and stated_title.startswith(issued) else stated_title
    article, title = text_of(info.find("{*}nonSort")), text_of(info.find("{*}title"))
    gap = "" if not article or article.endswith(("'", "’")) else " "
    return f"{article}{gap}{title}"


def _host_title(record: Record) -> str:
    host = record.find("{*}relatedItem[@type='host']")
    return _title(host) if host is not None else ""


def _origins(record: Record) -> list[etree._Element]:
    """Return who published and when, not who digitized."""
    return [
        origin
        for origin in record.iterfind("{*}originInfo")
        if not (origin.get("eventType") or "").lower().startswith("digiti")
        and origin.find("{*}dateCaptured") is None
        and "electronic" not in text_of(origin.find("{*}edition")).lower()
    ]


def _date(record: Record) -> str:
    dates: list[etree._Element] = []
    for origin in _origins(record):
        issued = origin.findall("{*}dateIssued")
        dates += sorted(issued, key=lambda element: element.get("keyDate") != "yes")
    dates += record.findall("{*}part/{*}date")
    if not dates:
        dates = [
            element for origin in _origins(record) for element in origin.iterfind("{*}dateOther")
        ]
    dates += record.findall("{*}date")
    return next((date for element in dates if (date := to_date(text_of(element)))), "")


def _detail(record: Record, kinds: tuple[str, ...]) -> str:
    for part in ("{*}part", "{*}relatedItem[@type='host']/{*}part"):
        for detail in record.iterfind(f"{part}/{{*}}detail"):
            number = text_of(detail.find("{*}number"))
            if (detail.get("type") or "").lower() in kinds and number:
                return number
    return ""


def _number(record: Record) -> str:
    number = _detail(record, _NUMBER_TYPES)
    if _is_ours(record) and number in (_date(record), _title(record), _host_title(record)):
        number = ""  # it stands there because the DFG wants a number in every part
    return number or text_of(record.find("{*}titleInfo/{*}partNumber")) or _designation(record, 2)


def _is_ours(record: Record) -> bool:
    identifiers = record.iterfind("{*}recordInfo/{*}recordIdentifier")
    return any(identifier.get("source") == "bilderbogen" for identifier in identifiers)


def _designation(record: Record, level: int) -> str:
    """Return the number in the BnF's "Année 0" (level 1) or "Numéro 100" (level 2)."""
    for description in record.iterfind("{*}description"):
        if (description.get(f"{{{XSI}}}type") or "").endswith(f"sequentialDesignation{level}"):
            return " ".join(re.findall(r"[0-9]+", text_of(description))[:1])
    return ""


def _languages(record: Record) -> tuple[str, ...]:
    terms = [*record.iterfind("{*}language/{*}languageTerm"), *record.iterfind("{*}language")]
    codes = dict.fromkeys(to_language(text_of(term)) for term in terms)
    return tuple(code for code in codes if code and code not in UNTOLD)


def _script(record: Record) -> str:
    terms = (text_of(script_term) for script_term in record.iterfind("{*}language/{*}scriptTerm"))
    return next((term for term in terms if _SCRIPT.fullmatch(term)), "")


def _rights(record: Record) -> str:
    for condition in record.iterfind("{*}accessCondition"):
        if statement := condition.get(f"{{{XLINK}}}href") or text_of(condition):
            return _LICENSES.get(statement.lower(), statement)
    return text_of(record.find("{*}rights"))


def _license(mets: etree._Element) -> str:
    license_text = text_of(mets.find(f".//{{{DV}}}license"))
    return _LICENSES.get(license_text.lower(), license_text)


def _owner(record: Record) -> str:
    """Return the library; a bare code (MARC, ISIL) only where nothing else stands."""
    original = "{*}relatedItem[@type='original']/{*}location/{*}physicalLocation"
    places = [*record.iterfind("{*}location/{*}physicalLocation"), *record.iterfind(original)]
    names = [text_of(place) for place in places if not place.get("authority")]
    labels = [place.get("displayLabel") or "" for place in places]
    codes = [text_of(place) for place in places]
    owner = next(filter(None, [*names, *labels, *codes]), "")
    return owner or text_of(record.find("{*}provenance"))


def _joined(elements: Iterable[etree._Element], path: str) -> str:
    every = [element_found for element in elements for element_found in element.iterfind(path)]
    texts = (
        text_of(element_found) for element_found in every if element_found.get("type") != "code"
    )
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _identifiers(records: Sequence[Record]) -> tuple[Identifier, ...]:
    """Return the names of the issue itself, and those of its periodical that all libraries use."""
    identifiers: list[Identifier] = []
    for record in records[:1]:
        identifiers += [
            _identifier(identifier_element)
            for identifier_element in record.iterfind("{*}identifier")
        ]
    for record in records:
        host = record.iterfind("{*}relatedItem[@type='host']//{*}*")
        identifiers += [
            identifier_element
            for element in host
            if local(element) in ("identifier", "recordIdentifier")
            and (identifier_element := _identifier(element)).scheme in _HOST_SCHEMES
        ]
    return tuple(
        dict.fromkeys(
            identifier_element for identifier_element in identifiers if identifier_element.value
        )
    )


def _identifier(element: etree._Element) -> Identifier:
    scheme = (element.get("type") or element.get("source") or "local").strip().lower()
    if scheme.startswith("zdb"):
        scheme = "zdb"
    value = "" if element.get("invalid") == "yes" else text_of(element)
    return Identifier(scheme or "local", value)
