"""Erased means gone: every key on every token in every byte of DATA_DIR, before and after."""

import asyncio
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from bot.pipeline.turn import Turn
from storage.base.vault import Vault, WrongKey
from storage.children import traces
from storage.children.children import masked
from storage.migrate import FOLDER, migrate
from storage.reminders import holds
from storage.tables import dialogue, inbox, incident, outbox
from tests.support.stage import START, Bot, running

pytestmark = [pytest.mark.both, pytest.mark.sqlite("a server's files are not ours to read")]

CHILDREN = ("慕容晚晴", "欧阳子墨", "尉迟一诺", "司徒若曦", "端木雨桐", "百里云舒", "东方梓涵", "西门景行")
# Its mark, and what is sealed as base64. The shortest seals an empty text.
TOKEN = re.compile(rb"gcm1\.([A-Za-z0-9_-]+={0,2})")
SHORTEST = 40


def opened(folder: Path, vault: Vault) -> Iterator[str]:
    """All that the key opens, wherever in the files it stands, whatever stands right behind it."""
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        for match in TOKEN.finditer(content):
            for length in range(len(match[1]) // 4 * 4, SHORTEST - 1, -4):
                try:
                    yield str(vault.open(match[0][: 5 + length]))
                except WrongKey:
                    continue
                break


def found(bot: Bot, folder: Path, names: tuple[str, ...]) -> dict[str, int]:
    """How many tokens hold each of these names; how many files hold it in clear."""
    texts = list(opened(folder, bot.app.engine.vault))
    assert texts
    clear = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for name in names:
        assert name.encode() not in clear, f"{name} stands in clear"
    return {name: sum(name in text for text in texts) for name in names}


async def nominate(bot: Bot, name: str) -> str:
    said = await bot.say("张老师", f"提名 三(2)中队 {name} 一星章 学雷锋 家长已书面同意3月1日")
    return said[0].partition(" ")[2].partition("：")[0]


async def much_is_said(bot: Bot, names: tuple[str, ...]) -> None:
    """Letters, cards, looks, questions, a request: whatever holds a name for a while."""
    for name in names:
        number = await nominate(bot, name)
        await bot.say("刘校长", f"查看 {number} 核对事迹 {name}的事迹要核对")
        await bot.say("刘校长", f"家长申请 查看 三(2)中队 {name}")
        await bot.say("张老师", f"撤回同意 三(2)中队 {name}")
        await bot.say("张老师", "否")
        for place in range(3):
            await bot.say("李老师", f"一(1)中队 主题队日 {30 + place}人 学习第{place}课")


@pytest.mark.parametrize("way", ["撤回同意", "家长申请"])
def test_an_erased_child_is_in_no_byte_any_more(way: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await much_is_said(bot, CHILDREN)
            before = found(bot, tmp_path, CHILDREN)
            assert all(count >= 5 for count in before.values()), before
            gone, kept = CHILDREN[::2], CHILDREN[1::2]
            for name in gone:
                await erase(bot, way, name)
            # Letters about their cases tell only the masked name and what was done.
            with bot.read() as db:
                bodies = [str(bot.app.engine.vault.open(body)) for (body,) in db.execute(select(outbox.c.body)) if body]
            told = Counter(name for name in CHILDREN for body in bodies if f"{masked(name)} 一星章" in body)
            assert told and set(told) <= set(kept), told
            after = found(bot, tmp_path, CHILDREN)
            print(f"tokens with a name before: {before}, after: {after}")
            assert all(after[name] == 0 for name in gone) and all(after[name] for name in kept), after

    asyncio.run(scene())


def test_a_list_with_an_erased_child_is_taken_back_at_once(tmp_path: Path) -> None:
    """Not in a day, nor behind what is taken back before it; another file of the same person stays its day."""

    async def scene() -> None:
        async with running(tmp_path) as bot:
            for number in [await nominate(bot, name) for name in CHILDREN[:2]]:
                await bot.say("刘校长", f"同意 {number}")
            for words in ("导出 名册 核对名单", "公示名单 核对名单", "公示名单 脱敏 上级检查", "周报 表 留底存档"):
                await bot.say("刘校长", words)
            sent = bot.channel.folder / "sent"
            files = {path.name: path.read_bytes() for path in sent.iterdir()}
            assert len(files) == 4
            await erase(bot, "撤回同意", CHILDREN[0])
            await bot.send()
            left = {path.name for path in sent.iterdir()}
            assert len(left) == 2 and not any(listed(files[name], CHILDREN[1]) for name in left)
            # Whoever asks anew gets those who are left.
            await bot.say("刘校长", "公示名单 核对名单")
            (newest,) = {path.name for path in sent.iterdir()} - left
            content = (sent / newest).read_bytes()
            assert listed(content, CHILDREN[1]) and not listed(content, CHILDREN[0])

    asyncio.run(scene())


def listed(workbook: bytes, name: str) -> bool:
    with ZipFile(io.BytesIO(workbook)) as parts:
        return any(name.encode() in parts.read(part) for part in parts.namelist())


async def erase(bot: Bot, way: str, name: str) -> None:
    if way == "撤回同意":
        await bot.say("张老师", f"撤回同意 三(2)中队 {name}")
        assert "已" in (await bot.say("张老师", "是"))[-1]
    else:
        number = re.search(r"G\d{8}-\d+", (await bot.say("刘校长", f"家长申请 删除 三(2)中队 {name}"))[-1])
        assert number is not None
        await bot.say("刘校长", f"办理 {number[0]}")
        await bot.say("刘校长", "是")


def test_what_is_past_its_time_is_in_no_byte_any_more(tmp_path: Path) -> None:
    """Half a year later nobody has decided: reasons, names, letters have gone, once the practice phones are emptied."""

    async def spring() -> None:
        async with running(tmp_path) as bot:
            await much_is_said(bot, CHILDREN[:4])
            assert sum(found(bot, tmp_path, CHILDREN[:4]).values()) > 20

    async def night(days: int) -> None:
        async with running(tmp_path, START + timedelta(days=days)) as bot:
            await bot.app.pipeline.do(lambda turn: turn.db.exec_driver_sql("DELETE FROM screen"))
            # After half a year without the bot the clock is in doubt until somebody has looked at it.
            await bot.app.pipeline.do(bot.app.ticker.tick)
            await bot.app.pipeline.do(lambda turn: holds.accept(turn.db, turn.now))
            await bot.tick(sends=False)
            left[days] = sum(found(bot, tmp_path, CHILDREN[:4]).values())

    left: dict[int, int] = {}
    asyncio.run(spring())
    for days in (2, 190, 400):
        asyncio.run(night(days))
    assert left[2] > 0 and left[400] == 0, left


def test_every_trace_is_found(tmp_path: Path) -> None:
    """A letter not sent yet, a question, an incident: all that is sealed and names the child goes, the rest stays."""

    async def scene() -> None:
        async with running(tmp_path) as bot:
            await nominate(bot, CHILDREN[0])
            vault = bot.app.engine.vault

            def plant(turn: Turn) -> None:
                for name in CHILDREN[:2]:
                    row = {"channel": "practice", "chat": name, "lane": "notice", "state": "new", "due_at": START}
                    body = vault.seal({"text": f"提名 {name}"})
                    turn.db.execute(outbox.insert().values(**row, body=body, expires_at=START, attempts=0))
                    kept = vault.seal({"words": f"三(2)中队 {name[:2]} {name[2:]}"})
                    more = {"kind": "x", "payload": kept, "expires_at": START}
                    turn.db.execute(dialogue.insert().values(channel="practice", chat=name, sender=name, **more))
                    failed = {"channel": "practice", "message_id": name, "batch": "", "chat": "", "sender": ""}
                    payload = vault.seal(json.dumps({"text": f"提名 {name}"}))
                    turn.db.execute(inbox.insert().values(**failed, received_at=START, state="failed", payload=payload))
                    told = {"number": name, "unit_id": 1, "opened_by": 1, "opened_at": START}
                    turn.db.execute(incident.insert().values(**told, what=vault.seal(f"{name}的名单丢了")))
                traces.remove(turn.db, vault, CHILDREN[0], [])

            await bot.app.pipeline.do(plant)
            with bot.read() as db:
                letters = db.exec_driver_sql(
                    "SELECT chat, state, body IS NULL FROM outbox WHERE chat IN (?, ?)", CHILDREN[:2]
                )
                assert sorted(letters.all()) == sorted([(CHILDREN[0], "dead", 1), (CHILDREN[1], "new", 0)])
                assert db.exec_driver_sql("SELECT chat FROM dialogue WHERE kind = 'x'").all() == [(CHILDREN[1],)]
                failed = db.exec_driver_sql("SELECT message_id FROM inbox WHERE payload IS NOT NULL").all()
                assert failed == [(CHILDREN[1],)]
                told = db.exec_driver_sql("SELECT number FROM incident WHERE what IS NOT NULL").all()
                assert told == [(CHILDREN[1],)]

    asyncio.run(scene())


def test_a_database_of_before_is_written_anew_once(tmp_path: Path) -> None:
    """Its free pages still hold what was deleted when SQLite did not overwrite it."""
    from storage.database import open_database, sqlite_module

    database = open_database(f"sqlite:///{tmp_path / 'bot.db'}")
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.write.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0014")
    database.close()
    raw = sqlite_module().connect(tmp_path / "bot.db")
    raw.execute("PRAGMA secure_delete=OFF")
    raw.execute("CREATE TABLE waste (words TEXT)")
    raw.executemany("INSERT INTO waste VALUES (?)", [(f"planted-{n} " * 100,) for n in range(50)])
    raw.execute("DELETE FROM waste")
    raw.execute("DROP TABLE waste")
    raw.commit()
    raw.close()
    assert b"planted-7 " in (tmp_path / "bot.db").read_bytes()
    database = open_database(f"sqlite:///{tmp_path / 'bot.db'}")
    migrate(database.write)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"planted-7 " not in everything
    database.close()
