"""A county with two schools for the tests of 周报, 未签到 and 催办."""

from datetime import date, datetime, timedelta, timezone

from cryptography.fernet import Fernet
from sqlalchemy import Connection, insert

from handlers.digests import digest
from handlers.digests.monday import push
from handlers.kit import Ask, Due, Message, Reply, Role
from storage import tables
from storage.base.vault import Vault
from storage.checkins import checkins, recording
from storage.checkins.checkins import Checkin
from storage.checkins.rollups import Rollups
from storage.digests import digests
from storage.digests.figures import Digest
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people

SHANGHAI = timezone(timedelta(hours=8))
FRIDAY = datetime(2026, 4, 3, 16, 20, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 4, 6, 8, 0, tzinfo=SHANGHAI)
TODAY = FRIDAY.date()
WEEK = "2026-W14"


class County:
    """青禾区 with 实验小学 (four squads) and 光明小学 (two), one admin each, and a counselor of 三(1)."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.vault = Vault([Fernet.generate_key().decode()])
        self.rollups = Rollups()
        self.top = units.add(db, Kind.COUNTY, "青禾区少工委")
        self.first = units.add(db, Kind.SCHOOL, "实验小学", self.top)
        self.second = units.add(db, Kind.SCHOOL, "光明小学", self.top)
        names = ("三(1)中队", "三(2)中队", "四(1)中队", "四(2)中队")
        self.squads = [
            units.add(db, Kind.SQUAD, name, self.first, grade=3 + place // 2, class_no=1 + place % 2, members=45)
            for place, name in enumerate(names)
        ]
        self.others = [units.add(db, Kind.SQUAD, f"三({n})中队", self.second, grade=3, class_no=n) for n in (1, 2)]
        self.li = self.person("李老师", Role.BRIGADE, self.first)
        self.sun = self.person("孙老师", Role.BRIGADE, self.second)
        self.zhou = self.person("周主任", Role.COUNTY_ADMIN, self.top)
        self.zhang = self.person("张老师", Role.COUNSELOR, self.squads[0])
        self.inbox = db.execute(
            insert(tables.inbox).values(
                channel="practice", message_id="m", batch="", chat="", sender="", state="done", received_at=FRIDAY
            )
        ).inserted_primary_key[0]

    def person(self, name: str, role: Role, at: Unit) -> int:
        person_id = people.add(self.db, name, FRIDAY)
        people.give(self.db, person_id, role, at, FRIDAY - timedelta(days=30))
        people.link(self.db, person_id, "practice", name)
        return person_id

    def report(
        self, squad: Unit, attended: int, due: int | None = None, *, activity: str = "主题队日",
        day: date = TODAY, now: datetime = FRIDAY, **more: object,
    ) -> Checkin | None:  # fmt: skip
        new = checkins.new(squad, activity, day, attended, due, **more)
        stored = recording.record(self.db, self.rollups, new, self.zhang, self.inbox, now)
        self.write()
        return stored

    def write(self) -> None:
        self.rollups.keep()
        self.rollups.flush(self.db)

    def unite(self, *ones: Checkin) -> None:
        """Several squads' check-ins were one event, says 李老师."""
        recording.unite(self.db, self.rollups, ones, self.li, FRIDAY)

    def shown(self, at: Unit) -> Digest:
        """The week's digest of a unit."""
        self.write()
        return digests.weekly(self.db, at, WEEK)

    def figures(self, at: Unit) -> tuple[int, int, int]:
        """(场, 中队, 人次) of it."""
        now = self.shown(at)
        return now.events, now.squads_covered, now.attendance.attended

    def ask(self, who: int, args: str = "", now: datetime = FRIDAY) -> Ask:
        person = people.by_id(self.db, who, now)
        message = Message("practice", "m1", person.name, person.name, now)
        return Ask(self.db, now, message, self.inbox, person, args, self.rollups, self.vault)

    def digest(self, who: int, args: str = "", now: datetime = FRIDAY) -> list[Reply]:
        return list(digest.digest(self.ask(who, args, now)))

    def push(self, who: int, now: datetime = MONDAY, week: str = WEEK) -> Reply | None:
        person = people.by_id(self.db, who, now)
        return push.monday(Due(self.db, now, person, f"digest:{week}", 0, now.date(), {"week": week}, False))

    def nominate(self, squad: Unit, number: str, state: str, week: str = WEEK) -> None:
        self.db.execute(
            insert(tables.nomination).values(
                number=number, unit_id=squad.id, medal="S1", term=f"2026春{number}", nominator_id=self.zhang,
                state=state, made_at=FRIDAY, week=week,
            )
        )  # fmt: skip


def a_week(county: County) -> None:
    """Three of four squads of 实验小学, one of 光明小学, and a smaller week before."""
    one, two, three, _ = county.squads
    county.report(one, 40, 42)
    county.report(two, 38)
    county.report(three, 41, 43)
    county.report(three, 43, 43, activity="祭扫", day=date(2026, 4, 2))
    county.report(county.others[0], 30, 40)
    county.report(one, 39, 42, day=date(2026, 3, 27))
    county.nominate(one, "N1", "submitted")
    county.nominate(one, "N2", "approved")
    county.nominate(county.others[0], "N3", "returned")
    county.nominate(one, "N0", "approved", "2026-W13")


def squads_of(db: Connection, school: Unit, count: int) -> list[int]:
    """Insert many squads at once; returns their ids."""
    start = school.id * 100_000
    rows = [
        {
            "id": start + n, "parent_id": school.id, "school_id": school.id, "path": f"{school.path}{start + n}/",
            "kind": Kind.SQUAD, "name": f"{n}中队", "aliases": [], "active": True, "grade": 1, "class_no": n,
        }
        for n in range(count)
    ]  # fmt: skip
    db.execute(insert(tables.unit), rows)
    return [row["id"] for row in rows]
