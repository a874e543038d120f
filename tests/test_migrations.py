"""Databases that already hold data go up step by step: nothing is lost, and what is new is filled in."""

from pathlib import Path

import pytest
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import Connection, select, text

from storage import units
from storage.database import Database, open_database
from storage.migrate import FOLDER, HEAD, migrate, revision
from storage.tables import unit
from tests.databases import empty_url

pytestmark = pytest.mark.both

NOW = "2026-04-03 02:20:00"
FILLED = f"""
INSERT INTO unit (id, parent_id, school_id, path, kind, name, aliases, active) VALUES
  (1, NULL, NULL, '/1/', '县少工委', '青禾区', '[]', TRUE), (2, 1, 2, '/1/2/', '学校', '实验小学', '[]', TRUE);
INSERT INTO unit (id, parent_id, school_id, path, kind, name, aliases, grade, class_no, members, active) VALUES
  (3, 2, 2, '/1/2/3/', '中队', '三(2)中队', '["雷锋中队"]', 3, 2, 42, TRUE);
INSERT INTO person (id, name, joined_at) VALUES (1, '张老师', '{NOW}');
INSERT INTO account (id, person_id, channel, address, reachable) VALUES (1, 1, 'telegram', '7', TRUE);
INSERT INTO role_grant (id, person_id, unit_id, role, since) VALUES (1, 1, 3, 'counselor', '{NOW}');
INSERT INTO inbox (id, channel, message_id, batch, chat, sender, received_at, state)
  VALUES (1, 'telegram', '1', 'b', '7', '7', '{NOW}', 'done');
INSERT INTO checkin (id, unit_id, person_id, inbox_id, activity, day, topic, attended, others, state, made_at)
  VALUES (1, 3, 1, 1, '主题队日', '2026-04-03', '', 40, '{{}}', 'valid', '{NOW}');
INSERT INTO fact (name, value, at) VALUES ('tree', '1', '{NOW}')
"""


@pytest.fixture
def old(tmp_path: Path) -> Database:
    """A database of the second release, with a school that has reported."""
    opened = open_database(empty_url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with opened.write.begin() as db:
        config.attributes["connection"] = db
        upgrade(config, "0002")
        for statement in FILLED.split(";\n"):
            db.execute(text(statement))
    return opened


def rows(db: Connection) -> dict[str, int]:
    counted = ("unit", "person", "account", "role_grant", "checkin")
    return {table: db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in counted}


def test_a_filled_database_goes_up(old: Database) -> None:
    with old.read.connect() as db:
        before = rows(db)
    assert migrate(old.write) and revision(old.write) == HEAD
    with old.write.connect() as db:
        assert rows(db) == before and set(before.values()) == {1, 3}
        squad = units.by_id(db, 3)
        assert (squad.name, squad.key, squad.members, squad.aliases) == ("三(2)中队", "3-2", 42, ("雷锋中队",))
        assert db.scalar(select(unit.c.school_year).where(unit.c.id == 2)) == 2025
        if db.dialect.name == "sqlite":
            assert db.execute(text("PRAGMA foreign_key_check")).all() == []
    assert not migrate(old.write)
    old.close()
