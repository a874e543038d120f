"""doctor: a line for each thing that may be wrong, exit status 1 only on a fail, nothing written."""

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.__main__ import main
from bot.commands.doctor import is_sound
from storage import inbox
from storage.database import Database
from storage.migrate import migrate
from storage.tables import outbox
from tests import commanding
from tests.commanding import NOW, said

folder, imported, filled, database = (
    commanding.folder,
    commanding.imported,
    commanding.filled,
    commanding.database,
)
DOCTOR = re.compile(r"(ok|warn|fail) [a-z_]+: .+")


def levels(capsys: pytest.CaptureFixture[str], status: int = 0) -> dict[str, str]:
    assert main(["doctor"]) == status
    lines = capsys.readouterr().out.splitlines()
    assert all(map(DOCTOR.fullmatch, lines)), lines
    return {line.split()[1][:-1]: line.split()[0] for line in lines}


def test_the_doctor_of_a_fresh_folder_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = levels(capsys)
    assert {"settings", "data", "database", "sqlite", "name_key", "workdays", "zone", "platform", "port"} <= set(found)
    assert found["name_key"] == "warn"
    assert not (folder / "data").exists()


def test_the_doctor_of_a_good_installation(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAME_KEY", Fernet.generate_key().decode())
    found = levels(capsys)
    assert found["failed"] == found["outbox"] == found["name_key"] == "ok"


def test_the_doctor_sees_what_waits(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"channel": "telegram", "message_id": "1", "chat": "1", "sender": "1", "received_at": NOW}
    letter = {"channel": "telegram", "chat": "1", "lane": "answer", "state": "dead", "due_at": NOW, "attempts": 9}
    with database.write.begin() as db:
        (arrival,) = inbox.arrive(db, [row], "batch").values()
        inbox.fail(db, arrival.id, b"sealed", b"sealed")
        db.execute(outbox.insert().values(letter))
    found = levels(capsys)
    assert found["failed"] == found["outbox"] == "warn"


def test_the_doctor_fails_what_cannot_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "bot.db").write_bytes(b"this is no database, whatever its name says" * 99)
    assert levels(capsys, 1)["database"] == "fail"
    assert "数据库打不开" in said(capsys, "preview", status=1)
    (folder / "file").touch()
    monkeypatch.setenv("DATA_DIR", "file/data")
    assert levels(capsys, 1)["data"] == "fail"


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "nonsense", "sqlite:////proc/none/bot.db"])
def test_a_database_that_is_not_there_is_one_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert len(said(capsys, "import", "roster.csv", "--yes", status=1).splitlines()) == 2


def test_a_database_of_a_newer_version_is_left_alone(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with database.write.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert levels(capsys, 1)["database"] == "fail"


def test_a_port_in_use_is_a_warning(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("PORT", str(server.getsockname()[1]))
        assert levels(capsys)["port"] == "warn"


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 51, 3), True), ((3, 52, 0), True), ((3, 51, 2), False), ((3, 50, 7), True), ((3, 50, 6), False),
        ((3, 44, 6), True), ((3, 45, 9), False), ((3, 40, 1), False),
    ],
)  # fmt: skip
def test_which_sqlite_is_sound(version: tuple[int, int, int], sound: bool) -> None:
    assert is_sound(version) is sound


def test_a_migrated_database_is_what_import_makes(database: Database) -> None:
    assert migrate(database.write) is False
