"""为什么 认领 5, 为什么 月方案 0/3: which line of a digest is meant."""

import re
from collections.abc import Iterator, Sequence

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.digests.readers import READERS
from handlers.digests.why import sources
from handlers.digests.why.words import spans_in
from handlers.kit import Ask, Reply, Unit
from handlers.wording import lines, places, programmes
from handlers.wording.periods import Span

_NUMBER = re.compile(r"(?<![\d.(])(\d+(?:\.\d+)?(?:/\d+)?)(?:余万|万余|[余万])?")
_UNIT = re.compile(r"\s(场次|人次|[场次个人名件项家份])(?=\s|$)")
# 为什么月方案没收到 asks for no figure.
_PLAINT = re.compile(r"我|你|您|没|不|发|提醒|收到|记录")
# What the lines of what is due are made of, beside the row's own fields.
_DUE = re.compile(r"已报|逾期|还差|应报|报送率|及时率")


def told(ask: Ask, words: str, page: int) -> Reply | None:
    """None: the words name no row that is reported, no field of one, and no number of its line."""
    row = _named(ask, words)
    rest = programmes.without(row, words) if row else words
    candidates, rest = spans_in(ask, rest)
    number, rest = _number(rest)
    label, rest = _label(ask, row, rest)
    if not (row or label or number):
        return None
    if _PLAINT.search(rest):
        return None
    counted = match[1] if (match := _UNIT.search(f" {rest}")) and not (row or label) else ""
    rest = " ".join(_UNIT.sub(" ", f" {rest}").replace("是", " ").split()).strip("的")
    if not row and not label and rest:
        return None
    at = places.chosen(ask, READERS, rest, "为什么", f"{row.name if row else label} {candidates[0].words} {{}}")
    found = list(_lines(ask, at, candidates, row, label))
    says = (each for each in found if not number or _says(each.line, number, counted))
    one = next(says, found[0] if found and (row or label) else None)
    return sources.told(ask, one, page) if one else None


def _named(ask: Ask, words: str) -> Row | None:
    rows = [row for row in current.catalogue_of(ask.db).rows if row.shape == "report"]
    found = [row for row in rows if words.startswith(row.name)]
    return max(found, key=lambda row: len(row.name), default=None)


def _number(words: str) -> tuple[str, str]:
    match = _NUMBER.search(words)
    return (match[1], f"{words[: match.start()]} {words[match.end() :]}") if match else ("", words)


def _label(ask: Ask, row: Row | None, words: str) -> tuple[str, str]:
    """(the field that the words name, the rest); also what is due, as a line says it."""
    of = [row] if row else [each for each in current.catalogue_of(ask.db).rows if each.shape == "report"]
    known = {name for each in of for figure in each.fields for name in (figure.label, *figure.words)}
    found = max((name for name in known if len(name) > 1 and name in words), key=len, default="")
    if not found and (match := _DUE.search(words)):
        found = match[0]
    return found, words.replace(found, " ", 1) if found else words


def _lines(
    ask: Ask, at: Sequence[Unit], candidates: Sequence[Span], row: Row | None, label: str
) -> Iterator[sources.Meant]:
    """What the digests say of the row, or of any that has the field; the newest digest first."""
    for span in (each for each in candidates if each.label):
        told_of = lines.of_week if "W" in span.label else lines.of_period
        for of in at:
            for line in told_of(ask.db, of, span.label, ask.today):
                if _is(line, row, label):
                    yield sources.Meant(of, line, label)


def _is(line: lines.Line, row: Row | None, label: str) -> bool:
    if line.row.shape != "report" or (row and line.row.key != row.key):
        return False
    return bool(row) or not label or label in line.text or label in _labels(line.row)


def _labels(row: Row) -> set[str]:
    return {name for figure in row.fields for name in (figure.label, *figure.words)}


def _says(line: lines.Line, number: str, counted: str) -> bool:
    """Whether the line has the number; 5场 is no 认领 5."""
    after = rf"[余万]*\s?{counted[:1]}" if counted else ""
    return re.search(rf"(?<![\d./]){re.escape(number)}(?![\d./%]){after}", line.text) is not None
