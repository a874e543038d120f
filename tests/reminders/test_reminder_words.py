"""What a reminder says, and what the command 提醒 answers."""

import pytest

from handlers.catalogue.loader import FESTIVE
from handlers.kit import Refusal
from tests.support.reminding import School, at, school

pytestmark = pytest.mark.both

__all__ = ["school"]


def test_words_say_the_point_first_and_what_to_do(school: School) -> None:
    school.tick(at("02-25 09:00"))
    # Who leads hears of it once, a week before.
    school.texts(at("02-26 08:10"))
    assert any("发「未签到」" in each.words.text for each in school.said)
    words = school.texts(at("03-04 08:10"))[0].split("\n")
    assert words[0] == "明天（3月5日 周四）是学雷锋纪念日：带孩子们做一件力所能及的志愿服务。"
    assert words[1] == "备好：服务地点、安全表、报名人数。"
    assert words[-1] == "三(1)中队 志愿服务 学雷锋 应到42 实到"


def test_the_day_itself_is_greeted_unless_it_is_solemn(school: School) -> None:
    school.tick(at("05-31 09:00"))
    assert school.texts(at("06-01 07:40"))[0].endswith("祝孩子们节日快乐！")
    school.run_on(at("09-28 09:00"), at("09-30 07:30"))
    words = school.texts(at("09-30 07:40"))[0]
    assert words.startswith("今天（9月30日 周三）是烈士纪念日：") and not FESTIVE.search(words)


def test_the_command_shows_the_next_ones(school: School) -> None:
    now = at("03-27 17:00")
    lines = school.ask("", now).split("\n")
    assert lines[1] == "4月3日 周五 08:10 清明节（提前 2 天）"
    assert lines[-1] == "看准备清单，发：提醒 清明节"
    assert "没有给您的提醒" in school.ask("", now, "孙志愿")


def test_the_command_lists_the_key_dates_and_explains_one(school: School) -> None:
    listed = school.ask("列表", at("03-27 17:00"))
    assert "4月5日 周日 清明节（仪式）" in listed and "3月30日 周一 全国中小学生安全教育日（主题队日）" in listed
    told = school.ask("清明", at("03-27 17:00"))
    assert told.startswith("清明节（4月5日 周日）还有 9 天") and "提前 7 天：订车" in told
    assert told.endswith("三(1)中队 祭扫 清明祭英烈 应到42 实到")
    with pytest.raises(Refusal, match="没有找到「圣诞」"):
        school.ask("圣诞", at("03-27 17:00"))


def test_admins_are_warned_of_a_year_without_data(school: School) -> None:
    late = at("12-20 09:00", 2030)
    told = school.ask("列表", late, "李老师")
    assert "2031 年的放假调休还没有录入" in told and "toml" not in told
    assert "调休" not in school.ask("列表", late)
