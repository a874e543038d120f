"""What somebody is called: nothing unseen, nobody else of the unit, nobody who decides here."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.asker.own_names import alike, clean_name, is_name
from handlers.kit import Message
from storage.people import people
from tests.guard.test_codes import code_of, play
from tests.organisation.test_roster_chat import SCHOOL, Chat
from tests.support.rostering import planned
from tests.support.stage import START, Bot

CLEANED = {
    "周丽华，13812345678": "周丽华",
    "李\u200b老师": "李老师",
    "\u202e师老李": "师老李",
    "李\u2066老师\u2069": "李老师",
    "李老师\x00\x1b[31m": "李老师31m",
    "\ufeff李 老师 ": "李老师",
    "🌸Lily🌸": "Lily",
    "Ｌｉｌｙ": "Lily",
    "李\u3164老师": "李老师",
    "李\ufe0f老师": "李老师",
    "Z\u0351\u0352a\u0489lgo": "Zalgo",
    "阿依古丽·买买提": "阿依古丽·买买提",
    "O'Neil": "O'Neil",
    "张\n老\t师": "张老师",
    "李老师\u2028管": "李老师管",
    "מורה李": "李",
    "معلم李老师": "李老师",
    "<b>李</b>": "b李b",
    "李老师" * 20: ("李老师" * 20)[:20],
    "བསྟན་འཛིན": "བསྟནའཛིན",
    "李\u00ad老师": "李老师",
    "李\U000e0041老师": "李老师",
    "\u2800\u2800": "",
    "12345": "",
    "معلم": "",
    "系统管理员": "",
    "彤彤的班主任": "",
    "大队辅导员": "",
    "总辅导员": "",
    "محمد老师": "",
    "校长": "",
    "贺主任": "贺主任",
    "辅导员助手": "",
    "李-老.师": "李老师",
    "Lily Li": "Lily Li",
    "···": "",
    "李老师…": "李老师",
    "周丽华，手机138-1234-5678": "周丽华",
    "周丽华 138 1234 5678": "周丽华",
    "周丽华 一三八一二三四五六七八": "周丽华",
    "周丽华 三(2)中队": "周丽华",
    "三年级2班的周丽华": "周丽华",
    "实验小学": "",
    "教导处": "",
    '=HYPERLINK("http://a.cn","李")': "",
    "王小明家长": "",
}


@pytest.mark.parametrize("said", CLEANED)
def test_a_name_is_what_is_seen(said: str) -> None:
    assert clean_name(said) == CLEANED[said]
    assert clean_name(clean_name(said)) == clean_name(said)


def test_no_sign_of_unicode_hides_in_a_name() -> None:
    for number in (*range(0x3000), *range(0xF900, 0x10000), *range(0xE0000, 0xE01F0)):
        name = clean_name(f"李{chr(number)}师")
        hidden = [each for each in name if unicodedata.category(each)[0] in "CZ" and each != " "]
        assert not hidden and "COMBINING" not in "".join(unicodedata.name(each, "") for each in name), hex(number)


@pytest.mark.parametrize("said", ["李静", "阿依古丽·买买提", "Иван", "Anne-Marie Smith", "Γιώργος", "བསྟནའཛིན", "김민수"])
def test_a_name_is_one_in_whatever_letters(said: str) -> None:
    assert is_name(clean_name(said))


@pytest.mark.parametrize("said", ["VIP", "新来的", "谁", "中队辅导员的", "负责人", "今天", "来报活动的", "第一次用"])
def test_what_is_no_name_renames_nobody(said: str) -> None:
    assert not is_name(said)


@pytest.mark.both
def test_nobody_joins_as_somebody_else(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        code = await code_of(bot, "李老师", "邀请 志愿者 实验小学")
        same = (
            "赵老师",
            "赵\u200b老师",
            "\u202e赵老师",
            "赵л老师",
            "赵老师ο",
            "赵老师2",
            "赵老师(大队辅导员)",
            "赵老师 总辅导员",
        )
        for said in same:
            answer = (await bot.say("新来的", f"加入 {code} {said}"))[-1]
            assert answer.startswith("这里已经有一位「赵老师」了。") and "同名" in answer
        # What reads like the name of whoever leads here is asked about.
        for said in ("劉校长", "刘校長", "王主仼", "李老师大队辅导员", "刘校长１"):
            assert "已经有一位" in (await bot.say("新来的", f"加入 {code} {said}"))[-1]
        # Whoever gives rights here has nobody of the same name.
        for said in (
            "刘校长",
            "刘校长 同名",
            "刘 校 长 同名",
            "劉校长 同名",
            "刘·校长 同名",
            "刘.校-長 同名",
            "李 老 师同名",
            "王主任 同名",
            "李老师同名",
        ):
            answer = (await bot.say("新来的", f"加入 {code} {said}"))[-1]
            assert "请写全名" in answer and "真的同名" not in answer
        assert "姓名没看懂" in (await bot.say("新来的", f"加入 {code} \u200b🌸"))[-1]
        # The name that the platform shows is nobody else's either.
        shown = replace(Message("practice", "n1", "新来的", "新来的", START, f"加入 {code}"), name="赵\u200e老师")
        assert (await bot.app.pipeline.submit(shown)).state == "done"
        await bot.send()
        assert "已经有一位" in bot.new("新来的")[-1]["text"]
        # No try is lost by it, and the code is good.
        assert "欢迎" in (await bot.say("新来的", f"加入 {code} 赵老师 同名"))[-1]
        with bot.read() as db:
            assert len(people.named(db, "赵老师")) == 2

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("said", "known", "same"),
    [("李静老师", "李静", True), ("李静", "李静老师", True), ("李静2", "李静老师", True), ("李老师", "李主任", False),
     ("李静老师", "李静怡老师", False), ("李静怡", "李静", False), ("李班", "李", False)],
)  # fmt: skip
def test_a_title_or_a_number_makes_nobody_another(said: str, known: str, same: bool) -> None:
    assert alike(said, known) is alike(known, said) is same


@pytest.mark.both
def test_the_roster_knows_who_says_their_title(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        code = await code_of(bot, "李老师", "邀请 志愿者 实验小学")
        roster = Chat(bot, tmp_path / "kept", "李老师")
        shown = (await roster.send(f"{SCHOOL},学校,周丽华,志愿者,,,,\n"))[-1]
        await roster.press(shown, shown["buttons"][0]["label"])
        assert "欢迎" in (await bot.say("新来的", f"加入 {code} 周丽华老师"))[-1]
        assert (await bot.say("新来的", "我是谁"))[-1].startswith("周丽华，您好")

    play(tmp_path, scene)


@pytest.mark.parametrize("said", ["系统管理员", "大队辅导员", "实验小学", "=1+1", "معلم"])
def test_a_roster_gives_nobody_what_is_no_name(said: str) -> None:
    rows = f"青禾区,县少工委,,,,,,\n青禾区/实验小学,学校,{said},大队辅导员,,,,\n"
    assert ["「姓名」要写老师的姓名" in each for each in planned(rows)[1].problems] == [True]


@pytest.mark.parametrize(
    ("said", "kept"), [("李\u3164静", "李静"), ("Z\u0351a\u0352lgo", "Zalgo"), ("Anna Li", "Anna Li")]
)
def test_of_a_name_in_a_roster_stays_what_is_seen(said: str, kept: str) -> None:
    rows = f"青禾区,县少工委,,,,,,\n青禾区/实验小学,学校,{said},大队辅导员,,,,\n"
    assert [each[1] for each in planned(rows)[0].new_people] == [kept]


@pytest.mark.both
def test_one_says_what_one_is_called(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        for said, name in (
            ("我是 张静", "张静"),
            ("我是 欧阳娜娜", "欧阳娜娜"),
            ("我是张静老师", "张静老师"),
            ("我叫张静怡", "张静怡"),
            ("我是 Владимир", "Владимир"),
            ("我叫 Иван Петров", "Иван Петров"),
            ("我是 Nguyễn Văn An", "Nguyễn Văn An"),
            ("我是 O'Neil", "O'Neil"),
            ("我是 山田さくら", "山田さくら"),
            ("我是 김민수", "김민수"),
            ("我是 张\u200b老师", "张老师"),
        ):
            await bot.say("张老师", said)
            with bot.read() as db:
                (mine,) = people.by_addresses(db, "practice", ["张老师"], START).values()
            assert mine.name == name
        for said in (
            "我是 李老师",
            "我是 刘校长 同名",
            "我是 王主任",
            "我是 新来的",
            "我是 系统管理员",
            "我是谁",
            "我是班主任",
            "我是值班老师",
        ):
            await bot.say("张老师", said)
        recorded = await bot.say("张老师", "我是三(2)中队辅导员张老师，今天主题队日38人")
        assert recorded[0].startswith("已记录")
        with bot.read() as db:
            assert len(people.named(db, "张老师")) == 1 and len(people.named(db, "刘校长")) == 1

    play(tmp_path, scene)


@pytest.mark.both
def test_nobody_is_called_as_a_child_of_the_school_without_asking(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        # What tells whose teacher they are tells the child's name as well.
        for said in ("我是 王小明", "我是王小明老师", "我叫李小红", "我是 李小\u200b红"):
            answer = (await bot.say("张老师", said))[-1]
            assert "队员的姓名，没有记" in answer and "王小明" not in answer and "李小红" not in answer, answer
        code = await code_of(bot, "李老师", "邀请 志愿者 实验小学")
        for name in ("李小红", "王小明老师"):
            assert "队员的姓名，没有记" in (await bot.say("新来的", f"加入 {code} {name}"))[-1]
        assert "欢迎" in (await bot.say("新来的", f"加入 {code} 李小红 同名"))[-1]
        # Of another school: nothing is known of that here.
        assert "好的，王小明" in (await bot.say("马老师", "我是 王小明"))[-1]

    play(tmp_path, scene)
