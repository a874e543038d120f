"""What a reason keeps of people: not the nominee's name, and of others no more than the surname."""

import pytest

from handlers.wording.names import without_name


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("王小明学雷锋事迹突出", "该队员学雷锋事迹突出"), ("和周子轩一起帮助同学", "和周××一起帮助同学"),
        ("照顾生病的同学李小红", "照顾生病的同学李××"), ("帮助转学来的阿依古丽", "帮助转学来的阿×××"),
        ("王小明和褚一航结对", "该队员和褚××结对"),
    ],
)  # fmt: skip
def test_a_name_in_a_reason(said: str, kept: str) -> None:
    assert without_name(said, "王小明") == kept


@pytest.mark.parametrize(
    "said",
    [
        "运动会800米第一", "带领中队获得第一名", "争一星章", "成绩好、乐于助人", "像雷锋一样", "学习张海迪精神",
        "照顾爷爷奶奶", "数学竞赛二等奖", "讲红色故事打动大家", "担任中队委", "吃苦耐劳，尊敬师长", "鼓号队指挥",
    ],
)  # fmt: skip
def test_what_is_no_name_stays(said: str) -> None:
    assert without_name(said, "王小明") == said
