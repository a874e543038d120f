"""What a unit is called leads to it alone: by file, in chat, and when what is stored already says otherwise."""

from pathlib import Path

import pytest
from sqlalchemy import update

from storage.database import Database
from storage.organisation import units
from storage.roster import roster as stored
from storage.tables import checkin, unit
from tests.guard.test_codes import play
from tests.organisation.test_roster_chat import SCHOOL, Chat
from tests.support import rostering
from tests.support.rostering import NOW, TREE_ROWS, bring, planned
from tests.support.stage import Bot

database = rostering.database
# Of 五(2)中队, of nobody, of everybody, of an activity.
ANOTHERS = (
    "伍(2)班", "V(2)", "38人", "毕业班",
    "五(2)班", "五2", "502", "五年级二班", "五年级(2)班", "五二班", "5-2", "五(2)", "五年级", "小五二班",
    "星星中队", "五(2)中队", "星星", "星星班", "青禾区", "青禾区少工委", "明州市", "实验小学", "育红小学", "外国语学校",
)  # fmt: skip
ANYBODYS = (
    "中队", "本班", "全校", "我们班", "我班", "本中队", "全体队员", "学校", "本校", "班级", "大队部", "少先队",
    "红领巾", "年级", "二班", "3班", "12", "5.2", "一小队", "各中队", "大家", "今天", "签到", "班", "主题队日",
    "学雷锋", "劳动", "队课", "阅读", "取消", "未签到", "月报", "同意", "待办", "张老师", "李校长",
)  # fmt: skip
FINE = (
    "雷锋中队", "雷锋", "向日葵中队", "三(2)班", "302班", "三2", "三年级二班", "红领巾中队", "小海燕", "晨曦",
    "第一中队", "清明中队", "实验班", "雏鹰",
)  # fmt: skip
ROWS = (
    TREE_ROWS.replace("三(2)中队,中队,,,,,,", "三(2)中队,中队,,,,,,{}")
    + "青禾区/实验小学/五(2)中队,中队,,,,,,星星中队\n"
)  # fmt: skip


@pytest.mark.parametrize("alias", ANOTHERS + ANYBODYS)
def test_a_file_gives_no_unit_the_name_of_another(alias: str) -> None:
    _, notes = planned(ROWS.format(alias))
    # A spreadsheet makes 5.2 and days of what was typed as a class: that file needs another cure.
    cure = "设成文本" if "." in alias else "请换一个"
    assert any(alias in each and cure in each for each in notes.problems), notes.problems


@pytest.mark.parametrize("alias", FINE)
def test_what_is_a_name_may_be_one(alias: str) -> None:
    assert planned(ROWS.format(alias))[1].problems == []


def test_blanks_make_no_other_name() -> None:
    assert "别的单位的叫法" in planned(ROWS.format("星 星 中 队"))[1].problems[0]


def test_a_new_school_is_not_called_as_one_beside_it() -> None:
    rows = TREE_ROWS.replace("青禾区/实验小学", "青禾区/实验小学(东校区)") + "青禾区/新学校,学校,,,,,,实验小学\n"
    assert [each for each in planned(rows)[1].problems if "是别的单位的叫法" in each]


@pytest.mark.both
def test_what_was_left_out_is_said_where_nothing_else_is_to_do(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        roster = Chat(bot, tmp_path / "kept", "李老师")
        said = (await roster.send(f"{SCHOOL}/三(1)中队,中队,,,,,,朱子墨班\n"))[-1]["text"]
        assert "没有要改的" in said and "第 2 行：别名「朱××班」里好像有人的姓名，没有写入" in said

    play(tmp_path, scene)


@pytest.mark.both
def test_nor_what_is_stored_already(database: Database) -> None:
    bring(database, ROWS.format("雷锋中队"))
    with database.read.connect() as db:
        state = stored.load(db, [("青禾区", "实验小学", "三(2)中队")], [], NOW)
    for row in ("三(2)中队,中队,,,,,,星星中队", "三(3)中队,中队,,,,,,雷锋中队"):
        _, notes = planned(f"青禾区/实验小学/{row}\n", state)
        assert [each for each in notes.problems if "是别的单位的叫法" in each], row


@pytest.mark.both
def test_nor_does_a_chat(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        tried = [f"单位 别名 三(2)中队 {alias}" for alias in ANOTHERS + ANYBODYS if "星星" not in alias]
        tried += [f"单位 别名 三(2)中队 {alias}" for alias in ("雷锋", "雷锋班")]
        tried += [f"单位 新增 {name} 实验小学" for name in ("五(2)班", "五年级二班", "五2中队", "雷锋中队")]
        tried += ["单位 改名 三(2)中队 五(2)班", "单位 改名 三(2)中队 五年级二班"]
        for words in tried:
            said = (await bot.say("李老师", words))[-1]
            assert "确定吗" not in said, said
        for words in ("别名 育红小学 实验小学", "别名 育红小学 本校", "改名 育红小学 实验小学"):
            assert "确定吗" not in (await bot.say("王主任", f"单位 {words}"))[-1]

    play(tmp_path, scene)


@pytest.mark.both
def test_what_was_stored_before_takes_nobodys_reports(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        with bot.app.engine.database.write.begin() as db:
            taken = ["五(2)班", "本班", "雷锋中队"]
            db.execute(update(unit).where(unit.c.name == "六(2)中队").values(aliases=taken))
            units.changed(db, bot.clock.now())
        for who, words in (("李老师", "五(2)班 主题队日 38人"), ("李老师", "雷锋中队 主题队日 37人")):
            said = (await bot.say(who, words))[0]
            assert ("五(2)中队" in said) or ("四(1)中队" in said), said

    play(tmp_path, scene)


FOREIGN = (
    "明德小学三(2)中队", "明德小学 三(2)班", "主题：明德小学三年级2班", "报告:外区明德小学三(2)中队",
    "明德附小三(2)中队", "三(2)中队（明德小学）", "三(2)班（明德小学）", "明德小学的三(2)中队",
    "蓝天区实验小学三(2)中队", "老师好，明德中学三(2)班", "今天明德小学三(2)中队", "我是明德小学三(2)中队",
    "育红小学三(2)中队", "育红小学(演示)三(2)中队", "签到 育红小学三2班", "蓝天市实验小学三(2)中队",
    "明德小学302班", "外国语学校三(2)班", "市一小三(2)班", "明德三小三(2)中队", "明德一贯制学校三(2)中队",
    "明德小学(东校区)三(2)班", "明德小学-三(2)班", "明德小学2023级2班", "明德小学三2", "北关回小三(2)班",
    "实验小学(东校区)三(2)班", "我是明德小学的，三(2)中队", "这里是育红小学，三(2)中队",
    "我们是明德小学的老师，三(2)中队", "我来自明德小学 三(2)中队", "我是育红小学的张老师，三(2)中队",
)  # fmt: skip
OWN = (
    "实验小学三(2)中队", "实验小学(演示)三(2)中队", "青禾区实验小学三(2)中队", "明州市青禾区实验小学三(2)中队",
    "今天我们实验小学三(2)中队", "我们学校三(2)中队", "学校三(2)班", "三(2)中队（实验小学）",
    "三(2)中队（我们学校）", "报告老师：三(2)中队", "实小三(2)班", "小三(2)班", "实验小学-三(2)班", "学校三2",
    "大手拉小手 三(2)班", "我是实验小学的，三(2)中队", "这里是实验小学，三(2)中队", "我们是实小的 三(2)中队",
)  # fmt: skip


@pytest.mark.both
def test_the_school_of_another_district_is_not_ones_own(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        for words in FOREIGN:
            said = (await bot.say("张老师", f"{words} 主题队日 38人"))[0]
            assert "不在您负责的范围，没有记录" in said, said
        with bot.read() as db:
            assert db.execute(checkin.select()).all() == []
        for words in OWN:
            said = (await bot.say("张老师", f"{words} 主题队日 38人"))[0]
            assert "三(2)中队 主题队日 38 人" in said, f"{words}: {said}"
        assert "不在您负责的范围" in (await bot.say("李老师", "明德小学全校 主题队日 500人"))[0]

    play(tmp_path, scene)
