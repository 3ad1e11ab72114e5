"""The group of commands, and what an error means for the exit code."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence

import click

from schemas.errors import ArchiveError, is_systemic
from schemas.version import VERSION
from tasks.commands.log_output import logging_to_stderr
from tasks.commands.termination import Terminated, raising_on_sigterm
from tasks.exits import Exit, exit_code

COMMANDS = {
    "ingest": "tasks.commands.ingest",
    "nightly": "tasks.commands.nightly",
    "run": "tasks.commands.run",
    "rerun": "tasks.commands.rerun",
    "status": "tasks.commands.status",
    "find": "tasks.commands.find",
    "duplicates": "tasks.commands.duplicates",
    "decide": "tasks.commands.decide",
    "export": "tasks.commands.export",
    "verify": "tasks.commands.verify",
    "validate": "tasks.commands.validate",
    "schemas": "tasks.commands.schemas",
    "separate": "tasks.commands.separate",
    "evaluate": "tasks.commands.evaluate",
    "compare": "tasks.commands.compare",
    "dataset": "tasks.commands.dataset",
    "train": "tasks.commands.train",
    "finetune": "tasks.commands.finetune",
    "weights": "tasks.commands.weights",
    "demo": "tasks.commands.demo",
}
"""Command to module; a module is imported when its command is called, so that help is quick."""


DEBUG = "BILDERBOGEN_DEBUG"
"""Environment variable that lets errors nobody foresaw end in a traceback, if it is 1."""


class LazyGroup(click.Group):
    """A group that imports a command's module on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands, in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called ``cmd_name``."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="bilderbogen")
@click.option("--verbose", is_flag=True, help="Log every page, stage and run to standard error.")
@click.option("--log-json", is_flag=True, help="The same as JSON, one object a line.")
@click.pass_context
def group(context: click.Context, verbose: bool, log_json: bool) -> None:
    """Lift illustrations and metadata out of scanned magazines.

    Exit codes: 0 good or nothing to do, 1 some pages quarantined or failed (named), 2 usage or
    configuration, 3 an engine is missing, 4 disk full, read-only or out of memory, 70 a fault of
    the program, 130 interrupted, 143 stopped by SIGTERM.
    """
    context.with_resource(logging_to_stderr(verbose=verbose, as_json=log_json))


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    try:
        with raising_on_sigterm():
            code = group.main(args=argv, prog_name="bilderbogen", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        return _stopped(error)
    except (ArchiveError, OSError, MemoryError) as error:
        if isinstance(error, OSError) and not is_systemic(error) and error.filename is None:
            return _unforeseen(error)
        click.echo(f"error: {error}", err=True)
        return exit_code(error)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a traceback helps no librarian
        return _unforeseen(error)
    return int(code or 0)


def _stopped(error: BaseException) -> Exit:
    is_terminated = isinstance(error, Terminated) or isinstance(error.__cause__, Terminated)
    reason = "stopped by SIGTERM" if is_terminated else "interrupted"
    click.echo(f"{reason}; what was finished is kept, run the same command again", err=True)
    return Exit.TERMINATED if is_terminated else Exit.INTERRUPTED


def _unforeseen(error: Exception) -> Exit:
    """Say in one line what nobody foresaw; raise it again where a traceback is wanted."""
    if os.environ.get(DEBUG) == "1":
        raise error
    description = " ".join(f"{type(error).__name__}: {error}".split())
    click.echo(
        f"error: a fault of the program, please report it: {description} "
        f"(for the traceback set {DEBUG}=1 and start again)",
        err=True,
    )
    return Exit.BUG
