"""Which 中队, 小队, grade, school, community, station or team a text names, in every spelling."""

import re

from handlers.reading.model import Context
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from handlers.reading.text.spellings import ANY, BARE, RULES, Found, joined
from storage.records import record


@record
class Hit:
    """One mention: text[start:end] names `unit`; an issue says why it cannot be used as it stands."""

    start: int
    end: int
    unit: str | None
    kind: str  # class, grade, school, side, squad, named, part (二班 without its grade)
    issue: str | None = None


_SCHOOL = pattern(
    r"全校|(?:[我本]?学?校|(?<!优秀)少先队|我们|本|全)大队(?![委部辅])|(?<!\w)大队(?![辅委长部旗课日会])|学校少工委"
)
# 我校960余名队员, 全体队员 486人 of somebody who has no squad of their own: more than any squad has.
_EVERYBODY = pattern(
    r"(?:[我本]校|我们学校)(?=.*\d)|全体(?:少先)?(?:队员|学生|师生|同学)(?=.*(?<!\d)(?:6[6-9]|[7-9]\d|\d{3,4})[余多]?[人名位])"
)
# 学校大队部组织祭扫, 50名代表参加: of the school, where no squad is named; 参加学校组织的祭扫 is not.
_BY_SCHOOL = pattern(
    r"(?:(?<![\u4e00-\u9fff])|(?<=[今昨前][天日])|(?<=[上下]午)|(?<=周[一二三四五六日])|(?<=我们)|(?<=[我本]))(?:学?校(?:大队部?)?|大队部)(?:统一|集体)?(?=(?:组织|举[行办]|召开|开展)(?!的))"
)
_SQUAD = pattern(r"\s?第?([一二三四五六七八九十]|\d{1,2})小队")
_ABOVE_SCHOOL = r"(?:[\u4e00-\u9fff]{2,8}(?:\([^()]{1,8}\))?/)*"
_SCHOOL_CALLED = r"(?:(?:(?![听据说悉看])[\u4e00-\u9fff]){2,8}(?:小学|中学|学校)|[\u4e00-\u9fff]{1,3}小)"
_SCHOOL_NAME = pattern(rf"{_ABOVE_SCHOOL}{_SCHOOL_CALLED}(?:\([^()]{{1,8}}\))?[ /]{{0,2}}$")
_SCHOOL_BEHIND = pattern(r" ?\([\u4e00-\u9fff]{2,10}(?:小学|中学|学校)(?:\([^()]{1,8}\))?\)")
_NAMED = pattern(r"([\u4e00-\u9fff]{1,6})中队(?![会课日活辅委长旗名文建组员环的])")
# 四(3)雷锋中队 四(3)中队(雷锋中队) 雷锋中队(四3班)
_NICKNAME = pattern(
    rf"(?<={GAP})\(?(?![\u4e00-\u9fff]{{0,5}}(?:优秀|先进|示范))[\u4e00-\u9fff]{{1,6}}中队(?![会课日活辅委长])\)?|[\u4e00-\u9fff]{{1,6}}中队(?=\({GAP})"
)
_NOT_A_NAME = pattern(
    r"(?:我们|我|新|本|各|全体?|该|个|少先队|所在|每|优秀|主题|特色|这|咱们?|的|示范|先进|所有|各个|参学|应参学|报|和|与|经|由)$"
)
_BEFORE_NAME = pattern(
    r"^(?:老师好|各位老师|今天|昨天|前天|本周|这周|上周|周末|本月|上月|[寒暑]假|暑期|假期|节假日|我们|我是|我|这里是|这是|报告"
    r"|请问|提名|推荐|申报|关于)+"
)
_WITH = tuple("与给为向跟对")
_AGENT = pattern(r"由$|[的]是$|请$|邀请了?$")
_OWN_HEADS = pattern(r"[\u4e00-\u9fff]{0,4}\s?\d{1,5}\s?[人名]")
_HEADS_NEXT = pattern(r"\s?[:=]?\s?\d{1,5}\s?[人名]")
_SIDE_WORD = pattern(
    r"([\u4e00-\u9fff]{2,8}?)"
    r"(?:社区少工委|社区(?!志愿|服务|活动|清|卫生|劳动|实践|宣传|打扫|环境|民警|居民|干部|[\u4e00-\u9fff]?(?:书记|主任))|校外教育辅导站|辅导站)"
)
# 3-1:40 3-2:41 are squads with their heads; 3-4:30 alone is an afternoon.
_LISTED = pattern(r"(?<![\d:.\-])\d-\d:\d\d(?:/\d\d|人)?(?:[ ,、;\n]{1,3}\d-\d:\d\d(?:/\d\d|人)?)+(?![\d:\-])")
# 打扫社区: what is done there, not the name of one.
_DONE_THERE = pattern(
    "(?:[在去到进]|来到|前往|深入|打扫|清[扫洁]|美化|服务|走访|参观|帮助|学雷锋|志愿|走上|参[加与]|邀请|感谢|联系)$|[了的]$"
    # 去锦绣社区, 为幸福社区老人: where and for whom; 为民社区 is one.
    "|(?:[在去到进赴为给帮]|深入|前往)[\u4e00-\u9fff]{2,4}$"
)


def find_units(text: str, context: Context) -> tuple[list[Hit], str]:
    """All units that `text` names, in order of place, and the text with them taken out (same length)."""
    hits: list[Hit] = []
    listed = _LISTED.sub(_apart, text) if "-" in text and ":" in text else text
    scan = _aliases(listed, context, hits)
    for rule, make, needs in RULES if ANY.search(scan) else ():
        if not needs or any(map(scan.__contains__, needs)):
            scan = rule.sub(lambda match, make=make: _keep(match, make(match, context), context, hits), scan)  # type: ignore[misc]
    solid = any(hit.kind == "class" for hit in hits)
    if solid:
        scan = _NICKNAME.sub(lambda match: GAP * len(match[0]), scan) if "中队" in scan else scan
    else:
        scan = _sides(scan, context, hits)
        scan = _named(scan, hits)
        scan = scan if hits else BARE.sub(lambda match: _keep(match, joined(match, context), context, hits), scan)
    whole = _SCHOOL if hits or context.bound_unit or _SCHOOL.search(scan) else _EVERYBODY
    scan = whole.sub(lambda match: _keep(match, [("ALL", "school")], context, hits), scan)
    if not hits and ("校" in scan or "大队部" in scan):
        scan = _BY_SCHOOL.sub(lambda match: _keep(match, [("ALL", "school")], context, hits), scan)
    scan = _squads(scan, context, hits)
    hits.sort(key=lambda hit: hit.start)
    hits = _with_between(_without_agents(hits, scan), scan, context)
    hits, scan = _of_the_whole(hits, scan)
    return _prefer(hits, text), _drop_school_names(scan, hits)


def _apart(match: re.Match[str]) -> str:
    return match[0].replace(":", " ")


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
    if not (grade.isdecimal() and number.isdecimal()):
        return True  # an alias of something that is no 中队
    return low <= int(grade) <= high and 1 <= int(number) <= context.classes


def _keep(match: re.Match[str], found: Found, context: Context, hits: list[Hit]) -> str:
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
        text = named.sub(lambda match, unit=unit: _keep(match, [(unit, _kind(unit))], context, hits), text)  # type: ignore[misc]
    return text


def _kind(unit: str) -> str:
    return "school" if unit == "ALL" else "class"


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
        if not name or _NOT_A_NAME.search(match[1]) or _DONE_THERE.search(name):
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
    if "小队" not in scan:
        return scan
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

    return _SQUAD.sub(put, scan)


def _without_agents(hits: list[Hit], scan: str) -> list[Hit]:
    """由六年级主讲, 授巾的是五年级: who did something for those who report."""
    kept = [hit for hit in hits if not _AGENT.search(scan[max(0, hit.start - 6) : hit.start])]
    alone = [hit for place, hit in enumerate(kept) if not place or not _is_partner(hit, kept[place - 1], scan)]
    return alone or hits


def _is_partner(hit: Hit, before: Hit, scan: str) -> bool:
    """四年级260名学生与一年级新生结对: with whom, of whom nothing is counted; not 三(1)和三(2)."""
    if hit.start - before.end < 4 or scan[hit.start - 1 : hit.start] not in _WITH:
        return False
    clause = scan[hit.end :].partition(",")[0]
    return not any(char.isdecimal() for char in clause)


def _of_the_whole(hits: list[Hit], scan: str) -> tuple[list[Hit], str]:
    """全校1286名师生…一年级首批256名儿童: the school is counted, a part of it is only told of."""
    school = next((hit for hit in hits if hit.kind == "school" and _OWN_HEADS.match(scan, hit.end)), None)
    parts = [hit for hit in hits if school and hit.kind == "grade" and hit.start > school.end]
    if not school or len(parts) + 1 < len(hits):
        return hits, scan
    for part in parts:
        if heads := _OWN_HEADS.match(scan, part.end):
            scan = scan[: part.end] + GAP * len(heads[0]) + scan[heads.end() :]
    return [school], scan


def _prefer(hits: list[Hit], text: str) -> list[Hit]:
    """A 中队 beats its grade or the school said beside it; a grade with a line and numbers of its own stays."""
    if not any(hit.kind in ("class", "named") for hit in hits):
        return _with_grade([hit for hit in hits if hit.kind != "school"] or hits)
    lines = {text.count("\n", 0, hit.start) for hit in hits if hit.kind in ("class", "named")}
    counted = {hit.unit for hit in hits if hit.kind == "grade" and _HEADS_NEXT.match(text, hit.end)}
    kept: list[Hit] = []
    for hit in hits:
        if hit.kind in ("class", "named"):
            kept.append(hit)
        elif hit.kind == "part" and kept and kept[-1].unit:
            kept.append(_sister(hit, kept[-1].unit))
        elif hit.kind == "grade" and text.count("\n", 0, hit.start) not in lines:
            kept += [hit] if re.search(r"\d", _line_at(text, hit.end)) else []
        elif hit.kind == "grade" and hit.unit in counted:
            kept.append(hit)
    return kept


def _with_between(hits: list[Hit], scan: str, context: Context) -> list[Hit]:
    """三(1)到三(4)班: those between them as well."""
    if len(hits) < 2:
        return hits
    found: list[Hit] = []
    for hit in hits:
        before = found[-1] if found else None
        if before and before.kind == hit.kind == "class" and scan[before.end : hit.start].strip() in ("到", "至", "~"):
            found += [
                Hit(hit.start, hit.start, unit, "class") for unit in _between(before, hit) if known(unit, context)
            ]
        found.append(hit)
    return found


def _between(first: Hit, last: Hit) -> list[str]:
    grade, _, one = (first.unit or "").partition("-")
    other, _, two = (last.unit or "").partition("-")
    if grade != other or not (one.isdecimal() and two.isdecimal()):
        return []
    return [f"{grade}-{number}" for number in range(int(one) + 1, int(two))]


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
    """昆吾小学五(3)中队, 五(3)中队(昆吾小学): the school's name beside the unit is not a topic."""
    if "小" not in scan and "学" not in scan:
        return scan
    for hit in hits:
        found = _SCHOOL_NAME.search(scan[max(0, hit.start - 40) : hit.start])
        if found:
            scan = scan[: hit.start - len(found[0])] + GAP * len(found[0]) + scan[hit.start :]
        elif behind := _SCHOOL_BEHIND.match(scan, hit.end):
            scan = scan[: hit.end] + GAP * len(behind[0]) + scan[behind.end() :]
    return scan
