"""Ask the rules: every document sort has one function here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from schemas.rules import description, dfg  # noqa: F401 - they enter their rules
from schemas.rules.alto import ALTO_RULES, HOCR_RULES, kind_of_alto, kind_of_hocr
from schemas.rules.iiif import RULES as IIIF_RULES
from schemas.rules.iiif import pictures
from schemas.rules.mets import ARCHIVE, OTHER, kind_of
from schemas.rules.mets import RULES as METS_RULES
from schemas.rules.package import PACKAGE_RULES, PackageView
from schemas.rules.rule import Finding, Rule


def check_mets(root: etree._Element, *, name: str) -> Iterator[Finding]:
    """Yield the faults of a METS document and of what it embeds."""
    yield from METS_RULES.findings(root, name=name, kind=kind_of(root))


def check_alto(root: etree._Element, *, name: str) -> Iterator[Finding]:
    """Yield the faults of an ALTO document."""
    yield from ALTO_RULES.findings(root, name=name, kind=kind_of_alto(root))


def check_hocr(root: etree._Element, *, name: str) -> Iterator[Finding]:
    """Yield the faults of an hOCR document."""
    yield from HOCR_RULES.findings(root, name=name, kind=kind_of_hocr(root))


def check_manifest(record: dict[str, Any], *, name: str) -> Iterator[Finding]:
    """Yield the faults of a IIIF manifest."""
    kind = ARCHIVE if pictures(record) else OTHER
    yield from IIIF_RULES.findings(record, name=name, kind=kind)


def check_view(view: PackageView, *, name: str) -> Iterator[Finding]:
    """Yield everything in which the parts of a package disagree."""
    yield from PACKAGE_RULES.findings(view, name=name, kind=ARCHIVE)


def listing() -> Iterable[tuple[int, str]]:
    """Return number and text of every rule, for the docs."""
    every: tuple[Iterable[Rule[Any]], ...] = (
        METS_RULES,
        ALTO_RULES,
        HOCR_RULES,
        IIIF_RULES,
        PACKAGE_RULES,
    )
    return sorted({(rule.number, rule.text) for rules in every for rule in rules})
