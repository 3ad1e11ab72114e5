"""The night: ingest what is new, run what is due, say what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.catalog.catalog import Catalog
from archive.ingest.names import printable_name
from archive.layout import Layout
from archive.lock import alone
from archive.store import sweep, sweep_scratch
from schemas.errors import ConfigError
from schemas.model import IssueId, Quarantined
from tasks.exits import Exit
from tasks.flow.ingest import Intake, take_in
from tasks.flow.luigi import run_issues
from tasks.flow.opening import open_catalog, warn_of_unknown_issues
from tasks.flow.report import say, write_report
from tasks.flow.run_result import Night
from tasks.settings import Settings, load

_NO_INCOMING = (
    "no such folder; mount its disk, correct [archive] incoming, make it, or leave the option empty"
)


@dataclass(frozen=True, slots=True)
class House:
    """An archive, opened."""

    config: Path
    settings: Settings
    layout: Layout
    catalog: Catalog

    @classmethod
    def open(cls, config: Path, *, is_new: bool = False) -> House:
        """Open the archive that ``config`` names; with ``is_new`` begin one that is not there.

        Raises:
            ConfigError: the configuration is no good, or there is no archive.
            CatalogError: the catalog is no good.
        """
        settings = load(config)
        root = settings.archive.root
        if not root.is_dir() or not any(root.iterdir()):
            if not is_new:
                raise ConfigError(
                    f"{config}: no archive at {root}; mount its disk, correct [archive] root, "
                    "or make one: bilderbogen ingest"
                )
            root.mkdir(parents=True, exist_ok=True)
            click.echo(
                f"{config}: a new archive is begun at {root}; if there is one already, mount its "
                "disk or correct [archive] root",
                err=True,
            )
        layout, catalog = Layout(root), open_catalog(settings.archive)
        warn_of_unknown_issues(catalog, layout)
        return cls(config, settings, layout, catalog)


def bring_forward(
    config: Path, *, wanted: Sequence[IssueId] | None, scheduler: str = "local"
) -> Exit:
    """Run ``wanted`` issues, or whatever is due; write the report; return the exit code.

    One run at a time works in an archive, unless luigid tells runs apart. Only a run of whatever is
    due may begin an archive: wanted issues are in one that is there.

    Raises:
        ConfigError, EngineError, SystemicError: the run could not begin or had to stop.
        BusyError: another run is at work.
    """
    house = House.open(config, is_new=wanted is None)
    with alone(house.layout.root, "run", shared=scheduler == "luigid"):
        return _bring_forward(house, config, wanted=wanted, scheduler=scheduler)


def _bring_forward(
    house: House, config: Path, *, wanted: Sequence[IssueId] | None, scheduler: str
) -> Exit:
    for folder in house.layout.drafts():
        if folder.is_dir():
            sweep(folder)
    sweep_scratch()
    started, clock = datetime.now(UTC), time.monotonic()
    since = _unreported(house, started) if wanted is None and scheduler == "local" else started
    run = house.catalog.begin_run("nightly" if wanted is None else "run")
    try:
        intake = _intake(house) if wanted is None else Intake()
        issues = _issues(house, wanted)
        failures = run_issues(issues, config, scheduler=scheduler)
    except BaseException as error:
        house.catalog.end_run(run, type(error).__name__)
        raise
    bad, own = house.catalog.standing.bad(None if wanted is None else issues), set(issues)
    night = Night(
        started=started,
        seconds=time.monotonic() - clock,
        intake=intake,
        issues=issues,
        known_bad=tuple(row for row in bad if row.issue in own),
        done=house.catalog.ledger(since=since),
        failures={issue: str(error) for issue, error in failures.items()},
    )
    code = night.verdict()
    house.catalog.end_run(run, str(int(code)))
    say(night, None if night.is_idle else write_report(night, house.layout, house.catalog))
    return code


def _unreported(house: House, started: datetime) -> datetime:
    """Return when the first of the runs before this one began that were stopped without a report.

    What they met is news still: nobody was told.
    """
    since = started
    for run in house.catalog.last_runs():
        if run.outcome.isdecimal():
            break
        since = run.started
    return since


def _intake(house: House) -> Intake:
    incoming = house.settings.archive.incoming
    if incoming is None:
        return Intake()
    if not incoming.is_dir():  # cron must hear of it: nothing would come in, night after night
        return Intake(refused=(Quarantined(printable_name(str(incoming)), _NO_INCOMING),))
    with alone(house.layout.root, "ingest", waits=True):
        return take_in([incoming], house.layout, house.catalog, house.settings.ingest)


def _issues(house: House, wanted: Sequence[IssueId] | None) -> tuple[IssueId, ...]:
    if wanted is None:
        return house.layout.issues()
    house.layout.check_known(wanted)
    return tuple(wanted)
