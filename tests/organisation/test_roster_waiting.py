"""A roster that waits for its sender's word stands in 待办."""

from pathlib import Path
from typing import Any

import pytest

from tests.organisation.test_roster_chat import HEADER, ROWS, SCHOOL, Chat, play
from tests.support import workbooks

pytestmark = pytest.mark.both


def test_what_waits_for_a_word_stands_in_the_inbox(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        _, first = await chat.send(ROWS)
        await chat.send(f"{SCHOOL}/三(4)中队,中队,范老师,中队辅导员,fanls,,40,\n")
        inbox = await chat.bot.say("王主任", "待办")
        assert inbox[-1].splitlines()[1:] == [
            "1. 导入1 名册，等您说导入还是不导入",
            "2. 导入2 名册，等您说导入还是不导入",
        ]
        assert await chat.bot.say("李老师", "待办") == ["没有等您办的事项。"]
        await chat.bot.hear(chat.bot.body("王主任", "导入 1 看"))
        again = chat.bot.new("王主任")[-1]
        assert again["text"].startswith("名册（4月3日 09:00发的）还没有写入：新单位 1、改单位 1、新老师 1、")
        assert [each["label"] for each in again["buttons"]] == [each["label"] for each in first["buttons"]]
        assert (await chat.press(again, "导入")).startswith("名册已导入。")
        assert "三(3)中队" in str(await chat.bot.say("王主任", "单位 实验小学(演示)三(3)中队"))
        assert (await chat.bot.say("王主任", "待办"))[-1].splitlines()[1:] == ["1. 导入2 名册，等您说导入还是不导入"]
        assert await chat.bot.say("王主任", "导入 2 不动") == ["好的，什么也没有改。"]
        assert await chat.bot.say("王主任", "待办") == ["没有等您办的事项。"]

    play(tmp_path, "王主任", talk)


def test_a_file_with_hidden_rows_waits_once(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        def hide(book: object, page: Any) -> None:
            page.set_row(2, None, None, {"hidden": True})

        rows = [row.split(",")[:7] for row in (HEADER + ROWS).splitlines()]
        await chat.send(workbooks.xlsx(("名册", rows), change=hide), "名册.xlsx")
        assert (await chat.bot.say(chat.who, "待办"))[-1].startswith("等您办 1 件")
        await chat.bot.hear(chat.bot.body(chat.who, "导入 1 看"))
        again = chat.bot.new(chat.who)[-1]
        assert [button["label"] for button in again["buttons"]] == ["导入", "连隐藏的行一起导入", "不导入"]
        assert await chat.press(again, "不导入") == "好的，什么也没有改。"
        assert await chat.bot.say(chat.who, "待办") == ["没有等您办的事项。"]

    play(tmp_path, "李老师", talk)
