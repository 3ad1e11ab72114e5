"""Allowed values, declared once beside the type; msgspec checks them and messages state them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec


def between(low: float, high: float) -> msgspec.Meta:
    """Return that a number lies between ``low`` and ``high``, both allowed.

    >>> between(1, 13).description
    'allowed is 1 to 13'
    """
    return msgspec.Meta(ge=low, le=high, description=f"allowed is {low} to {high}")


def one_of(choices: Iterable[str]) -> msgspec.Meta:
    """Return that a text is one of ``choices``.

    >>> one_of(["png", "tiff"]).description
    'allowed is png, tiff'
    """
    names = tuple(choices)
    pattern = "|".join(map(re.escape, names))
    return msgspec.Meta(pattern=f"^(?:{pattern})$", description=f"allowed is {', '.join(names)}")
