"""How nominations are stored: numbers, several writers, one row a child, nothing in clear."""

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from handlers.medals import returns
from storage.children import children
from storage.database import Database
from storage.medals import nominations
from storage.medals.nominations import Draft
from storage.tables import nomination
from tests.support import nominating
from tests.support.databases import new_database
from tests.support.nominating import N1, N2, NOW, WANG, School

pytestmark = pytest.mark.both

built, at, database = nominating.built, nominating.at, nominating.database


@pytest.mark.parametrize(
    ("one", "other"), [("阿依古丽·买买提", "阿依古丽•买买提"), ("王小明", "王 小明"), ("王小明", "王小明 ")]
)
def test_a_name_typed_otherwise_is_the_same_child(at: School, one: str, other: str) -> None:
    first = children.find_or_add(at.db, at.vault, at.squad.id, one)
    assert children.find_or_add(at.db, at.vault, at.squad.id, other) == first
    assert children.find_or_add(at.db, at.vault, at.other_squad.id, one) != first
    assert children.names(at.db, at.vault, [first]) == {first: one}


def test_numbers_count_a_day_and_go_past_ninety_nine(at: School) -> None:
    def opened(medal: str, day: date) -> str:
        draft = Draft(at.squad.id, None, medal, "2026春", at.zhang)
        return nominations.open_case(at.db, at.vault, draft, day, at.now)[0].number

    today = at.now.date()
    assert [opened("S1", today), opened("S2", today)] == [N1, N2]
    at.db.execute(update(nomination).where(nomination.c.number == N1).values(number="N20260403-99"))
    assert [opened("S3", today), opened("S4", today)] == ["N20260403-100", "N20260403-101"]
    assert opened("S5", date(2026, 4, 4)) == "N20260404-01"


def test_writers_at_the_same_time_get_different_numbers(database: Database, tmp_path: Path) -> None:
    with database.write.begin() as db:
        school = School(db)

    def write(first: int) -> None:
        mine = new_database(tmp_path)
        for n in range(first, first + 10):
            with mine.write.begin() as db:
                child_id = children.find_or_add(db, school.vault, school.squad.id, f"王小{n % 12}")
                draft = Draft(school.squad.id, child_id, "S1", "2026春", school.zhang)
                nominations.open_case(db, school.vault, draft, NOW.date(), NOW)
        mine.close()

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read.begin() as db:
        numbers = sorted(db.execute(select(nomination.c.number)).scalars())
    assert numbers == [f"N20260403-{n:02}" for n in range(1, 13)]


@pytest.mark.sqlite("searches the bytes of the file")
def test_names_and_reasons_are_nowhere_in_the_database_file(database: Database, tmp_path: Path) -> None:
    with database.write.begin() as db:
        at = School(db)
        at.nominate(at.zhang, WANG)
        returns.send_back(at.ask(at.li, f"{N1} 事迹材料不全"))
        at.nominate(at.zhang, replace(WANG, name="李小红"))
        returns.send_back(at.ask(at.li, N2))
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "张老师".encode() in raw
    for word in ("王小明", "李小红", "小明", "雷锋", "材料不全"):
        assert word.encode() not in raw and word.encode("unicode_escape") not in raw
