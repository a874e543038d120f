"""The key: what is sealed and cannot be opened keeps the bot from starting, and no new key is made over it."""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.__main__ import main
from storage.base.vault import Vault
from storage.children import children
from storage.database import Database, open_database
from storage.organisation import units
from storage.sealed_columns import SEALED
from storage.tables import metadata
from tests.support.commanding import database, filled, folder, imported, said

__all__ = ["database", "filled", "folder", "imported"]
pytestmark = pytest.mark.both

KEY = Path("data/name.key")
# Every command that opens the database, as far as it needs no more than that.
COMMANDS = (
    ("serve",), ("invite", "--role", "中队辅导员", "--unit", "实验小学/三(2)中队"), ("confirm",), ("replay",),
    ("preview", "--days", "3"), ("digest", "--unit", "实验小学"), ("audit", "verify"), ("audit-report", "2026"),
    ("import", "roster.csv", "--yes"),
)  # fmt: skip


@pytest.fixture
def with_a_child(database: Database) -> str:
    """A database in which there is something sealed; the key that opens it."""
    key = KEY.read_text() if KEY.exists() else Fernet.generate_key().decode()
    KEY.write_text(key)
    with database.write.begin() as db:
        squad = units.by_path_names(db, ["青禾区少工委", "实验小学", "三(2)中队"])
        assert squad is not None
        children.find_or_add(db, Vault([key]), squad.id, "王小明")
    database.close()
    return key


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_starts_with_another_key(
    command: tuple[str, ...], with_a_child: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAME_KEY", Fernet.generate_key().decode())
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456:planted-token")
    words = said(capsys, *command, status=2).splitlines()[-1]
    assert words.startswith("NAME_KEY：现在的密钥打不开数据库里加密的内容。请把备份的 name.key 放回")
    # With the old one behind it everything goes on; so it does when nothing is set and the file is there.
    monkeypatch.setenv("NAME_KEY", f"{os.environ['NAME_KEY']},{with_a_child}")
    if command[0] != "serve":
        # The yearly audit has something to say of a child without a consent.
        assert main(list(command)) == (command[0] == "audit-report")


def test_no_new_key_is_made_over_a_filled_database(
    with_a_child: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    KEY.unlink()
    assert "没有另造新的" in said(capsys, "audit", "verify", status=2)
    assert not KEY.exists()
    KEY.write_text("spoilt")
    assert "像是坏了" in said(capsys, "audit", "verify", status=2)
    KEY.write_text(with_a_child)
    assert main(["audit", "verify"]) == 0


@pytest.mark.sqlite("The practice page's database is a file.")
def test_no_new_key_is_made_beside_a_filled_database(
    with_a_child: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    KEY.unlink()
    used = next(path for path in Path("data").glob("*.db"))
    used.rename(used.with_name("practice.db"))
    assert "没有另造新的" in (words := said(capsys, "invite", "--role", "市管理员", "--unit", "某市", status=2))
    assert "practice.db" in words and not KEY.exists()


def test_an_older_program_leaves_a_newer_database_alone(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        db.exec_driver_sql("DROP TABLE child_note")
    database.close()
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456:planted-token")
    for command in COMMANDS:
        words = said(capsys, *command, status=2).splitlines()[-1]
        assert words.startswith("数据库的版本 9999 比程序的") and "什么也没有改" in words
    assert main(["doctor"]) == 1
    assert "不对 数据库：数据库的版本 9999 比程序新，请更新程序" in capsys.readouterr().out


def test_an_empty_database_gets_a_key_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "show"]) == 0
    assert KEY.stat().st_mode & 0o777 == 0o600


def test_one_that_was_in_use_gets_no_other_though_nothing_is_sealed(
    filled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its invitations and the ends of its audit log are known by the lost key only."""
    KEY.unlink()
    assert "密钥却不见了，没有另造新的" in said(capsys, "audit", "show", status=2)
    assert not KEY.exists()


def test_a_key_that_still_opens_something_is_missed(
    with_a_child: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest name opens by the new key, an older one does not: two keys at a time, and no rotation to its end."""
    new = Fernet.generate_key().decode()
    opened = open_database(os.environ.get("DATABASE_URL", "sqlite:///data/bot.db"))
    with opened.write.begin() as db:
        squad = units.by_path_names(db, ["青禾区少工委", "实验小学", "三(2)中队"])
        assert squad is not None
        children.find_or_add(db, Vault([new, with_a_child]), squad.id, "李小红")
    opened.close()
    for keys, status in ((f"{new},{with_a_child}", 0), (new, 2), (with_a_child, 2), (f"{new},{with_a_child}", 0)):
        monkeypatch.setenv("NAME_KEY", keys)
        words = said(capsys, "audit", "show", status=status)
        assert ("现在的密钥打不开" in words) == bool(status)
    assert main(["key", "rotate"]) == 0
    monkeypatch.setenv("NAME_KEY", new)
    assert main(["audit", "show"]) == 0


def test_doctor_has_one_line_for_the_key(
    with_a_child: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def line(status: int) -> str:
        assert main(["doctor"]) == status
        found = [each for each in capsys.readouterr().out.splitlines() if " 密钥：" in each]
        assert len(found) == 1
        return found[0]

    monkeypatch.setenv("TELEGRAM_TOKEN", "")
    assert line(0).startswith("注意 密钥：密钥在 data/name.key")
    KEY.chmod(0o644)
    assert "chmod 600" in line(0)
    monkeypatch.setenv("NAME_KEY", Fernet.generate_key().decode())
    assert line(1).startswith("不对 密钥：现在的密钥打不开")
    monkeypatch.setenv("NAME_KEY", f"{os.environ['NAME_KEY']},{with_a_child}")
    assert line(0) == "正常 密钥：NAME_KEY 已设置"
    monkeypatch.delenv("NAME_KEY")
    KEY.unlink()
    assert line(1).startswith("不对 密钥：这个数据库用过密钥，密钥却不见了")
    # A key made meanwhile, by hand or by another installation, is no cure.
    KEY.write_text(Fernet.generate_key().decode())
    assert line(1).startswith("不对 密钥：现在的密钥打不开")


def test_every_kind_of_sealed_value_is_looked_at() -> None:
    """A column of bytes is sealed, or said here why not."""
    binary = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if column.type.python_type is bytes
    }
    assert binary == {(table.name, name) for table, names in SEALED.items() for name in names}
