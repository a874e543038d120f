"""backup, restore: what is kept, what is refused; nobody is told twice, no erased child comes back."""

import asyncio
import gzip
import re
import shutil
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
import time_machine
from sqlalchemy import func, select

from bot.backups import backup_folder
from bot.settings import load
from storage.children.erasures import Erased, ErasureList, Restored, _written
from storage.reminders import holds
from storage.tables import checkin, child, delivery, outbox
from tests.support import commanding
from tests.support.commanding import said
from tests.support.databases import POSTGRESQL, empty_url, new_url
from tests.support.stage import START, Bot, running

pytestmark = pytest.mark.both
folder = commanding.folder
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The digests of the week go out on Monday at 08:00.
SUNDAY, MONDAY = 2 * DAY, 3 * DAY
CHILD = "慕容晚晴"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the real database in an empty installation with a place for backups."""
    (folder / "kept").mkdir()
    (folder / "data").mkdir()
    url = new_url(folder / "data")
    monkeypatch.setenv("DATA_DIR", "data")
    monkeypatch.setenv("BACKUP_DIR", str(folder / "kept"))
    if POSTGRESQL:
        monkeypatch.setenv("DATABASE_URL", url)
    return url


def play(url: str, then: timedelta, what: Callable[[Bot], object], first: int = 0) -> object:
    """What somebody does with the bot, so much after the beginning."""

    async def played() -> object:
        async with running(Path("data"), START + then, url, backup_dir="kept") as bot:
            bot._messages = first
            done = await what(bot)  # type: ignore[misc]
            bot.app.ticker._walk.keep_erased()
            return done

    return asyncio.run(played())


def at(then: timedelta, capsys: Capture, *argv: str, status: int = 0) -> str:
    """What a command says at this time."""
    with time_machine.travel(START + then, tick=False):
        return said(capsys, *argv, status=status)


async def morning(bot: Bot) -> None:
    await bot.say("张老师", "三(2)中队 主题队日 38人 清明祭英烈")
    await bot.say("张老师", f"提名 三(2)中队 {CHILD} 一星章 学雷锋 家长已书面同意3月1日")


async def afternoon(bot: Bot) -> None:
    await bot.say("张老师", f"撤回同意 三(2)中队 {CHILD}")
    await bot.say("张老师", "是")
    await bot.say("李老师", "三(1)中队 队课 40人")


def restored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a restore puts the database: in the file's place, or in an empty database of the server."""
    if POSTGRESQL:
        monkeypatch.setenv("DATABASE_URL", empty_url(folder))
    return load().real_database


def test_a_restore_tells_nobody_twice_and_brings_no_child_back(
    installed: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    play(installed, timedelta(), morning)
    play(installed, SUNDAY, Bot.tick)
    assert "试过可以恢复" in at(SUNDAY + HOUR, capsys, "backup", "b.backup")
    play(installed, SUNDAY + 2 * HOUR, afternoon, first=100)

    async def told(bot: Bot) -> int:
        await bot.tick()
        with bot.read() as db:
            return int(db.scalar(select(func.count()).select_from(delivery).where(delivery.c.state == "sent")) or 0)

    assert play(installed, MONDAY, told) == 8
    url = restored(folder, monkeypatch)
    words = at(MONDAY + HOUR, capsys, "restore", "b.backup", "--yes")
    assert "又删除了 1 名" in words
    if not POSTGRESQL:
        assert "李老师（practice）：1 条" in words and list(folder.glob("data/bot.db.replaced-*"))

    async def after(bot: Bot) -> None:
        with bot.read() as db:
            assert holds.why(db) == "恢复备份"
            assert db.scalar(select(func.count()).select_from(checkin)) == 1
            assert db.scalar(select(func.count()).where(child.c.erased_at.is_not(None))) == 1
            before = db.scalar(select(func.count()).select_from(outbox))
        assert (await bot.say("张老师", "三(2)中队 队课 40人"))[-1].startswith("已记录")
        await bot.tick()
        (preview,) = [(who, each["text"]) for who, each in bot.all_new() if "提醒先停着" in each["text"]]
        assert "照常" in (await bot.say(preview[0], "提醒 放行"))[-1]
        await bot.tick()
        with bot.read() as db:
            # The preview, two answers, and nothing of what was due before.
            assert db.scalar(select(func.count()).select_from(outbox)) - before == 3

    play(url, MONDAY + 2 * HOUR, after, first=200)
    assert "完好" in at(MONDAY + 3 * HOUR, capsys, "audit", "verify")


def test_a_child_is_the_same_only_where_the_number_was_not_given_anew(tmp_path: Path, installed: str) -> None:
    lines = [
        Erased(START, 107),
        # Back to the day before, when there were up to 104; what came since got numbers from 105 on again.
        Restored(START + 2 * HOUR, START - DAY, 104),
        Erased(START + 3 * HOUR, 103),
        Erased(START + 3 * HOUR, 106),
    ]
    places = [tmp_path / "a.list", tmp_path / "b.list"]
    places[0].write_text("".join(_written(line) + "\n" for line in lines), encoding="utf-8")

    async def ask(bot: Bot) -> dict[str, list[int]]:
        with bot.app.engine.database.write.begin() as db:
            for number in range(101, 109):
                values = {"id": number, "unit_id": 1, "name": b"x", "name_key": str(number)}
                db.execute(child.insert().values(**values))
            erased = ErasureList(places)
            times = {"before": START - 2 * DAY, "then": START - HOUR, "after": START + 150 * HOUR / 60}
            found = {name: erased.restored(db, made, START + DAY) for name, made in times.items()}
            db.rollback()
        return found

    assert play(installed, 4 * HOUR, ask) == {"before": [103, 106, 107], "then": [103, 107], "after": [103, 106]}
    assert places[1].read_text(encoding="utf-8") == places[0].read_text(encoding="utf-8")


def test_sealed_it_holds_the_key_and_is_opened_by_its_identity_only(
    installed: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    play(installed, timedelta(), morning)
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    monkeypatch.setenv("BACKUP_KEY", str(identity.to_public()))
    assert "已用 BACKUP_KEY 加密" in at(HOUR, capsys, "backup", "b.backup")
    assert CHILD.encode() not in Path("b.backup").read_bytes()
    Path("age.key").write_text(f"# made-up\n{identity}\n", encoding="utf-8")
    Path("other.key").write_text(str(other), encoding="utf-8")
    assert "--identity" in at(HOUR, capsys, "backup", "verify", "b.backup", status=1)
    assert "打不开" in at(HOUR, capsys, "backup", "verify", "b.backup", "--identity", "other.key", status=1)
    # Copied by hand from paper, the end is missing.
    Path("miscopied.key").write_text(str(identity)[:-1], encoding="utf-8")
    assert "打不开" in at(HOUR, capsys, "backup", "verify", "b.backup", "--identity", "miscopied.key", status=1)
    # On a machine that knows nothing.
    monkeypatch.setenv("DATA_DIR", "new")
    if POSTGRESQL:
        monkeypatch.setenv("DATABASE_URL", empty_url(folder))
    assert "密钥：加密的内容打得开" in at(HOUR, capsys, "backup", "verify", "b.backup", "--identity", "age.key")
    assert "没有找到删除记录" not in at(HOUR, capsys, "restore", "b.backup", "--identity", "age.key", "--yes")
    assert Path("new/name.key").read_text() == Path("data/name.key").read_text()
    Path("cut.backup").write_bytes(Path("b.backup").read_bytes()[:-100])
    assert "不完整" in at(HOUR, capsys, "backup", "verify", "cut.backup", "--identity", "age.key", status=1)


def test_what_cannot_be_restored_changes_nothing(
    installed: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    play(installed, timedelta(), morning)
    at(HOUR, capsys, "backup", "b.backup")
    restored(folder, monkeypatch)
    with tarfile.open("b.backup") as given:
        assert "name.key" not in given.getnames()
        given.extractall("open", filter="data")
    broken = Path("open/bot.db").read_bytes().replace(b"ck_", b"kc_").replace(b"practice", b"pracfice", 1)
    Path("open/bot.db").write_bytes(broken)
    with tarfile.open("bad.backup", "w:gz") as out:
        out.add("open", "")
    before = {path: path.stat().st_mtime for path in Path("data").rglob("*")}
    assert "恢复不了，什么也没有改" in at(HOUR, capsys, "restore", "bad.backup", "--yes", status=1)
    Path("none.backup").write_text("not one", encoding="utf-8")
    assert "不是备份" in at(HOUR, capsys, "restore", "none.backup", "--yes", status=1)
    assert {path: path.stat().st_mtime for path in Path("data").rglob("*") if ".lock" not in path.name} == {
        path: when for path, when in before.items() if ".lock" not in path.name
    }


@pytest.mark.skipif(POSTGRESQL, reason="a database of a server is no file")
def test_a_database_by_itself_is_restored_held(installed: str, capsys: Capture) -> None:
    play(installed, timedelta(), morning)
    play(installed, HOUR / 2, Bot.tick)
    shutil.copyfile("data/bot.db", "found.db")
    # On a machine that has the key and no more.
    Path("data/bot.db").unlink()
    words = at(HOUR, capsys, "restore", "found.db", "--yes")
    assert f"恢复到 {START + HOUR / 2:%Y-%m-%d %H:%M} 的样子" in words and "审计日志完好" in words

    async def after(bot: Bot) -> None:
        with bot.read() as db:
            assert holds.why(db) == "恢复备份" and db.scalar(select(func.count()).select_from(checkin)) == 1

    play(installed, 2 * HOUR, after)


def test_old_ones_go_and_too_old_ones_are_told(folder: Path, capsys: Capture) -> None:
    now, place = START, folder / "kept"
    assert "还没有备份" in backup_folder.problem(load(), now) and backup_folder.is_wanted(place, now)
    for days in range(5):
        (place / backup_folder.name(now - days * DAY - 2 * HOUR)).touch()
    # Of a clock that was wrong, and what is none of ours.
    (place / backup_folder.name(now + 400 * DAY)).touch()
    (place / "notes.txt").touch()
    assert not backup_folder.is_wanted(place, now) and backup_folder.is_wanted(place, now + DAY)
    assert backup_folder.problem(load(), now) == "" and "太旧了" in backup_folder.problem(load(), now + 2 * DAY)
    backup_folder.prune(place, 2, now)
    assert len(backup_folder.all_of(place, now)) == 2 and (place / "notes.txt").exists()
    with time_machine.travel(now + 3 * DAY, tick=False):
        commanding.main(["doctor"])
    assert "不对 备份：最近一份" in capsys.readouterr().out


@pytest.mark.sqlite("what is no backup is seen before any database is asked")
@pytest.mark.parametrize("command", [("backup", "verify"), ("restore",)])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "不是备份。请写机器人做的备份文件"), (b"PK\3\4 a roster", "是 zip 压缩包"),
        (b"", "是空的"),
        (gzip.compress(b"hello", mtime=0), "不完整，或者坏了"),
        (gzip.compress(bytes(9999), mtime=0)[:20], "不完整，或者坏了"),
        (b"age-encryption.org/v1\n", "不是备份|加密的"), (None, "是一个文件夹"),
    ],
)  # fmt: skip
def test_what_is_no_backup_is_said_to_be_none(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], content: bytes | None, words: str
) -> None:
    given = folder / "given.backup"
    given.mkdir() if content is None else given.write_bytes(content)
    assert commanding.main([*command, str(given)]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert re.search(words, said) and not re.search(r"[a-z]{4,} [a-z]{3,}", said.replace("python -m bot", ""))
