"""Deliveries as people have them, through the product: what is right, what comes of them.

    python -m benchmarks.cases [CASES] [--only NAME]

CASES is a folder with a folder for each case, ``../shared/cases`` if none is named. What is right
stands in ``cases.toml``. The exit code is 1 if something is wrong.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.case_facts import Facts

EXPECTED = Path(__file__).with_name("cases.toml")
CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
CONFIG = "[archive]\nroot = archive\nincoming = in\n[recognize]\nlanguages = eng\n"
_AT_LEAST, _AT_MOST = ("words",), ("memory_mb",)
_EACH = ("names", "reads")
_WIDEST = 60
"""Letters of a value that are printed of facts that are right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of a case: what is expected and what came of it."""

    name: str
    expected: object
    got: object

    @property
    def is_right(self) -> bool:
        """Say whether it is as expected: equal, at least, at most, or all that is named."""
        kind = self.name.split()[0]
        if self.got is None:
            return False
        if kind in _EACH:
            return not _lacking(self)
        if kind in _AT_LEAST:
            return all(count >= self.expected for count in self.got)  # type: ignore[attr-defined]
        if kind in _AT_MOST:
            return self.got <= self.expected  # type: ignore[operator]
        if isinstance(self.expected, int) and isinstance(self.got, list):
            return len(self.got) == self.expected
        return self.got == self.expected


def main() -> int:
    """Run the cases and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path, nargs="?", default=CASES)
    parser.add_argument("--only", default="", help="a part of the name of a case")
    args = parser.parse_args()
    if not args.cases.is_dir():
        print(f"{args.cases}: is not there; no case was tried (name the folder of the cases)")
        return 0
    tried = right = 0
    for case in tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["case"]:
        if args.only not in case["name"]:
            continue
        if not (args.cases / case["name"]).is_dir():
            print(f"{case['name']}: not there, not tried")
            continue
        rows = tried_case(case, args.cases)
        print_case(case, rows)
        tried += 1
        right += all(row.is_right for row in rows)
    print(f"{right} of {tried} right")
    return int(right < tried)


def tried_case(case: dict[str, Any], cases: Path) -> list[Row]:
    """Run the product on ``case`` in a folder of its own; return a row for every fact."""
    with tempfile.TemporaryDirectory(prefix="bilderbogen-") as name:
        home = Path(name)
        sources = _delivered(case, cases, home)
        (home / "config.ini").write_text(CONFIG, encoding="utf-8")
        command = case.get("command", "ingest")
        named = [] if command == "nightly" else [str(source) for source in sources]
        code, memory_mb, printed = _run(command, named, home, case.get("memory_gb"))
        same_as = cases / case["name"] / case["same_as"] if "same_as" in case else None
        facts = Facts(home / "archive", code, memory_mb, printed, same_as)
        return [
            Row(f"{kind} {key}".strip(), expected, facts.get(kind, key))
            for kind, by_key in case["facts"].items()
            for key, expected in (by_key.items() if isinstance(by_key, dict) else [("", by_key)])
        ]


def _delivered(case: dict[str, Any], cases: Path, home: Path) -> list[Path]:
    """Copy what is delivered into the incoming folder; return what to ingest."""
    folder, incoming = cases / case["name"], home / "in"
    if "beside" not in case:
        shutil.copytree(folder / "in", incoming)
        patterns = case.get("sources", ())
        return [path for name in patterns for path in sorted(incoming.glob(name))] or [incoming]
    for name in case["sources"]:
        issue = incoming / Path(name).stem
        issue.mkdir(parents=True)
        shutil.copy(folder / name, issue)
        shutil.copy(cases / case["beside"], issue)
    return [incoming]


def _run(
    command: str, sources: list[str], home: Path, memory_gb: float | None
) -> tuple[int, int, str]:
    """Run a command of the product; return its exit code, its memory in MB, and what it printed."""

    def limit_memory() -> None:
        if memory_gb is not None:
            most = int(memory_gb * 1e9)
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    log = home / "printed.txt"
    with log.open("w", encoding="utf-8") as stream:
        run = subprocess.Popen(
            [sys.executable, "-m", "tasks", command, *sources, "--config", "config.ini"],
            cwd=home,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(EXPECTED.parents[1]), "COLUMNS": "400"},
            preexec_fn=limit_memory,
        )
        _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for
    printed = log.read_text(encoding="utf-8")
    return run.returncode, usage.ru_maxrss // 1024, printed


def print_case(case: dict[str, Any], rows: list[Row]) -> None:
    """Print a case: its verdict, and a line for every fact."""
    verdict = "right" if all(row.is_right for row in rows) else "WRONG"
    print(f"\n{case['name']}  {verdict}\n  {case['right']}")
    print(f"  {'fact':34}  {'verdict':7}  expected -> got")
    for row in rows:
        mark = "right" if row.is_right else "WRONG"
        print(f"  {row.name:34}  {mark:7}  {_shown(row)}", flush=True)


def _shown(row: Row) -> str:
    if row.name.split()[0] in _EACH:
        lacking = _lacking(row)
        return f"{row.expected} -> {'all' if not lacking else f'not {lacking}'}"
    got = str(row.got)
    if row.is_right and len(got) > _WIDEST:
        got = got[:_WIDEST] + " …"
    return f"{row.expected} -> {got}"


def _lacking(row: Row) -> list[str]:
    expected: list[str] = row.expected  # type: ignore[assignment]
    return [text for text in expected if text not in str(row.got)]


if __name__ == "__main__":
    sys.exit(main())
