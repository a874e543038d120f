"""Quotas and the ladder of stars at the moment of decision, also of several processes at once."""

import multiprocessing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from handlers.asker import levels
from handlers.kit import Refusal
from handlers.medals import review
from handlers.medals.awards import approval, exceptions, quota_rounds
from handlers.medals.chain import award
from storage.database import Database
from storage.medals import badges, nominations, quotas
from storage.medals.states import State
from storage.tables import nomination
from tests.support import nominating
from tests.support.databases import new_database
from tests.support.nominating import N1, N2, NOW, WANG, School

pytestmark = pytest.mark.both

built, at, database = nominating.built, nominating.at, nominating.database
LI = replace(WANG, name="李小红")


def refused(at: School, number: str) -> str:
    with pytest.raises(Refusal) as said:
        approve(at, number)
    return said.value.text


def approve(at: School, number: str) -> None:
    case = nominations.by_number(at.db, number)
    assert case is not None
    approval.approve(at.ask(at.zhao), [case], levels.Ladders(at.db))


@pytest.mark.parametrize(
    ("medal", "base", "limit"), [("S1", 41, 12), ("S1", 1000, 300), ("S2", 300, 90), ("S3", 90, 18), ("S4", 18, 1)]
)
def test_the_chain_of_a_thousand_is_rounded_down(at: School, medal: str, base: int, limit: int) -> None:
    quotas.freeze(at.db, at.school, medal, False, "2026春", base, quota_rounds.percent(at.db, medal), at.zhao, NOW)
    (quota,) = quotas.within_paths(at.db, [at.school.path], "2026春")
    assert quota.limit == limit


def test_a_quota_counts_its_own_medal_kind_and_place(at: School) -> None:
    for unit, collective in ((at.squad, True), (at.other_squad, False)):
        quotas.freeze(at.db, unit, "S1", collective, "2026春", 1, 30, at.zhao, NOW)
    at.nominate(at.zhang, WANG)
    approve(at, N1)
    quotas.freeze(at.db, at.school, "S1", False, "2026春", 4, 30, at.zhao, NOW)
    at.nominate(at.zhang, LI)
    assert "实验小学 一星章 30% × 4 = 1，已用 1" in refused(at, N2)
    exceptions.approve(at.ask(at.zhao, f"{N2} 名额另行调剂"))
    assert at.db.scalar(select(nomination.c.exception).where(nomination.c.number == N2)) == "名额另行调剂"


def test_the_star_below_counts_for_a_year_and_none_twice(at: School) -> None:
    at.nominate(at.zhang, WANG)
    approve(at, N1)
    at.now += timedelta(days=8)
    award.award(at.ask(at.zhao, N1))
    at.now -= timedelta(days=8)
    at.nominate(at.zhang, replace(WANG, medal="S2"))
    at.now += timedelta(days=376)
    assert "一年内没有一星章的记录" in refused(at, N2)
    at.nominate(at.zhang, WANG)
    assert "已经获得过一星章" in refused(at, f"N{at.now:%Y%m%d}-01")
    at.now -= timedelta(days=309)
    approve(at, N2)


def test_badges_and_membership_are_asked_for_where_they_are_kept(at: School) -> None:
    at.nominate(at.zhang, WANG, LI)
    wang, li = (
        at.db.scalar(select(nomination.c.child_id).where(nomination.c.number == number)) or 0 for number in (N1, N2)
    )
    all_of = [f"B:红星章/{each}章" for each in ("向阳", "传承", "立德", "立志")]
    badges.give(at.db, at.squad, [wang], [*all_of, "B:红旗章"], "2026春", at.zhao, NOW)
    assert refused(at, N1).endswith(
        "N20260403-01 基础章 8/12，还差奉献章、劳动章、勇敢章、节约章\n" + approval._how(at.ask(at.zhao))
    )
    badges.give(at.db, at.squad, [wang], ["B:火炬章"], "2026春", at.zhao, NOW)
    badges.admit(at.db, [li], date(2025, 6, 1))
    assert "还没有记入队" in refused(at, N1)
    badges.admit(at.db, [wang], date(2025, 6, 1))
    approve(at, N1)
    assert "基础章 0/12" in refused(at, N2)


def test_many_are_approved_with_few_statements_each(at: School) -> None:
    """What is the same for all of them is asked for once."""
    said = 0

    def count(*_: object) -> None:
        nonlocal said
        said += 1

    at.nominate(at.zhang, WANG, LI)
    event.listen(at.db, "before_cursor_execute", count)
    review.approve(at.ask(at.zhao, N1))
    one, said = said, 0
    at.nominate(at.zhang, *(replace(WANG, name=f"{number}号") for number in range(1, 11)))
    said = 0
    review.approve(at.ask(at.zhao, " ".join([N2, *(f"N20260403-{number:02}" for number in range(3, 13))])))
    event.remove(at.db, "before_cursor_execute", count)
    assert one <= 29 and said <= one + 7 * 10


def test_two_processes_never_approve_more_than_there_are_places(database: Database, tmp_path: Path) -> None:
    with database.write.begin() as db:
        school = School(db)
        for name in ("王小明", "李小红", "周子轩", "赵可欣"):
            school.nominate(school.zhang, replace(WANG, name=name))
        quotas.freeze(db, school.squad, "S1", False, "2026春", 7, 30, school.zhao, NOW)
        quotas.freeze(db, school.school, "S1", False, "2026春", 4, 30, school.zhao, NOW)
        asker = school.ask(school.zhao)
    # Forked, so that each has the database of this test and connections of its own.
    processes = multiprocessing.get_context("fork")
    ready = processes.Barrier(4)

    def decide(number: str) -> None:
        mine = new_database(tmp_path)
        ready.wait()
        with mine.write.connect() as db, db.begin() as work:
            ask = replace(asker, db=db)
            case = nominations.by_number(db, number)
            assert case is not None
            try:
                approval.approve(ask, [case], levels.Ladders(db))
            except Refusal:
                work.rollback()
        mine.close()

    asked = [processes.Process(target=decide, args=(f"N20260403-0{n}",)) for n in range(1, 5)]
    for process in asked:
        process.start()
    for process in asked:
        process.join()
    assert [process.exitcode for process in asked] == [0] * 4
    with database.read.begin() as db:
        count = select(func.count()).select_from(nomination)
        assert db.scalar(count.where(nomination.c.state == State.NOTICE)) == 1
        assert db.scalar(count.where(nomination.c.state == State.SUBMITTED)) == 3
