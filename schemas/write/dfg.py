"""Rights and links as the DFG-Viewer shows them.

Source: DFG METS application profile 2.4, https://dfg-viewer.de/profil-der-metadaten/
"""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from schemas.addresses import to_contact
from schemas.namespaces import DV, METS
from schemas.package import MANIFEST, Publication
from schemas.published import PublishedIssue
from schemas.rights import to_license

D = ElementMaker(namespace=DV, nsmap={"dv": DV})
E = ElementMaker(namespace=METS, nsmap={"mets": METS})


def rights_and_links(
    published: PublishedIssue, public: Publication, *, has_manifest: bool
) -> etree._Element:
    """Return the one amdSec the profile wants: who owns the issue, and where else it is shown."""
    license_ = to_license(published.metadata.rights) or public.license
    rights = D.rights(
        D.owner(public.owner),
        D.ownerLogo(public.owner_logo),
        D.ownerSiteURL(public.owner_site_url),
        D.ownerContact(to_contact(public.owner_contact)),
        *([D.license(license_)] if license_ else []),
    )
    links = D.links(
        D.reference(public.reference(published)),
        D.presentation(public.url(published)),
        *([D.iiif(public.url(published, MANIFEST))] if has_manifest else []),
    )
    return E.amdSec(
        E.rightsMD(_wrap(rights, "DVRIGHTS"), ID="AMD_RIGHTS"),
        E.digiprovMD(_wrap(links, "DVLINKS"), ID="AMD_LINKS"),
        ID="AMD",
    )


def _wrap(record: etree._Element, kind: str) -> etree._Element:
    return E.mdWrap(E.xmlData(record), MDTYPE="OTHER", OTHERMDTYPE=kind, MIMETYPE="text/xml")
