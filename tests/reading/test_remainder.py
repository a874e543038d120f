"""A day or a number alone is of what was just recorded, however it is put; with other words it is talk."""

from datetime import date

import pytest

from handlers.reading.messages.remainder import besides

TODAY = date(2026, 4, 3)
ALONE = (
    "昨天", "是昨天的", "应该是昨天下午开的", "弄错了,是昨天", "日期写错，4月1日", "上面那条是周三的",
    "写成4月1号了，应该4月2号", "39人", "不对，是39", "应到40实到38", "38个小朋友", "报少了，是41个人",
    "数错了 42", "另外还有5个家长", "男生20女生19", "补充：家长3人", "40个，包括我", "三十九个人", "噢 是40",
    "40才对", "下午第二节课开的",
)  # fmt: skip
TALK = (
    "今天天气真好", "昨晚没睡好", "周三没空", "今天食堂吃了38个馒头", "昨天下雨了", "4月1日愚人节哈哈",
    "周五放假", "明天见", "买了40本书", "作业还有38本没批", "班里有3个孩子感冒", "体温38度", "还剩5分钟",
    "今天值日", "38路公交", "12点吃饭", "我5点下班", "今天发工资", "停电3小时", "打印40份",
)  # fmt: skip


@pytest.mark.parametrize("text", ALONE)
def test_nothing_is_left_of_a_correction(text: str) -> None:
    assert besides(text, TODAY) == ""


@pytest.mark.parametrize("text", TALK)
def test_what_is_said_of_something_else_is_left(text: str) -> None:
    assert besides(text, TODAY)
