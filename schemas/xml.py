"""The one way to parse XML that came from elsewhere."""

from __future__ import annotations

from lxml import etree

from schemas.errors import DocumentError


def parse_xml(content: bytes, *, name: str) -> etree._Element:
    """Return the root of ``content``. Nothing is fetched, no entity is resolved.

    Comments and processing instructions are dropped: every child of an element is an element.
    libxml2's own limits stand (10 MB for one text, 256 levels, capped entity growth).

    Raises:
        DocumentError: not well-formed, over a limit, or it has a DOCTYPE (which our sources
            never need and attackers do); file and line are named.
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
    except etree.XMLSyntaxError as error:
        why = str(error.msg or error).rsplit(", line", 1)[0]
        raise DocumentError(
            f"{name}:{error.lineno or 1}: not well-formed XML: {why}; export it again"
        ) from error
    except (ValueError, LookupError) as error:
        raise DocumentError(f"{name}: not well-formed XML: {error}; export it again") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # stub error
        raise DocumentError(f"{name}:1: has a DOCTYPE, which is not accepted; remove it")
    return root


def local(element: etree._Element) -> str:
    """Return the name of ``element`` without its namespace.

    >>> local(etree.fromstring('<m:div xmlns:m="http://www.loc.gov/METS/"/>'))
    'div'
    """
    return element.tag.rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """Return the namespace of ``element``, empty where it has none."""
    return element.tag.rpartition("}")[0][1:]


def text_of(element: etree._Element | None) -> str:
    """Return the text directly in ``element`` with runs of blanks made one."""
    return " ".join((element.text or "").split()) if element is not None else ""
