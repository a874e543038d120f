"""A roster file and what it does to a real database, for the tests of the import."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select

from handlers import roster
from storage.database import Database
from storage.people import people
from storage.people.people import Role
from storage.roster import merge, staging
from storage.roster import roster as stored
from storage.roster.roster import Plan, State
from storage.tables import account, grant, person
from tests.support.databases import new_database

NOW = datetime(2026, 4, 3, 10, 20, tzinfo=timezone(timedelta(hours=8)))
HEADER = "组织,类型,姓名,角色,企业微信账号,Telegram ID,应到人数,别名\n"
TREE_ROWS = "青禾区,县少工委,,,,,,\n青禾区/实验小学,学校,,,,,,\n青禾区/实验小学/三(2)中队,中队,,,,,,\n"
SCHOOL = HEADER + (
    "青禾区,县少工委,王主任,县管理员,wangzr,,,\n"
    "青禾区/实验小学,学校,李老师,大队辅导员,lils,,,\n"
    "青禾区/实验小学,,李老师,数据保护员,lils,,,\n"
    "青禾区/实验小学/三(2)中队,中队,张老师,中队辅导员,zhangls,123456789,42,雷锋中队、星星中队\n"
    "青禾区/实验小学/三(3)中队,中队,,,,,40,\n"
    "青禾区/实验小学/三(4)中队,中队,陈老师,中队辅导员,,,,\n"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_database(tmp_path)
    yield opened
    opened.close()


def sheet(rows: str) -> roster.Sheet:
    return roster.read_csv((rows if rows.startswith("组织") else HEADER + rows).encode())


def planned(rows: str, state: State | None = None, end_missing: bool = False) -> tuple[Plan, roster.Notes]:
    read = sheet(rows)
    return roster.plan(read, state or State(), NOW.date(), end_missing), read.notes


def bring(database: Database, rows: str, end_missing: bool = False, now: datetime = NOW) -> Plan:
    """Import without any problem."""
    read = sheet(rows)
    with database.write.begin() as db:
        state = stored.load(db, read.paths, read.accounts, now)
        found = roster.plan(read, state, now.date(), end_missing)
        assert read.notes.problems == []
        batch = staging.begin(db, None, state.tops, stored.seen(db, state.tops), now)
        staging.put(db, batch, 0, staging.rows_of(found))
        staging.show(db, batch)
        merge.merge(db, batch, now, now.date(), end_missing=True)
    return found


def problem(rows: str) -> str:
    _, notes = planned(rows)
    assert len(notes.problems) == 1, notes.problems
    return notes.problems[0]


def roles(database: Database, channel: str, address: str, now: datetime = NOW) -> set[tuple[str, Role]]:
    with database.read.connect() as db:
        found = people.by_addresses(db, channel, [address], now).get(address)
    return {(each.unit.name, each.role) for each in found.grants} if found else set()


def counted(database: Database) -> list[int]:
    with database.read.connect() as db:
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in (person, account, grant)]
