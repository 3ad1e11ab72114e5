"""Which perceptual hashes differ in few bits, in memory that grows with the pictures alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]

_BITS = 64
_BATCH = 1 << 20
"""Pairs handed on at a time."""


def alike_groups(
    hashes: Iterable[tuple[str, str]], *, max_distance: int
) -> tuple[tuple[str, ...], ...]:
    """Return illustrations that are alike, directly or through others, as groups; by name.

    >>> digits = [("x", "f" * 16), ("b", "1" * 16), ("c", "1" * 15 + "3"), ("a", "1" * 15 + "7")]
    >>> alike_groups(digits, max_distance=1)
    (('a', 'b', 'c'),)
    """
    values, names = _by_value(hashes)
    lead = np.arange(len(values))
    for first, second in _near(values, max_distance):
        lead = _joined(lead, first, second)
        if not lead.any():
            break  # all are in one group
    groups: dict[int, list[str]] = {}
    for at, name in zip(lead.tolist(), names, strict=True):
        groups.setdefault(at, []).extend(name)
    return tuple(sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1))


def _by_value(hashes: Iterable[tuple[str, str]]) -> tuple[Hashes, list[list[str]]]:
    """Return every hash that occurs once, and beside it the names of those that have it."""
    names: dict[str, list[str]] = {}
    for name, digits in hashes:
        names.setdefault(digits, []).append(name)
    values = np.fromiter((int(digits, 16) for digits in names), np.uint64, len(names))
    return values, list(names.values())


def _near(values: Hashes, max_distance: int) -> Iterator[tuple[Places, Places]]:
    """Yield all pairs of places in ``values`` within the distance; each pair once.

    Two hashes that differ in d bits are equal in at least one of d + 1 bands of bits, so only those
    that are equal in a band are compared (Manku, Jain, Das Sarma: Detecting near-duplicates for web
    crawling, 2007).
    """
    bands = _bands(max_distance)
    for number, band in enumerate(bands):
        for first, second in _in_batches(_sharing(values, band, max_distance)):
            apart = values[first] ^ values[second]
            is_new = np.ones(len(apart), dtype=bool)
            for before in bands[:number]:
                is_new &= (apart & before) != 0  # else that band had the pair
            yield first[is_new], second[is_new]


def _bands(max_distance: int) -> list[np.uint64]:
    """Return a mask for each band; one empty mask, which all share, where bands would not help.

    A band has every n-th bit: neighboring bits of a picture's hash go together.
    """
    count = max_distance + 1
    if count >= 2 ** (_BITS // count):
        return [np.uint64(0)]
    return [
        np.uint64(sum(1 << bit for bit in range(first, _BITS, count))) for first in range(count)
    ]


def _sharing(values: Hashes, band: np.uint64, max_distance: int) -> Iterator[tuple[Places, Places]]:
    """Yield pairs of places within the distance among the values that are equal in ``band``.

    Sorted by the band, each value is compared with the next one, with the one after it, and so on
    as long as any two are equal in it.
    """
    order = np.argsort(values & band)
    keys, ordered = (values & band)[order], values[order]
    following = np.searchsorted(keys, keys, side="right") - np.arange(len(keys)) - 1
    at = np.argsort(-following, kind="stable")  # those with most to be compared with come first
    ordered_places, left = ordered[at], -following[at]
    for step in range(1, following.max(initial=0) + 1):
        last = np.searchsorted(left, -step, side="right")
        other = ordered[at[:last] + step]
        near = np.flatnonzero(np.bitwise_count(ordered_places[:last] ^ other) <= max_distance)
        if len(near):
            yield order[at[near]], order[at[near] + step]


def _in_batches(pairs: Iterable[tuple[Places, Places]]) -> Iterator[tuple[Places, Places]]:
    """Yield the same pairs, many at a time."""
    held: list[tuple[Places, Places]] = []
    count = 0
    for first, second in pairs:
        held.append((first, second))
        count += len(first)
        if count >= _BATCH:
            yield _one(held)
            held, count = [], 0
    if held:
        yield _one(held)


def _one(pairs: Sequence[tuple[Places, Places]]) -> tuple[Places, Places]:
    return np.concatenate([first for first, _ in pairs]), np.concatenate([two for _, two in pairs])


def _joined(lead: Places, first: Places, second: Places) -> Places:
    """Return ``lead``, the least place in the group of each place, after pairs joined groups."""
    while True:
        first_lead, two = lead[first], lead[second]
        apart = first_lead != two
        if not apart.any():
            return lead
        first, second = first_lead[apart], two[apart]
        lead = lead.copy()
        np.minimum.at(lead, np.maximum(first, second), np.minimum(first, second))
        while not np.array_equal(lead, lead[lead]):
            lead = lead[lead]
