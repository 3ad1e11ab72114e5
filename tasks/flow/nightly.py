"""The result: ingest what is new, run what is due, say what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from archive.ingest.names import printable_name
from archive.lock import hold_lock
from archive.store import sweep, sweep_scratch
from archive.upkeep.fixity import Damage
from archive.upkeep.runs import begin_run, check_not_older
from schemas.model import IssueId, Quarantined
from tasks.archive_access import OpenArchive
from tasks.flow.fixity import verified
from tasks.flow.ingest import Intake
from tasks.flow.ingest_bounded import take_in_bounded
from tasks.flow.luigi import run_issues
from tasks.flow.report import write_report
from tasks.flow.retries import try_again
from tasks.flow.run_number import numbered
from tasks.flow.run_result import RunResult

_log = logging.getLogger(__name__)

_NO_INCOMING = (
    "no such folder; mount its disk, correct [archive] incoming, make it, or leave the option empty"
)


def run_archive(
    archive: OpenArchive, *, only: Sequence[IssueId] | None, scheduler: str = "local"
) -> tuple[RunResult, Path | None]:
    """Run the issues of ``only``, or whatever is due; return the result and the report's path.

    A run that did nothing writes no report. One run at a time works in an archive, unless luigid
    tells runs apart.

    Raises:
        ConfigError, EngineError, SystemicError: the run could not begin or had to stop.
        BusyError: another run is at work.
    """
    with hold_lock(archive.layout.root, "run", shared=scheduler == "luigid"):
        return _run(archive, only, scheduler)


def _run(
    archive: OpenArchive, only: Sequence[IssueId] | None, scheduler: str
) -> tuple[RunResult, Path | None]:
    check_not_older(archive.catalog, archive.layout)
    for folder in archive.layout.drafts():
        if folder.is_dir():
            sweep(folder)
    sweep_scratch()
    started, clock = datetime.now(UTC), time.monotonic()
    unreported = _unreported(archive) if only is None and scheduler == "local" else ()
    run = begin_run(archive.catalog, archive.layout, "nightly" if only is None else "run")
    _log.info("run started")
    try:
        with numbered(run):
            intake = _intake(archive) if only is None else Intake()
            issues = _issues(archive, only)
            if only is None:
                try_again(archive, frozenset(issues))
            failures = run_issues(issues, archive.config, scheduler=scheduler)
            from tasks.flow.ledger_truth import refresh_ledger  # luigi, which is configured now

            refresh_ledger(archive, None if only is None else issues)
        damages = _damages(archive) if only is None else ()
    except BaseException as error:
        archive.catalog.end_run(run, type(error).__name__)
        _log.info("run stopped", extra={"reason": type(error).__name__})
        raise
    bad = archive.catalog.progress.bad(None if only is None else issues)
    in_run = frozenset(issues)
    result = RunResult(
        number=run,
        started=started,
        seconds=time.monotonic() - clock,
        intake=intake,
        issues=issues,
        known_bad=tuple(row for row in bad if row.issue in in_run),
        done=archive.catalog.ledger(runs=(*unreported, run)),
        failures={issue: str(error) for issue, error in failures.items()},
        damages=damages,
    )
    archive.catalog.end_run(run, str(int(result.verdict())))
    _log.info(
        "run ended", extra={"exit": int(result.verdict()), "seconds": round(result.seconds, 1)}
    )
    if result.is_idle:
        return result, None
    return result, write_report(result, archive.layout, archive.catalog)


def _unreported(archive: OpenArchive) -> tuple[int, ...]:
    """Return the numbers of the runs before this one that were stopped without a report.

    What they met is news still: nobody was told.
    """
    runs = archive.catalog.last_runs()
    return tuple(run.number for run in takewhile(lambda run: not run.outcome.isdecimal(), runs))


def _damages(archive: OpenArchive) -> tuple[Damage, ...]:
    """Read tonight's share of the archive again; return what has changed."""
    share = archive.settings.verify.share
    return verified(archive, share).damages if share else ()


def _intake(archive: OpenArchive) -> Intake:
    incoming = archive.settings.archive.incoming
    if incoming is None:
        return Intake()
    if not incoming.is_dir():  # cron must hear of it: nothing would come in, night after night
        return Intake(refused=(Quarantined(printable_name(str(incoming)), _NO_INCOMING),))
    with hold_lock(archive.layout.root, "ingest", waits=True):
        return take_in_bounded([incoming], archive)


def _issues(archive: OpenArchive, only: Sequence[IssueId] | None) -> tuple[IssueId, ...]:
    if only is None:
        return archive.layout.issues()
    archive.layout.check_known(only)
    return tuple(only)
