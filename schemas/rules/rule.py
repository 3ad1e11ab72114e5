"""A rule and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from lxml import etree

T = TypeVar("T")
Fault = tuple[etree._Element | None, str]
"""Where in the document, if it can be said, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one document. ``rule`` is "rule 4", "schema" or "profile"; line 0 is unknown."""

    name: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        place = f"{self.name}:{self.line}" if self.line else self.name
        finding = f"{place}: {self.rule}: {self.text}"
        return finding.encode(errors="replace").decode()  # JSON may hold halves of a character


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """One point of the checklist: its number, what it asks, the kinds of document it is for."""

    number: int
    text: str
    kinds: frozenset[str]
    check: Callable[[T], Iterator[Fault]]


class Rules(Generic[T]):
    """The rules for one sort of document, in order of their numbers."""

    def __init__(self) -> None:
        self._rules: list[Rule[T]] = []

    def __iter__(self) -> Iterator[Rule[T]]:
        return iter(sorted(self._rules, key=lambda rule: rule.number))

    def add(
        self, number: int, text: str, *kinds: str
    ) -> Callable[[Callable[[T], Iterator[Fault]]], Callable[[T], Iterator[Fault]]]:
        """Enter the decorated function as rule ``number`` for documents of ``kinds``."""

        def enter(check: Callable[[T], Iterator[Fault]]) -> Callable[[T], Iterator[Fault]]:
            self._rules.append(Rule(number, text, frozenset(kinds), check))
            return check

        return enter

    def findings(self, document: T, *, name: str, kind: str) -> Iterator[Finding]:
        """Yield every fault that the rules for ``kind`` find in ``document``."""
        for rule in self:
            if kind in rule.kinds:
                for element, text in rule.check(document):
                    yield Finding(name, line_of(element), f"rule {rule.number}", text)


def line_of(element: etree._Element | None) -> int:
    """Return the line of an element, 0 where it is not known."""
    line = element.sourceline if element is not None else None
    return line if isinstance(line, int) else 0


def shown(values: Iterable[object]) -> str:
    """Return a few values for a message.

    >>> shown(["b", "a"]), shown(range(9))
    ('a, b', '0, 1, 2, 3 and 5 more')
    """
    every = sorted(str(value) for value in values)
    more = f" and {len(every) - 4} more" if len(every) > 5 else ""
    return ", ".join(every[:4] if more else every) + more
