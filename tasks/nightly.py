"""The night: ingest what is new, run what is due, say what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.catalog import Catalog
from archive.layout import Layout
from archive.store import sweep
from schemas.errors import ArchiveError, PagesFailedError
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId
from tasks.cli import Exit
from tasks.intake import Intake, take_in
from tasks.report import Night, write_report
from tasks.runner import run_issues
from tasks.settings import Settings, load


@dataclass(frozen=True, slots=True)
class _Archive:
    settings: Settings
    layout: Layout
    catalog: Catalog


def bring_forward(config: Path, *, wanted: Sequence[str] | None, scheduler: str = "local") -> int:
    """Run ``wanted`` issues, or whatever is due; return the exit code.

    Raises:
        ConfigError, EngineError, SystemicError: the run could not begin or had to stop.
    """
    house = _open(config)
    started, clock = datetime.now(UTC), time.monotonic()
    run_id = house.catalog.record_run(started, command="nightly" if wanted is None else "run")
    try:
        intake = _intake(house) if wanted is None else Intake((), (), ())
        issues = tuple(IssueId(name) for name in wanted) if wanted else house.layout.issues()
        failures = run_issues(issues, config, scheduler=scheduler)
    except BaseException as error:
        house.catalog.finish_run(run_id, datetime.now(UTC), outcome=type(error).__name__)
        raise
    night = Night(
        run=f"{started:%Y%m%dT%H%M%SZ}",
        started=started,
        seconds=time.monotonic() - clock,
        intake=intake,
        issues=issues,
        rows=tuple(row for issue in issues for row in house.catalog.ledger(issue=issue)),
        failures={issue: str(error) for issue, error in failures.items()},
        work_done=house.catalog.rows_since(started),
    )
    code = _verdict(night)
    house.catalog.finish_run(run_id, datetime.now(UTC), outcome=str(int(code)))
    _say(night, write_report(night, house.layout, house.catalog))
    return code
