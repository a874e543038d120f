"""Which key date people mean: 十一三, 国庆, 学雷锋日, 10月13日, 六月一号."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from handlers.kit import Refusal
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.wording import days
from scheduling.calendar import Calendar, KeyDate

# What is done to a row of one's own, in other words.
DEEDS = {"添加": "新增", "停": "暂停", "停用": "暂停", "删": "删除", "取消": "删除", "修改": "改", "编辑": "改"}
YEARS = {"去年": -1, "今年": 0, "明年": 1}
# What a name may be said without.
_AROUND = re.compile(r"^(?:世界|国际|全国|中国|全民|国家|少先队)+|(?:纪念日|活动日|节|日)$")
# What stands around one in a question: 离六一还有几天, 请问国庆节是哪天, 清明要准备什么.
_WHEN = "(?:哪一?天|什么时候|啥时候|何时|几月几?[日号]?|几[日号]|多少[日号]|星期几|礼拜几|周几)"
_LEFT = "(?:还有|还差)?(?:几天|多少天|多久)"
_WHAT = "(?:怎么准备|准备(?:[些点]?(?:什么|啥))?|[干做][些点]?(?:什么|啥)|什么日子)"
_BEFORE = f"请问|问一?下|[老您你师好]{{2}}|我?想知道|帮我|查一?下?|看看?|提醒我?|今年的?|{_WHEN}[是到]?(?:过(?!年))?"
_ASKED = re.compile(
    f"(?:{_BEFORE}|距?离|到|{_LEFT}[是到]?)*(?P<name>.+?)(?:[是在的呢啊呀吗吧要该]|今年|{_WHEN}|{_LEFT}|{_WHAT}|提醒)*"
)
# What is longer names no date, and would be slow to look through.
_LONGEST = 30
_NUMBERED = re.compile(rf"([\d{CHINESE}]{{1,3}})[月./-]([\d{CHINESE}]{{1,3}})[日号]?")
_OF_YEAR = re.compile(rf"({'|'.join(YEARS)})的?(?=\d{{1,2}}月)")
_SLASH = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})(?![\d/.-])")
_WEEKS = re.compile(rf"(?<=提前)\s*([\d{CHINESE}])个?(?:周|星期)")
# 三月三歌会 is a name.
_SPOKEN = re.compile(
    rf"[{CHINESE}]{{1,3}}(?=月(?:份?$|[{CHINESE}]{{1,3}}[日号])|天(?!气))|(?<=月)[{CHINESE}]{{1,3}}(?=[日号])"
)


def named(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    """The dates that these words name, also in a question: by a name of theirs, by a part of it, or by the day."""
    asked = _name(words)
    return called(calendar, words) or _on(calendar, asked, today) or _alike(calendar, asked)


def called(calendar: Calendar, words: str) -> list[KeyDate]:
    """The dates of which these words are a whole name, or a question about it: 国庆, 离六一还有几天."""
    asked = _name(words)
    for said in filter(None, (_plain(words), _plain(asked)) if asked else ()):
        if exact := [key for key, names, _ in _names(calendar) if said in names]:
            return exact
        core = _core(said)
        if len(core) > 1 and (alike := [key for key, _, cores in _names(calendar) if core in cores]):
            return alike
    return []


def _name(words: str) -> str:
    """What is asked about: 国庆 of 国庆是哪天; the words themselves where nothing is asked; empty: no name."""
    plain = "".join(unicodedata.normalize("NFKC", words).split()).rstrip("。.,!?~")
    match = _ASKED.fullmatch(plain) if len(plain) <= _LONGEST else None
    return match["name"] if match else ""


def _plain(name: str) -> str:
    return re.sub(r"[\s·.。,!?~]", "", unicodedata.normalize("NFKC", name))


def _core(name: str) -> str:
    return _AROUND.sub("", name)


@lru_cache(maxsize=4)
def _names(calendar: Calendar) -> list[tuple[KeyDate, frozenset[str], frozenset[str]]]:
    """Each date with all that it is called, and that without what may be left out."""
    found = []
    for key in calendar.dates:
        names = frozenset(_plain(name) for name in (key.name, key.topic, key.id, *key.words) if name)
        found.append((key, names, frozenset(map(_core, names))))
    return found


def _alike(calendar: Calendar, wanted: str) -> list[KeyDate]:
    core = _core(wanted) or wanted
    if len(core) < 2:
        return []
    return [key for key, names, _ in _names(calendar) if any(core in name or wanted in name for name in names)]


def _on(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    if match := _NUMBERED.fullmatch(words):
        words = f"{value_of(match[1])}月{value_of(match[2])}日"
    try:
        day, rest = days.day_in(words, today, ahead=True)
    except Refusal:
        return []
    return [key for key in calendar.dates if key.day(day.year) == day] if day and not rest else []


def coming(key: KeyDate, today: date) -> date:
    """Its next day from today on; `date.max` for one that comes no more."""
    near = (key.day(year) for year in range(today.year, today.year + 9))
    return next((day for day in near if day and day >= today), date.max)


def digits(words: str, today: date) -> str:
    """十二月 → 12月, 明年五月二十日 → 2027年5月20日, 5/20 → 5月20日, 提前七天 → 提前7天, 提前一周 → 提前7天."""
    words = _WEEKS.sub(lambda match: f"{7 * (value_of(match[1]) or 1)}天", _SLASH.sub(r"\1月\2日", words))
    words = _SPOKEN.sub(lambda match: str(value_of(match[0]) or match[0]), words)
    return _OF_YEAR.sub(lambda match: f"{today.year + YEARS[match[1]]}年", words)
