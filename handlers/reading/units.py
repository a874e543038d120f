"""Which 中队, 小队, grade, school, community, station or team a text names, in every spelling."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from handlers.reading.model import Context
from handlers.reading.normalise import GAP
from handlers.reading.numbers import value_of
from handlers.reading.patterns import pattern

_CN = "一二三四五六七八九"
_CLASS_CN = rf"(?:二?十[{_CN}]?|[{_CN}])"
_CLASS_N = r"(?:0[1-9]|1\d|20|[1-9])(?!\d)"
_CLASS = rf"(?:{_CLASS_N}|{_CLASS_CN})"
# 三二中队会: the suffix leaves 中队会 to be read as the activity.
_SUFFIX = r"(?:班?中队(?!会)|(?=中队会|班队?会)|班级?(?!主任|[车干次会]|队会))"
# 周三2点, 第三(2)课, 十三2: a grade does not stand there.
_NOT_CN = r"(?<![第一二三四五六七八九十百零〇两])"
_NOT_WEEK = r"(?<![第周期拜一二三四五六七八九十百零〇两月])"
_NOT_N = r"(?<![\d.:/\-年月])"
_GRADE = rf"(?:初\s?[{_CN}1-3]|预初|{_NOT_CN}[{_CN}]|{_NOT_N}[1-9])"
_AND = r"[、,和及与\-~至到]"
_OPEN, _SHUT = r"\s?[(<]\s?", r"\s?[)>]"
# What follows a number that is no class: 三2点, 三年级2人, 3-2月.
_NO_MEASURE = r"(?![\d%:.\-/×]| ?[人名位个点时月日号年岁场次期节元周天分秒组棵])"


@dataclass(frozen=True, slots=True)
class Hit:
    """One mention: text[start:end] names `unit`; an issue says why it cannot be used as it stands."""

    start: int
    end: int
    unit: str | None
    kind: str  # class, grade, school, side, squad, named, part (二班 without its grade)
    issue: str | None = None


Make = Callable[[re.Match[str], Context], list[tuple[str | None, str]]]


def _grade(written: str, context: Context) -> int:
    """三 -> 3, 初一 -> 7, 预初 -> 6."""
    if written == "预初":
        return 6
    number = value_of(written.lstrip("初 ")) or 0
    return number + 6 if written.startswith("初") else number


def _class(match: re.Match[str], context: Context) -> list[tuple[str | None, str]]:
    return [(f"{_grade(match['g'], context)}-{value_of(match['c'])}", "class")]


def _classes(match: re.Match[str], context: Context) -> list[tuple[str | None, str]]:
    """三(1)、(2)中队 -> 3-1, 3-2; 三年级1至3班 -> 3-1, 3-2, 3-3."""
    grade = _grade(match["g"], context)
    numbers = [int(found) for found in re.findall(r"\d+", match["c"])]
    if len(numbers) == 2 and re.search(r"\d\)?班?[\-~至到]", match["c"]) and numbers[0] < numbers[1]:
        numbers = list(range(numbers[0], numbers[1] + 1))
    return [(f"{grade}-{number}", "class") for number in numbers]


def _joined(match: re.Match[str], context: Context) -> list[tuple[str | None, str]]:
    """301班 -> 3-1, 三零一班 -> 3-1."""
    return [(f"{value_of(match['g'])}-{value_of(match['c'])}", "class")]


def _entry_year(match: re.Match[str], context: Context) -> list[tuple[str | None, str]]:
    """2203班 in April 2026 -> 4-3: grade = school year - 2000 - YY + 1 (from the first grade of the school)."""
    year, number = int(match["y"][-2:]), value_of(match["c"])
    if year <= 9:
        return [(f"{year}-{number}", "class")]
    school_year = context.received.year - (context.received.month < 9)
    first = 1 if context.grades[0] < 6 else context.grades[0]
    grade = school_year - 2000 - year + first
    return [(f"{grade}-{number}" if 0 < grade < 13 else None, "class")]


def _whole_grade(match: re.Match[str], context: Context) -> list[tuple[str | None, str]]:
    """三年级 -> G3; 三、四年级 -> G3, G4."""
    if match["h"].startswith(("初", "预")):
        return [(f"G{_grade(match['h'], context)}", "grade")]
    return [(f"G{value_of(char)}", "grade") for char in re.findall(rf"[{_CN}1-9]", match["h"])]


def _part(match: re.Match[str], context: Context) -> list[tuple[str | None, str]]:
    return [(str(value_of(match["c"])), "part")]


def _rule(source: str, make: Make) -> tuple[re.Pattern[str], Make]:
    return pattern(source), make


# In order: what an earlier rule took, a later one does not see.
_RULES = (
    # 三(1)、(2)中队 三年级1、2、3班 三(1)(2)班 三年级1至4班
    _rule(
        rf"(?P<g>{_GRADE})(?:年级|年)?\s?(?P<c>(?:\(\d{{1,2}}\)班?{_AND}?|\d{{1,2}}班{_AND}?|\d{{1,2}}{_AND}){{1,19}}"
        rf"\(?\d{{1,2}}\)?){_SUFFIX}",
        _classes,
    ),
    # 三(2)中队 三(二)班 三年级(2)班 七(3) 初一(3)班 4<1>
    _rule(rf"(?P<g>{_GRADE})(?:年级|年)?{_OPEN}(?P<c>{_CLASS}){_SHUT}(?:\s?{_SUFFIX})?", _class),
    # 三年级2班 三年级二班 三年二班 3年2班 初一3班 三年级第2中队
    _rule(rf"(?P<g>{_GRADE})(?:年级|年)?\s?第?(?P<c>{_CLASS})\s?{_SUFFIX}", _class),
    # 3.2中队 3-2班 3·2中队 三-2班 三杠二中队 三点二班
    _rule(rf"(?P<g>{_GRADE})\s?(?:[.\-·_、/]|杠|点|之)\s?(?P<c>{_CLASS})\s?{_SUFFIX}", _class),
    # 三括号二中队, as voice input writes it
    _rule(rf"(?P<g>{_GRADE})(?:年级)?括号(?P<c>{_CLASS})(?:括号)?(?:\s?{_SUFFIX})?", _class),
    # 2022级3班 22级(3)班
    _rule(rf"(?<!\d)(?P<y>(?:20)?[12]\d)级\s?\(?(?P<c>{_CLASS})\)?\s?{_SUFFIX}", _entry_year),
    # 2203班 0302中队
    _rule(rf"(?<!\d)(?P<y>\d\d)(?P<c>0[1-9]|1\d|20)\s?{_SUFFIX}", _entry_year),
    # 301班 312中队
    _rule(rf"(?<![\d.\-/])(?P<g>[1-9])(?P<c>0[1-9]|1\d|20)\s?{_SUFFIX}", _joined),
    # 三零一班 三〇二中队
    _rule(rf"{_NOT_CN}(?P<g>[{_CN}])[零〇](?P<c>[{_CN}])\s?{_SUFFIX}", _joined),
    # 班级:3.2 班级:302 中队:三二
    _rule(rf"(?:班级|中队|班别|单位)\s?:\s?(?P<g>[{_CN}1-9])[.\-·0、]?(?P<c>{_CLASS})(?=\s|$|[,;。])", _class),
    # 三2 四1 三3 41
    _rule(rf"{_NOT_WEEK}(?P<g>初?[{_CN}])(?P<c>1\d|20|[1-9]){_NO_MEASURE}", _class),
    # 3-2 三-2 三杠二
    _rule(rf"(?<![\d.:/\-A-Za-z=+])(?P<g>[{_CN}1-9])(?:-|杠)(?P<c>{_CLASS}){_NO_MEASURE}", _class),
    # 三年级 三、四年级 初一年级 初二
    _rule(
        rf"(?P<h>(?:{_NOT_CN}[{_CN}]|{_NOT_N}[1-9])(?:[、和,]?[{_CN}1-9]){{0,5}}|初[一二三]|预初)年级组?", _whole_grade
    ),
    _rule(r"(?P<h>预初|初[一二三])(?!心|夏|步)", _whole_grade),
    # 二班 2班: a class without its grade
    _rule(rf"(?<![\d{_CN}十年级第)(两几个>])第?\(?(?P<c>{_CLASS})\)?(?:中队|班)(?![级次车主任队会子])", _part),
)
_SCHOOL = pattern(r"全校|(?:学校|少先队|我们|本|全)大队(?![委部辅])|(?<!\w)大队(?![辅委长部旗课日会])|学校少工委")
_SQUAD = pattern(r"\s?第?([一二三四五六七八九十]|\d{1,2})小队")
_SCHOOL_NAME = pattern(r"(?:[\u4e00-\u9fff]{2,8}(?:小学|中学|学校)|[\u4e00-\u9fff]{1,3}小)$")
_NAMED = pattern(r"([\u4e00-\u9fff]{1,6})中队(?![会课日活辅委长旗名文建组员环的])")
_NOT_A_NAME = pattern(
    r"(?:我们|我|本|各|全体?|该|个|少先队|所在|每|优秀|主题|特色|这|咱们?|的|示范|先进|所有|各个|参学|应参学|报|和|与)$"
)
_BEFORE_NAME = pattern(r"^(?:老师好|各位老师|今天|昨天|前天|我们|我是|我|这里是|这是|报告|请问|提名|推荐|申报|关于)+")
_SIDE_WORD = pattern(r"([\u4e00-\u9fff]{2,8}?)(?:社区少工委|社区|校外教育辅导站|辅导站)")


def find_units(text: str, context: Context) -> tuple[list[Hit], str]:
    """All units that `text` names, in order of place, and the text with them taken out (same length)."""
    hits: list[Hit] = []
    scan = _aliases(text, context, hits)
    for rule, make in _RULES:
        scan = rule.sub(lambda match, make=make: _keep(match, make(match, context), context, hits), scan)  # type: ignore[misc]
    solid = any(hit.kind == "class" for hit in hits)
    if not solid:
        scan = _sides(scan, context, hits)
        scan = _named(scan, hits)
    scan = _SCHOOL.sub(lambda match: _keep(match, [("ALL", "school")], context, hits), scan)
    scan = _squads(scan, context, hits)
    hits.sort(key=lambda hit: hit.start)
    return _prefer(hits, text), _drop_school_names(scan, hits)


def known(unit: str, context: Context) -> bool:
    """Whether a class, grade or school unit can exist in this school."""
    if unit == "ALL":
        return True
    low, high = context.grades
    if unit.startswith("G"):
        return low <= int(unit[1:]) <= high
    base = unit.split("#")[0]
    if context.units is not None:
        return base in context.units
    grade, _, number = base.partition("-")
    return low <= int(grade) <= high and 1 <= int(number) <= context.classes


def _keep(match: re.Match[str], found: list[tuple[str | None, str]], context: Context, hits: list[Hit]) -> str:
    for unit, kind in found:
        lost = kind != "part" and (unit is None or not known(unit, context))
        hits.append(Hit(match.start(), match.end(), unit, kind, "UNIT_UNKNOWN" if lost else None))
    return GAP * len(match[0])


def _aliases(text: str, context: Context, hits: list[Hit]) -> str:
    """雷锋中队 -> 4-3 where the school says so; an alias without 中队 needs it after: 雷锋 is not in 学雷锋."""
    for alias in sorted(context.aliases, key=len, reverse=True):
        if not alias or alias not in text:
            continue
        tail = "" if alias.endswith(("队", "班")) else r"(?:中队|班|(?=\s|$|[,:;\d]))"
        head = "" if tail == "" else rf"(?:(?<![\w])|(?<={GAP}))"
        unit = context.aliases[alias]
        named = re.compile(head + re.escape(alias) + tail)
        text = named.sub(lambda match, unit=unit: _keep(match, [(unit, "class")], context, hits), text)  # type: ignore[misc]
    return text


def _sides(scan: str, context: Context, hits: list[Hit]) -> str:
    """濠景园辅导站 -> 站:濠景园, 瑞景社区 -> 社区:瑞景, 红领巾巡讲团 -> 团:红领巾巡讲团, for names that are known."""
    kinds = (
        ("社区", context.communities, ("社区", "少工委", "少先队")),
        ("站", context.stations, ("校外教育辅导站", "辅导站", "站")),
        ("团", context.teams, ("宣讲小分队", "小分队", "宣讲团", "巡讲团", "团", "队")),
    )
    for kind, names, tails in kinds:
        for name in sorted(names, key=len, reverse=True):
            base = _without_tail(name, tails) if kind != "团" else name
            at = scan.find(base) if base else -1
            if at >= 0:
                end = at + len(base)
                end += next((len(tail) for tail in tails if scan.startswith(tail, end)), 0)
                hits.append(Hit(at, end, f"{kind}:{name}", "side"))
                scan = scan[:at] + GAP * (end - at) + scan[end:]
    return scan


def _without_tail(name: str, tails: tuple[str, ...]) -> str:
    return next((name[: -len(tail)] for tail in tails if name.endswith(tail) and len(name) > len(tail)), name)


def _named(scan: str, hits: list[Hit]) -> str:
    """向日葵中队 or 瑞景社区 that nobody has told us of: a unit, but which?"""

    def put(match: re.Match[str]) -> str:
        name = _BEFORE_NAME.sub("", match[1])
        if not name or _NOT_A_NAME.search(match[1]):
            return match[0]
        cut = len(match[1]) - len(name)
        hits.append(Hit(match.start() + cut, match.end(), None, "named", "UNIT_UNKNOWN"))
        return match[0][:cut] + GAP * (len(match[0]) - cut)

    scan = _NAMED.sub(put, scan) if "中队" in scan else scan
    if not hits and ("社区" in scan or "辅导站" in scan):
        scan = _SIDE_WORD.sub(put, scan, count=1)
    return scan


def _squads(scan: str, context: Context, hits: list[Hit]) -> str:
    """三(2)中队第一小队 -> 3-2#1; 第一小队 alone is one of the sender's own 中队."""

    classes = {hit.end: place for place, hit in enumerate(hits) if hit.kind == "class" and hit.unit}
    bound = context.bound_unit
    alone = not classes and bound is not None and bound[0].isdecimal()

    def put(match: re.Match[str]) -> str:
        number = value_of(match[1])
        place = classes.get(match.start())
        if place is not None:
            hit = hits[place]
            hits[place] = Hit(hit.start, match.end(), f"{hit.unit}#{number}", "class", hit.issue)
        elif alone:
            hits.append(Hit(match.start(), match.end(), f"{bound}#{number}", "class"))
        return GAP * len(match[0])

    return _SQUAD.sub(put, scan) if "小队" in scan else scan


def _prefer(hits: list[Hit], text: str) -> list[Hit]:
    """A 中队 beats its grade or the school said beside it; a grade with a line and numbers of its own stays."""
    if not any(hit.kind in ("class", "named") for hit in hits):
        return _with_grade([hit for hit in hits if hit.kind != "school"] or hits)
    lines = {text.count("\n", 0, hit.start) for hit in hits if hit.kind in ("class", "named")}
    kept: list[Hit] = []
    for hit in hits:
        if hit.kind in ("class", "named"):
            kept.append(hit)
        elif hit.kind == "part" and kept and kept[-1].unit:
            kept.append(_sister(hit, kept[-1].unit))
        elif hit.kind == "grade" and text.count("\n", 0, hit.start) not in lines:
            kept += [hit] if re.search(r"\d", _line_at(text, hit.end)) else []
    return kept


def _sister(part: Hit, unit: str) -> Hit:
    """三年级1班40人, 2班38人: the second is of the same grade."""
    return Hit(part.start, part.end, f"{unit.partition('-')[0]}-{part.unit}", "class")


def _line_at(text: str, place: int) -> str:
    return text[place:].partition("\n")[0]


def _with_grade(hits: list[Hit]) -> list[Hit]:
    """三年级 … 2班 in one message: 3-2."""
    grades = [hit for hit in hits if hit.kind == "grade"]
    parts = [hit for hit in hits if hit.kind == "part"]
    if len(grades) == 1 and parts and grades[0].unit:
        grade = grades[0].unit[1:]
        return [Hit(hit.start, hit.end, f"{grade}-{hit.unit}", "class", grades[0].issue) for hit in parts]
    return [hit for hit in hits if hit.kind != "part"] or parts


def _drop_school_names(scan: str, hits: list[Hit]) -> str:
    """杜小四(二)中队, 昆吾小学五(3)中队: the school's name before the unit is not a topic."""
    if "小" not in scan and "学" not in scan:
        return scan
    for hit in hits:
        found = _SCHOOL_NAME.search(scan[max(0, hit.start - 10) : hit.start])
        if found:
            scan = scan[: hit.start - len(found[0])] + GAP * len(found[0]) + scan[hit.start :]
    return scan
