"""A small tree of units with one person a role, and a clock that the tests of the reminders move."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, select

from bot.dispatch.features import collect
from handlers.catalogue.loader import shipped
from handlers.kit import Ask, Message, Reply
from handlers.reminders import letter, reminders
from scheduling.calendar import Calendar
from scheduling.occasions import Occasions
from scheduling.preview import Preview, preview
from scheduling.tick import Letter, Ticked, Voice, run
from storage.checkins.rollups import Rollups
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.people.people import Role
from storage.reminders import deliveries
from storage.reminders.deliveries import DeliveryRow
from storage.tables import checkin, delivery, inbox
from tests.support.databases import new_database

# Those that go by roles alone, and one that is put.
_KINDS = ("key_date", "digest", "promotion-soon", "nudge")
OCCASIONS = Occasions({kind: each for kind, each in collect().occasions.by_kind.items() if kind in _KINDS})
ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 1, 9, tzinfo=ZONE)


def at(words: str, year: int = 2026) -> datetime:
    """`06-01 07:40` → the instant."""
    return datetime.strptime(f"{year}-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@dataclass
class School:
    """A small tree with one person a role, and a clock that the tests move."""

    db: Connection
    squad: Unit
    other: Unit
    ids: dict[str, int]
    said: list[Letter[Reply]] = field(default_factory=list)
    # When each of them was said.
    times: list[datetime] = field(default_factory=list)
    calendar: Calendar = field(default_factory=shipped)

    def add(self, name: str, role: Role, unit: Unit, now: datetime) -> int:
        self.ids[name] = person = people.add(self.db, name, now)
        people.link(self.db, person, "practice", name)
        people.give(self.db, person, role, unit, now)
        return person

    def words(self, row: DeliveryRow, now: datetime, brief: bool = False) -> Reply | None:
        return letter.words(self.db, OCCASIONS, row, now, brief) if row.kind == "key_date" else Reply(row.kind)

    def tick(self, now: datetime, limit: int = 25) -> list[Letter[Reply]]:
        voice = Voice(lambda row, brief: self.words(row, now, brief), partial(letter.join, OCCASIONS, now.date()))
        new: list[Letter[Reply]] = []
        done: Ticked[Reply] = Ticked(more=True)
        while done.more:
            done = run(self.db, now, self.calendar, OCCASIONS, voice, limit)
            assert not done.failed
            new += done.said
        self.said += new
        self.times += [now] * len(new)
        return new

    def preview(self, now: datetime, days: int) -> Preview:
        return preview(self.db, now, days, self.calendar, OCCASIONS, self.words)

    def texts(self, now: datetime, name: str = "张老师") -> list[str]:
        return [each.words.text for each in self.tick(now) if each.rows[0].person_id == self.ids[name]]

    def rows(self, name: str) -> list[DeliveryRow]:
        return [row for each in self.said for row in each.rows if row.person_id == self.ids[name]]

    def run_on(self, first: datetime, last: datetime, step: timedelta = timedelta(days=1)) -> None:
        """Tick whenever something is due, and at every step."""
        now = first
        while now <= last:
            self.tick(now)
            coming = deliveries.next_due(self.db, now)
            now = min(now + step, coming.due_at if coming else last + step)

    def ledger(self, occurrence: str, name: str = "张老师") -> dict[int, str]:
        mine = (delivery.c.occurrence == occurrence) & (delivery.c.person_id == self.ids[name])
        rows = self.db.execute(select(delivery.c.lead, delivery.c.state, delivery.c.late).where(mine))
        return {lead: f"{state} late" if late else state for lead, state, late in rows}

    def check_in(self, unit: Unit, day: date, activity: str = "主题队日", state: str = "valid") -> None:
        now = datetime.combine(day, START.time(), ZONE)
        row = {
            "channel": "practice",
            "message_id": f"{unit.id}{day}{activity}{state}",
            "batch": "",
            "chat": "",
            "sender": "",
        }
        values = {**row, "received_at": now, "state": "done"}
        heard = self.db.execute(insert(inbox).values(values)).inserted_primary_key
        assert heard
        self.db.execute(
            insert(checkin).values(
                unit_id=unit.id, person_id=self.ids["张老师"], inbox_id=heard[0], activity=activity,
                day=day, attended=40, state=state, made_at=now,
            )
        )  # fmt: skip

    def ask(self, args: str, now: datetime, name: str = "张老师") -> str:
        message = Message("practice", "1", name, name, now, f"提醒 {args}")
        person = people.by_id(self.db, self.ids[name], now)
        asked = Ask(self.db, now, message, 1, person, args, Rollups(), None, occasions=OCCASIONS)  # type: ignore[arg-type]
        return reminders.show(asked).text


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    database = new_database(tmp_path)
    with database.write.begin() as db:
        county = units.add(db, Kind.COUNTY, "青禾区少工委")
        primary = units.add(db, Kind.SCHOOL, "实验小学", county)
        squads = [units.add(db, Kind.SQUAD, f"三({n})中队", primary, grade=3, class_no=n, members=42) for n in (1, 2)]
        made = School(db, squads[0], squads[1], {})
        made.add("张老师", Role.COUNSELOR, squads[0], START)
        made.add("李老师", Role.BRIGADE, primary, START)
        made.add("王校长", Role.SCHOOL_ADMIN, primary, START)
        made.add("赵主任", Role.COUNTY_ADMIN, county, START)
        made.add("孙志愿", Role.VOLUNTEER, county, START)
        yield made
    database.close()
