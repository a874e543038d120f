"""What the stages of all platforms share: the organisation, the way of time, what has been sent and what is stored."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.people.people import Role
from tests.support.stage import ZONE, Driven

# A Friday noon, a moment after `fake_telegram.NOON`.
START = datetime(2026, 4, 3, 12, 0, 5, tzinfo=ZONE)


class PlatformStage(Driven):
    """张老师 is a counselor of 三(2), 李老师 the brigade counselor, 王主任 the county's admin."""

    now = START

    def fill(self, *accounts: tuple[str, str]) -> None:
        """The organisation; (channel, address) of the three."""
        with self.app.engine.database.write.begin() as db:
            county = units.add(db, Kind.COUNTY, "青禾区少工委")
            self.school = units.add(db, Kind.SCHOOL, "实验小学", county)
            self.squads = [
                units.add(db, Kind.SQUAD, f"三({n})中队", self.school, grade=3, class_no=n, members=45) for n in (1, 2)
            ]
            zhang, li, wang = accounts
            self._join(db, zhang, "张老师", Role.COUNSELOR, self.squads[1])
            self._join(db, li, "李老师", Role.BRIGADE, self.school)
            self._join(db, wang, "王主任", Role.COUNTY_ADMIN, county)

    def _join(self, db: Connection, account: tuple[str, str], name: str, role: Role, at: units.Unit) -> None:
        person_id = people.add(db, name, START)
        people.give(db, person_id, role, at, START - timedelta(days=30))
        people.link(db, person_id, *account)

    async def later(self, **ago: float) -> None:
        """Time goes on, and what has become due is sent."""
        type(self).now += timedelta(**ago)
        await self.app.pipeline.do(self.app.ticker.tick)
        await self.send()

    def count(self, table: Any) -> int:
        """How many rows it has."""
        return int(self.query(select(func.count()).select_from(table))[0][0])

    def query(self, statement: Any) -> list[Any]:
        with self.app.engine.database.read.connect() as db:
            return [tuple(row) for row in db.execute(statement)]
