"""The profiles of an export: a row each, what it needs of config.ini, and what it writes.

A new profile is a module with a function that adds its documents to a ``Payload``, and a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.package import ADDRESS, ARCHIVE, DFG, IIIF, RIGHTS, Option

if TYPE_CHECKING:
    from archive.package.payload import Payload


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile.

    Attributes:
        name: as in ``[export] profiles`` and ``--profile``.
        write: adds its documents to the payload of a package.
        needs: the options of config.ini without which it cannot be written.
        needs_web_addresses: whether what those options say has to be an address of the web.
        needs_title: whether the issue has to have a title.
        is_always_written: whether a package has it, asked for or not.
    """

    name: str
    write: Callable[[Payload], None]
    needs: tuple[Option, ...] = ()
    needs_web_addresses: bool = False
    needs_title: bool = False
    is_always_written: bool = False


def _write_iiif(payload: Payload) -> None:
    payload.add_iiif()


def _write_archive_mets(payload: Payload) -> None:
    payload.add_mets(ARCHIVE)


def _write_dfg_mets(payload: Payload) -> None:
    payload.add_mets(DFG)


PROFILES = (
    Profile(IIIF, _write_iiif, needs=ADDRESS),
    Profile(ARCHIVE, _write_archive_mets, is_always_written=True),
    Profile(
        DFG,
        _write_dfg_mets,
        needs=(*ADDRESS, *RIGHTS),
        needs_web_addresses=True,
        needs_title=True,
    ),
)
"""In the order in which they are written: METS lists what was written before it."""

PROFILE_NAMES = tuple(sorted(profile.name for profile in PROFILES))


def profile_of(name: str) -> Profile:
    """Return the profile called ``name``."""
    return next(profile for profile in PROFILES if profile.name == name)
