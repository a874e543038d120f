"""Changing NAME_KEY: everything is sealed anew, stopped and begun again, and the old key is not needed any more."""

import asyncio
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, func, insert, select, update

from bot.pipeline.turn import Turn
from storage import rotation
from storage.audit.audit import NOTHING
from storage.base.vault import Vault, WrongKey
from storage.children import children
from storage.medals import nominations
from storage.rotation import Turned, rotate
from storage.sealed_columns import SEALED
from storage.tables import child, dialogue, inbox, metadata, nomination
from tests.support.stage import START, Bot, running

pytestmark = pytest.mark.both

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_every_sealed_column_is_turned() -> None:
    sealed = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {(table.name, name) for table, names in SEALED.items() for name in names} == sealed


def turn(bot: Bot, keys: list[str], most: int | None = None) -> Turned:
    """Rotate, or only the first `most` batches of it."""
    database = bot.app.engine.database
    return [Turned(), *islice(rotate(database.read, database.write, Vault(keys)), most)][-1]


async def fill(bot: Bot) -> None:
    await bot.say("张老师", "提名 三(2)中队 周子轩 一星章 学雷锋 家长已书面同意3月1日")
    await bot.say("李老师", "退回 1 材料不全")
    await bot.say("张老师", "三(2)中队 主题队日")
    await bot.say("刘校长", "家长申请 更正 三(2)中队 周子轩 改为 周子萱")
    await bot.say("刘校长", "结案 G20260403-01 不是监护人")
    await bot.say("张老师", "泄露 手机丢了")

    def fail(turn: Turn) -> None:
        row = {"channel": "practice", "batch": "", "chat": "c", "sender": "s", "received_at": turn.now}
        sealed = {"payload": turn.vault.seal("王小明"), "error": turn.vault.seal("x")}
        turn.db.execute(insert(inbox).values(**row, message_id="f", state="failed", **sealed))

    await bot.app.pipeline.do(fail)


def opened(bot: Bot, vault: Vault) -> int:
    """How many sealed values there are; raises WrongKey for one that this vault cannot open."""
    number = 0
    with bot.read() as db:
        for table, names in SEALED.items():
            for name in names:
                for sealed in db.scalars(select(table.c[name]).where(table.c[name].is_not(None))):
                    if sealed:
                        vault.open(sealed)
                        number += 1
    return number


def test_all_is_sealed_anew_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "MOST", 3)

    async def scene() -> None:
        async with running(tmp_path, name_key=OLD) as bot:
            await fill(bot)
            number = opened(bot, Vault([OLD]))
            with bot.read() as db:
                assert db.scalar(select(func.count()).select_from(dialogue)) == 1
            with pytest.raises(WrongKey):
                opened(bot, Vault([NEW]))
            # Stopped in the middle, then from the beginning again: what was turned is left alone.
            assert 0 < turn(bot, [NEW, OLD], 2).anew < number
            done = turn(bot, [NEW, OLD])
            assert done.lost == 0 and done.before > 0 and done.anew + done.before == number
            assert opened(bot, Vault([NEW])) == number
            assert turn(bot, [NEW, OLD]) == Turned(0, number, 0)
            with bot.read() as db:
                squad = db.scalar(select(nomination.c.unit_id))
                assert squad is not None and children.find(db, Vault([NEW]), squad, "周子轩") is not None
                assert children.find(db, Vault([OLD]), squad, "周子轩") is None
        async with running(tmp_path, START + timedelta(minutes=1), name_key=NEW) as bot:
            shown = await bot.say("李老师", "查看 N20260403-01 核对事迹")
            assert shown[-1].startswith("N20260403-01 三(2)中队 周子轩 一星章")

    asyncio.run(scene())


def test_a_child_that_was_stored_under_both_keys_stays_two(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path, name_key=OLD) as bot:
            await bot.say("张老师", "提名 三(2)中队 周子轩 一星章 家长已书面同意3月1日")
            with bot.read() as db:
                case = nominations.by_number(db, "N20260403-01")
            assert case is not None and case.child_id is not None
            squad, new = case.unit.id, Vault([NEW])
            other = await bot.app.pipeline.do(lambda turn: children.find_or_add(turn.db, new, squad, "周子轩"))
            assert turn(bot, [NEW, OLD]).lost == 0
            with bot.read() as db:
                ids = [case.child_id, other]
                assert len(set(ids)) == 2
                assert set(children.names(db, Vault([NEW]), ids).values()) == {"周子轩"}

    asyncio.run(scene())


def test_what_no_key_opens_is_counted_and_left(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path, name_key=OLD) as bot:
            lost = Vault([Fernet.generate_key().decode()]).seal("谁")

            def spoil(turn: Turn) -> None:
                turn.db.execute(update(child).where(child.c.id == 1).values(name=lost))

            await bot.app.pipeline.do(spoil)
            assert turn(bot, [NEW, OLD]).lost == 1
            with bot.read() as db:
                assert db.scalar(select(child.c.name).where(child.c.id == 1)) == lost and NOTHING

    asyncio.run(scene())
