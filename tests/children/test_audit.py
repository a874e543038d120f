"""The audit log: what it holds, that nobody changes it unseen, and how its old years go."""

import asyncio
import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from storage.audit import audit, audit_check, audit_years
from storage.audit.audit import Action, Wanted, note
from storage.base import triggers
from storage.database import Database, open_database
from storage.organisation import units
from storage.people import people
from storage.tables import audit as log
from storage.tables import audit_anchor
from tests.support.databases import new_database, new_url
from tests.support.stage import START, ZONE, Bot, running

pytestmark = pytest.mark.both


@pytest.fixture
def database(tmp_path: Path):
    opened = new_database(tmp_path)
    yield opened
    opened.close()


def write(database: Database, *subjects: str, at: datetime = START) -> None:
    """A transaction that notes these deeds."""
    with database.write.begin() as db:
        for subject in subjects:
            note(db, Action.REFUSED, at, subject=subject, what="催办")


def rows(db: Connection) -> list[tuple[str, str, str]]:
    return [(row.deed, row.subject, row.about) for row in audit.entries(db, Wanted(), 1000)]


def broken(database: Database, *seen: tuple[str, int, str]) -> str:
    with database.read.connect() as db:
        found = audit_check.check(db, seen).broken
    return found.why if found else ""


def behind_the_triggers(database: Database, *statements: object) -> None:
    """What somebody can do who may change the tables themselves."""
    with database.write.begin() as db:
        triggers.drop(db)
        for statement in statements:
            db.execute(statement)  # type: ignore[call-overload]
        triggers.make(db)


# --- what it holds ----------------------------------------------------------------------------------------


def test_deeds_that_matter_are_there_and_check_ins_are_not(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            already = len(told(bot))
            [invitation] = await bot.say("李老师", "邀请 中队辅导员 三(1)中队")
            await bot.say("陌生人", f"加入 {invitation.splitlines()[0].partition('：')[2]}")
            await bot.say("张老师", "三(2)中队 主题队日 38人")
            await bot.say("张老师", "更正 实到39")
            await bot.say("张老师", "撤回")
            await bot.say("张老师", "提名 三(2)中队 集体一星章 人人有岗位")
            await bot.say("李老师", "同意 1")
            await bot.say("李老师", "周报 表 上级检查")
            await bot.say("张老师", "催办")
            await bot.say("张老师", "提名 三(1)中队 集体一星章")
            await bot.say("马老师", "同意 N20260403-01")
            assert told(bot)[already:] == [
                ("李老师", "invited", "invite:1"),
                (None, "joined", "invite:1"),
                (None, "role-given", "person:40"),
                ("张老师", "checkin-corrected", "checkin:1"),
                ("张老师", "checkin-withdrawn", "checkin:1"),
                ("张老师", "nominated", "nomination:1"),
                ("李老师", "noticed", "nomination:1"),
                ("李老师", "exported", ""),
                ("张老师", "refused", ""),
                ("张老师", "refused", "unit:9"),
                ("马老师", "refused", "nomination:1"),
            ]
            with bot.read() as db:
                assert audit_check.check(db).broken is None
                abouts = [json.loads(about) for _, _, about in rows(db)]
            assert abouts[-1] == {"what": "同意"} and "岗位" not in str(abouts)

    asyncio.run(scene())


def told(bot: Bot) -> list[tuple[str | None, str, str]]:
    """(who, deed, about what) of every row but those with which a process begins to write."""
    with bot.read() as db:
        found = audit.entries(db, Wanted(), 1000)
        names = people.names(db, [row.person_id for row in found if row.person_id])
    return [(names.get(row.person_id or 0), row.deed, row.subject) for row in found if row.deed != "begun"]


def test_every_refusal_is_there_once_and_what_was_undone_is_not(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            # Of two squads in one message the foreign one is refused, the own one stored.
            await bot.say("张老师", "三(2)40 三(1)41 主题队日")
            assert Counter(deed for _, deed, _ in told(bot))["refused"] == 1
            before = len(told(bot))
            await bot.say("陌生人", "催办")
            await bot.say("张老师", "更正 999人")
            assert len(told(bot)) == before, "no member, and no question of rights"

    asyncio.run(scene())


def test_a_row_is_written_in_the_transaction_of_its_deed(database: Database) -> None:
    with pytest.raises(LookupError), database.write.begin() as db:
        note(db, Action.REFUSED, START, what="催办")
        raise LookupError
    write(database, "unit:1")
    with database.write.begin() as db:
        # What cannot be written into the log does not happen.
        note(db, Action.REFUSED, START, subject="x" * 50 if db.dialect.name != "sqlite" else None)  # type: ignore[arg-type]
        units.add(db, units.Kind.SCHOOL, "实验小学")
        with pytest.raises(DatabaseError):
            db.commit()
    with database.read.connect() as db:
        assert [(deed, subject) for deed, subject, _ in rows(db)] == [("begun", ""), ("refused", "unit:1")]
        assert units.is_empty(db)
    assert broken(database) == ""


# --- nobody changes it unseen -----------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET about = '{}'", "UPDATE audit SET seq = seq + 10", "DELETE FROM audit",
    "UPDATE audit_anchor SET year = 1", "DELETE FROM audit_anchor",
])  # fmt: skip
def test_the_database_refuses_to_change_it(database: Database, statement: str) -> None:
    write(database, "unit:1", "unit:2")
    with database.write.begin() as db:
        db.execute(insert(audit_anchor).values(chain="old", seq=7, hash="0" * 64, year=2020, rows=7, at=START))
    with pytest.raises(DatabaseError, match="append-only"), database.write.begin() as db:
        db.exec_driver_sql(statement)


def test_nor_to_put_a_row_in_the_place_of_another(database: Database) -> None:
    write(database, "unit:1")
    sqlite = "INSERT OR REPLACE INTO audit SELECT id, chain, seq, at, deed, 9, 9, subject, about, hash FROM audit"
    statement = sqlite if database.write.dialect.name == "sqlite" else "TRUNCATE audit"
    with pytest.raises(DatabaseError, match="append-only"), database.write.begin() as db:
        db.exec_driver_sql(statement)


def test_a_changed_row_is_found(database: Database) -> None:
    write(database, "unit:1", "unit:2", "unit:3")
    assert broken(database) == ""
    behind_the_triggers(database, update(log).where(log.c.subject == "unit:2").values(person_id=7))
    with database.read.connect() as db:
        found = audit_check.check(db)
    assert found.broken and (found.broken.seq, found.broken.why) == (3, "内容和哈希不符，被改过")


def test_a_row_that_is_gone_from_the_middle_is_found(database: Database) -> None:
    write(database, "unit:1", "unit:2", "unit:3")
    behind_the_triggers(database, delete(log).where(log.c.subject == "unit:2"))
    assert broken(database) == "少了第 3 条（后面是第 4 条）"


def test_a_chain_cut_short_is_found_by_the_one_that_came_after(tmp_path: Path) -> None:
    url = new_url(tmp_path)
    first = open_database(url)
    write(first, "unit:1", "unit:2")
    first.close()
    second = open_database(url)
    write(second, "unit:3")
    assert broken(second) == ""
    behind_the_triggers(second, delete(log).where(log.c.subject == "unit:2"))
    assert "这一条没有了" in broken(second)
    second.close()


def test_the_end_of_the_last_chain_is_found_by_what_was_noted_elsewhere(database: Database) -> None:
    write(database, "unit:1", "unit:2")
    with database.read.connect() as db:
        [(chain, (seq, mark))] = audit_check.check(db).heads.items()
    write(database, "unit:3")
    assert broken(database, (chain, seq, mark)) == ""
    behind_the_triggers(database, delete(log).where(log.c.seq >= seq))
    assert broken(database) == "", "what hangs on nothing can be cut unseen"
    assert "记在别处的哈希" in broken(database, (chain, seq, mark))


def test_two_writers_have_a_chain_each(tmp_path: Path) -> None:
    url = new_url(tmp_path)
    both = [open_database(url) for _ in range(2)]
    for number in range(5):
        for database in both:
            write(database, f"unit:{number}")
    with both[0].read.connect() as db:
        walk = audit_check.check(db)
        chains = Counter(db.scalars(select(log.c.chain)))
    assert walk.broken is None and sorted(chains.values()) == [6, 6]
    for database in both:
        database.close()


# --- years ------------------------------------------------------------------------------------------------


def year(number: int, month: int = 6) -> datetime:
    return datetime(number, month, 1, tzinfo=ZONE)


def close(database: Database, now: datetime) -> int | None:
    with database.write.begin() as db:
        return audit_years.close(db, now)


def test_a_year_goes_after_three_and_leaves_its_last_hash(database: Database) -> None:
    write(database, "unit:1", "unit:2", at=year(2026))
    write(database, "unit:3", at=year(2027))
    assert close(database, year(2029, 12)) is None
    with database.read.connect() as db:
        last = db.scalar(select(log.c.hash).where(log.c.subject == "unit:2"))
    assert close(database, year(2030, 1)) == 2026
    with database.read.connect() as db:
        assert [subject for _, subject, _ in rows(db)] == ["unit:3", ""]
        [anchor] = audit_years.anchors(db)
    assert (anchor.seq, anchor.hash, anchor.year, anchor.rows) == (3, last, 2026, 3)
    assert broken(database) == ""
    assert close(database, year(2030, 1)) is None
    write(database, "unit:4", at=year(2030, 2))
    assert close(database, year(2036)) == 2032
    assert broken(database) == ""


def test_a_chain_goes_on_when_all_its_rows_are_closed(database: Database) -> None:
    write(database, "unit:1", at=year(2026))
    assert close(database, year(2030)) == 2026
    behind_the_triggers(database, delete(log).where(log.c.deed == Action.CLOSED))
    write(database, "unit:2", at=year(2030))
    with database.read.connect() as db:
        assert [(row.seq, row.deed) for row in audit.entries(db, Wanted(), 9)] == [(3, "refused")]
    assert broken(database) == "封存的年份和最后一次封存时记下的不符"


def test_a_year_that_somebody_else_closed_is_found(database: Database) -> None:
    write(database, "unit:1", "unit:2", at=year(2026))
    with database.write.begin() as db:
        row = db.execute(select(log).where(log.c.subject == "unit:1")).one()
        anchor = {"chain": row.chain, "seq": row.seq, "hash": row.hash, "year": 2026, "rows": 2, "at": START}
        db.execute(insert(audit_anchor).values(anchor))
        # The anchor lets the rows go, and stays as the trace of it.
        db.execute(delete(log).where(log.c.seq <= row.seq))
    assert broken(database) == "封存的年份和最后一次封存时记下的不符"


def test_the_practice_page_starts_again_with_an_empty_log(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            heads, ticker = bot.app.engine.installation.audit_heads(bot.app.engine.vault), bot.app.ticker
            await bot.say("张老师", "催办")
            assert ticker.follow_log() and not ticker.follow_log()
            await bot.app.stage.restart()
            with bot.read() as db:
                assert Action.REFUSED not in {deed for deed, _, _ in rows(db)}
                assert heads.check(db).broken is None
            # What it keeps from here on it is held to, as the real one is.
            assert ticker.follow_log()
            with bot.read() as db:
                assert heads.check(db).broken is None and heads.read()
            with pytest.raises(DatabaseError, match="append-only"), bot.app.engine.database.write.begin() as db:
                db.execute(text("DELETE FROM audit"))
            with bot.app.engine.database.write.begin() as db:
                triggers.drop(db)
                db.execute(text("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"))
            with bot.read() as db:
                assert heads.check(db).broken

    asyncio.run(scene())


def test_a_deed_of_the_bot_itself_has_nobody(database: Database) -> None:
    write(database, "unit:1", at=START + timedelta(days=1))
    with database.read.connect() as db:
        assert {row.person_id for row in audit.entries(db, Wanted(action=Action.REFUSED), 9)} == {None}
        assert audit.entries(db, Wanted(until=START), 9) == []
