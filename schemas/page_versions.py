"""Pages of an issue through its versions: which is which, and the number each keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from schemas.model import PageId, Scan


def numbered(scans: Sequence[Scan], before: Sequence[Scan], most: int) -> list[Scan]:
    """Return ``scans``, in reading order, with the numbers of the pages they were before.

    ``before`` are the pages of the last version, ``most`` is the highest number that a page of any
    version had: a new page gets a number above it, so that no number comes to name another page.
    """
    numbers = {now: page.sequence for page, now in same_pages(before, scans).items()}
    result = []
    for place, scan in enumerate(scans, start=1):
        number = numbers.get(scan.page)
        if number is None:
            number = most = most + 1
        page = PageId(scan.page.issue, number)
        result.append(replace(scan, page=page, position=0 if number == place else place))
    return result


def same_pages(before: Sequence[Scan], now: Sequence[Scan]) -> dict[PageId, PageId]:
    """Return which page of ``before`` is which of ``now``; pages that are gone are left out.

    A page is known by its master, or, if that was scanned again, by its file's name where no other
    file has it.
    """
    same: dict[PageId, PageId] = {}
    left = defaultdict[tuple[str, int], list[PageId]](list)
    for scan in now:
        left[scan.sha256, scan.frame].append(scan.page)
    for scan in before:
        if left[scan.sha256, scan.frame]:
            same[scan.page] = left[scan.sha256, scan.frame].pop(0)
    taken, was, is_ = set(same.values()), _frames(before), _frames(now)
    for scan in before:
        frames_now = is_.get(scan.name, [])
        # of a file with other frames, or a name that two files have, nobody knows which is which
        if scan.page in same or not _is_one_file(was[scan.name], frames_now):
            continue
        page = next(other.page for other in frames_now if other.frame == scan.frame)
        if page not in taken:
            same[scan.page] = page
    return same


def _frames(scans: Sequence[Scan]) -> dict[str, list[Scan]]:
    frames = defaultdict[str, list[Scan]](list)
    for scan in scans:
        frames[scan.name].append(scan)
    return frames


def _is_one_file(before: Sequence[Scan], now: Sequence[Scan]) -> bool:
    """Say whether scans of one file's name are those of one file then and now, frame by frame."""
    frames = sorted(scan.frame for scan in before)
    one_each = all(len({scan.sha256 for scan in scans}) == 1 for scans in (before, now))
    return one_each and sorted(scan.frame for scan in now) == frames == sorted(set(frames))
