"""The steps of the tables on databases that hold rows: nothing is lost, and what a step brings works at once."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database, open_database
from storage.migrate import FOLDER, HEAD, migrate, revision
from storage.organisation import units
from storage.tables import card, file, group_chat, inbox, metadata, outbox, rollup, unit
from tests.support.databases import POSTGRESQL, empty_url

pytestmark = pytest.mark.both

NOW = datetime(2026, 4, 3, 4)
TELEGRAM: dict[str, Any] = {"channel": "telegram", "chat": "5"}
# Rows as the tables had them after step 0001.
FIRST: dict[str, dict[str, Any]] = {
    "unit": {"path": "/1/", "kind": "school", "name": "实验小学", "aliases": [], "active": True},
    "person": {"name": "张老师", "joined_at": NOW},
    "inbox": {**TELEGRAM, "message_id": "1:1", "batch": "", "sender": "5", "received_at": NOW, "state": "done"},
    "outbox": {**TELEGRAM, "inbox_id": 1, "lane": "answer", "state": "new", "due_at": NOW, "attempts": 0},
    "card": {**TELEGRAM, "token": "t", "person_id": 1, "commands": ["撤回"], "made_at": NOW},
    "dialogue": {**TELEGRAM, "sender": "5", "kind": "checkin", "payload": b"x", "expires_at": NOW},
    "checkin": {
        "unit_id": 1, "person_id": 1, "inbox_id": 1, "activity": "队课", "day": date(2026, 4, 3), "topic": "",
        "attended": 3, "others": {}, "state": "valid", "made_at": NOW,
    },
    "file": {
        **TELEGRAM, "inbox_id": 1, "person_id": 1, "checkin_id": 1, "ref": "p", "kind": "photo", "state": "wanted",
        "attempts": 0, "due_at": NOW,
    },
}  # fmt: skip
SECOND: dict[str, dict[str, Any]] = {
    "group_chat": {**TELEGRAM, "unit_id": 1, "bound_by": 1, "bound_at": NOW, "reachable": True, "week": "2026-W13"},
    "moved_chat": {"channel": "telegram", "old": "4", "new": "5", "at": NOW},
    "album": {**TELEGRAM, "name": "A", "inbox_id": 1, "checkin_id": 1, "at": NOW},
}

FILLED = """
INSERT INTO unit (id, parent_id, school_id, path, kind, name, aliases, active) VALUES
  (1, NULL, NULL, '/1/', '县少工委', '青禾区', '[]', TRUE), (2, 1, 2, '/1/2/', '学校', '实验小学', '[]', TRUE);
INSERT INTO unit (id, parent_id, school_id, path, kind, name, aliases, grade, class_no, members, active) VALUES
  (3, 2, 2, '/1/2/3/', '中队', '三(2)中队', '["雷锋中队"]', 3, 2, 42, TRUE);
INSERT INTO person (id, name, joined_at) VALUES (1, '张老师', '2026-04-03 02:20:00');
INSERT INTO account (id, person_id, channel, address, reachable) VALUES (1, 1, 'telegram', '7', TRUE);
INSERT INTO role_grant (id, person_id, unit_id, role, since) VALUES (1, 1, 3, 'counselor', '2026-04-03 02:20:00');
INSERT INTO inbox (id, channel, message_id, batch, chat, sender, received_at, state)
  VALUES (1, 'telegram', '1', 'b', '7', '7', '2026-04-03 02:20:00', 'done');
INSERT INTO checkin (id, unit_id, person_id, inbox_id, activity, day, topic, due, attended, others, state, made_at)
  VALUES (1, 3, 1, 1, '主题队日', '2026-04-03', '', 42, 40, '{}', 'valid', '2026-04-03 02:20:00'),
    (2, 3, 1, 1, '队课', '2026-04-03', '', 42, 20, '{}', 'valid', '2026-04-03 02:20:00');
INSERT INTO rollup (week, unit_id, activity, checkins, attended, rated_due, rated_attended)
  VALUES ('2026-W14', 3, '主题队日', 1, 40, 42, 40);
INSERT INTO fact (name, value, at) VALUES ('tree', '1', '2026-04-03 02:20:00')
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(empty_url(tmp_path))
    yield opened
    opened.close()


def step(database: Database, revision: str, rows: dict[str, dict[str, Any]]) -> None:
    """Take the tables to this step, and put the rows in."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.write.connect() as db, db.begin():
        config.attributes["connection"] = db
        command.upgrade(config, revision)
        for name, row in rows.items():
            db.execute(insert(Table(name, MetaData(), autoload_with=db)).values(**row))


def counts(db: Connection) -> dict[str, int]:
    names = [*FIRST, *SECOND]
    tables = [Table(name, MetaData(), autoload_with=db) for name in names]
    return {table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_filled_database_takes_every_step(database: Database) -> None:
    step(database, "0001", FIRST)
    step(database, "0002", SECOND)
    with database.write.begin() as db:
        db.exec_driver_sql("UPDATE outbox SET doubts = 1, state = 'new'")
    assert migrate(database.write) and not migrate(database.write)
    with database.write.begin() as db:
        assert counts(db) == dict.fromkeys([*FIRST, *SECOND], 1)
        assert db.execute(select(outbox.c.perhaps_at == outbox.c.due_at, outbox.c.card, outbox.c.inbox_id)).all() == [
            (True, None, 1)
        ]
        for column in (inbox.c.spoken_as, card.c.reply, file.c.album):
            assert list(db.scalars(select(column))) == [None]
        if not POSTGRESQL:
            assert db.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_what_a_step_brought_works_beside_what_was_there(database: Database) -> None:
    step(database, "0001", FIRST)
    step(database, "0002", SECOND)
    migrate(database.write)
    group = {**SECOND["group_chat"], "bound_at": NOW.astimezone()}
    with database.write.begin() as db:
        # The group that was bound is bound as a whole; a topic of it is another one, twice the same is refused.
        assert db.execute(select(group_chat.c.id, group_chat.c.topic)).all() == [(1, "")]
        db.execute(insert(group_chat).values(**group, topic="7"))
        assert list(db.scalars(select(group_chat.c.id).order_by(group_chat.c.id))) == [1, 2]
    for topic in ("", "7"):
        with pytest.raises(IntegrityError), database.write.begin() as db:
            db.execute(insert(group_chat).values(**group, topic=topic))
    with pytest.raises(IntegrityError), database.write.begin() as db:
        db.execute(insert(group_chat).values(**{**group, "unit_id": 99}, topic="8"))


def test_the_steps_make_the_tables_of_the_code(database: Database) -> None:
    assert migrate(database.write) and not migrate(database.write)
    with database.read.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@pytest.fixture
def old(database: Database) -> Database:
    """A database of the second release, with a school that has reported."""
    step(database, "0002", {})
    with database.write.begin() as db:
        for statement in FILLED.split(";\n"):
            db.execute(text(statement))
    return database


def kept(db: Connection) -> dict[str, int]:
    counted = ("unit", "person", "account", "role_grant", "checkin")
    return {table: db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in counted}


def test_a_filled_database_goes_up(old: Database) -> None:
    with old.read.connect() as db:
        before = kept(db)
    assert migrate(old.write) and revision(old.write) == HEAD
    with old.write.connect() as db:
        assert kept(db) == before and set(before.values()) == {1, 2, 3}
        squad = units.by_id(db, 3)
        assert (squad.name, squad.key, squad.members, squad.aliases) == ("三(2)中队", "3-2", 42, ("雷锋中队",))
        assert db.scalar(select(unit.c.school_year).where(unit.c.id == 2)) == 2025
        # Of the second nothing had been added up, as of a squad below an event of its whole school.
        sums = db.execute(select(rollup.c.events, rollup.c.rated, rollup.c.doubtful))
        assert sorted(sums.all()) == [(0, 1, 1), (1, 1, 0)]
        if db.dialect.name == "sqlite":
            assert db.execute(text("PRAGMA foreign_key_check")).all() == []
    assert not migrate(old.write)
