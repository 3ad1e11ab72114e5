"""What the pages of an issue say of the whole of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.describe.header import agree
from schemas.model import IssueMetadata, RegionKind, Source
from schemas.published import PublishedPage

_LEAST_OF_LANGUAGE = 0.1
"""Share of the words of an issue that a language of it has at least."""


def main_script(pages: Sequence[PublishedPage]) -> str:
    """Return the script (ISO 15924) that most regions of text are in, or Latn."""
    counts = Counter(
        region.script
        for page in pages
        if page.description.text
        for region in page.description.text.regions
        if region.script and region.kind is RegionKind.TEXT
    )
    return min(counts, key=lambda name: (-counts[name], name), default="Latn")


def read_languages(pages: Sequence[PublishedPage], configured: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages (ISO 639-2/B) that the pages were read in, most words first.

    A language with less than a tenth of the words is left out. Where regions do not say theirs,
    because only one language is ``configured``, it is that one if anything was read; never a list
    that nobody has stated of this issue.
    """
    words = Counter[str]()
    for page in pages:
        for region in page.description.text.regions if page.description.text else ():
            words[region.language] += sum(len(line.words) for line in region.lines)
    words_by_language = {language: count for language, count in words.items() if language and count}
    if not words_by_language:
        return configured if len(configured) == 1 and words.total() else ()
    least = _LEAST_OF_LANGUAGE * sum(words_by_language.values())
    often = [language for language, count in words_by_language.items() if count >= least]
    return tuple(sorted(often, key=lambda language: (-words_by_language[language], language)))


def with_heads(
    metadata: IssueMetadata,
    pages: Sequence[PublishedPage],
    *,
    languages: tuple[str, ...],
    script: str,
    owner: str,
) -> IssueMetadata:
    """Return ``metadata`` with what running heads agree on; nothing stated is overruled.

    ``languages``, ``script`` and ``owner`` are taken where the metadata does not state them.
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
