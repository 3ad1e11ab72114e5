"""A folder with a PDF for each issue, as a year of a magazine often comes."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from archive.images.pdf import is_pdf
from archive.ingest.folders import naming_folder
from archive.ingest.issue_source import Discovery, IssueSource
from archive.ingest.names import natural, printable_name, to_slug
from archive.ingest.page_source import PageSource
from schemas.model import IssueId, IssueMetadata, Quarantined


def is_of_documents(pages: Sequence[PageSource]) -> bool:
    """Say whether these are several PDFs of an issue each: nothing else, most of many pages."""
    frames = Counter(page.path for page in pages)
    many = sum(count > 1 for count in frames.values())
    return len(frames) > 1 and 2 * many > len(frames) and all(is_pdf(path) for path in frames)


def of_documents(
    pages: Iterable[PageSource], sheets: Iterable[PageSource], refused: Iterable[Quarantined]
) -> Discovery:
    """Return an issue for each PDF; one that is called 03 has the folder's name before it.

    ``sheets`` were scanned apart: they follow the pages of the PDF whose name begins theirs. One
    that fits none is refused.
    """
    documents = defaultdict[Path, list[PageSource]](list)
    for page in pages:
        documents[page.path].append(page)
    lost: dict[Path, Quarantined] = {}
    stems = {_stem(path): path for path in documents}
    for sheet in sheets:
        begins = [stem for stem in stems if _begins(stem, _stem(sheet.path))]
        if begins:
            documents[stems[max(begins, key=len)]].append(sheet)
        else:
            lost[sheet.path] = Quarantined(
                printable_name(f"{sheet.path.parent.name}/{sheet.path.name}"),
                "its name begins with that of no PDF in the folder above; name it after its issue",
            )
    issues = [
        _of_document(path, documents[path])
        for path in sorted(documents, key=lambda path: natural(path.name))
    ]
    return Discovery(tuple(issues), (*refused, *lost.values()))


def _of_document(path: Path, pages: Sequence[PageSource]) -> IssueSource:
    is_name = any(letter.isalpha() for letter in path.stem)
    name = path.stem if is_name else f"{naming_folder(path.parent).name}-{path.stem}"
    return IssueSource(
        IssueId(to_slug(name)), path.parent, tuple(pages), IssueMetadata(), origin=path
    )


def _stem(path: Path) -> str:
    return unicodedata.normalize("NFC", path.stem).casefold()


def _begins(stem: str, name: str) -> bool:
    """Say whether ``name`` is ``stem``, or that and more after it.

    >>> _begins("1871-1", "1871-1_plate"), _begins("1871-1", "1871-12")
    (True, False)
    """
    rest = name.removeprefix(stem)
    return name.startswith(stem) and not rest[:1].isalnum()
