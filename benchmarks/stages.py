"""CPU seconds a page of every stage, Tesseract's included, in one process.

    python -m benchmarks.stages --pages FOLDER [--kind "color book" ...] [--limit N]

The first page of a kind pays for models and word lists and is named apart. Plain Tesseract reads
the other pages in the same run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Sequence
from pathlib import Path

from archive.store import write_whole
from benchmarks.night import CONFIG, ISSUE, KINDS, Kind, fill, tesseract
from schemas.codec import to_json
from schemas.model import IssueId, PageId
from tasks.__main__ import main as run_command
from tasks.flow import stages
from tasks.flow.graph import PAGE_STAGES
from tasks.flow.page_stage import BatchStage, build_pages


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--kind", nargs="*", choices=[*KINDS], default=[*KINDS])
    parser.add_argument("--limit", type=int, default=6)
    args = parser.parse_args()
    print(f"| pages | n | {' | '.join(PAGE_STAGES)} | all | Tesseract | ratio | first page |")
    print("|---|" + "--:|" * (len(PAGE_STAGES) + 5))
    for name in args.kind:
        files = sorted(args.pages.glob(KINDS[name].pattern))[: args.limit + 1]
        print(row(name, KINDS[name], files), flush=True)


def row(name: str, kind: Kind, files: Sequence[Path]) -> str:
    """Return the line of the table for ``files``, the first of which warms up."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = home / "config.ini"
        config.write_text(CONFIG.format(language=kind.language, script=kind.script))
        pages = [PageId(IssueId(ISSUE), number + 1) for number in range(fill(home, files))]
        run_command(["ingest", str(home / "incoming"), "--config", str(config)])
        seconds = {stage: seconds_of(stage, pages, config) for stage in PAGE_STAGES}
        others = len(pages) - 1
        first_file = min((home / "incoming" / ISSUE).iterdir())
        first_file.unlink()
        plain = tesseract(home, kind.model) / others
    by_stage = [sum(of_pages[1:]) / others for of_pages in seconds.values()]
    first = sum(of_pages[0] for of_pages in seconds.values())
    cells = [*by_stage, sum(by_stage), plain, sum(by_stage) / plain, first]
    return f"| {name} | {others} | {' | '.join(f'{cell:.2f}' for cell in cells)} |"


def seconds_of(name: str, pages: Sequence[PageId], config: Path) -> list[float]:
    """Bring ``pages`` through a stage; return the CPU seconds of each."""
    stage: type[BatchStage] = getattr(stages, name.capitalize())
    seconds = []
    for page in pages:
        before = cpu_s()
        build_pages(stage, ISSUE, config, (page,))
        seconds.append(cpu_s() - before)
    task = stage(issue=ISSUE, config=config)
    outcomes = tuple(task.outcome(page) for page in pages)
    write_whole(Path(task.output().path), to_json(outcomes))
    return seconds


def cpu_s() -> float:
    """Return user and system seconds of this process and of those it waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
