"""The migration of accounts and notices on filled tables: rows stay, and so does what they refer to."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from storage.database import open_database
from storage.migrate import FOLDER, migrate
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
