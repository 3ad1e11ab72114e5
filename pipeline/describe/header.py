"""What a running head says: date, number, volume, page label. It never invents."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence

from schemas.numerals import roman
from schemas.published import PageHeader

_MONTHS = (
    ("januar", "january", "janvier", "jänner", "janv", "jan", "jän"),
    ("februar", "february", "fevrier", "février", "hornung", "févr", "fevr", "febr", "feb"),
    ("märz", "maerz", "march", "mars", "mar"),
    ("april", "avril", "apr", "avr"),
    ("mai", "may"),
    ("juni", "june", "juin", "jun"),
    ("juli", "july", "juillet", "juil", "jul"),
    ("august", "août", "aout", "aug"),
    ("september", "septembre", "septbr", "sept", "sep"),
    ("oktober", "october", "octobre", "oktbr", "octbr", "okt", "oct"),
    ("november", "novembre", "novbr", "nov"),
    ("dezember", "december", "decembre", "décembre", "dezbr", "decbr", "dez", "dec", "déc"),
)
_MONTH = "|".join(sorted((name for names in _MONTHS for name in names), key=len, reverse=True))
_DAY = r"([12]\d|3[01]|0?[1-9])"
_YEAR = r"(1[5-9]\d\d)"
_DAY_FIRST = re.compile(
    rf"\b(?:(?:den|le|the)\s)?{_DAY}(?:er|re|ten|ter|te|st|nd|rd|th)?\s?[.,]?\s?(?:(?:de|of)\s)?"
    rf"({_MONTH})\b\.?,?\s*{_YEAR}\b",
    re.I,
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+{_DAY}(?:st|nd|rd|th)?\s?[,.]?\s*{_YEAR}\b", re.I)
_MONTH_FIRST_MISREAD = re.compile(rf"\b({_MONTH})\.?\s+\w{{1,4}}\s?[,.]\s*{_YEAR}\b", re.I)
_MONTH_ONLY = re.compile(rf"\b({_MONTH})\b\.?,?\s+{_YEAR}\b", re.I)
_IN_FIGURES = re.compile(rf"\b{_DAY}\.\s?(1[0-2]|0?[1-9])\.\s?{_YEAR}\b")
"""Day, month and year, as German heads have them."""
_DATES = (_DAY_FIRST, _MONTH_FIRST, _MONTH_FIRST_MISREAD, _MONTH_ONLY, _IN_FIGURES)
_NOT_JOINED = r"(?!\d|[/–-]\d\d(?:\d\d)?(?!\d)|\s[/–-]\s1[5-9]\d\d)"
"""Of "1907/1908" and "1907-08" nobody can say which it is; "1871 - 84" is a year and a page."""
_YEAR_ONLY = re.compile(
    rf"(?<![\d.])(?<!1[5-9]\d\d[/–-])(?<!1[5-9]\d\d\s[/–-]\s){_YEAR}{_NOT_JOINED}"
)
_YEAR_NAMED = re.compile(rf"\b(?:Jahrgang|Jahrg|Jg|ann[ée]e|anno)\b[ .]*{_YEAR}{_NOT_JOINED}", re.I)
_MONTH_ISSUE = re.compile(rf"(?:\b[12]\.\s?)?\b({_MONTH})[-\s]?heft(?=\.?,?\s+{_YEAR}\b)", re.I)
"""The issue of a month: neither "1." before it nor the year after it is a day or a number."""
_PAGE = re.compile(r"\b(?:Seite|page|pag\.|(?-i:S\.|[Pp]\.))\s{0,2}(\d{1,4})\b", re.I)
_NUMBER = re.compile(
    r"(?:№|\b(?:Nro\.?|N[ro°º]s?\.?|Num(?:mer|ber|éro)?\.?|Heft))\s{0,2}"
    r"(\d{1,3}(?:[.,]\d{3})+(?!\d)|\d{1,4}\b)"
    r"(?:(?:[/–-]|\s(?:&|u\.|und|and|et)\s)\d{1,3}\b)?",  # of "Heft 3/4" the second is no page
    re.I,
)
_VOLUME = (
    re.compile(
        r"\b([IVXLC]{1,8}|\d{1,3})(?:\.\s*(?:Jahrgang|Jahrg)\b|"
        r"\.?\s*(?:(?:Jahrgang|Jahrg|Jg|Band)\b|Bd\.)"
        # of "84 Bd. XVII." the page stands before, the volume after
        r"(?!\.?\s+(?-i:[IVXLC]+)\b))",
        re.I,
    ),
    re.compile(r"\b([IVXLC]{1,8}|\d{1,3})(?:re|ère|e|me|ème)\s+ann[ée]e\b", re.I),
    re.compile(r"\b(?:Vol(?:ume)?|Tome|Bd|Band)\.?\s+([IVXLC]{1,8}|\d{1,3})\b", re.I),
    # what stands behind "X33. Jahrgang." in other numerals is a page
    re.compile(r"\b(?:Jahrgang|Jahrg|Jg)\.?\s+((?-i:[IVXLC]{1,8}))\b", re.I),
)
_LABEL_AT_END = re.compile(r"(?:^|\s)[\[(—–-]?\s?(\d{1,4}|[ivxlc]{1,7})\s?[\])—–.-]?$")
_LABEL_AT_START = re.compile(r"^[\[(—–-]?\s?(\d{1,4}|[ivxlc]{1,7})\s?[\])—–.-]?(?:\s|$)")
_RULES = ("c", "l")
"""What rules are read as."""
_IN_DASHES = re.compile(r"[—–-].*[—–-]")
_BRACKET = re.compile(r"[\[(](?=[^\])]*\d)")
"""Opens what stands beside the title: number, date, volume; a title has no number in brackets."""

_TAKEN = " | "
"""Stands where something was read: nothing is read twice, and what stood around stays apart."""
_LEAST_TITLE = 4


def parse_header(text: str) -> PageHeader:
    """Return what the running head ``text`` says; None for what it does not.

    >>> parse_header("84    Der Bazar.   [Nr. 11. 15. März 1871. XVII. Jahrgang.]").date
    '1871-03-15'
    """
    plain = " ".join(text.split())
    text_without_month = _MONTH_ISSUE.sub(r"\1", plain)
    number = _NUMBER.search(text_without_month)
    unnumbered = _without(text_without_month, _NUMBER)
    page = _PAGE.search(unnumbered)
    unpaged = _without(unnumbered, _PAGE)  # of "Seite 84. Band 17" 84 is no volume
    rest = _without(unpaged, *_VOLUME)
    date = _date(rest, is_paged=page is not None)
    return PageHeader(
        text=plain,
        title=_title(text_without_month),
        date=date,
        number=str(int(re.sub(r"\D", "", number[1]))) if number else None,
        volume=_volume(unpaged),
        label=page[1] if page else _label(_without(rest, *_DATES), date),
    )


def agree(values: Sequence[str | None]) -> str | None:
    """Return what most pages say, or None.

    At least two have to, and more than half of those that say anything: one misread head decides
    nothing.
    """
    counts = Counter(value for value in values if value)
    if not counts:
        return None
    value, count = counts.most_common(1)[0]
    return value if count >= 2 and count * 2 > counts.total() else None


def _without(text: str, *forms: re.Pattern[str]) -> str:
    for form in forms:
        text = form.sub(_TAKEN, text)
    return text


def _volume(text: str) -> str | None:
    for volume in (match[1] for form in _VOLUME for match in form.finditer(text)):
        value = int(volume) if volume.isdecimal() else roman(volume)
        if value:
            return str(value)
    return None


def _date(text: str, *, is_paged: bool) -> str | None:
    if match := _DAY_FIRST.search(text):
        return _edtf(match[3], match[2], match[1])
    if match := _MONTH_FIRST.search(text):
        return _edtf(match[3], match[1], match[2])
    if match := _IN_FIGURES.search(text):
        return _edtf(match[3], _MONTHS[int(match[2]) - 1][0], match[1])
    if match := _MONTH_ONLY.search(text) or _MONTH_FIRST_MISREAD.search(text):
        return _edtf(match[2], match[1])
    return _year(text, is_paged=is_paged)


def _year(text: str, *, is_paged: bool) -> str | None:
    """Return a year; bare and alone at an end it is a page number, unless another is known."""
    sure = _YEAR_NAMED.search(text) or (_YEAR_ONLY.search(text) if is_paged else None)
    if sure:
        return sure[1]
    ends = {match.start(1): match[1] for match in _ends(text) if not _is_attached(text, match)}
    for match in _YEAR_ONLY.finditer(text):
        opposite = [label for at, label in ends.items() if at != match.start(1)]
        if match.start(1) not in ends or any(
            label == match[1] or not _YEAR_ONLY.fullmatch(label) for label in opposite
        ):
            return match[1]
    return None


def _is_attached(text: str, number: re.Match[str]) -> bool:
    """Say whether ``number`` belongs to what stands before it: "Wien, 1871", "[Wien 1871]".

    A year, unless in dashes as a page is, belongs to a number or volume, which has been taken:
    "Nr. 3. 1871".
    """
    is_closed = number[0].rstrip().endswith(("]", ")")) and not {"[", "("} & set(number[0])
    before = text[: number.start()].rstrip(" .")
    is_year = _YEAR_ONLY.fullmatch(number[1]) and not _IN_DASHES.fullmatch(number[0].strip())
    return is_closed or before.endswith(",") or bool(is_year and before.endswith(_TAKEN.strip()))


def _edtf(year: str, month: str, day: str = "0") -> str:
    """Return year, month and day; without the day where the month has none such."""
    number = _month(month)
    if 1 <= int(day) <= monthrange(int(year), number)[1]:
        return f"{year}-{number:02d}-{int(day):02d}"
    return f"{year}-{number:02d}"


def _month(name: str) -> int:
    """Return 1 to 12, asking as the search did: to it ſ is an s and ı an i, in lower case not."""
    return next(
        at for at, names in enumerate(_MONTHS, start=1) if re.fullmatch("|".join(names), name, re.I)
    )


def _label(text: str, date: str | None) -> str | None:
    no_page = ((date or "")[:4], *_RULES)
    labels = [match[1] for match in _ends(text) if match[1] not in no_page]
    return min(labels, key=lambda label: not label.isdecimal(), default=None)


def _ends(text: str) -> list[re.Match[str]]:
    """Return the numbers that stand at the ends of ``text``, as page numbers do."""
    matches = (form.search(text) for form in (_LABEL_AT_START, _LABEL_AT_END))
    return [match for match in matches if match and _is_label(match[1])]


def _is_label(text: str) -> bool:
    """Say whether ``text`` counts: "xvii" does, "civil" is a word."""
    return text.isdecimal() or roman(text) is not None


def _title(text: str) -> str | None:
    before = _BRACKET.split(text, maxsplit=1)[0]
    bare = before if sum(c.isalpha() for c in before) >= _LEAST_TITLE else text
    bare = _without(bare, _NUMBER, *_VOLUME, _PAGE, *_DATES, _YEAR_NAMED, _YEAR_ONLY)
    for form in (_LABEL_AT_END, _LABEL_AT_START):
        bare = form.sub(lambda match: " " if _is_label(match[1]) else match[0], bare)
    words = re.findall(r"[^\W\d_][\w'’-]*\.?", bare)
    title = " ".join(words).strip(" .,-")
    return title if sum(c.isalpha() for c in title) >= _LEAST_TITLE else None
