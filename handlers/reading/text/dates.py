"""Dates as counselors write them, seen from the day of receipt; times of day and durations are set apart."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from storage.records import record

_N = r"(?:\d{1,2}|二?三?十[一二三四五六七八九]?|[一二三四五六七八九])"
_MEASURE = r"(?!\s?(?:[人名位个场次期节棵度倍米万元岁届本分秒\d%]|公里|公斤|小时))"
_PART = "清晨|早晨|早上|上午|中午|午间|下午|傍晚|晚上|晚|早|课间|大课间|放学后"
_DAY_PART = rf"(?:\s?(?:{_PART}))?(?:\s?第[一二三四五六七八\d]节课?)?"


@record
class When:
    """A date said at `start`; `day` is None for one that does not exist (4月31日)."""

    start: int
    day: date | None
    theme: bool = False  # 12.13公祭 written as one word: perhaps only the name of the event


_SATURDAY = 5
Find = Callable[[re.Match[str], date], When]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def near_date(month: int, day: int, received: date) -> date | None:
    """The year that was left out: this one, but a date more than 180 days ahead was last year's."""
    found = _day(received.year, month, day)
    if found and found - received > timedelta(days=180):
        return _day(received.year - 1, month, day)
    return found


def _full(match: re.Match[str], received: date) -> When:
    """2026-04-03, 2026年4月3日, 20260403."""
    return When(match.start(), _day(int(match["y"]), int(match["m"]), int(match["d"])))


def _month_day(match: re.Match[str], received: date) -> When:
    """4月3日, 四月三号, 去年10月13日, 二〇二六年四月三日."""
    month, day = value_of(match["m"]) or 0, value_of(match["d"]) or 0
    shift = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}.get(match["y"] or "")
    if (match["y"] or "").startswith("二"):
        return When(match.start(), _day(_written_year(match["y"]), month, day))
    if shift is None:
        return When(match.start(), near_date(month, day, received))
    return When(match.start(), _day(received.year + shift, month, day))


def _written_year(written: str) -> int:
    """二〇二六年 -> 2026."""
    return int("".join(str("零一二三四五六七八九".find(char.replace("〇", "零"))) for char in written[:4]))


def _dotted(match: re.Match[str], received: date) -> When:
    """4.3, 04-03; 12.13公祭日 before the day is the name of the event, not a date ahead."""
    found = near_date(int(match["m"]), int(match["d"]), received)
    return When(match.start(), found, theme=bool(re.match(r"[\u4e00-\u9fff]", match.string[match.end() :][:1])))


def _relative(match: re.Match[str], received: date) -> When:
    shift = {"今": 0, "昨": -1, "前": -2, "大": -3, "明": 1, "后": 2, "当": 0}[match[0][0]]
    return When(match.start(), received + timedelta(days=shift))


def _weekday(match: re.Match[str], received: date) -> When:
    """周三: the latest one; 本周三 and 上周三: that week's; 下周三: ahead."""
    wanted = "一二三四五六日天".find(match["d"])
    wanted = int(match["d"]) - 1 if wanted < 0 else min(wanted, 6)
    monday = received - timedelta(days=received.weekday())
    said = (match["w"] or "").replace("个", "")
    if not said:
        found = monday + timedelta(days=wanted)
        return When(match.start(), found if found <= received else found - timedelta(days=7))
    week = {"本": 0, "这": 0, "上": -1, "上上": -2, "下": 1}[said]
    return When(match.start(), monday + timedelta(days=wanted + 7 * week))


def _day_only(match: re.Match[str], received: date) -> When:
    """28号: the latest one; 上个月5号."""
    number = value_of(match["d"]) or 0
    earlier = received.replace(day=1) - timedelta(days=1)
    if (match["w"] or "").startswith("上"):
        return When(match.start(), _day(earlier.year, earlier.month, number))
    found = _day(received.year, received.month, number)
    if not match["w"] and (found is None or found > received):
        found = _day(earlier.year, earlier.month, number) or found
    return When(match.start(), found)


def _some_day(match: re.Match[str], received: date) -> When:
    """上周队会43人, 清明当天, 前几天: on which day is to be asked."""
    return When(match.start(), None)


def _some_month(match: re.Match[str], received: date) -> When:
    """3月份队课43人 in April: on which day is to be asked; of this month it is today."""
    return When(match.start(), None, theme=value_of(match["m"]) == received.month)


def _weekend(match: re.Match[str], received: date) -> When:
    """周末: today, where it is one; else which of its days is to be asked."""
    return When(match.start(), received if received.weekday() >= _SATURDAY else None)


_FESTIVALS = {
    "元旦": (1, 1), "学雷锋": (3, 5), "雷锋": (3, 5), "三八": (3, 8), "妇女": (3, 8), "植树": (3, 12), "五一": (5, 1),
    "劳动": (5, 1), "五四": (5, 4), "青年": (5, 4), "六一": (6, 1), "儿童": (6, 1), "七一": (7, 1), "建党": (7, 1),
    "八一": (8, 1), "建军": (8, 1), "教师": (9, 10), "烈士纪念": (9, 30), "国庆": (10, 1), "建队": (10, 13),
    "消防": (11, 9), "宪法": (12, 4), "公祭": (12, 13),
}  # fmt: skip


def _festival(match: re.Match[str], received: date) -> When:
    """三八节那天, 建队日当天: the latest one."""
    found = _day(received.year, *_FESTIVALS[match["f"]])
    return When(
        match.start(), found if found and found <= received else _day(received.year - 1, *_FESTIVALS[match["f"]])
    )


# What a day or a month is of, and no theme.
_OF = (
    r"(?=[\s,的\d]|队[会课日]|班会|祭扫|扫墓|升旗|主题|大扫除|我们|我班|全[班校体]|少先队|[开上搞带去]"
    r"|召开|举[行办]|组织|的?(?:最后|第)一天)"
)
# 前几天, 那阵子, 三月底, 清明节前夕, 放假后第一天, 某天, 星期八: nobody can tell which day; 节后收心队会 is a theme.
_VAGUE = (
    r"(?:前|这|那|头)(?:一?[几两些][天周]|一?阵子?|些日子|一?段时间|段日子)|(?:放假|开学|放学|活动)?那天|某一?[天日]|有一?天(?=[\s,的])"
    rf"|(?:(?:{_N}|上个?|本|这个?)?月份?)?[上中下]旬|(?:{_N}|上个?|本|这个?)?月份?(?:[初底末]|中(?!队))"
    r"|(?:(?:清明|端午|中秋|国庆|五一|六一|元旦|春|七一|十一)?节|清明|端午|中秋|国庆|五一|六一|元旦|七一|十一|放假|考试|期[中末]考?试?|开学)"
    r"之?[前后](?:夕|几天|[一两二三]天|第[一二三][天周]|一?周)?"
    rf"{_OF}"
    r"|(?:周|星期|礼拜)[八九十089](?![\d年])"
)
# In order: what an earlier rule took, a later one does not see. Each with words without which it finds nothing.
_RULES: tuple[tuple[re.Pattern[str], Find, tuple[str, ...]], ...] = tuple(
    (pattern(source + _DAY_PART), find, needs)
    for source, find, needs in (
        (
            r"(?<![\dN])(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?!\d)\s?[日号]?",
            _full,
            ("20",),
        ),
        (r"(?<![\dN])(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?![\d\-人])", _full, ("20",)),
        (
            rf"(?P<y>今年|去年|前年|明年|二[〇零][一二三四五六七八九][〇零一二三四五六七八九]年)?的?(?<!\d)(?P<m>{_N})\s?月份?\s?(?P<d>{_N})(?:\s?[日号]|{_MEASURE})",
            _month_day,
            ("月",),
        ),
        (
            rf"(?<![\d./\-])(?<!\d:)(?P<m>1[0-2]|0?[1-9])\.(?P<d>[0-3]?\d)(?![.:/\d\-]){_MEASURE}(?:[日号](?![常记]))?",
            _dotted,
            (".",),
        ),
        (r"(?<![\d./\-])(?<!\d:)(?P<m>0[1-9]|1[0-2](?=-))[-/](?P<d>[0-3]\d)(?![.:/\d\-])", _dotted, ("-", "/")),
        (r"(?:清明|端午|中秋|重阳|春节|元宵|除夕)节?(?:那天|那日|当[天日])", _some_day, ("天", "那日", "当日")),
        (rf"(?P<f>{'|'.join(_FESTIVALS)})(?:纪念日|[节日])?(?:那天|那日|当[天日])", _festival, ("天", "那日", "当日")),
        (
            r"(?:大前天|今[天日早晚晨](?!我当家)|昨[天日晚]|前[天日]|明[天日早晚晨]|后天|当[天日]|[今昨明]儿个?)",
            _relative,
            ("今", "昨", "前", "明", "后天", "当"),
        ),
        (
            r"(?:(?<![一二三四五六七八九十两\d])|(?<=[周期拜][一二三四五六]))(?:(?P<w>上上个?|上个?|本|这个?|下个?)|(?<![上本这下个]))(?:周|星期|礼拜)(?P<d>[一二三四五六日天1-7])(?![\d年])"
            # 本周四个中队 are four of them.
            r"(?(w)(?![个次所支位名项批期篇堂]|场(?![馆地])))",
            _weekday,
            ("周", "星期", "礼拜"),
        ),
        (
            rf"(?<![^\s,。;!?{GAP}])上上?个?(?:周|星期|礼拜)(?![一二三四五六日天1-7请缺病未]|没(?!上?[报交签填]))(?:末|里)?",
            _some_day,
            ("上",),
        ),
        (
            rf"(?<![^\s,。;!?{GAP}])(?:{_VAGUE})",
            _some_day,
            ("天", "前", "后", "月", "旬", "阵", "段", "周", "星期", "礼拜"),
        ),
        (
            rf"(?<![^\s,。;!?{GAP}])(?P<m>{_N})月份?(?!\s?\d|的(?!队|升|祭|班会|活动)|[^,。;\d]{{0,6}}(?:\d{{1,2}}|[两三四五六七八九十])[次回]){_OF}",
            _some_month,
            ("月",),
        ),
        (rf"(?<![^\s,。;!?{GAP}])这?个?周末", _weekend, ("周末",)),
        (
            rf"(?<![\d月第.路街巷弄])(?P<w>上个?月|本月|这个月)?(?P<d>{_N})[日号](?![楼门线馆文院选桌车游行营捐研]|\d{{1,2}}(?:[日号、]|$))",
            _day_only,
            ("日", "号"),
        ),
    )
)
# 宣讲 11.18 44人: beside a unit said elsewhere, the number after the blank counts heads.
_BEFORE_HEADS = pattern(
    r"(?<![\d.:/\-])(?P<m>1[0-2]|0?[1-9])\.(?P<d>[0-3]?\d)(?=\s\d{1,4}\s?(?:[人名]|$|[\s,;。、]|[\u4e00-\u9fff]?到))"
)
# 4/2 读书会 39人: beside a count that stands elsewhere a day of the last weeks is no 4 of 2.
_SLASHED = pattern(r"(?<![\d./\-])(?<!\d:)(?P<m>1[0-2]|[1-9])/(?P<d>[12]\d|3[01]|[1-9])(?![.:/\d\-]|\s?[人名])")
_A_COUNT = pattern(r"(?<![\d./])(?:\d{2,3}(?:/\d{2,3})?|\d\s?[人名])(?![\d./])")
_LAST_WEEKS = timedelta(days=30)
# 今天补报昨天的队会: when it is told is not when it was held.
_TOLD_LATE = pattern(r"(?:今天|今日|现在|刚才)(?:才|来|再|想)?(?=补[报签交录填登])")
# 和昨天一样, 比上周多2人: no day of what is told.
_COMPARED = pattern(
    r"(?:[和与跟同比]|相比)\s?(?:昨[天日]|前天|上个?[周月次回]|去年)[^,。;\n\d]{0,4}?"
    r"(?:(?:一样|相同|差不多|持平)(?!\s?的)|(?<=[多少])了?\s?[\d一两二三四五六七八九]{1,2}\s?[人个名位])"
)
_HINT = pattern(r"\d[日号.\-/]|[月周期拜年今昨前明后当那这某旬头]|[一二三四五六七八九十][日号]|\d{8}")
# 提前10分钟, 比平时晚半小时, 推迟一小时开始: how long, and how much sooner or later.
_LASTED = (
    r"(?:比(?:平时|平常|往常|上次|原计划|计划))?"
    r"(?:用时|历时|时长|为时|共|大?约|提[前早]|推[迟后]|延[后迟长时]|顺延|超时|拖堂|中途|[早晚])?了?"
)
_TIMES = pattern(
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[-~至到]\s?\d{1,2}:\d{2})?"  # 14:30, 14:30-15:10
    r"|(?:上午|下午|中午|早上|晚上|傍晚)?[\d一二两三四五六七八九十]{1,3}点(?:[\d一二三四五六七八九十]{1,3}分|[0-5]\d(?![\d人名位个])|[二三四五]?十[一二三四五六七八九]?(?![人名位个一二三四五六七八九])|[一三]刻|半|钟|整)?(?![名赞滴心])"
    rf"|{_LASTED}(?:\d{{1,4}}(?:\.\d)?|[一二两三四五六七八九十半]{{1,3}})[个节]?半?(?:小时|分钟|课时)"  # 2小时
    r"|(?:用时|历时|时长)?\d{1,3}分\d{1,2}秒|(?:用时|历时|时长)\d{1,4}秒"  # 用时2分35秒
    r"|(?<![\u4e00-\u9fff])(?:上午|下午|中午|早上|晚上|傍晚|早晨)(?![\u4e00-\u9fff])"
    r"|第[一二三四五六七八\d]节课?"
)
_TIME_HINT = pattern(r"[:点时分秒节午上晚晨]")


def find_dates(scan: str, received: date, beside_unit: bool = False) -> tuple[list[When], str]:
    """All dates in `scan`, in order of place, and the text with dates and times taken out (same length)."""
    found: list[When] = []
    if "补" in scan:
        scan = _TOLD_LATE.sub(lambda match: GAP * len(match[0]), scan)
    if any(map(scan.__contains__, "样同平差比")):
        scan = _COMPARED.sub(lambda match: GAP * len(match[0]), scan)
    for rule, find, needs in _RULES if _HINT.search(scan) else ():
        if any(map(scan.__contains__, needs)):
            scan = rule.sub(lambda match, find=find: _take(match, find(match, received), received, found), scan)  # type: ignore[misc]
    if beside_unit and "." in scan:
        scan = _BEFORE_HEADS.sub(lambda match: _take(match, _dotted(match, received), received, found), scan)
    if "/" in scan:
        scan = _SLASHED.sub(lambda match: _slashed(match, received, found), scan)
    if _TIME_HINT.search(scan):
        scan = _TIMES.sub(lambda match: GAP * len(match[0]), scan)
    found.sort(key=lambda when: when.start)
    return found, scan


def _take(match: re.Match[str], when: When, received: date, found: list[When]) -> str:
    if when.theme and (when.day is None or when.day > received):
        return match[0]
    found.append(when)
    return GAP * len(match[0])


def _slashed(match: re.Match[str], received: date, found: list[When]) -> str:
    when, said = _dotted(match, received), match.string
    lately = when.day is not None and timedelta() <= received - when.day <= _LAST_WEEKS
    if not lately or not (_A_COUNT.search(said, 0, match.start()) or _A_COUNT.search(said, match.end())):
        return match[0]
    found.append(When(when.start, when.day))
    return GAP * len(match[0])


def too_old(day: date | None, received: date) -> bool:
    """More than 180 days ago: nothing is stored of that any more."""
    return day is not None and received - day > timedelta(days=180)


def issue_of(day: date | None, received: date) -> str | None:
    """DATE_INVALID, DATE_FUTURE, DATE_OLD (more than 30 days ago) or nothing to say."""
    if day is None:
        return "DATE_INVALID"
    if day > received:
        return "DATE_FUTURE"
    return "DATE_OLD" if received - day > timedelta(days=30) else None
