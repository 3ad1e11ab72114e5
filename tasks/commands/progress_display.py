"""What a person watching sees: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.ledger import LedgerRow, StageState
from tasks.flow.progress import ProgressListener, Quiet


class Lines:
    """One plain line per stage of an issue, for logs; no bars."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def stage(self, issue: str, stage: str, pages: int) -> Iterator[Callable[[int], None]]:
        """Yield a function that takes the number of pages just finished."""
        yield lambda _: None

    def finished(self, issue: str, stage: str, rows: Sequence[LedgerRow], wall_s: float) -> None:
        """Say how the stage ended."""
        states = Counter(row.state for row in rows)
        bad = states[StageState.FAILED]
        note = f", {bad} failed" if bad else ""
        self.console.print(
            f"{issue:<24} {stage:<10} {len(rows):>4} pages{note}  {wall_s:6.1f} s",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


class Bars(Lines):
    """A bar for the stage at work, its line when it is finished."""

    @contextmanager
    def stage(self, issue: str, stage: str, pages: int) -> Iterator[Callable[[int], None]]:
        """Yield a function that moves the bar."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as bars:
            bar = bars.add_task(f"{issue} {stage}", total=pages)
            yield lambda count: bars.advance(bar, count)


_WIDE = 400
"""Characters; what cron mails and logs take is no reason to break a line."""


def console(*, stderr: bool = False) -> Console:
    """Return a console as wide as its terminal, and wide where there is none."""
    terminal = Console(stderr=stderr)
    return terminal if terminal.is_terminal else Console(stderr=stderr, width=_WIDE)


def progress_on_stderr() -> ProgressListener:
    """Return what suits standard error: bars for a person, lines for a log of nothing else."""
    stderr = console(stderr=True)
    if logging.getLogger("tasks").isEnabledFor(logging.INFO):
        return Quiet()  # the log has every stage
    return Bars(stderr) if stderr.is_terminal else Lines(stderr)
