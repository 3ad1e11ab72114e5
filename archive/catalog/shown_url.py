"""A database URL as messages may show it: without what may be a password."""

from __future__ import annotations


def shown_url(url: str) -> str:
    """Return ``url``, mistyped or not, without user and password, nor the query.

    >>> shown_url("postgresql+psycopg://me:secret@host/name")
    'postgresql+psycopg://…@host/name'
    >>> shown_url("postgresql:me:secret")
    'postgresql:…'
    >>> shown_url("sqlite:///catalog.sqlite")
    'sqlite:///catalog.sqlite'
    """
    scheme, colon, rest = url.partition(":")
    slashes = "//" if rest.startswith("//") else ""
    if "@" in rest:
        return f"{scheme}:{slashes}…@{rest.rpartition('@')[2].partition('?')[0]}"
    if scheme.startswith("sqlite") or not colon:
        return url.partition("?")[0]
    return f"{scheme}:{slashes}…"
