"""Rosters: terms to the day, who is told before the end, and names that go a year after."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import Connection

from handlers.programmes.figures.roster_table import roster_workbook
from handlers.programmes.rosters.terms import after
from handlers.wording import lines
from storage.base.vault import Vault
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.programmes import holdings
from storage.programmes.holdings import Holding
from tests.programmes.test_coverage import NOW, ROWS

pytestmark = pytest.mark.both


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-04-03", 24, "2028-04-02"),
        ("2026-04-03", 12, "2027-04-02"),
        ("2026-01-31", 1, "2026-02-27"),
        ("2024-02-29", 12, "2025-02-27"),
        ("2026-12-01", 1, "2026-12-31"),
    ],
)
def test_a_term_ends_the_day_before_it_would_begin_again(first: str, months: int, last: str) -> None:
    assert after(date.fromisoformat(first), months).isoformat() == last


def test_what_is_held_ends_and_is_forgotten(county_database: Connection) -> None:
    db, today = county_database, NOW.date()
    with db.begin() as transaction:
        unit = units.add(db, Kind.SCHOOL, "测试小学")
        person_id = people.add(db, "测试", NOW)
        sealed = Vault(["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]).seal("王建国")

        def add(since: date, until: date | None) -> Holding:
            return holdings.add(db, Holding(unit.id, "xiaowai", since, until, sealed, {"kind": "五老"}), person_id, NOW)

        old = add(today - timedelta(900), today - timedelta(400))
        gone = add(today - timedelta(900), today - timedelta(1))
        soon = add(today - timedelta(900), today + timedelta(20))
        always = add(today, None)
        held = holdings.held(db, "xiaowai", [unit.path], today)
        assert [each.id for each in held] == [soon.id, always.id]
        assert holdings.counted(held, "kind") == {"五老": 2}
        assert [each.id for each in holdings.ending(db, ["xiaowai"], [unit.path], today, 30)] == [soon.id]
        holdings.renew(db, soon.id, today + timedelta(400))
        holdings.end(db, always.id, today)
        assert [each.id for each in holdings.held(db, "xiaowai", [unit.path], today)] == [soon.id]
        assert holdings.forget(db, NOW, 10) == 1
        assert holdings.by_id(db, old.id) is None and holdings.by_id(db, gone.id) is not None
        transaction.rollback()


def test_each_kind_of_place_is_filled_by_itself(county_database: Connection) -> None:
    db, today, row = county_database, NOW.date(), ROWS["gangwei"]
    with db.begin() as transaction:
        top = units.add(db, Kind.COUNTY, "测试区")
        street = units.add(db, Kind.STREET, "城东街道", top)
        person_id = people.add(db, "测试", NOW)
        for unit, post in ((top, "主任"), (top, "主任"), (top, "主任"), (top, "委员"), (street, "总辅导员")):
            holdings.add(db, Holding(unit.id, row.key, today, None, None, {"post": post}), person_id, NOW)
        line = lines.roster_line(db, row, [top.path], "always", today)
        assert line.vacancies == {top.id: {"总辅导员": 1}, street.id: {"主任": 2}}
        assert line.text == "岗位配齐 0/2，空缺 3（主任 2 总辅导员 1），90 日内到期 0"
        # Who has gone leaves a place.
        holdings.end(db, holdings.held(db, row.key, [street.path], today)[0].id, today)
        assert lines.roster_line(db, row, [top.path], "always", today).vacancies[street.id] == {
            "主任": 2,
            "总辅导员": 1,
        }
        transaction.rollback()


def test_a_table_names_only_those_whom_its_reader_enters(county_database: Connection) -> None:
    db, vault = county_database, Vault(["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="])
    with db.begin() as transaction:
        own, other = (units.add(db, Kind.SCHOOL, name) for name in ("甲小学", "乙小学"))
        person_id = people.add(db, "测试", NOW)
        for unit, name in ((own, "王建国"), (other, "李爱国")):
            new = Holding(unit.id, "xiaowai", NOW.date(), None, vault.seal(name), {"kind": "五老"})
            holdings.add(db, new, person_id, NOW)
        asked = {"row": "xiaowai", "unit_ids": [own.id, other.id], "day": NOW.date().isoformat(), "named": [own.id]}
        book = openpyxl.load_workbook(io.BytesIO(roster_workbook(db, {**asked, "vault": vault})))
        transaction.rollback()
    _, head, *rows = book["在册 校外辅导员"].iter_rows(values_only=True)
    assert head[:3] == ("单位", "姓名", "类别")
    assert sorted(row[:3] for row in rows) == [("乙小学", None, "五老"), ("甲小学", "王建国", "五老")]
