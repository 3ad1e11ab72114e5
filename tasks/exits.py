"""What the exit code says, and which error means which."""

from __future__ import annotations

from enum import IntEnum

from schemas.errors import (
    CatalogError,
    ConfigError,
    EngineError,
    SystemicError,
    is_systemic,
)


class Exit(IntEnum):
    """The exit codes of every command."""

    GOOD = 0
    PAGES = 1
    USAGE = 2
    ENGINE = 3
    SYSTEMIC = 4
    BUG = 70  # EX_SOFTWARE of sysexits.h: what nobody foresaw must not pass for bad pages
    INTERRUPTED = 130
    TERMINATED = 143  # 128 + SIGTERM, as shells count


def exit_code(error: BaseException) -> Exit:
    """Return what ``error`` means for the exit code."""
    if isinstance(error, SystemicError | MemoryError):
        return Exit.SYSTEMIC
    if isinstance(error, EngineError):
        return Exit.ENGINE
    if isinstance(error, ConfigError | CatalogError):
        return Exit.USAGE
    if isinstance(error, OSError):
        return Exit.SYSTEMIC if is_systemic(error) else Exit.USAGE
    return Exit.PAGES
