"""套表 字段: the names of all figures, those of one row or with one word."""

from collections.abc import Sequence

from handlers.catalogue import current
from handlers.kit import Ask, Refusal, Reply
from handlers.materials import fields
from handlers.materials.subjects import EVERYTHING

_MOST = 15
HOW = (
    "把上级的 Excel（xlsx）或 Word（docx）表里要填的格子写上字段，像 {{宣讲.场次.今年}}、{{缺报.本月}}，"
    "先给它起个名字发给我，再把文件发来，像这样发：套表 月报表\n有哪些字段，发「套表 字段」。"
)
_EXPLAINED = (
    "字段写成 {{项目.数字.时期}}，像 {{宣讲.场次.今年}}。时期：本周、上周、本月、上月、3月、一季度、本学期、"
    "上学期、本学年、今年、去年、2025年……；不写是今年。下级单位的写在最前面：{{实验小学.宣讲.场次.今年}}。"
    "还有 {{单位}}、{{日期}}、{{缺报.本月}}、{{缺报.名单.本月}}。"
)


def fields_of(names: dict[str, list[str]], word: str) -> dict[str, list[str]]:
    """Row → those of its measures that the word means: all of a row with the word in its name."""
    found = {name: told if word in name else [each for each in told if word in each] for name, told in names.items()}
    return {name: told for name, told in found.items() if told}


def shown(ask: Ask, words: Sequence[str]) -> Reply:
    """Without a word the rows and how a field is written; with some the measures that all of them mean."""
    rows = (EVERYTHING, *current.catalogue_of(ask.db).rows)
    names = {name: fields.measured(row) for name, row in fields.names_of(rows).items()}
    if not words:
        return Reply(f"{_EXPLAINED}\n项目：{'、'.join(names)}\n一个项目有哪些数字，像这样发：套表 字段 宣讲")
    found = names
    for word in words:
        found = fields_of(found, word)
    if not found:
        raise Refusal(f"没有带「{' '.join(words)}」的字段。项目：{'、'.join(names)}")
    told = [f"· {name}：{'、'.join(measures)}" for name, measures in found.items()]
    more = [f"另有 {len(told) - _MOST} 个项目，把字写得更全些再找。"] if len(told) > _MOST else []
    first = next(iter(found))
    return Reply("\n".join([f"写成这样：{{{{{first}.{found[first][0]}.今年}}}}", *told[:_MOST], *more]))
