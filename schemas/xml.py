"""The one way to parse XML that came from elsewhere."""

from __future__ import annotations

from lxml import etree

from schemas.errors import DocumentError


def parse_xml(content: bytes, *, name: str) -> etree._Element:
    """Return the root of ``content``. Nothing is fetched, no entity is resolved.

    Raises:
        DocumentError: not well-formed, or it has a DOCTYPE (which our sources never need and
            attackers do); file and line are named.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"{name}: not well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # stub error
        raise DocumentError(f"{name}: has a DOCTYPE, which is not accepted; remove it")
    return root
