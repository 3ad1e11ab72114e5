"""Luigi, started from Python, with errors kept and honest results."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import ArchiveError, ConfigError, EngineError, is_systemic
from schemas.model import IssueId
from tasks.config_file import LUIGI_SECTIONS, UNREADABLE
from tasks.executors.local import close_executors

if TYPE_CHECKING:
    import luigi

    from tasks.flow.export import Export


def run_issues(
    issues: Sequence[IssueId], config: Path, *, scheduler: str = "local"
) -> dict[str, BaseException]:
    """Bring ``issues`` to their export; return what went wrong, by issue.

    Issues are run one after the other; the pages of an issue are spread over processes. An issue
    that fails does not stop the next; a missing engine or a full disk stops them all.

    Raises:
        EngineError, SystemicError: no other issue would fare better.
    """
    configure_luigi(config)
    from luigi.task_register import Register

    from tasks.flow.export import Export

    failures: dict[str, BaseException] = {}
    Register.clear_instance_cache()  # a task remembers its settings and its issue's record
    with _keeping_failures(failures), _workers():
        for issue in issues:
            hindrance = _bring(Export(issue=str(issue), config=config), scheduler)
            if hindrance is not None:
                failures.setdefault(str(issue), hindrance)
            _stop_for_systemic(failures)
    return failures


def configure_luigi(config: Path) -> None:
    """Make ``config`` Luigi's own configuration; before luigi is imported.

    Raises:
        ConfigError: a value in Luigi's own sections is none that Luigi can read.
    """
    os.environ["LUIGI_CONFIG_PATH"] = str(config.resolve())
    os.environ["LUIGI_CONFIG_PARSER"] = "ini"
    warnings.filterwarnings("ignore", message=".*not consumed by the task.*")  # aliases of options
    for where, read in _readings():
        try:
            read()
        except UNREADABLE as error:
            option = str(error).rpartition("default value of ")[2]
            why = f"{option}: {error.__cause__}" if error.__cause__ else option
            remedy = "Luigi takes %% for a percent sign and ${NAME} from the environment"
            raise ConfigError(f"{config}: {where}: {why}; {remedy}") from error


def _readings() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield all that Luigi would read in the middle of a run, and where it stands."""
    yield "[core] autoload_range", partial(importlib.import_module, "luigi")
    from luigi.configuration import get_config
    from luigi.execution_summary import execution_summary
    from luigi.interface import core
    from luigi.rpc import RemoteScheduler
    from luigi.scheduler import scheduler
    from luigi.worker import worker

    ini = get_config()
    for section in sorted(LUIGI_SECTIONS & set(ini.sections())):
        for option in ini.options(section):
            yield f"[{section}] {option}", partial(ini.get, section, option)
    yield "[resources]", partial(ini.getintdict, "resources")
    yield "[core] rpc_…", RemoteScheduler
    for kind in (core, worker, scheduler, execution_summary):
        yield f"[{kind.__name__}]", kind


@contextmanager
def _workers() -> Iterator[None]:
    """Keep worker processes for the run, and no longer."""
    try:
        yield
    finally:
        close_executors()


@contextmanager
def _keeping_failures(failures: dict[str, BaseException]) -> Iterator[None]:
    import luigi

    from tasks.flow.issue import IssueTask

    def keep(task: luigi.Task, error: BaseException) -> None:
        failures[str(task.issue)] = error

    events = (luigi.Event.FAILURE, luigi.Event.BROKEN_TASK)
    for event in events:
        IssueTask.event_handler(event)(keep)
    try:
        yield
    finally:
        for event in events:
            IssueTask.remove_event_handler(event, keep)


def _bring(task: Export, scheduler: str) -> BaseException | None:
    """Bring one issue to its export; return what kept Luigi from beginning, if anything did."""
    import luigi
    from luigi.rpc import RPCError

    try:
        result = luigi.build(
            [task],
            workers=1,
            local_scheduler=scheduler == "local",
            detailed_summary=True,
            log_level="CRITICAL",
        )
    except RPCError as error:
        raise EngineError(
            "luigid does not answer; start it, or run with --scheduler local"
        ) from error
    return None if result.scheduling_succeeded else _unasked(task)


def _unasked(task: luigi.Task) -> BaseException:
    """Return why ``task``, or one it needs, could not say whether it is complete.

    Luigi writes such an error into its log and keeps nothing of it; so we ask again.
    """
    try:
        _ask(task)
    except Exception as error:  # noqa: BLE001 - Luigi, too, takes whatever it was
        return error
    return ArchiveError(f"{task.issue}: could not be asked what is left to do; start again")


def _ask(task: luigi.Task) -> None:
    if not task.complete():
        for needed in task.deps():
            _ask(needed)


def _stop_for_systemic(failures: dict[str, BaseException]) -> None:
    for error in failures.values():
        if is_systemic(error):
            raise error
