"""Records to rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from archive.catalog.tables import (
    Base,
    EventRow,
    FileRow,
    IllustrationRow,
    IssueRow,
    PageRow,
    RegionRow,
)
from schemas.codec import to_json
from schemas.event import Event
from schemas.model import Illustration, Scan
from schemas.normalize import normalize
from schemas.published import PublishedFile, PublishedIssue, PublishedPage


def issue_row(published: PublishedIssue, at: datetime) -> IssueRow:
    """Return the row of the issue itself."""
    metadata = published.metadata
    return IssueRow(
        slug=str(published.issue.issue),
        version=published.issue.version,
        edition=published.edition,
        title=metadata.title,
        date=metadata.date,
        volume=metadata.volume,
        number=metadata.number,
        languages=" ".join(metadata.languages),
        script=metadata.script,
        rights=metadata.rights,
        owner=metadata.owner,
        source=str(metadata.source),
        published_at=at,
        record=to_json(published).decode(),
    )


def rows_of(published: PublishedIssue) -> Iterator[Base]:
    """Yield every other row of the issue, parents before children."""
    slug = str(published.issue.issue)
    title = published.metadata.title
    yield from (_page(slug, title, page) for page in published.pages)
    for page in published.pages:
        yield from _regions(page)
        for picture in page.description.illustrations:
            yield _illustration(picture, page)
        for file in page.files:
            yield _file(slug, file)
        for done in page.events:
            yield _event(slug, str(page.scan.page), done)
    for done in published.events:
        yield _event(slug, slug, done)


def found_by(title: str, text: str) -> str:
    """Return what a page is found by: the title of its issue and its normalized text.

    >>> found_by("Über Land", "die maedchen")
    'ueber land die maedchen'
    """
    return f"{normalize(title)} {text}".strip()


def _page(slug: str, title: str, page: PublishedPage) -> PageRow:
    scan: Scan = page.scan
    description = page.description
    words = description.text.regions if description.text else ()
    text = "\n\n".join(region.text for region in words)
    label = scan.label or (description.header.label if description.header else None) or ""
    return PageRow(
        id=str(scan.page),
        issue=slug,
        sequence=scan.place,
        label=label,
        name=scan.name,
        sha256=scan.sha256,
        width=scan.width,
        height=scan.height,
        dpi=scan.dpi,
        header=description.header.text if description.header else "",
        confidence=description.confidence,
        known_words=description.known_words,
        kind=str(description.kind or ""),
        failed=page.failed,
        text=text,
        search=found_by(title, normalize(text)),
    )


def _regions(page: PublishedPage) -> Iterator[RegionRow]:
    for region in page.description.regions:
        yield RegionRow(
            page=str(page.scan.page),
            kind=str(region.kind),
            left=region.box.left,
            top=region.box.top,
            right=region.box.right,
            bottom=region.box.bottom,
            probability=region.probability,
        )


def _illustration(picture: Illustration, page: PublishedPage) -> IllustrationRow:
    caption = picture.caption
    return IllustrationRow(
        id=str(picture),
        page=str(page.scan.page),
        ordinal=picture.ordinal,
        left=picture.box.left,
        top=picture.box.top,
        right=picture.box.right,
        bottom=picture.box.bottom,
        polygon=json.dumps(picture.polygon),
        probability=picture.probability,
        kind=picture.kind,
        matte=picture.matte,
        matte_score=picture.matte_score,
        caption=caption.text if caption else "",
        caption_score=caption.score if caption else None,
        caption_method=caption.method if caption else "",
        perceptual_hash=picture.perceptual_hash,
        search=normalize(f"{caption.text} {caption.credit}".strip()) if caption else "",
        kind_confidence=picture.kind_confidence,
        caption_number=(caption.number or "") if caption else "",
        caption_left=caption.box.left if caption else None,
        caption_top=caption.box.top if caption else None,
        caption_right=caption.box.right if caption else None,
        caption_bottom=caption.box.bottom if caption else None,
        continues=picture.continues,
        caption_credit=caption.credit if caption else "",
    )


def _file(slug: str, file: PublishedFile) -> FileRow:
    return FileRow(
        issue=slug,
        use=file.use,
        subject=file.subject,
        path=file.path,
        mimetype=file.mimetype,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        width=file.width,
        height=file.height,
    )


def _event(slug: str, subject: str, done: Event) -> EventRow:
    return EventRow(
        issue=slug,
        subject=subject,
        kind=done.kind,
        at=done.at,
        agent=done.agent,
        outcome=done.outcome,
        detail=done.detail,
    )


def file_of(row: FileRow) -> PublishedFile:
    """Return the record of a file's row."""
    return PublishedFile(
        use=row.use,
        subject=row.subject,
        path=row.path,
        mimetype=row.mimetype,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
    )


def event_of(row: EventRow) -> Event:
    """Return the record of an event's row."""
    return Event(row.kind, aware(row.at), row.agent, row.outcome, row.detail)


def aware(at: datetime) -> datetime:
    """Return ``at`` in UTC; SQLite keeps no time zone."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
