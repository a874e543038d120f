"""What must not be kept is kept nowhere: tables, sealed values, log and exports are searched for it."""

import asyncio
import io
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, LargeBinary, select

from bot.practice.channel import decode
from handlers.attendance import reports
from handlers.digests.tables.workbook import workbook
from storage.base.vault import Vault
from storage.organisation import units
from storage.tables import metadata
from tests.reading.test_fresh import cases
from tests.support.stage import ZONE, Bot, running

pytestmark = pytest.mark.both
FRIDAY = datetime(2026, 4, 3, 15, 0, tzinfo=ZONE)
# Said by somebody who may be asked, corrected, turned down; with what must not be found afterwards.
SAID = [
    ("张老师", "三(2)中队 队会 王小明没来", "王小明"),
    ("张老师", "38人,李小红发烧39度请假", "李小红 发烧"),
    ("张老师", "更正 实到37 张子涵病假", "张子涵"),
    ("张老师", "三(2)中队 志愿服务 40人 慰问家住幸福小区3栋501的老人", "幸福小区3栋501"),
    ("张老师", "是", ""),
    ("张老师", "我想问一下,家长电话13912345678是谁的", "13912345678"),
    ("张老师", "王小明父母离异,请多关照", "离异"),
    ("张老师", "三(2)中队 秋游 40人 刘一诺脚扭伤", "刘一诺 扭伤"),
    ("张老师", "秋游,陈思远没来", "陈思远"),
    ("李老师", "发布活动 慰问李子涵(电话13800138000) 4月3日-4月9日", "李子涵 13800138000"),
    ("李老师", "志愿服务", ""),
    ("李老师", "是", ""),
    ("李老师", "三(1)40人 王梓萱请假 三(3) 四(1)38人 队课", "王梓萱"),
    ("陌生人", "我是王小明的家长，电话13700137000", "13700137000"),
]


def everything(db: Connection, vault: Vault) -> str:
    """The whole database as text, sealed values opened; but not what phones show of their owners."""
    found: list[Any] = []
    for table in metadata.sorted_tables:
        if table.name in ("child", "consent"):
            # Where names of children with consent belong: those of the practice district are there from the start.
            continue
        sealed = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
        for row in db.execute(select(table)).mappings():
            values = {key: opened(vault, row[key]) if key in sealed and row[key] else row[key] for key in row}
            if table.name != "screen" or values["bubble"]["from"] == "bot":
                found.append({table.name: {key: str(value) for key, value in values.items()}})
    return json.dumps(found, ensure_ascii=False)


def opened(vault: Vault, sealed: bytes) -> Any:
    value = vault.open(sealed)
    # A failed message is JSON within, with its characters escaped.
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def exported(db: Connection) -> str:
    school = units.by_path_names(
        db, ["青江省少工委(演示)", "明州市少工委(演示)", "青禾区少工委(演示)", "实验小学(演示)"]
    )
    assert school is not None
    values = {"unit_ids": [school.id], "week": "2026-W14", "at": "2026-04-03T16:00+08:00"}
    book = openpyxl.load_workbook(io.BytesIO(workbook(db, values)))
    return str([list(sheet.iter_rows(values_only=True)) for sheet in book])


def found_in(texts: dict[str, str], words: set[str]) -> list[str]:
    return [f"{word} in the {where}" for where, text in texts.items() for word in sorted(words) if word in text]


def test_nothing_private_is_found_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = [case for case in cases() if case.secrets and not case.context]
    words = {word for case in told for word in case.secrets} | {word for _, _, each in SAID for word in each.split()}
    assert len(told) > 20

    async def scene() -> None:
        async with running(tmp_path, FRIDAY) as bot:
            bodies = [bot.body("李老师", case.text) for case in told]
            spoken = [decode(each, bot.clock.now(), bot.channel.spool) for each in bodies]
            await asyncio.gather(*map(bot.app.pipeline.submit, spoken))
            for who, text, _ in SAID:
                await bot.say(who, text)
            look(bot, words, caplog.text)

    asyncio.run(scene())


def look(bot: Bot, words: set[str], log: str) -> None:
    with bot.read() as db:
        kept = everything(db, bot.app.engine.vault)
        assert "主题队会" in kept and "已记录" in kept
        assert found_in({"database": kept, "export": exported(db), "log": log}, words) == []


def test_a_message_that_a_bug_stopped_is_kept_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("王小明的电话13912345678")

    async def scene() -> None:
        async with running(tmp_path, FRIDAY) as bot:
            monkeypatch.setattr(reports, "store", broken)
            text = "三(2)中队 队会 38人 王小明没来，电话13912345678"
            (said,) = await bot.say("张老师", text)
            assert said.startswith("抱歉，这条消息没有处理好")
            with bot.read() as db:
                kept = everything(db, bot.app.engine.vault)
            assert "队会 38人" in kept and "ValueError" in kept
            assert found_in({"database": kept}, {"王小明", "13912345678"}) == []

    asyncio.run(scene())
