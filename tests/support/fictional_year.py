"""A year that never was: the records that bot/commands/reports/figures.toml says, made by code in seconds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from handlers.catalogue import catalogue, chain
from handlers.catalogue.telling.reports import read_report
from handlers.reading.text.normalise import clean
from handlers.wording import programmes
from scheduling import spans
from storage import tables
from storage.checkins import exemptions
from storage.checkins.rollups import week_of
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.programmes import reports
from storage.programmes.reports import Report

DAY = date(2026, 12, 31)
NOW = datetime(2026, 12, 31, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ROWS = {row.key: row for row in catalogue.shipped()}
TOPS = {"S0": Kind.CITY, "S1": Kind.PROVINCE, "S2": Kind.CARE, "S3": Kind.CARE, "S4": Kind.CARE}
# Behind what the database numbers by itself.
IDS = count(10_000_000)
# Of a kind that there are many of, each holds one place.
_EACH_ONE = 200


def shared(whole: int, parts: int) -> list[int]:
    """A whole in so many parts that differ by one at most."""
    return [whole // parts + (place < whole % parts) for place in range(parts)]


class Year:
    """One report's unit with all that happened below it."""

    def __init__(self, db: Connection, report: str, kind: str = "") -> None:
        self.db = db
        self.top = units.add(db, Kind(kind or TOPS[report]), f"{report}测试{next(IDS)}")
        self.person = people.add(db, "测试", NOW)
        # The next report of a row that takes several a day.
        self.sequence = count()
        self.pools: dict[str, list[int]] = {}
        sent = {"message_id": f"y{next(IDS)}", "batch": "", "chat": "", "sender": "", "state": "done"}
        made = db.execute(insert(tables.inbox).values(channel="practice", received_at=NOW, **sent))
        self.inbox = made.inserted_primary_key[0]

    def of(self, kind: str, number: int) -> list[int]:
        """So many units of this kind, as many new ones as it takes; squads are in schools."""
        pool = self.pools.setdefault(kind, [])
        if number > len(pool):
            above = self.db_unit(self.of(Kind.SCHOOL, 1)[0]) if kind == Kind.SQUAD else self.top
            rows = [self._unit(kind, place, above) for place in range(len(pool), number)]
            self.db.execute(insert(tables.unit), rows)
            pool += [row["id"] for row in rows]
        return pool[:number]

    def db_unit(self, unit_id: int) -> Unit:
        return units.by_id(self.db, unit_id)

    def _unit(self, kind: str, place: int, above: Unit) -> dict[str, Any]:
        number = next(IDS)
        school = number if kind == Kind.SCHOOL else above.school_id
        return {
            "id": number, "kind": kind, "name": f"第{place}{kind}", "parent_id": above.id, "aliases": [],
            "path": f"{above.path}{number}/", "school_id": school, "active": True,
        }  # fmt: skip

    def record(self, figure: Mapping[str, Any]) -> None:
        """What a figure of the file stands for."""
        if "said" in figure:
            self._tell(figure)
        if "activity" in figure:
            self._check_in(figure["activity"], figure["squads"], figure["events"], figure["heads"])
        if "held" in figure:
            self._hold(figure)
        if "cases" in figure:
            self._open(figure)
        if "medals" in figure:
            self._award(figure["medals"])

    def _tell(self, figure: Mapping[str, Any]) -> None:
        said, times = _list(figure["said"]), _list(figure.get("times", 1))
        kinds = _list(figure.get("at", ""))
        pairs = [(said[0], each, kind) for each, kind in zip(times, kinds, strict=True)] if len(kinds) > 1 else [
            (text, each, kinds[0]) for text, each in zip(said, times * (len(said) // len(times)), strict=True)
        ]  # fmt: skip
        first: dict[str, int] = {}
        for text, number, kind in pairs:
            begun = first.get(kind, 0) if len(times) > 1 else 0
            pool = self.of(kind, begun + number)[begun:] if kind else [self.top.id]
            first[kind] = begun + number
            for unit_id in pool:
                self._report(text, unit_id)
        if "of" in figure:
            self.of(kinds[-1], figure["of"])

    def _report(self, text: str, unit_id: int) -> None:
        row = programmes.named([row for row in ROWS.values() if row.shape == "report"], text)
        assert row is not None, text
        told = read_report(clean(text).text, row, DAY)
        assert told.complete, (text, told)
        period, flows = spans.label_of(row.period, DAY), programmes.flows_of(row)
        new = Report(unit_id, row.key, period, DAY, told.values, told.hedges, flows, next(self.sequence))
        assert reports.store(self.db, new, self.person, NOW) is not None

    def excuse(self, figure: Mapping[str, Any]) -> None:
        """Nobody of a kind owes the row of a figure; said when all of them are there."""
        row = programmes.named([row for row in ROWS.values() if row.shape == "report"], figure["said"])
        assert row is not None
        first, last = spans.span_of(spans.label_of(row.period, DAY))
        for unit_id in self.pools[figure["excused"]]:
            exemptions.add(self.db, unit_id, exemptions.EXCUSED, first, last, self.person, NOW, row.key)

    def _check_in(self, activity: str, squads: int, events: int, heads: int) -> None:
        """Each squad once; what is fewer than they are was held by two together."""
        together = iter([next(IDS) for _ in range(squads - events)])
        of_event = [each for number in together for each in (number, number)]
        of_event += [0] * (squads - len(of_event))
        day = DAY - timedelta(days=3)
        if squads > events:
            made = [{"id": number, "activity": activity, "day": day} for number in sorted({*of_event} - {0})]
            self.db.execute(insert(tables.event), made)
        common = {"person_id": self.person, "inbox_id": self.inbox, "activity": activity, "day": day, "made_at": NOW}
        rows = [
            {**common, "unit_id": unit_id, "attended": attended, "state": "valid", "event_id": number or None}
            for unit_id, attended, number in zip(
                self.of(Kind.SQUAD, squads), shared(heads, squads), of_event, strict=True
            )
        ]
        self.db.execute(insert(tables.checkin), rows)

    def _spread(self, figure: Mapping[str, Any], number: int) -> list[int]:
        if "at" not in figure:
            return [self.top.id] * number
        places = self.of(figure["at"], max(min(number, _EACH_ONE), figure.get("of", 0)))
        return [places[place % len(places)] for place in range(number)]

    def _hold(self, figure: Mapping[str, Any]) -> None:
        row = ROWS[figure["held"]]
        field = next(each.name for each in row.fields if each.type == "choice")
        kinds = [kind for kind, number in figure["kinds"].items() for _ in range(number)]
        common = {"row": row.key, "since": DAY - timedelta(days=90), "person_id": self.person, "made_at": NOW}
        where = self._spread(figure, len(kinds))
        rows = [
            {**common, "unit_id": unit_id, "figures": {field: kind}} for kind, unit_id in zip(kinds, where, strict=True)
        ]
        self.db.execute(insert(tables.holding), rows)

    def _open(self, figure: Mapping[str, Any]) -> None:
        row = ROWS[figure["cases"]]
        kinds = [kind for kind, number in figure["kinds"].items() for _ in range(number)]
        state = figure.get("state", "submitted")
        over = state not in row.waiting
        one = {"row": row.key, "figures": {}, "period": chain.period_of(row, DAY), "state": state}
        who = {"version": row.version, "person_id": self.person, "made_at": NOW, "changed_at": NOW}
        rows = [
            {**one, **who, "id": next(IDS), "unit_id": unit_id, "kind": kind, "personal": kind not in row.collective,
             "number": f"D{next(IDS)}", "closed_at": NOW if over else None}
            for kind, unit_id in zip(kinds, self._spread(figure, len(kinds)), strict=True)
        ]  # fmt: skip
        self.db.execute(insert(tables.row_case), rows)
        step = {"person_id": self.person, "action": "立", "state": state, "level": "", "before": {}, "at": NOW}
        self.db.execute(insert(tables.row_case_step), [{**step, "case_id": row["id"]} for row in rows])

    def _award(self, medals: Mapping[str, int]) -> None:
        """To squads: a child would need a name."""
        common = {"nominator_id": self.person, "state": "approved", "made_at": NOW, "week": week_of(DAY)}
        squads = self.of(Kind.SQUAD, max(medals.values()))
        rows = [
            {**common, "number": f"N{next(IDS)}", "unit_id": unit_id, "medal": medal, "term": "2026秋"}
            for medal, number in medals.items()
            for unit_id in squads[:number]
        ]
        self.db.execute(insert(tables.nomination), rows)


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]
