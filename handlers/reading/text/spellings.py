"""The spellings of a 中队 or a grade: 三(2)中队, 三年级2班, 3.2中队, 301班, 2203班, 三、四年级."""

import re
from collections.abc import Callable

from handlers.reading.model import Context
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern

_CN = "一二三四五六七八九"
_FESTIVALS = ("六一", "五四", "五一", "七一", "八一", "三八", "七七", "九三", "一二九")
_CLASS_CN = rf"(?:二?十[{_CN}]?|[{_CN}])"
_CLASS_N = r"(?:0[1-9]|1\d|20|[1-9])(?!\d)"
_CLASS = rf"(?:{_CLASS_N}|{_CLASS_CN})"
# 三二中队会: the suffix leaves 中队会 to be read as the activity.
_SUFFIX = r"(?:班?中队(?!会|长(?!期))|(?=中队[会长]|班队?会)|班(?!级 ?:)级?(?!主任|[车干次会]|队会|长(?!期)))"
# 周三2点, 第三(2)课, 十三2: a grade does not stand there.
# But 上周五三(2)班: the numeral before it belongs to the day.
_NOT_CN = r"(?:(?<![第一二三四五六七八九十百零〇两])|(?<=[周期拜][一二三四五六]))"
_NOT_WEEK = r"(?<![第周期拜一二三四五六七八九十百零〇两月])"
# 实到41 中队:三2: heads.
_NOT_N = r"(?<![\d./\-年月到席])(?<!\d:)(?<![到席]:)"
_GRADE = rf"(?:初\s?[{_CN}1-3]|预初|{_NOT_CN}[{_CN}]|{_NOT_N}[1-9])"
_AND = r"[、,和及与\-~至到]"
_OPEN, _SHUT = r"\s?[(<]\s?", r"\s?[)>]"
# What follows a number that is no class: 三2点, 三年级2人, 3-2月. 四1: 40 is no time of day.
# Behind a space 张 is somebody's name: 一1 张子涵.
_NO_MEASURE = r"(?![\d%.\-/×张页题]| ?[人名位个点时月日号年岁场次期节元周天分秒组棵])"

Found = list[tuple[str | None, str]]  # units and their kind: class, grade, part
Make = Callable[[re.Match[str], Context], Found]


def _grade(written: str, context: Context) -> int:
    """三 -> 3, 初一 -> 7, 预初 -> 6."""
    if written == "预初":
        return 6
    number = value_of(written.lstrip("初 ")) or 0
    return number + 6 if written.startswith("初") else number


def _class(match: re.Match[str], context: Context) -> Found:
    return [(f"{_grade(match['g'], context)}-{value_of(match['c'])}", "class")]


def _no_class(match: re.Match[str], context: Context) -> Found:
    return [(f"{_grade(match['g'], context)}-{int(match['c'] or 0)}", "class")]


def _classes(match: re.Match[str], context: Context) -> Found:
    """三(1)、(2)中队 -> 3-1, 3-2; 三年级1至3班 -> 3-1, 3-2, 3-3."""
    grade = _grade(match["g"], context)
    numbers = [int(found) for found in re.findall(r"\d+", match["c"])]
    if len(numbers) == 2 and re.search(r"\d\)?班?[\-~至到]", match["c"]) and numbers[0] < numbers[1]:
        numbers = list(range(numbers[0], numbers[1] + 1))
    return [(f"{grade}-{number}", "class") for number in numbers]


def joined(match: re.Match[str], context: Context) -> Found:
    """301班 -> 3-1, 三零一班 -> 3-1."""
    return [(f"{value_of(match['g'])}-{value_of(match['c'])}", "class")]


def _entry_year(match: re.Match[str], context: Context) -> Found:
    """2203班 in April 2026 -> 4-3: grade = school year - 2000 - YY + 1 (from the first grade of the school)."""
    year, number = int(match["y"][-2:]), value_of(match["c"])
    if year <= 9:
        return [(f"{year}-{number}", "class")]
    school_year = context.received.year - (context.received.month < 9)
    first = 1 if context.grades[0] < 6 else context.grades[0]
    grade = school_year - 2000 - year + first
    return [(f"{grade}-{number}" if 0 < grade < 13 else None, "class")]


def _whole_grade(match: re.Match[str], context: Context) -> Found:
    """三年级 -> G3; 三、四年级 -> G3, G4; 四至六年级 -> G4, G5, G6."""
    if match["h"].startswith(("初", "预")):
        return [(f"G{_grade(match['h'], context)}", "grade")]
    grades = [value_of(char) or 0 for char in re.findall(rf"[{_CN}1-9]", match["h"])]
    if len(grades) == 2 and re.search(r"[至到~\-]", match["h"]):
        grades = list(range(grades[0], grades[1] + 1))
    return [(f"G{grade}", "grade") for grade in grades]


def _part(match: re.Match[str], context: Context) -> Found:
    return [(str(value_of(match["c"])), "part")]


def _rule(source: str, make: Make, *needs: str) -> tuple[re.Pattern[str], Make, tuple[str, ...]]:
    # A spelling does not go on in the next line.
    return pattern(source.replace(r"\s?", " ?")), make, needs


_SUFFIXED = ("中队", "班")
# In order: what an earlier rule took, a later one does not see. A text without any of the words a rule needs is passed.
RULES = (
    # 三(1)、(2)中队 三年级1、2、3班 三(1)(2)班 三年级1至4班
    _rule(
        # 1班42,2班41: no grade 4.
        rf"(?P<g>{_GRADE})(?:年级|年|(?<=[{_CN}])|(?=\s?\())\s?(?P<c>(?:\(\d{{1,2}}\)班?{_AND}?|\d{{1,2}}班{_AND}?|\d{{1,2}}{_AND}){{1,19}}"
        rf"\(?\d{{1,2}}\)?){_SUFFIX}",
        _classes,
        *_SUFFIXED,
    ),
    # 二(3)(4)两个班: the brackets tell, whatever follows.
    _rule(
        rf"(?P<g>{_GRADE})(?:年级|年)?\s?(?P<c>(?:\(\d{{1,2}}\){_AND}?){{1,19}}\(\d{{1,2}}\))",
        _classes,
        ")(",
        ")、(",
        "),(",
        ")和(",
    ),
    # 三年级(1-4)班 三(1、2)班
    _rule(
        rf"(?P<g>{_GRADE})(?:年级|年)?\s?\((?P<c>\d{{1,2}}(?:[\-~至到、,]\d{{1,2}}){{1,19}})\)(?:\s?{_SUFFIX})?",
        _classes,
        "(",
    ),
    # 三(2)中队 三(二)班 三年级(2)班 七(3) 初一(3)班 4<1>
    _rule(rf"(?P<g>{_GRADE})(?:年级|年)?{_OPEN}(?P<c>{_CLASS}){_SHUT}(?:\s?{_SUFFIX})?", _class, "(", "<"),
    # 三(99)中队 三(0)班 三0班: no class, and no number of heads
    _rule(rf"(?P<g>{_GRADE})(?:年级|年)?(?:\s?\((?P<c>\d{{1,3}})\)\s?|(?P<none>0)){_SUFFIX}", _no_class, *_SUFFIXED),
    # 三年级2班 三年级二班 三年二班 3年2班 初一3班 三年级第2中队
    _rule(rf"(?P<g>{_GRADE})(?:年级|年)?\s?第?(?P<c>{_CLASS})\s?{_SUFFIX}", _class, *_SUFFIXED),
    # 3.2中队 3-2班 3·2中队 三-2班 三杠二中队 三点二班
    _rule(rf"(?P<g>{_GRADE})\s?(?:[.\-·_、/]|杠|点|之)\s?(?P<c>{_CLASS})\s?{_SUFFIX}", _class, *_SUFFIXED),
    # 三括号二中队, as voice input writes it
    _rule(rf"(?P<g>{_GRADE})(?:年级)?括号(?P<c>{_CLASS})(?:括号)?(?:\s?{_SUFFIX})?", _class, "括号"),
    # 2022级3班 22级(3)班
    _rule(rf"(?<!\d)(?P<y>(?:20)?[12]\d)级\s?\(?(?P<c>{_CLASS})\)?\s?{_SUFFIX}", _entry_year, *_SUFFIXED),
    # 2203班 0302中队
    _rule(rf"(?<!\d)(?P<y>\d\d)(?P<c>0[1-9]|1\d|20)\s?{_SUFFIX}", _entry_year, *_SUFFIXED),
    # 301班 312中队
    _rule(rf"(?<![\d.\-/])(?P<g>[1-9])(?P<c>0[1-9]|1\d|20)\s?{_SUFFIX}", joined, *_SUFFIXED),
    # 三零一班 三〇二中队
    _rule(rf"{_NOT_CN}(?P<g>[{_CN}])[零〇](?P<c>[{_CN}])\s?{_SUFFIX}", joined, *_SUFFIXED),
    # 班级:3.2 班级:302 中队:三二
    _rule(rf"(?:班级|中队|班别|单位)\s?:\s?(?P<g>[{_CN}1-9])[.\-·0、]?(?P<c>{_CLASS})(?=\s|$|[,;。])", _class, ":"),
    # 三2 四1 三3 41
    _rule(rf"{_NOT_WEEK}(?P<g>初?[{_CN}])(?P<c>1\d|20|[1-9]){_NO_MEASURE}", _class),
    # 3-2 三-2 三杠二
    _rule(rf"(?<![\d.:/\-A-Za-z=+第])(?P<g>[{_CN}1-9])(?:-|杠)(?P<c>{_CLASS})(?!:\d){_NO_MEASURE}", _class, "-", "杠"),
    # 三年级 三、四年级 初一年级 初二
    _rule(
        rf"(?P<h>(?:{_NOT_CN}[{_CN}]|{_NOT_N}[1-9])(?:(?:年级)?[、和,及至到~\-]?[{_CN}1-9]){{0,5}}|初[一二三]|预初)年级(?:组(?!织))?",
        _whole_grade,
        "年级",
    ),
    _rule(r"(?P<h>预初|初[一二三])(?!心|夏|步)", _whole_grade, "初"),
    # 二班 2班: a class without its grade
    _rule(
        rf"(?<![\d{_CN}十年级第)(两几>])(?<![几两各每这那整]个)第?"
        rf"\(?(?P<c>{_CLASS})\)?(?:中队|班)(?![级次车主任会子]|队(?![会课日]))",
        _part,
        *_SUFFIXED,
    ),
)
# What every text has that any of them is found in.
ANY = pattern(
    "|".join(dict.fromkeys(re.escape(word) for _, _, needs in RULES for word in needs))
    + rf"|{_NOT_WEEK}[{_CN}](?:1\d|20|[1-9])"
)
_HELD = "(?:队[会课日]|主题|升旗|祭扫|扫墓|入队|少先队|爱学习|志愿|劳动)"
# 302 队会 38人, 报告,三二队会 38人: at the start of a line or right before what was held, when no unit is named
# otherwise; 六一 is a festival.
BARE = pattern(
    rf"(?=[1-9{_CN}])(?:^|(?<=[\s,。:!])(?=\S{{2,3}}\s?{_HELD}))(?!{'|'.join(_FESTIVALS)})"
    rf"(?P<g>[1-9](?=0)|[{_CN}](?![零〇\d]))0?(?P<c>[{_CN}1-9])(?=[ ,、]|报(?![纸刊到])|{_HELD})",
    re.M,
)
