"""Many join at once: cards for everybody who is missing, one code for a staff room."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import openpyxl
import pytest
import zxingcpp
from PIL import Image

from handlers.privacy import matters
from storage.base import codes
from storage.organisation import units
from storage.organisation.units import Unit
from storage.people import appointments, people
from storage.people.people import Role
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both
WAITS = "管理员确认以后，我会告诉您。"


async def school(bot: Bot, colleagues: int, *others: tuple[str, Role], name: str = "实验小学") -> list[str]:
    """So many colleagues in the roster of the school who have no account, and these of the school itself."""
    names = [f"教师{chr(0x4E00 + place)}" for place in range(colleagues)]

    def fill(turn) -> None:
        now = bot.clock.now()
        at = units.find(turn.db, f"{name}(演示)", [units.ALL])[0]
        squads = [each for each in units.of_school(turn.db, at.id) if each.key]
        wanted: list[tuple[str, Role, Unit]] = [(who, role, at) for who, role in others]
        wanted += [(who, Role.COUNSELOR, squads[place % len(squads)]) for place, who in enumerate(names)]
        for who, role, unit in wanted:
            people.give(turn.db, people.add(turn.db, who, now), role, unit, now)

    await bot.app.pipeline.do(fill)
    return names


def play(folder: Path, scene: Callable[[Bot], Awaitable[None]]) -> None:
    async def played() -> None:
        async with running(folder) as bot:
            await scene(bot)

    asyncio.run(played())


def code_in(text: str) -> str:
    return text.partition("加入 ")[2].split()[0]


def scanned(picture: io.BytesIO | Path) -> list[str]:
    """What another program than the one that drew them reads from the QR codes of a picture."""
    return [each.text for each in zxingcpp.read_barcodes(Image.open(picture).convert("L"))]


def holds(bot: Bot, address: str) -> set[tuple[str, Role]]:
    with bot.read() as db:
        found = people.by_addresses(db, "practice", [address], bot.clock.now()).get(address)
    return {(each.unit.name, each.role) for each in found.grants} if found else set()


def test_thirty_colleagues_join_by_three_deeds_of_an_admin(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        names = await school(bot, 30)
        (said,) = await bot.say("李老师", "邀请 办公室")
        code = code_in(said)
        assert scanned(next((bot.channel.folder / "sent").iterdir())) == [f"加入 {code}"]
        first = (await bot.say("手机0", f"加入 {code}"))[-1]
        assert first.startswith("您是哪一位？请回序号或姓名：\n1. 教师") and len(first.splitlines()) == 31
        assert (await bot.say("手机0", names[0]))[-1].endswith(WAITS)
        for place, name in enumerate(names[1:], 1):
            assert (await bot.say(f"手机{place}", f"加入 {code} {name}"))[-1].endswith(WAITS)
        told = [each["text"] for each in bot.new("李老师") if each["from"] == "bot"]
        assert len(told) == 1 and "扫码选了自己，等您确认" in told[0]
        assert not any(holds(bot, f"手机{place}") for place in range(30))
        listed = (await bot.say("李老师", "待确认"))[-1]
        assert "等您确认 30 件" in listed and all(f"{name}（" in listed for name in names)
        (said,) = await bot.say("李老师", "待确认 全部 同意")
        assert said.startswith("已确认 30 件：") and all(name in said for name in names)
        assert all(holds(bot, f"手机{place}") for place in range(30))
        assert "欢迎" in bot.new("手机7")[-1]["text"]
        assert "都加入了" in (await bot.say("李老师", "谁还没加入"))[-1]

    play(tmp_path, scene)


def test_whoever_came_after_the_list_was_made_is_not_let_in_with_it(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        names = await school(bot, 40)
        code = code_in((await bot.say("李老师", "邀请 办公室"))[-1])
        for place, name in enumerate(names[:39]):
            await bot.say(f"手机{place}", f"加入 {code}，{name}")
        await bot.say("李老师", "待确认")
        await bot.say("手机39", f"加入 {code} {names[39]}")
        (said,) = await bot.say("李老师", "[全部同意]")
        assert said.startswith("已确认 30 件：")
        assert "从第 1 件起" not in (await bot.say("李老师", "待确认"))[-1] and not holds(bot, "手机39")

    play(tmp_path, scene)


def test_a_row_is_picked_once_by_its_number_and_nothing_else_gets_in(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        names = await school(bot, 3)
        code = code_in((await bot.say("李老师", "邀请 办公室"))[-1])
        await bot.say("甲", f"加入 {code}")
        assert "还没有加入。请回列表里的序号或姓名" in (await bot.say("甲", "9"))[-1]
        assert (await bot.say("甲", "2"))[-1].endswith(WAITS)
        assert "您已经选过了" in (await bot.say("甲", f"加入 {code}"))[-1]
        await bot.say("乙", f"加入 {code}")
        assert "已经有人选了" in (await bot.say("乙", names[1]))[-1]
        assert "好的，没有加入" in (await bot.say("乙", "取消"))[-1]
        assert "您已经加入了" in (await bot.say("张老师", f"加入 {code}"))[-1]
        await bot.say("李老师", "待确认 全部 不同意")
        assert "没有得到确认" in bot.new("甲")[-1]["text"] and not holds(bot, "甲")

    play(tmp_path, scene)


def test_nobody_comes_to_more_by_their_own_word(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await school(bot, 0, ("钱老师", Role.DATA_OFFICER))
        code = code_in((await bot.say("刘校长", "邀请 办公室"))[-1])
        # A second phone of whoever made the code.
        await bot.say("校长的手机", f"加入 {code} 钱老师")
        assert "王主任确认" in (await bot.say("刘校长", "待确认 全部 同意"))[-1]
        assert not holds(bot, "校长的手机")
        await bot.say("王主任", "待确认 全部 同意")
        assert holds(bot, "校长的手机") == {("实验小学(演示)", Role.DATA_OFFICER)}

    play(tmp_path, scene)


def test_each_who_decides_hears_of_the_first_of_their_own(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        for name, brigade in (("实验小学", "李老师"), ("育红小学", "马老师")):
            (colleague,) = await school(bot, 1, name=name)
            code = code_in((await bot.say(brigade, "邀请 办公室"))[-1])
            await bot.say(f"{name}的手机", f"加入 {code} {colleague}")
            assert "扫码选了自己，等您确认" in bot.new(brigade)[-1]["text"]

    play(tmp_path, scene)


def test_everybody_who_is_missing_gets_a_card_of_their_own(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        names = await school(bot, 3, ("钱老师", Role.DATA_OFFICER))
        assert "还没加入的老师 4 位" in (await bot.say("李老师", "谁还没加入"))[-1]
        assert "每人一张卡" in (await bot.say("李老师", "邀请 全部 其他用途"))[-1]
        book = openpyxl.load_workbook(io.BytesIO(next((bot.channel.folder / "sent").iterdir()).read_bytes()))
        assert book["名单"]["A1"].value == "李老师 2026-04-03 09:00 导出，用途：其他用途。请勿转发"
        assert book["卡片"].oddFooter.left.text == book["名单"]["A1"].value
        rows = list(book["名单"].iter_rows(min_row=3, values_only=True))
        # The data officer is not a brigade counselor's to give.
        assert [row[0] for row in rows] == names and len(book["卡片"]._images) == 3
        printed = [scanned(each.ref) for each in book["卡片"]._images]
        assert printed == [[f"加入 {row[3]}"] for row in rows]
        assert rows[0][4].startswith(f"{names[0]}您好，请私聊辅导员助手，发：加入 {rows[0][3]}")
        said = (await bot.say("新手机", f"加入 {rows[1][3]}"))[-1]
        assert said.startswith("欢迎！您现在是实验小学(演示)") and len(holds(bot, "新手机")) == 1
        assert "已用过" in (await bot.say("别的手机", f"加入 {rows[1][3]}"))[-1]

    play(tmp_path, scene)


def test_who_waits_for_another_admin_first_has_not_joined(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await school(bot, 0, ("钱老师", Role.SCHOOL_ADMIN))
        (maker,) = await school(bot, 1, name="育红小学")

        def ask(turn) -> None:
            at = units.find(turn.db, "育红小学(演示)", [units.ALL])[0]
            new = people.add(turn.db, "孟老师", bot.clock.now())
            asker = people.by_addresses(turn.db, "practice", ["王主任"], bot.clock.now())["王主任"].id
            appointments.ask(turn.db, appointments.Wish(new, at.id, Role.BRIGADE), asker, bot.clock.now())

        await bot.app.pipeline.do(ask)
        waits = "有 1 位的任职还等另一位管理员发「待确认」同意，同意以后才能邀请。"
        for words in ("谁还没加入 育红小学", "邀请 全部 育红小学 其他用途", "邀请 办公室 育红小学"):
            said = (await bot.say("王主任", words))[-1]
            assert waits in said and "还没加入的老师 1 位" in said, said
        await bot.say("新手机", f"加入 {code_in((await bot.say('王主任', '邀请 办公室 育红小学'))[-1])} {maker}")
        await bot.say("马老师", "待确认 全部 同意")
        for words in ("谁还没加入 育红小学", "邀请 全部 育红小学", "邀请 办公室 育红小学"):
            said = (await bot.say("王主任", words))[-1]
            assert waits in said and "现在没有可以邀请的老师" in said and "都加入了" not in said
        assert "都加入了" not in (await bot.say("王主任", "谁还没加入"))[-1]

    play(tmp_path, scene)


def test_who_has_not_joined_is_not_waited_for(tmp_path: Path) -> None:
    """A school that the county has brought in: the two who could confirm each other have no phone here yet."""

    async def scene(bot: Bot) -> None:
        def fill(turn) -> None:
            now = bot.clock.now()
            county = units.find(turn.db, "青禾区少工委(演示)", [units.ALL])[0]
            at = units.add(turn.db, units.Kind.SCHOOL, "晨光小学", county)
            for who, role in (("祝老师", Role.BRIGADE), ("裴校长", Role.SCHOOL_ADMIN)):
                people.give(turn.db, people.add(turn.db, who, now), role, at, now)
            units.changed(turn.db, now)

        await bot.app.pipeline.do(fill)
        code = code_in((await bot.say("王主任", "邀请 办公室 晨光小学"))[-1])
        assert (await bot.say("祝的手机", f"加入 {code} 祝老师"))[-1].endswith(WAITS)
        said = (await bot.say("王主任", "待确认 全部 同意"))[-1]
        assert "裴校长" not in said and ("已确认" in said or "罗主任确认" in said), said
        await bot.say("罗主任", "待确认 全部 同意")
        assert holds(bot, "祝的手机") == {("晨光小学", Role.BRIGADE)}

    play(tmp_path, scene)


def test_whoever_picks_may_write_their_name_and_place_as_people_do(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        names = await school(bot, 8)
        code = code_in((await bot.say("李老师", "邀请 办公室"))[0])
        said = [
            f"{names[0][:1]} {names[0][1:]}",
            f"我是{names[1]}",
            f"{names[2]}老师",
            f"1. {names[3]}",
            f"我叫{names[4]}老师。",
        ]
        for place, words in enumerate([*said, "1号", "第1个"]):
            await bot.say(f"手机{place}", f"加入 {code}")
            assert (await bot.say(f"手机{place}", words))[-1].endswith(WAITS), words
        await bot.say("手机9", f"加入 {code}")
        assert (await bot.say("手机9", "我是别人"))[-1].startswith("名册里没有这一位")

    play(tmp_path, scene)


def test_no_code_is_hidden_as_if_it_were_an_account() -> None:
    for _ in range(3000):
        code = codes.fresh()
        said = f"请老师私聊我发：加入 {code}\n邀请码：{code}"
        assert matters.numbers_hidden(said, "×") == said
    assert set(matters.numbers_hidden("QQ123456,wx：abc_789", "×")) == {"×", ","}
