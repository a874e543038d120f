"""What a message says of a case: kind, day, choices, who is put forward, what it is about; nothing of the database."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from handlers.catalogue import chain
from handlers.catalogue.model import Figure, Row
from handlers.catalogue.telling.reports import read_report
from handlers.kit import Refusal, Unit
from handlers.privacy import gate, names
from handlers.reading.medals.nominees import NOBODY
from handlers.reading.text.normalise import GAP
from handlers.wording import days

_LONGEST = 200
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,12}")
_RUN = re.compile(r"[\u4e00-\u9fff]+")
_SHORTEST_NAME, _LONGEST_NAME = 2, 3
# Right behind the name another one: that nobody is left out.
_LISTED_ALSO = re.compile(r"(?:^|\s)\s*[、，,和及与]\s*[\u4e00-\u9fff·]{2,}")
# 推荐人选：方晓燕老师; 推荐我自己 names nobody.
_LABEL = re.compile(
    r"(?:被?推荐|提名|申报)的?(?:候?选?人选?|对象|名单)\s?[:：是为]?|(?:候选人|人选)\s?[:：是为]?|^\s*[是为]|我自己|我本人|本人|自己"
)
# 实验小学 李老师: where somebody works is nobody.
_PLACE = re.compile(r"(?:小学|中学|学校|幼儿园|社区|街道|[少关]工委|辅导站|中队|大队)$")
_TITLE = re.compile(r"(?:老师|同志|先生|女士|校长)$")
_FAMILY_ONLY = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])(?:老师|同志|先生|女士|校长)(?=[\s,，。]|$)")
# What stands around a day: 12月10日前整改到位, 请于, 限期, 2026年底到期.
_BEFORE_DAY = re.compile(r"[,，、\s]*(?:请于|请在|要在|须于|应于|限期?于?|期限|截止(?:到|日期)?)[:：]?(?=\s|$)")
_AFTER_DAY = re.compile(
    r"(?<=\s)(?:(?:之?前|以前)[补修改配装办换]?[好齐上全完正]?)?"
    r"(?:整改|完成|解决|恢复|纠正|落实|结题|结项|到期|截止|印发)?(?:到位|完毕|完)?(?=[\s,，。;；]|$)"
)

_REGION = re.compile(r"[\u4e00-\u9fff]{2,6}?[省市县区旗州镇乡]")
_APART = re.compile(r"[\s\d.、,，;；]+")
_CLAUSES = re.compile(r"[,，;；、。\n]")


@dataclass(slots=True)
class Told:
    """What a message says of a case."""

    kind: str = ""
    name: str = ""
    words: str = ""
    # What is said of the words that the gate let not through.
    cut: str = ""
    due: date | None = None
    figures: dict[str, Any] = field(default_factory=dict)


class Missing(Exception):
    """Something is to be asked; `choices` are the answers that are offered."""

    def __init__(self, asked: str, choices: Sequence[str] = ()) -> None:
        super().__init__(asked)
        self.asked, self.choices = asked, choices


def read(row: Row, rest: str, today: date, of: str, old_kind: str | None = None) -> Told:
    """
    Kind, day, choices, who is put forward and what it is about, as far as said.

    `of` is the name of its unit; `old_kind`: of what is corrected.
    """
    told = Told(kind=kind_in(row, rest))
    rest = rest.replace(told.kind, " ", 1) if told.kind else rest
    if row.is_honour and told.kind and (also := _also(row, rest)):
        raise Refusal(f"一条里有{told.kind}，还有{also}，没有立。请一类发一条，像这样：{row.example}")
    choices = {each.name for each in row.fields if each.type == "choice"}
    told.figures = {name: said for name, said in read_report(rest, row, today).values.items() if name in choices}
    for said in told.figures.values():
        rest = rest.replace(str(said), " ", 1)
    if day := _day(row):
        told.due, rest = days.last_day_in(rest, today)
        rest = _AFTER_DAY.sub(" ", _BEFORE_DAY.sub(" ", f" {rest} "))
        if told.due and told.due < today:
            raise Refusal(f"{day.label} {told.due} 已经过去，没有记。请改好日期再发一次。")
    if is_personal(row, told.kind or old_kind or ""):
        told.name, rest = _name(rest, old_kind is None)
        if told.name and _names_more(rest):
            like = f"{row.name} {told.kind} 王建国、李芳" if told.kind not in row.words else f"{told.kind} 王建国、李芳"
            raise Refusal(f"看不清推荐的是哪几位，没有立。请一类一条，姓名用「、」连着写，像这样：{like}")
    words = " ".join(rest.replace(GAP, " ").strip(" ,，。:：;；、").split())
    # 制度 … 起草: in which state it begins goes without saying.
    words = words.removesuffix(f" {chain.first(row)}")
    if len(words) > _LONGEST:
        raise Refusal(f"说明有 {len(words)} 字，太长了（最多 {_LONGEST} 字），没有记。")
    # 江川区队室标准: where the unit itself is, and nobody called 江川.
    own = _REGION.match(of)
    before, place, behind = words.partition(own[0]) if own else ("", "", words)
    told.words = f"{gate.cleared(before)}{place}{gate.cleared(behind)}"
    told.cut = gate.LEFT_OUT if told.words != words else ""
    return told


def kind_in(row: Row, words: str) -> str:
    """The kind that is named: the longest."""
    return max((each for each in row.kinds if each in words), key=len, default="")


def is_nobody(told: Told) -> bool:
    """读书征文 没有, 先进集体 暂无推荐: nobody is put forward."""
    return not told.name and NOBODY.fullmatch(told.words) is not None


def _names_more(rest: str) -> bool:
    """、李芳 behind the name that was taken; 1 王建国 2 李芳: a name that stands alone."""
    others = _LISTED_ALSO.search(rest)
    if others and names.persons(others[0]):
        return True
    alone = (word for word in _APART.split(rest) if names.is_made_like_one(word or " "))
    return any(names.persons(word) == (word,) for word in alone)


def _also(row: Row, rest: str) -> str:
    """先进个人推荐李国强,先进集体推荐我校: another kind that a clause begins with; empty without one."""
    begun = (clause.strip() for clause in _CLAUSES.split(rest))
    return next((kind for clause in begun for kind in row.kinds if clause.startswith(kind)), "")


def _day(row: Row) -> Figure | None:
    return next((each for each in row.fields if each.type == "date"), None)


def complete(row: Row, told: Told, is_called: Callable[[str], bool]) -> Told:
    """What was told, when it is enough; raises Missing with the question for the first thing that is not.

    `is_called`: whether somebody there is called so, as who registered as 李老师.
    """
    if row.kinds and not told.kind:
        if len(row.kinds) > 1:
            raise Missing(f"{row.name}是哪一类？（{'、'.join(row.kinds)}）", row.kinds[:6])
        told.kind = row.kinds[0]
    day = _day(row)
    if day and day.required and told.due is None:
        raise Missing(f"{row.name}：{day.label}是哪一天？（像 12月10日）")
    if is_personal(row, told.kind) and (not told.name or (is_family_only(told.name) and not is_called(told.name))):
        raise Missing(f"{row.name}推荐的是谁？请写全名。")
    if not told.words and "matter" in row.subject:
        raise Missing(f"{told.cut}{row.name}：是什么事？请用一句话写，不写孩子的姓名。")
    return told


def check_unit(row: Row, kind: str, unit: Unit) -> None:
    """Raises Refusal, with the right example, where this kind is for another kind of unit."""
    wanted = row.only.get(kind)
    if wanted and unit.kind != wanted:
        like = f"由{wanted}来报，像这样：{row.name} {kind} 工作扎实"
        raise Refusal(f"{row.name}的{kind}只评{wanted}，{unit.name}不是，没有记。{like}")


def is_personal(row: Row, kind: str) -> bool:
    """Whether this kind puts an adult forward; children are put forward by number only, never by name."""
    return "adult" in row.subject and kind not in row.collective


def _name(rest: str, wanted: bool) -> tuple[str, str]:
    """(the name, the rest): what is no word of the language; where one is wanted, else the first word."""
    rest = _LABEL.sub(" ", rest)
    first = next((run for run in _NAME.findall(rest) if not _PLACE.search(run)), "") if wanted else ""
    found = next(iter(names.persons(rest)), first)
    # 诸葛明, of which 葛明 is one, too.
    found = max((each for each in names.persons(rest) if found in each), key=len, default=found)
    # 张全有, 李爱国: the name is all that stands between two signs.
    whole = next((run for run in _RUN.findall(rest) if run.startswith(found)), "") if found else ""
    found = whole if len(whole) == _LONGEST_NAME else found
    name = _TITLE.sub("", found)
    rest = rest.replace(found, " ", 1) if found else rest
    if len(name) < _SHORTEST_NAME:
        return found, rest
    # 李老师, and 李芳 when it was asked which one.
    return name, _FAMILY_ONLY.sub(lambda match: "" if match[1] == name[0] else match[0], rest)


def is_family_only(name: str) -> bool:
    """李老师: which of them?"""
    return bool(name) and len(_TITLE.sub("", name)) < _SHORTEST_NAME


def kept(words: str) -> tuple[str, str]:
    """(what is kept of the words, what is said of the rest)."""
    cleared = str(gate.cleared(words))
    return cleared, "" if len(cleared) == len(" ".join(words.split())) else gate.LEFT_OUT
