"""What somebody looks at: which unit and period, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection

from handlers.digests.readers import READERS
from handlers.digests.tables import contents, recipe
from handlers.kit import Person, Refusal, Unit
from handlers.wording import periods, places
from storage.organisation import units

_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Look:
    """A unit of the reader's part of the tree, a period, the column to sort by (`-`: backwards), a page of check-ins.

    `tops` are the units at which the reader holds a role, `trouble` what could not be understood.
    """

    tops: Sequence[Unit]
    unit: Unit
    span: periods.Span
    sort: str
    page: int
    trouble: str = ""

    def link(self, **changed: str | int) -> str:
        """The query of the same look but for this."""
        return "?" + urlencode({"unit": self.unit.id, "period": self.span.words, "sort": self.sort, **changed})


def look(db: Connection, person: Person, query: Mapping[str, str], now: datetime) -> Look | None:
    """What the query asks for, as far as it is this person's; None: it is not, or there is no such unit."""
    tops = places.scope(person, READERS)
    unit = _unit(db, query.get("unit", ""), tops)
    if unit is None:
        return None
    trouble, today = "", now.date()
    words = query.get("period", "")
    if query.get("from") and query.get("to"):
        words = f"{query['from']}到{query['to']}"
    try:
        span, rest = periods.any_of(words[:40], today)
        trouble = f"没有看懂「{rest}」，下面是{span.name}的。" if rest else ""
    except Refusal as refusal:
        span, _ = periods.any_of("", today)
        trouble = refusal.text
    page = query.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < _NUMBER else 1
    return Look(tops, unit, span, query.get("sort", ""), max(number, 1), trouble)


def _unit(db: Connection, said: str, tops: Sequence[Unit]) -> Unit | None:
    """Of nothing that is said the first of one's own."""
    if not said:
        return tops[0] if tops else None
    known = said.isascii() and said.isdigit() and len(said) <= 2 * _NUMBER
    found = units.by_ids(db, [int(said)]) if known else {}
    return next((unit for unit in found.values() if any(top.covers(unit) for top in tops)), None)


def shown_of(db: Connection, of: Look, now: datetime) -> contents.Shown:
    """The digest that is looked at."""
    span = of.span
    when = {"week": span.label} if "W" in span.label else {"label": span.label, "name": span.name}
    days = {"first": span.first.isoformat(), "last": min(span.last, now.date()).isoformat()}
    return recipe.shown_of(db, of.unit.id, {**when, **days, "at": now.isoformat()})


def above(db: Connection, of: Look) -> list[Unit]:
    """The units above it that are the reader's, topmost first."""
    ids = [int(each) for each in of.unit.path.strip("/").split("/")][:-1]
    found = units.by_ids(db, ids)
    return [found[id] for id in ids if id in found and any(top.covers(found[id]) for top in of.tops)]
