"""What the pages of an issue say of the whole of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.describe.header import agree
from schemas.model import IssueMetadata, RegionKind, Source
from schemas.published import PublishedPage


def main_script(pages: Sequence[PublishedPage]) -> str:
    """Return the script (ISO 15924) that most regions of text were told to be in, or Latn."""
    counts = Counter(
        region.script
        for page in pages
        if page.description.text
        for region in page.description.text.regions
        if region.script and region.kind is RegionKind.TEXT
    )
    return min(counts, key=lambda name: (-counts[name], name), default="Latn")


def with_heads(
    metadata: IssueMetadata,
    pages: Sequence[PublishedPage],
    *,
    languages: tuple[str, ...],
    script: str,
    owner: str,
) -> IssueMetadata:
    """Return ``said`` with what running heads agree on; nothing said is overruled.

    ``languages``, ``script`` and ``owner`` stand where nothing was said of them.
    """
    heads = [page.description.header for page in pages if page.description.header]
    return replace(
        metadata,
        title=metadata.title or agree([head.title for head in heads]) or "",
        date=metadata.date or agree([head.date for head in heads]) or "",
        number=metadata.number or agree([head.number for head in heads]) or "",
        volume=metadata.volume or agree([head.volume for head in heads]) or "",
        languages=metadata.languages or languages,
        script=metadata.script or script,
        owner=metadata.owner or owner,
        source=Source.HEADER if metadata == IssueMetadata() else metadata.source,
    )
