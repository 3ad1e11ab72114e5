"""Addresses that the public can open, as the DFG-Viewer takes them.

Source: the public validator of the DFG-Viewer, DFG METS application profile 2.4.
"""

from __future__ import annotations

import re

_URL = re.compile(
    r"https?://[\w_-]+(?:\.[\w_-]+)+(?:[\w.,@?^=%&:/~+#-]*[\w@?^=%&/~+#-])?", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)+", re.IGNORECASE | re.ASCII)
_MAILTO = "mailto:"


def is_web_address(text: str) -> bool:
    """Say whether ``text`` is an http(s) address of a host with a dot.

    >>> is_web_address("https://example.org/logo.png"), is_web_address("logo.png")
    (True, False)
    """
    return _URL.fullmatch(text) is not None


def is_mail_address(text: str) -> bool:
    """Say whether ``text`` is a mail address after ``mailto:``.

    >>> is_mail_address("mailto:info@example.org"), is_mail_address("info@example.org")
    (True, False)
    """
    is_mailto = text[: len(_MAILTO)].lower() == _MAILTO
    return is_mailto and _MAIL.fullmatch(text[len(_MAILTO) :]) is not None


def to_contact(text: str) -> str:
    """Return ``text``, a plain mail address with the ``mailto:`` that makes it an address.

    >>> to_contact("info@example.org"), to_contact("https://example.org/contact")
    ('mailto:info@example.org', 'https://example.org/contact')
    """
    return f"{_MAILTO}{text}" if _MAIL.fullmatch(text) else text
