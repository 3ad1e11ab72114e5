"""Where log lines go: to standard error, as text for people or as JSON for machines.

The core logs by the standard ``logging``, a logger for each module. Luigi's own logging is set in
config.ini, [core] log_level, and is not touched here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_FIELDS = ("issue", "page", "stage", "state", "pages", "failed", "seconds", "exit", "reason")
"""What a line may carry besides its event."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and the fields the event has."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as JSON."""
        event, _, traceback = record.getMessage().partition("\n")
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event,
        } | _fields(record)
        if record.exc_info:
            traceback = self.formatException(record.exc_info)
        if traceback:
            line["traceback"] = traceback
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """Time, level, event and its fields in one line; a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as text."""
        event, _, traceback = record.getMessage().partition("\n")
        if record.exc_info:
            traceback = self.formatException(record.exc_info)
        time = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        return f"{time} {record.levelname} {event}{fields}" + (
            f"\n{traceback}" if traceback else ""
        )


@contextmanager
def logging_to_stderr(*, verbose: bool, as_json: bool) -> Iterator[None]:
    """Write log lines while the body lasts: all events if asked for in any way, else warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else TextLines())
    core, root = logging.getLogger("tasks"), logging.getLogger()
    level_before = core.level
    core.setLevel(logging.INFO if verbose or as_json else logging.WARNING)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        core.setLevel(level_before)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
