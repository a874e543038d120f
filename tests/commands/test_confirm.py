"""`confirm`: the operator's word is the second one, and no first one."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.__main__ import main
from storage.database import Database
from storage.organisation import units
from storage.people import appointments, people
from storage.people.people import Role
from storage.tables import grant
from tests.support.commanding import database, filled, folder, imported, said

pytestmark = pytest.mark.both

__all__ = ["database", "filled", "folder", "imported"]


@pytest.mark.parametrize("dismissed", [False, True])
def test_a_wish_comes_true_while_whoever_asked_is_in_charge(
    dismissed: bool, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    with database.write.begin() as db:
        [wang], [li] = people.named(db, "王主任"), people.named(db, "李老师")
        school = units.find(db, "实验小学", [units.ALL])[0]
        wish = appointments.Wish(li, school.id, Role.DATA_OFFICER)
        appointments.ask(db, wish, wang, now)
        if dismissed:
            [county] = people.by_id(db, wang, now).units()
            people.end(db, wang, Role.COUNTY_ADMIN, county, now, now)
    listed = said(capsys, "confirm")
    assert "李老师 担任 实验小学的数据保护员（王主任请的）" in listed
    assert main(["confirm", "all"]) == 0
    assert ("没有照办：" if dismissed else "已确认：") in capsys.readouterr().out
    with database.read.connect() as db:
        held = db.scalars(select(grant.c.role).where(grant.c.person_id == li)).all()
    assert (Role.DATA_OFFICER in held) is not dismissed
    assert said(capsys, "confirm") == "没有等确认的。\n"
