"""What a day is called of which somebody wishes to hear: 校庆 of 9月28日是校庆，请提醒大家."""

import re

from handlers.kit import Refusal
from handlers.privacy import gate
from storage.base.words import Cleared

_LONGEST = 30

# What stands around the name of a day that is told in one's own words.
_WHOM = (
    "(?:我们?|大家|各位|全体|全校|全区|所有|每[位个]|各[校个班]?|中队|学校|老师|辅导员|同事|的|们|一下|[一请要都也再]"
    "|得|到时候?)*"
)
_ADDED = "(?:[加记添放](?:一?[个条下]|[进入到])|新增|添加|设置?)(?:重要|一?[个条])*(?:日子|提醒|日历)?"
_TELL = f"(?:提醒|通知|告诉|告知|叫|喊){_WHOM}|{_ADDED}"
_OURS = "(?:我们?|咱们?|本)(?:学校|区|县|市|班|中队)?的?|[我本]校(?!庆)的?"
_ROUND = (
    f"{_TELL}|{_OURS}|一?早上?|上午|中午|下午|傍晚|晚上|请|麻烦|帮我?|记一?下|记得|别忘了?|我?想要?|能不能|可不可以|可以|能否|到时候?|定[在于]"
    "|举[行办]|[以之][前后]|[是在要将把都就也为]|(?<!签)到"
)
_CLAUSES = re.compile(r"[\s,，。;；:：、!！?？“”「」]+")
_BEFORE_IT, _AFTER = re.compile(f"^(?:{_ROUND})+"), re.compile(f"(?:{_ROUND}|[吗吧呢的了])+$")


def name_in(words: str) -> str:
    """校庆 of 是我们校庆, and of 提醒大家校庆; nothing of 请提醒一下各位老师."""
    return " ".join(filter(None, (_AFTER.sub("", _BEFORE_IT.sub("", each)) for each in _CLAUSES.split(words))))


def cleared(words: str, deed: str) -> Cleared:
    """The name as it is kept. Raises Refusal for one that is too long: 没有 and the deed."""
    name = gate.cleared(words)
    if len(name) > _LONGEST:
        raise Refusal(f"名称有 {len(name)} 字，请缩短到 {_LONGEST} 字以内，没有{deed}。")
    return name


def left_out(words: str, name: Cleared) -> str:
    """A line that not all of the words became the name; empty where all did."""
    return "" if name == " ".join(words.split()) else f"\n{gate.LEFT_OUT}"
