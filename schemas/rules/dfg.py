"""Rules for METS as the DFG-Viewer takes it.

Source: DFG METS application profile 2.4, as the public validator of the DFG-Viewer applies it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from schemas.addresses import is_mail_address, is_web_address
from schemas.namespaces import DV, MIX, MODS, PREMIS
from schemas.rights import NAMES
from schemas.rules.mets import DFG, RULES, M, files, href_of
from schemas.rules.rule import Fault
from schemas.xml import text_of

D = f"{{{DV}}}"
_GROUPS = ("DEFAULT", "DOWNLOAD", "THUMBS", "TEASER", "AUDIO", "FULLTEXT", "SCORE")
_MIMETYPES = (
    "image/", "audio/", "video/", "text/xml", "application/pdf", "application/mei+xml",
    "application/vnd.kitodo", "application/vnd.netfpx", "model/gltf",
)  # fmt: skip
_ADDRESSES = ("ownerLogo", "ownerSiteURL", "ownerContact")
_OWNER = ("owner", *_ADDRESSES)


@RULES.add(15, "each file has one address, http(s), of a host with a dot", DFG)
def _addresses(root: etree._Element) -> Iterator[Fault]:
    for _, file in files(root):
        places = file.findall(f"{M}FLocat")
        if len(places) != 1:
            yield file, f"{file.get('ID')} has {len(places)} FLocats; wanted is one"
        elif places[0].get("LOCTYPE") not in ("URL", "PURL") or not is_web_address(href_of(file)):
            yield places[0], f"{href_of(file)} is no http(s) address of a host with a dot"


@RULES.add(16, "file groups are those of the viewer, and one is DEFAULT", DFG)
def _groups(root: etree._Element) -> Iterator[Fault]:
    uses = [g.get("USE") or "" for g in root.iterfind(f"{M}fileSec/{M}fileGrp")]
    for use in uses:
        if not use.startswith(_GROUPS):
            yield root, f"the viewer does not know the group {use}"
    if uses.count("DEFAULT") != 1:
        yield root, f"has {uses.count('DEFAULT')} groups DEFAULT; wanted is one"


@RULES.add(17, "file types are those of the viewer; ALTO is text/xml", DFG)
def _mimetypes(root: etree._Element) -> Iterator[Fault]:
    for use, file in files(root):
        mimetype = file.get("MIMETYPE") or ""
        if not mimetype.startswith(_MIMETYPES) or (use == "FULLTEXT" and mimetype != "text/xml"):
            yield file, f"{file.get('ID')} in {use} is {mimetype}; ALTO has to be text/xml"


@RULES.add(18, "one dv:rights names the owner, one dv:links the catalog record", DFG)
def _rights(root: etree._Element) -> Iterator[Fault]:
    rights, links = list(root.iter(f"{D}rights")), list(root.iter(f"{D}links"))
    for name, elements in (("rights", rights), ("links", links)):
        if len(elements) != 1:
            yield root, f"has {len(elements)} dv:{name}; wanted is one"
    for element in rights:
        for name in _OWNER:
            if len(element.findall(f"{D}{name}")) != 1 or not element.findtext(f"{D}{name}"):
                yield element, f"has no dv:{name}"
        license_ = element.findtext(f"{D}license")
        if license_ is not None and license_ not in NAMES and not is_web_address(license_):
            yield element, f"dv:license is {license_}; allowed are names such as cc-by, or a URL"
    for element in links:
        if not element.findtext(f"{D}reference"):
            yield element, "has no dv:reference"


@RULES.add(18, "logo, site and contact of the owner are addresses", DFG)
def _owner(root: etree._Element) -> Iterator[Fault]:
    for name in _ADDRESSES:
        for element in root.iterfind(f".//{D}rights/{D}{name}"):
            text = text_of(element)
            if text and not (is_web_address(text) or is_mail_address(text)):
                yield element, f"dv:{name} is {text}; wanted is an http(s) address or mailto:"


@RULES.add(19, "no PREMIS and no MIX, and one amdSec with rights and links", DFG)
def _no_preservation(root: etree._Element) -> Iterator[Fault]:
    for wrap in root.iter(f"{M}mdWrap"):
        above = wrap.getparent()
        kind = above.tag if above is not None else ""
        if kind in (f"{M}rightsMD", f"{M}digiprovMD") and wrap.get("MDTYPE") != "OTHER":
            yield wrap, f"{wrap.get('MDTYPE')} stands where the profile wants DVRIGHTS or DVLINKS"
    for uri in (PREMIS, MIX):
        for element in root.iter(f"{{{uri}}}*"):
            yield element, "PREMIS and MIX are not allowed in this profile"
            break
    both = [
        section
        for section in root.iterfind(f"{M}amdSec")
        if section.find(f"{M}rightsMD") is not None and section.find(f"{M}digiprovMD") is not None
    ]
    if len(both) != 1:
        yield root, f"has {len(both)} amdSecs with rightsMD and digiprovMD; wanted is one"


@RULES.add(20, "one mods:recordInfo with one recordIdentifier in the document", DFG)
def _one_record(root: etree._Element) -> Iterator[Fault]:
    infos = list(root.iterfind(f".//{{{MODS}}}mods/{{{MODS}}}recordInfo"))
    ids = [
        identifier for info in infos for identifier in info.iterfind(f"{{{MODS}}}recordIdentifier")
    ]
    if len(infos) != 1 or len(ids) != 1:
        yield root, f"has {len(infos)} recordInfos with {len(ids)} recordIdentifiers; wanted is one"
