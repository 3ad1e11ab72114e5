"""The command line: ``bilderbogen COMMAND``.

Exit codes: 0 all good or nothing to do; 1 some pages were quarantined or failed, they are named;
2 the command line or the configuration is wrong; 3 an engine or a dependency is missing;
4 the machine is at fault (disk full, read-only, out of memory); 70 a fault of the program;
130 interrupted; 143 stopped by SIGTERM.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tasks.executors.environment import set_environment

set_environment()

from tasks.commands.group import run  # noqa: E402 - thread limits come before numpy


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    return run(argv)


if __name__ == "__main__":
    sys.exit(main())
