"""The tables. Their history is in ``migrations``; a test holds the two together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_CASCADE = "CASCADE"
_Slug = String(100)
_Bytes = BigInteger().with_variant(Integer, "sqlite")
"""A scan may have more than 2 GiB; SQLite's integers are large anyway."""


class Base(DeclarativeBase):
    """All tables of the catalog."""


class IssueRow(Base):
    """A published issue; ``edition`` names the folder readers see."""

    __tablename__ = "issue"
    slug: Mapped[str] = mapped_column(_Slug, primary_key=True)
    version: Mapped[int]
    edition: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(Text)
    date: Mapped[str] = mapped_column(String(10), index=True)
    volume: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    languages: Mapped[str] = mapped_column(Text)
    script: Mapped[str] = mapped_column(String(4))
    rights: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(10))
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    record: Mapped[str] = mapped_column(Text)


class PageRow(Base):
    """A page of a published issue; ``search`` is its issue's title and its text, normalized."""

    __tablename__ = "page"
    id: Mapped[str] = mapped_column(String(110), primary_key=True)
    issue: Mapped[str] = mapped_column(ForeignKey("issue.slug", ondelete=_CASCADE), index=True)
    sequence: Mapped[int]
    label: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int]
    height: Mapped[int]
    dpi: Mapped[float]
    header: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float | None] = mapped_column(Float, index=True)
    failed: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)
    known_words: Mapped[float | None] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(String(14), server_default="")


class RegionRow(Base):
    """A region of a page, in pixels of the master."""

    __tablename__ = "region"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    page: Mapped[str] = mapped_column(ForeignKey("page.id", ondelete=_CASCADE), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    left: Mapped[int]
    top: Mapped[int]
    right: Mapped[int]
    bottom: Mapped[int]
    probability: Mapped[float]


class IllustrationRow(Base):
    """An illustration with its caption, in pixels of the master."""

    __tablename__ = "illustration"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    page: Mapped[str] = mapped_column(ForeignKey("page.id", ondelete=_CASCADE), index=True)
    ordinal: Mapped[int]
    left: Mapped[int]
    top: Mapped[int]
    right: Mapped[int]
    bottom: Mapped[int]
    polygon: Mapped[str] = mapped_column(Text)
    probability: Mapped[float]
    kind: Mapped[str] = mapped_column(String(24), index=True)
    matte: Mapped[str] = mapped_column(String(12))
    matte_score: Mapped[float | None] = mapped_column(Float)
    caption: Mapped[str] = mapped_column(Text)
    caption_score: Mapped[float | None] = mapped_column(Float)
    caption_method: Mapped[str] = mapped_column(String(12))
    perceptual_hash: Mapped[str] = mapped_column(String(16), index=True)
    search: Mapped[str] = mapped_column(Text)
    kind_confidence: Mapped[float] = mapped_column(server_default="0")
    caption_number: Mapped[str] = mapped_column(Text, server_default="")
    caption_left: Mapped[int | None]
    caption_top: Mapped[int | None]
    caption_right: Mapped[int | None]
    caption_bottom: Mapped[int | None]
    continues: Mapped[str] = mapped_column(String(120), server_default="")
    caption_credit: Mapped[str] = mapped_column(Text, server_default="")


class FileRow(Base):
    """A file of a published issue, relative to the archive's root."""

    __tablename__ = "file"
    __table_args__ = (UniqueConstraint("use", "subject", "path"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issue: Mapped[str] = mapped_column(ForeignKey("issue.slug", ondelete=_CASCADE), index=True)
    use: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    path: Mapped[str] = mapped_column(Text)
    mimetype: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(_Bytes)
    width: Mapped[int]
    height: Mapped[int]


class EventRow(Base):
    """Something done to a page or an issue (PREMIS event)."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issue: Mapped[str] = mapped_column(ForeignKey("issue.slug", ondelete=_CASCADE), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    agent: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(10))
    detail: Mapped[str] = mapped_column(Text)


class NumberedRow(Base):
    """An illustration that was published once, in shares of its page; survives publishing."""

    __tablename__ = "numbered"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    issue: Mapped[str] = mapped_column(_Slug, index=True)
    page: Mapped[str] = mapped_column(String(110))
    ordinal: Mapped[int]
    left: Mapped[float]
    top: Mapped[float]
    right: Mapped[float]
    bottom: Mapped[float]
    is_found: Mapped[bool]
    version: Mapped[int] = mapped_column(server_default="0")


class DecisionRow(Base):
    """What a person decided about an illustration; survives publishing."""

    __tablename__ = "decision"
    illustration: Mapped[str] = mapped_column(String(120), primary_key=True)
    field: Mapped[str] = mapped_column(String(12), primary_key=True)
    issue: Mapped[str] = mapped_column(_Slug, index=True)
    value: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ModelRow(Base):
    """An engine or its weights, as issues were made with."""

    __tablename__ = "model"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    first_used: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LedgerTableRow(Base):
    """How a page left a stage; survives publishing."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_state", "state"),
        Index("ix_ledger_at", "at"),
        Index("ix_ledger_run", "run"),
    )
    issue: Mapped[str] = mapped_column(_Slug, primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    stage: Mapped[str] = mapped_column(String(12), primary_key=True)
    sequence: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int]
    recipe: Mapped[str] = mapped_column(String(8))
    error: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    seconds: Mapped[float]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    run: Mapped[int | None]


class RunRow(Base):
    """One run of the command line that did work; ``outcome`` is the exit code or an error."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    command: Mapped[str] = mapped_column(String(20))
    started: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(String(60))
