"""The group of commands, and what an error means for the exit code."""

from __future__ import annotations

import importlib
import os
import textwrap
from collections.abc import Sequence

import click

from schemas.errors import ArchiveError, is_systemic
from schemas.version import VERSION
from tasks.commands.log_output import logging_to_stderr
from tasks.commands.termination import Terminated, raising_on_sigterm
from tasks.exits import Exit, exit_code

COMMANDS = {
    "ingest": "Register issues: folders of pages, trees of them, PDFs, TIFFs or METS files.",
    "nightly": "Ingest what is new, run what is due, write the report.",
    "run": "Bring the named issues from their pages to catalog and METS.",
    "rerun": "Do an issue, a stage or a page again, and whatever depends on it, and nothing else.",
    "status": "Show how far each issue has come, and name every page that failed.",
    "find": "Find illustrations by their caption, their page's text or their magazine's title.",
    "duplicates": (
        "Group illustrations that were printed more than once: mastheads, adverts, ornaments."
    ),
    "decide": "Correct the record of an illustration.",
    "export": "Write the packages of published issues to a folder: masters, cut-outs, ALTO, METS.",
    "verify": "Read all that the archive holds again and compare it with its checksums.",
    "catalog": "Look after the catalog.",
    "validate": (
        "Check METS, ALTO, MODS, IIIF and hOCR files, packages (zipped too) and folders of them."
    ),
    "schemas": "The official schemas that validate checks with: METS, MODS, PREMIS, MIX, ALTO.",
    "separate": "Draw class maps of page images; no archive is needed.",
    "evaluate": (
        "Compare class maps with annotated pages: IoU, boxes, false illustration, per source."
    ),
    "compare": (
        "Judge engines side by side: quality, seconds and memory, and every page as a picture."
    ),
    "dataset": "Make training sets of pages and label maps of one's own.",
    "train": "Train the separator on composed pages.",
    "finetune": "Fine-tune the separator on your own corrected pages.",
    "weights": "Show, describe and convert weights of the separator.",
    "demo": "Draw three issues of an invented magazine and run the nightly job on them.",
}
"""Command to what the list of commands says of it, the first sentence of its own help.

A command is the function of that name in the module of that name, which is imported when it is
called, and for nothing else.
"""


DEBUG = "BILDERBOGEN_DEBUG"
"""Environment variable that lets errors nobody foresaw end in a traceback, if it is 1."""


_INDENT = 6
"""Characters before and after the name of a command in the list of commands."""


class LazyGroup(click.Group):
    """A group that imports a command's module on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands, in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called ``cmd_name``."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tasks.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands; none is imported for that."""
        del ctx
        room = formatter.width - max(map(len, COMMANDS)) - _INDENT
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, textwrap.shorten(text, room, placeholder="...")) for name, text
                 in COMMANDS.items()]
            )  # fmt: skip


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
