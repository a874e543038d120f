"""Migrations on filled tables: accounts, notices and reminders that wait stay, and so does what they refer to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from bot.settings import Settings
from bot.startup import open_engine
from storage.database import open_database
from storage.migrate import FOLDER, migrate
from storage.reminders import deliveries, holds
from tests.support.databases import empty_url

pytestmark = pytest.mark.both

BEFORE = "0002"
ROWS = """
INSERT INTO unit (id, path, kind, name, aliases, active) VALUES (1, '/1/', '学校', '实验小学', '[]', TRUE);
INSERT INTO person (id, name, joined_at) VALUES (1, '张老师', '2026-04-03 00:00:00');
INSERT INTO inbox (id, channel, message_id, batch, chat, sender, received_at, state)
    VALUES (1, 'telegram', 'm', 'b', '1', '1', '2026-04-03 00:00:00', 'done');
INSERT INTO file (id, inbox_id, person_id, channel, chat, ref, kind, state, attempts, due_at)
    VALUES (1, 1, 1, 'telegram', '1', 'photo-1', 'photo', 'wanted', 0, '2026-04-03 00:00:00');
INSERT INTO group_chat (id, channel, chat, unit_id, bound_by, bound_at, reachable, week)
    VALUES (1, 'telegram', '-5', 1, 1, '2026-04-03 00:00:00', TRUE, '2026-W13');
"""


def test_rows_of_before_stay(tmp_path: Path) -> None:
    database = open_database(empty_url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.write.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, BEFORE)
        for statement in filter(str.strip, ROWS.split(";\n")):
            db.exec_driver_sql(statement)
    assert migrate(database.write)
    with database.write.begin() as db:
        assert db.exec_driver_sql("SELECT ref, state FROM file").all() == [("photo-1", "wanted")]
        assert db.exec_driver_sql("SELECT bound_by, week FROM group_chat").all() == [(1, "2026-W13")]
        assert db.exec_driver_sql("SELECT name, heard_on, notices_on FROM person").all() == [("张老师", None, None)]
        if db.dialect.name == "sqlite":
            assert db.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        db.exec_driver_sql("UPDATE group_chat SET bound_by = NULL")
    database.close()


WAITS = """
INSERT INTO delivery (id, occurrence, lead, person_id, kind, day, channel, due_at, payload, state, late)
    VALUES (1, 'leifeng:2026-03-05', 1, 1, 'key_date', '2026-03-05', 'telegram', '2026-03-04 00:10:00', '{}',
    'new', FALSE);
INSERT INTO delivery (id, occurrence, lead, person_id, kind, day, channel, due_at, payload, state, late)
    VALUES (2, 'leifeng:2026-03-05', 3, 1, 'key_date', '2026-03-05', 'telegram', '2026-03-02 00:10:00', '{}',
    'sent', FALSE);
"""


def test_what_waits_is_held_until_somebody_has_looked(tmp_path: Path) -> None:
    url = empty_url(tmp_path)
    database = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.write.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0031")
        for statement in filter(str.strip, (ROWS.split(";\n")[1] + ";\n" + WAITS).split(";\n")):
            db.exec_driver_sql(statement)
    database.close()
    engine = open_engine(Settings(_env_file=None, data_dir=tmp_path), url)
    with engine.database.write.begin() as db:
        assert holds.why(db) == "升级"
        assert db.exec_driver_sql("SELECT id, state FROM delivery ORDER BY id").all() == [(1, "new"), (2, "sent")]
        assert deliveries.queue(db, datetime(2026, 3, 4, 1, tzinfo=UTC)) == (1, 3000.0)
    engine.database.close()
