"""What a text means that could be taken for something else: the report of a row, whether something is taken back."""

import re

from handlers.asker import context
from handlers.kit import Ask, Role
from handlers.programmes.reports import subject
from handlers.reading import Reading
from handlers.wording import medals, programmes
from storage.organisation.units import Kind

# 撤回吗, 改成39吗, 恢复行不行; 能不能撤回 and 撤回好吗 ask for it.
_ASKING = ("?", "？", "吗", "么", "没", "没有", "行不行")
_WHETHER = re.compile("要不要|用不用|需不需要|该不该")
_DO_IT = re.compile("能|可以|可否|好|帮|麻烦|请")


def is_report(ask: Ask, text: str, reading: Reading) -> bool:
    """全校捐款活动 320人参加 names a row, and is a check-in: the row has no place for the number."""
    whole = reading.intent == "checkin" and reading.status == "ok"
    # 王小明获得了校级一星章 is told of a medal, and no work that won a prize.
    if reading.claim == "other" and medals.found_in(ask, text)[0]:
        return False
    if whole and (_of_its_theme(ask, text, reading) or _of_squads(ask, text, reading)):
        return False
    return programmes.stated(ask, text, reading) and not (whole and _is_held(ask, text, reading))


def _of_squads(ask: Ask, text: str, reading: Reading) -> bool:
    """一(1)中队 宣讲 36人 is a check-in of that squad, also of whoever reports 宣讲 for its school."""
    if not ask.me.roles & {Role.COUNSELOR, Role.BRIGADE}:
        return False
    row = programmes.row_in(ask, text)
    squads = all(each.activity and each.unit and "-" in each.unit for each in reading.records)
    return row is not None and Kind.SQUAD not in row.at and squads


def _is_held(ask: Ask, text: str, reading: Reading) -> bool:
    """Whether what the row has no place for is of a check-in: named by its activity, or by how many were due."""
    told = any(each.activity and (each.activity in text or each.due is not None) for each in reading.records)
    return (told or not programmes.headed(ask, text)) and subject.leaves_over(ask, text)


def _of_its_theme(ask: Ask, text: str, reading: Reading) -> bool:
    """
    主题队日 38人 我是小小讲解员: the row's word is only of the theme of what was held.

    It is not where the row asks for several things and all of them are told: 读书活动“我为祖国点赞” 小学18个班 702人.
    """
    row = programmes.row_in(ask, text)
    themes = [each.topic for each in reading.records if each.topic and each.activity and each.activity in text]
    words = (row.name, *row.words) if row else ()
    # 宣讲60人 学校讲堂: its own word is there as well.
    apart = text
    for theme in themes:
        for part in theme.split():
            apart = apart.replace(part, " ")
    if row is None or any(map(apart.__contains__, words)) or not any(word in each for each in themes for word in words):
        return False
    return sum(each.required for each in row.asked) < 2 or not subject.tells_all(ask, row, text)


def asks_whether(ask: Ask, text: str) -> bool:
    """Whether something is to be changed or taken back or not is asked, and not that it be done."""
    asks = (text.endswith(_ASKING) or bool(_WHETHER.search(text))) and not _DO_IT.search(text)
    return asks and context.reading_of(ask, text).changes
