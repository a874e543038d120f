"""A roster's workbook that comes back with more rows: looked at, entered once, and nobody twice."""

import io
from pathlib import Path

import openpyxl
import pytest

from tests.materials.test_forms import newest
from tests.organisation.test_roster_chat import ROWS, Chat, play

pytestmark = pytest.mark.both

CARE, SCHOOL = "青禾区关工委(演示)", "实验小学(演示)"


def with_rows(content: bytes, *rows: list[str]) -> bytes:
    """The workbook as somebody sends it back: these rows below its own."""
    book, out = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


async def wulao(chat: Chat) -> None:
    """Of a care office, whose admin sends no rosters of people with accounts: every mistake by its place."""
    await chat.bot.say("张老师", "家长同意 三(2)中队 欧阳雪梅 书面 3月1日")
    await chat.bot.say(chat.who, "登记 五老 李爱国 老教师")
    await chat.bot.say(chat.who, "表 五老 上级检查")
    sent = with_rows(
        newest(chat),
        [CARE, "王建国", "老专家", "第3号", "2026-09-01"],
        ["", "欧阳建国", "老战士", "", "2026/3/1", "2029-02-28"],
        [CARE, "孙大有", "老农民"],
        [SCHOOL, "钱大有", "志愿者"],
        [CARE, "欧阳雪梅", "志愿者"],
        [CARE, "周立新", "老教师", "", "", "2026-02-30"],
        [CARE, "", "老教师"],
        [CARE, "周立新", "老教师", "李小红家"],
    )
    got, shown = await chat.send(sent, "在册-五老志愿者.xlsx")
    assert got["text"].startswith("表收到了，正在核对")
    assert shown["text"].splitlines() == [
        "五老志愿者的表核对好了，还没有登记：新的 2，已在册 1，读不了 6。",
        "第 6 行「类别」：请写老干部、老战士、老专家、老教师、老模范、志愿者",
        f"第 7 行「单位」：「{SCHOOL}」不在您登记的单位里，请写全名",
        "第 8 行「姓名」：和一个孩子同名，表里不收。确实是成人，请单独发「登记 五老志愿者 …」",
        "第 9 行「到」：请写成 2026-09-01 这样",
        "第 10 行「姓名」：还要写是谁",
        "第 11 行「证号」：不写人名",
        "读不了的请改好再发一次，登记过的不会重复。",
    ]
    assert await chat.press(shown, "登记") == (
        f"已登记：{CARE} 五老志愿者 2 位：\n王建国 老专家 第3号 2026-09-01起长期（H2）\n"
        "欧阳建国 老战士 2026-03-01起到 2029-02-28（H3）"
    )
    assert "里已经有 王建国、欧阳建国，没有再记" in await chat.press(shown, "登记")
    again = (await chat.send(sent, "在册-五老志愿者.xlsx"))[-1]
    assert "新的 0，已在册 3，" in again["text"] and not again.get("buttons")


async def squads(chat: Chat) -> None:
    """Of a school and a squad of it; the column 单位 is there twice."""
    await chat.bot.say(chat.who, "表 校外辅导员 上级检查")
    rows = [SCHOOL, "王建国", "五老", "市档案馆"], ["三(2)中队", "王建国", "其他", "", "A-7"]
    *_, shown = await chat.send(with_rows(newest(chat), *rows), "改好的.xlsx")
    assert shown["text"] == "校外辅导员的表核对好了，还没有登记：新的 2，已在册 0，读不了 0。"
    said = await chat.press(shown, "登记")
    assert f"2 位：\n{SCHOOL} 王建国 五老 市档案馆 " in said and "\n三(2)中队 王建国 其他 A-7 " in said


def test_what_comes_back_is_looked_at_and_entered_once(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        await wulao(chat)
        await squads(Chat(chat.bot, tmp_path / "kept", "李老师"))
        # A roster of people with accounts, from whoever may not send one, shows and changes nothing.
        *_, shown = await chat.send(ROWS, "在册.csv")
        assert "什么也没有改" in shown["text"] and "44" not in shown["text"]

    play(tmp_path, "戚主任", talk)
