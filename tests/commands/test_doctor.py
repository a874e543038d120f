"""doctor: a line for each thing that may be wrong, exit status 1 only on a fail, nothing written."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import time_machine
import uvicorn.server

from bot.__main__ import main
from bot.commands.doctor import databases
from storage.base.vault import Vault
from storage.database import Database
from storage.messages import inbox
from storage.migrate import migrate
from storage.tables import outbox
from tests.support import commanding
from tests.support.commanding import NOW, said
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram

pytestmark = pytest.mark.both

folder, imported, filled, database = (
    commanding.folder,
    commanding.imported,
    commanding.filled,
    commanding.database,
)


def levels(capsys: pytest.CaptureFixture[str], status: int = 0) -> dict[str, str]:
    assert main(["doctor"]) == status
    return {name: level for level, name, _ in commanding.of_doctor(capsys.readouterr().out)}


@pytest.mark.sqlite("a server's database is there before the bot")
def test_the_doctor_of_a_fresh_folder_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = levels(capsys)
    assert {"settings", "data", "database", "sqlite", "name_key", "workdays", "zone", "platform", "port"} <= set(found)
    assert found["name_key"] == "warn"
    assert not (folder / "data").exists()


def test_the_doctor_of_a_good_installation(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAME_KEY", Path("data/name.key").read_text(encoding="utf-8"))
    found = levels(capsys)
    assert found["failed"] == found["outbox"] == found["name_key"] == "ok"


def test_the_doctor_sees_what_waits(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"channel": "telegram", "message_id": "1", "chat": "1", "sender": "1", "received_at": NOW}
    letter = {"channel": "telegram", "chat": "1", "lane": "answer", "state": "dead", "due_at": NOW, "attempts": 9}
    with database.write.begin() as db:
        (arrival,) = inbox.arrive(db, [row], "batch").values()
        sealed = Vault([Path("data/name.key").read_text()]).seal("a message")
        inbox.fail(db, arrival.id, sealed, sealed)
        db.execute(outbox.insert().values(letter))
    found = levels(capsys)
    assert found["failed"] == found["outbox"] == "warn"


@pytest.mark.sqlite("the file is no database")
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


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/bot.db"])
def test_a_database_that_is_not_there_is_one_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert len(said(capsys, "import", "roster.csv", "--yes", status=1).splitlines()) == 2


def test_a_database_of_a_newer_version_is_left_alone(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with database.write.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert levels(capsys, 1)["database"] == "fail"


@pytest.mark.parametrize(("page", "level"), [(b'{"status":"ok","tick":1.5}', "ok"), (b"<html>nginx</html>", "fail")])
def test_a_port_in_use_is_right_where_a_bot_is_on_it(
    page: bytes, level: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + page)

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.handle_request, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        assert levels(capsys, int(level == "fail"))["port"] == level


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 51, 3), True), ((3, 52, 0), True), ((3, 51, 2), False), ((3, 50, 7), True), ((3, 50, 6), False),
        ((3, 44, 6), True), ((3, 45, 9), False), ((3, 40, 1), False),
    ],
)  # fmt: skip
def test_which_sqlite_is_sound(version: tuple[int, int, int], sound: bool) -> None:
    assert databases.is_sound(version) is sound


def test_a_migrated_database_is_what_import_makes(database: Database) -> None:
    assert migrate(database.write) is False


# --- Telegram -------------------------------------------------------------------------------------------------

HOOK = "https://bot.example/telegram/webhook"
CALM = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram(dated=True) as fake:
        yield fake


def of_telegram(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    *, status: int = 0, told: dict[str, object] | None = None, **settings: str,
) -> dict[str, tuple[str, str]]:  # fmt: skip
    """name → (level, sentence), with these settings and this getWebhookInfo."""

    async def me(_asked: object) -> object:
        return {"id": 123456, "is_bot": True, "first_name": "bot", "username": "a_school_bot"}

    async def info(_asked: object) -> object:
        return told or CALM

    monkeypatch.setattr(telegram, "_getMe", me, raising=False)
    monkeypatch.setattr(telegram, "_getWebhookInfo", info, raising=False)
    given = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, **settings}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == status
    out, err = capsys.readouterr()
    assert "made-up" not in out + err
    return {name: (level, sentence) for level, name, sentence in commanding.of_doctor(out)}


Asked = Callable[..., dict[str, tuple[str, str]]]


@pytest.fixture
def asked(telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    return partial(of_telegram, telegram, monkeypatch, capsys)


def test_all_is_well_with_polling(asked: Asked) -> None:
    found = asked()
    assert found["telegram"] == ("ok", "令牌有效，机器人是 @a_school_bot")
    assert [found[name][0] for name in ("clock", "webhook", "pending")] == ["ok"] * 3
    assert "proxy" not in found and "delivery" not in found


def test_a_forgotten_webhook_and_much_that_waits(asked: Asked) -> None:
    url = f"https://old.example/{TOKEN}"
    found = asked(told={**CALM, "url": url, "pending_update_count": 101})
    assert found["webhook"][0] == found["pending"][0] == "warn"
    assert "https://old.example/***" in found["webhook"][1] and "101" in found["pending"][1]


@pytest.mark.parametrize(("url", "level"), [(HOOK, "ok"), ("", "warn"), ("https://other.example/x", "warn")])
def test_the_webhook_and_its_last_error(asked: Asked, url: str, level: str) -> None:
    more = {"last_error_date": 1_775_188_800, "last_error_message": f"Connection refused {TOKEN}"}
    mode = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": "made-up-word", "PUBLIC_URL": "https://bot.example"}
    found = asked(told={**CALM, "url": url, **more}, **mode)
    assert found["webhook"][0] == level and HOOK in found["webhook"][1]
    assert found["delivery"] == (
        "warn",
        "最近一次投递没有成功（04-03 12:00）：Connection refused ***。请检查域名、证书和网页服务器",
    )


@pytest.mark.parametrize(("fault", "words"), [("401", "令牌不对"), ("404", "令牌不对"), ("html", "HTTP 502")])
def test_a_refused_token(telegram: FakeTelegram, asked: Asked, fault: str, words: str) -> None:
    telegram.faults["getMe"].append(fault)
    found = asked(status=1)
    assert found["telegram"][0] == "fail" and words in found["telegram"][1] and "webhook" not in found


def test_no_way_to_telegram(asked: Asked) -> None:
    nowhere = "127.0.0.1:9"
    found = asked(status=1, TELEGRAM_API_URL=f"http://{nowhere}/bot")
    assert (
        found["telegram"][0] == "fail" and nowhere in found["telegram"][1] and "TELEGRAM_PROXY" in found["telegram"][1]
    )
    found = asked(status=1, TELEGRAM_PROXY=f"http://me:made-up-word@{nowhere}")
    assert found["proxy"][0] == found["telegram"][0] == "fail" and nowhere in found["proxy"][1]


def test_a_clock_that_is_wrong(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    # The platform's clock does not travel with ours.
    monkeypatch.setattr(uvicorn.server, "time", SimpleNamespace(time=time_machine.escape_hatch.time.time))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        found = asked()
    assert found["clock"][0] == "warn" and "快了 5 分钟" in found["clock"][1]
