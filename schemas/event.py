"""What was done to a page or an issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to a page or an issue, as PREMIS has it.

    ``kind`` is a PREMIS event type (ingestion, message digest calculation, …); ``outcome`` is
    success, warning or failure; ``agent`` names the software or model with its version.
    """

    kind: str
    at: datetime
    agent: str
    outcome: str
    detail: str = ""
