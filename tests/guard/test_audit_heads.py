"""The ends of the audit log outside the database: whoever may do anything to the database is told on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import delete, func, select, update

from storage.audit.audit import Action, note
from storage.audit.audit_heads import AuditHeads, Forged
from storage.base import triggers
from storage.base.vault import Vault
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.organisation import units
from storage.tables import audit, audit_anchor
from tests.support.databases import new_url
from tests.support.stage import START

pytestmark = pytest.mark.both
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class Log:
    """A database, the file beside it, and the bot that goes on writing both."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "audit.heads"
        self.url = new_url(folder)
        self.database: Database = open_database(self.url)
        migrate(self.database.write)
        self.heads = AuditHeads(self.path, Vault([OLD]))

    def write(self, *subjects: str, look: bool = True) -> None:
        with self.database.write.begin() as db:
            for subject in subjects:
                note(db, Action.REFUSED, START, subject=subject)
        if look:
            self.look()

    def look(self, heads: AuditHeads | None = None) -> bool:
        with self.database.read.connect() as db:
            return (heads or self.heads).follow(db)

    def wrong(self, *keys: str) -> str:
        with self.database.read.connect() as db:
            found = AuditHeads(self.path, Vault(list(keys) or [OLD])).check(db).broken
        return str(found) if found else ""

    def attack(self, *statements: object) -> None:
        """What somebody can do who may do everything with the database."""
        with self.database.write.begin() as db:
            triggers.drop(db)
            for statement in statements:
                db.execute(statement)  # type: ignore[call-overload]
            triggers.make(db)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.database.close()


def begun(log: Log) -> None:
    """As the ticker does it: the first look makes the file, and that is an entry."""
    log.write("unit:1", look=False)
    assert log.look()
    with log.database.write.begin() as db:
        note(db, Action.HEADS_KEPT, START)
    assert not log.look() and not log.look()
    log.write("unit:2", "unit:3")


@pytest.mark.parametrize("place", [2, 3, 4, 5])
def test_a_cut_tail_is_told_wherever_it_is_cut(log: Log, place: int) -> None:
    begun(log)
    assert log.wrong() == ""
    log.attack(delete(audit).where(audit.c.seq >= place))
    assert "记在别处的哈希" in log.wrong()
    # The bot goes on over the cut: neither what it writes nor a new start covers it up.
    log.write("unit:7", "unit:8", "unit:9", "unit:10", "unit:11")
    log.look(AuditHeads(log.path, Vault([OLD])))
    assert "记在别处的哈希" in log.wrong()


def test_an_emptied_log_is_told_with_the_file_and_without(log: Log) -> None:
    begun(log)
    with log.database.write.begin() as db:
        units.add(db, units.Kind.SCHOOL, "实验小学")
    log.attack(delete(audit), delete(audit_anchor))
    assert "记在别处的哈希" in log.wrong()
    log.path.unlink()
    assert "被清空了" in log.wrong()


def test_rows_written_anew_with_right_hashes_are_told(log: Log) -> None:
    """Hashes alone have no secret: who rewrites the log from some row on makes a chain that is whole by itself."""
    begun(log)
    with log.database.read.connect() as db:
        rows = [dict(row) for row in db.execute(select(audit).order_by(audit.c.seq)).mappings()]
    from storage.audit.audit import digest

    before = rows[1]["hash"]
    for row in rows[2:]:
        row["subject"] = "unit:99"
        row["hash"] = before = digest(before, row)
    log.attack(*[update(audit).where(audit.c.id == row["id"]).values(**row) for row in rows[2:]])
    assert "记在别处的哈希" in log.wrong()


def test_the_file_cannot_be_written_without_the_key_nor_taken_away(log: Log) -> None:
    begun(log)
    written = log.path.read_text()
    said = json.loads(written)
    [chain] = said["heads"]
    for forged in (
        {**said, "heads": {}}, {**said, "heads": {chain: [1, "0" * 64]}}, {**said, "mac": "0" * 64}, {"heads": {}},
        {**said, "heads": []}, [], {**said, "mac": None},
    ):  # fmt: skip
        log.path.write_text(json.dumps(forged))
        assert "被改过" in log.wrong(), forged
        with pytest.raises(Forged):
            log.look()
    log.path.write_text("{")
    assert "被改过" in log.wrong()
    log.path.unlink()
    assert "不见了" in log.wrong()
    # The bot makes a new one, and says in the log that it did: a second entry.
    assert log.look()
    log.path.write_text(written)
    assert log.wrong() == ""


def test_a_file_that_lags_behind_is_no_alarm(log: Log) -> None:
    begun(log)
    log.write("unit:5", "unit:6", look=False)
    assert log.wrong() == ""


def test_chains_of_other_processes_are_held_too(log: Log) -> None:
    begun(log)
    other = open_database(log.url)
    with other.write.begin() as db:
        note(db, Action.REFUSED, START, subject="unit:4")
    other.close()
    log.look()
    assert len(json.loads(log.path.read_text())["heads"]) == 2
    with log.database.read.connect() as db:
        last = db.scalar(select(func.max(audit.c.id)))
    log.attack(delete(audit).where(audit.c.id == last))
    assert "记在别处的哈希" in log.wrong()


def test_what_another_process_has_written_over_comes_back(log: Log) -> None:
    begun(log)
    before = log.path.read_text()
    log.write("unit:5")
    after = log.path.read_text()
    assert after != before
    log.path.write_text(before)
    log.look()
    assert log.path.read_text() == after
    # Not where the operator took the file away, since the log is another one: it begins with what is there.
    log.path.unlink()
    assert log.look() and log.path.read_text() != after


def test_who_wrote_leaves_the_ends_behind_and_nobody_else(log: Log) -> None:
    log.heads.leave(log.database, START)
    assert not log.path.exists()
    log.write("unit:1", look=False)
    log.heads.leave(log.database, START)
    # Its own entry and the beginning of the chain: three rows.
    assert [seq for seq, _ in json.loads(log.path.read_text())["heads"].values()] == [3]
    log.attack(delete(audit).where(audit.c.seq == 3))
    assert "记在别处的哈希" in log.wrong()


def test_a_new_key_takes_over_the_file(log: Log) -> None:
    begun(log)
    assert "被改过" in log.wrong(NEW)
    assert log.wrong(NEW, OLD) == ""
    log.look(AuditHeads(log.path, Vault([NEW, OLD])))
    assert log.wrong(NEW) == ""
