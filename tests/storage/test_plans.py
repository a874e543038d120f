"""What runs with every message looks up by index: a queue, or years of history, must not make it slow."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, event, insert

from storage.base.vault import Vault
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.checkins import checkins, coverage, weekly_coverage, windows
from storage.database import Database, learn_sizes
from storage.digests import digests
from storage.medals import nominations
from storage.messages import cards, files, inbox, outbox
from storage.messages.outbox import Held
from storage.organisation import changes, history, units
from storage.people import people
from storage.reminders import deliveries
from storage.roster import promotion, roster
from storage.tables import unit
from tests.bench.digests import tree
from tests.support.databases import new_database

pytestmark = pytest.mark.both

NOW = datetime(2026, 4, 3, 2, 20, tzinfo=UTC)
CALL = Campaign(1, "守岁", "志愿服务", NOW, NOW, path="/1/", id=1)
SQUADS = [coverage.Squad(3, "三(1)中队", "/1/2/3/", "实验小学", 40)]
LEARNED = windows.of_activity("红领巾爱学习", NOW.date(), NOW.date(), 5)
HELD = Held(frozenset({"7"}), True)
ARRIVED = {"channel": "telegram", "message_id": "1", "chat": "1", "sender": "1", "received_at": NOW}
SAME = {
    "channel": "wecom", "chat": "1", "lane": "notice", "due_at": NOW, "body": b"x", "same": "abc", "card": None,
    "person_id": None, "inbox_id": None,
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_database(tmp_path)
    yield opened
    opened.close()


def claim(
    db: Connection,
    held: Held = Held(),  # noqa: B008
    most: int = 10,
    together: int = 1,
    channel: str = "telegram",
) -> list[outbox.Letter]:
    return outbox.claim(db, channel, "me", NOW, NOW, timedelta(seconds=90), most, held, together)


@pytest.mark.sqlite("PostgreSQL plans by how full its tables are, and these are empty")
@pytest.mark.parametrize(
    "work",
    [
        claim,
        lambda db: claim(db, HELD),
        lambda db: (outbox.put(db, [SAME]), claim(db, together=1000, channel="wecom")),
        lambda db: outbox.sent(db, "me", [(1, NOW, "7")]),
        lambda db: outbox.waits(db, "telegram", NOW, NOW),
        lambda db: outbox.waits(db, "telegram", NOW, NOW, HELD),
        lambda db: outbox.settle(db, "me", [1], "sent"),
        lambda db: outbox.lapse(db, "telegram", "me", NOW),
        lambda db: inbox.arrive(db, [ARRIVED], "batch"),
        lambda db: inbox.failed(db),
        lambda db: files.wanted(db, NOW),
        lambda db: deliveries.due(db, NOW, 10, deliveries.Letters(frozenset({"key_date"}), NOW)),
        lambda db: deliveries.next_due(db, NOW),
        lambda db: cards.last(db, Vault([Fernet.generate_key().decode()]), "telegram", "1", NOW),
        lambda db: checkins.heads(db, [1, 2, 3], NOW.date(), NOW.date()),
    ],
    ids=[
        "claim",
        "claim, some held",
        "claim many",
        "sent",
        "waits",
        "waits, some held",
        "settle",
        "lapse",
        "arrive",
        "failed",
        "wanted",
        "deliveries due",
        "next due",
        "the last card",
        "what a school's squads mostly have",
    ],
)
def test_no_table_is_read_from_end_to_end(database: Database, work: Callable[[Connection], Any]) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(database.write, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with database.write.begin() as db:
        work(db)
        plans = [
            (statement, row[3])
            for statement, values in [each for each in asked if each[0].startswith(("SELECT", "UPDATE", "WITH"))]
            for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    tables = tuple(f"SCAN {name}" for name in ("outbox", "inbox", "file", "delivery", "card", "checkin"))
    scans = [step for step in plans if step[1].startswith(tables) and "USING" not in step[1]]
    assert plans and scans == []


def test_a_chat_that_waits_holds_only_itself_up(database: Database) -> None:
    row = {"channel": "telegram", "person_id": None, "inbox_id": None, "body": b"x", "card": None}
    later = NOW + timedelta(minutes=1)
    with database.write.begin() as db:
        lines = [
            ("1", "answer", NOW),
            ("1", "answer", later),
            ("1", "answer", NOW),
            ("1", "notice", NOW),
            ("2", "answer", NOW),
        ]
        outbox.put(db, [{**row, "chat": chat, "lane": lane, "due_at": due} for chat, lane, due in lines])
        assert [letter.id for letter in claim(db, most=1)] == [1]
        # The first is under way and the second is due later: both hold the third up, but neither the notice nor chat 2.
        assert [letter.id for letter in claim(db)] == [5, 4]
        assert claim(db) == []


@pytest.mark.sqlite("PostgreSQL plans by how full its tables are, and these are empty")
@pytest.mark.parametrize(
    "work",
    [
        lambda db: units.by_path_names(db, ["青禾区", "实验小学"]),
        lambda db: units.find(db, "实验小学三(2)中队", ["/1/2/"]),
        lambda db: units.of_school(db, 2),
        lambda db: weekly_coverage.missing(db, "2026-W14", ["/1/2/"]),
        lambda db: coverage.missing_on(db, NOW.date(), ["/1/2/"]),
        lambda db: digests.weekly(db, units.by_id(db, 2), "2026-W14"),
        lambda db: changes.close(db, units.by_id(db, 2), NOW, NOW.date()),
        lambda db: promotion.write(db, 2026, promotion.schools(db, ["/1/2/"], 2026), [], _leaving(db), NOW, NOW.date()),
        lambda db: people.called(db, "张老师", ["/1/"], NOW),
        lambda db: nominations.of_person(db, 1, 10),
        lambda db: roster.load(db, [("青禾区", "实验小学")], [("wecom", "a")], NOW),
        lambda db: campaigns.progress(db, CALL, ["/1/2/"]),
        lambda db: windows.told(db, LEARNED, history.part(db, ["/1/2/"], "2026-W14"), SQUADS),
        lambda db: campaigns.newest(db, ["/1/2/"], 8),
        lambda db: nominations.waiting(db, 1, ["/1/2/"]),
    ],
    ids=[
        "path",
        "find",
        "school",
        "missing",
        "missing on a day",
        "digest",
        "close",
        "promotion",
        "name",
        "mine",
        "roster",
        "progress of a campaign",
        "an issue learned",
        "campaigns",
        "nominations to hand over",
    ],
)
def test_a_part_of_the_tree_costs_what_the_part_costs(database: Database, work: Callable[[Connection], Any]) -> None:
    """No statement walks through all units, people, roles or check-ins of a province."""
    with database.write.begin() as db:
        county = units.add(db, units.Kind.COUNTY, "青禾区")
        school = units.add(db, units.Kind.SCHOOL, "实验小学", county)
        units.add(db, units.Kind.SQUAD, "六(2)中队", school, grade=6, class_no=2)
    asked: list[str] = []
    with database.write.begin() as db:
        # The driver tells of what storage/statements.py asks, too.
        driver: Any = db.connection.dbapi_connection
        driver.set_trace_callback(asked.append)
        work(db)
        driver.set_trace_callback(None)
        plans = [
            (statement, row[3])
            for statement in asked
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and "VALUES" not in statement
            for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
    tables = ("unit", "unit_past", "person", "role_grant", "account", "checkin", "nomination", "rollup")
    scans = [step for step in plans if step[1].startswith(tuple(f"SCAN {table}" for table in tables))]
    assert plans and [step for step in scans if step[1].split()[1] in tables] == []
    # These hold what a whole province answered.
    assert not [step for step in plans if "ix_checkin_campaign" in step[1] or "ix_checkin_issue" in step[1]]


def _leaving(db: Connection) -> list[promotion.Step]:
    found = promotion.classes(db, promotion.schools(db, ["/1/2/"], 2026))
    return [promotion.Step(each, each.name, 7, 2020) for each in found]


@pytest.mark.sqlite("PostgreSQL counts its rows by itself")
def test_the_squads_of_a_province_are_counted_from_an_index(database: Database) -> None:
    """SQLite takes the better of two indexes only when it knows how many units there are."""
    size = {"counties": 5, "schools": 100, "squads": 3000}
    with database.write.begin() as db:
        db.execute(insert(unit), [{**row, "since": date(2020, 1, 6)} for row in tree(size, units.Kind.PROVINCE)])
    with database.read.connect() as before, database.read.connect() as db:
        history.part(before, ["/1/"], "2026-W14")
        before.rollback()
        with database.write.begin() as writing:
            learn_sizes(writing)
        for each in (before, db):
            part = history.part(each, ["/1/"], "2026-W14")
            form = weekly_coverage._due(part.shape)._form(each.dialect)
            plan = each.exec_driver_sql(f"EXPLAIN QUERY PLAN {form.sql}", tuple(form.bound(part.values))).all()
            assert any("ix_unit_squads" in row[-1] for row in plan), plan
