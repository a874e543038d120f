"""Which key date people mean: 十一三, 国庆, 学雷锋日, 10月13日, 六月一号."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Refusal
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.wording import days
from scheduling.calendar import Calendar, KeyDate

# What is done to a row of one's own, in other words.
DEEDS = {
    "添加": "新增",
    "增加": "新增",
    "继续": "恢复",
    "停": "暂停",
    "停用": "暂停",
    "删": "删除",
    "取消": "删除",
    "撤销": "删除",
    "去掉": "删除",
    "修改": "改",
    "编辑": "改",
}
# What becomes of one that is named first: it is on another day, or off.
LEADING = re.compile("^(?:请|麻烦|帮我|把|将|那个|我们的?|的)+")
DONE = re.compile(
    r"的?(?:提醒|日子|时间)?(?:(?:改|推迟|延期|延|挪|移|调|提前|定)[到成至为在]+(?P<day>.{2,12}?)"
    r"|(?P<by>推迟|延期|延后|顺延|提前|提早)(?P<many>[\d一两二三四五六七八九十]{1,2})个?(?P<unit>天|周|星期|礼拜)"
    r"|(?:给我|都|先)*(?:删[掉除]?|取消|暂停|停[掉用]|不[要开办搞]|不[用要再]?提醒|(?P<back>恢复|照常|继续)提醒?))[了吧啦]*[。！!]?"
)
# 暂停读书节的提醒, 删掉科技节: what is done is said first.
DEED_FIRST = re.compile(r"(?P<deed>删[掉除]?|取消|暂停|停掉|恢复)(?P<of>[^\s\d].*?)的?(?:提醒|日子)?[了吧啦]*[。！!]?")
YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}
# What a name may be said without.
_AROUND = re.compile(r"^(?:世界|国际|全国|中国|全民|国家|少先队)+|(?:纪念日|活动日|节|日)$")
# What stands around one in a question: 离六一还有几天, 请问国庆节是哪天, 清明要准备什么.
_WHEN = "(?:哪一?天|什么时候|啥时候|何时|几月几?[日号]?|几[日号]|多少[日号]|星期几|礼拜几|周几)"
_LEFT = "(?:还有|还差|还剩|剩下?)?(?:几天|多少天|多久)|快到了"
_OFF = (
    "放了?(?:几天|多少天|多久)?假(?:几天|多少天|多久)?|(?:放|休息?)(?:几天|多少天|多久)|放不放假|有没有假"
    "|(?:哪几?天|怎么)放假|放假(?:安排|时间)"
)
# 来了多少人, 那次报了几个, 参加人数; of what is to come (要来多少人) nothing is in the records, 还有几天 asks for none.
_MANY = "(?:多少|几)(?![天日号月年周点节])[个名位]?(?:人|孩子|学生|队员|同学|中队|班级?)?"
_CAME = (
    "(?:一共|总共|[共都])?(?<![要该会能])(?:来|到场?|参加|出席|上?报|签到|(?<!还)有)[了过]?(?:一共|总共)?"
    f"{_MANY}(?:参加|到场|出席|签到|来)?|{_MANY}(?:来|到场|参加|出席|签到)[了过]?"
    "|(?<![来有到加席报签要会能该第])(?:多少|几)[个名位]?(?:人|孩子|学生|队员|同学|中队|班)[?？呢呀啊]*$"
    "|(?:签到|到场|出席|参加)的?人[数次](?:是?多少)?[?？呢呀啊]*$"
)
_WHAT = "(?:怎么准备|准备(?:[些点]?(?:什么|啥))?|[干做][些点]?(?:什么|啥)|(?:什么|啥)(?:日子|节日?))"
# 上次建队日, 刚过的六一, 下一个清明.
_TURNS = {
    "上": "上一?[个次回]|最近(?:的|那|这)?一?[个次回]|刚(?:刚|才)?(?:过去?|结束)了?(?=的)",
    "下": "下一?[个次回]",
}
# 清明节那次, 去年六一当天.
_THAT = "[那这]一?[次天回场]|当[天日]|的?活动(?=.)|(?:[全本]|[我咱]们?)(?:学?校|班级?|[区县市省])(?=.)"
# 清明节实验小学来了多少人, 清明祭扫多少人: where, and what was held.
_OF_IT = re.compile(
    r"[节日的在]?(?P<place>(?![我咱本全各节日的在])[\u4e00-\u9fff]{2,8}?(?:小学|中学|学校|幼儿园)"
    r"|[一二三四五六七八九\d][(（]\d{1,2}[)）](?:中队|班)?)?的?(?P<held>祭扫|扫墓|主题队[日会]|队[会课日]|活动)?"
)
_TURN = f"(?:{'|'.join(_TURNS.values())})的?(?:那|这)?[个次回]?"
_YEAR = f"(?:{'|'.join(YEARS)}|20\\d\\d年)"
_BEFORE = (
    f"请问|问一?下|[老您你师好]{{2}}|我?想知道|帮我|查一?下?|看看?|提醒我?"
    f"|{_TURN}|{_YEAR}的?|{_WHEN}[是到]?(?:过(?!年))?"
)
_ASKED = re.compile(
    f"(?:{_BEFORE}|距?离|到|{_LEFT}[是到]?|{_CAME})*(?P<name>.+?)(?:[是在的呢啊呀吗吧嘛么要该有了]|来着|{_TURN}|{_YEAR}|{_WHEN}|{_LEFT}|{_WHAT}|{_OFF}|{_THAT}|{_CAME}|提醒)*"
)
# Of a day that is longer ago nobody asks by its name: the next one is meant.
_LATE = timedelta(days=90)
# What is longer names no date, and would be slow to look through.
_LONGEST = 30
_NUMBERED = re.compile(rf"([\d{CHINESE}]{{1,3}})[月./-]([\d{CHINESE}]{{1,3}})[日号]?")
_OF_YEAR = re.compile(rf"({'|'.join(YEARS)})的?(?=\d{{1,2}}月)")
# 1-2年级 is no day.
_SLASH = re.compile(r"(?<![\d/.-])(\d{1,2})(?:/(?=\d{1,2}(?![\d/.-]))|-(?=\d{1,2}(?:\s|日|$)))(\d{1,2})")
# 提前一周, 提早半个月, 10月20日前两天.
_AHEAD = re.compile(rf"(?:提[前早]|(?<=[日号,，、和及\s])的?前)\s*(半|[\d{CHINESE}]{{1,2}})\s*个?(天|周|星期|礼拜|月)")
_LONG = {"天": 1, "月": 30}
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_DATED = re.compile(r"\d\s?[-/.月]\s?\d")
_DAYS = "今明后大"
# 周五 alone is the next; 上周五 is over, 每周五 no day.
_NEAR = re.compile(
    r"大?后天|今[天晚]|明[天早晚]|(?:(?P<week>[本这下])个?|(?<![每上去第个双单]))(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"
)
# 三月三歌会 is a name.
_SPOKEN = re.compile(
    rf"[{CHINESE}]{{1,3}}(?=月(?:份?$|[{CHINESE}]{{1,3}}[日号])|天(?!气))|(?<=月)[{CHINESE}]{{1,3}}(?=[日号])"
)


def named(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    """The dates that these words name, also in a question: by a name of theirs, by a part of it, or by the day."""
    asked = asked_of(words)
    return called(calendar, words, today) or _on(calendar, asked, today) or _alike(calendar, asked)


def called(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    """The dates of which these words are a whole name, or a question about it: 离六一还有几天, 10月13日是什么日子."""
    if is_counted(words) and (behind := _behind(calendar, words)) and (behind["place"] or behind["held"]):
        words = words.replace(behind[0], "", 1)
    asked, plain = asked_of(words), _plain(words)
    for said in dict.fromkeys(filter(None, (plain, _plain(asked)))) if asked else ():
        if exact := [one.key for one in _names(calendar) if said in one.names]:
            return exact
        core = _core(said)
        if len(core) > 1 and (alike := [one.key for one in _names(calendar) if core in one.cores]):
            return alike
        digits = said.translate(_DIGITS)
        if both := [one.key for one in _names(calendar) if one.begins(said, digits)]:
            return both
    return _on(calendar, asked, today) if asked and asked != plain else []


def asked_of(words: str) -> str:
    """What is asked about: 国庆 of 国庆是哪天; the words themselves where nothing is asked; empty: no name."""
    plain = "".join(unicodedata.normalize("NFKC", words).split()).rstrip("。.,!?~")
    match = _ASKED.fullmatch(plain) if len(plain) <= _LONGEST else None
    return match["name"] if match else ""


def _plain(name: str) -> str:
    return re.sub(r"[\s·.。,!?~]", "", unicodedata.normalize("NFKC", name))


def _core(name: str) -> str:
    return _AROUND.sub("", name)


@dataclass(frozen=True, slots=True)
class _Called:
    """A date with all that it is called, with that without what may be left out, and with what may stand before it."""

    key: KeyDate
    names: frozenset[str]
    cores: frozenset[str]
    heads: frozenset[str]

    def begins(self, said: str, digits: str) -> bool:
        """八一建军节, 五一劳动节, 12.4宪法日: two of its names, or its day and one of them; `digits` with 四 as 4."""
        rests = [said[len(head) :] for head in self.heads if said.startswith(head) or digits.startswith(head)]
        return any(rest in self.names or _core(rest) in self.cores for rest in rests if rest)


@lru_cache(maxsize=4)
def _names(calendar: Calendar) -> list[_Called]:
    found = []
    for key in calendar.dates:
        names = frozenset(_plain(name) for name in (key.name, key.topic, key.id, *key.words) if name)
        day = {f"{key.on['month']}{key.on['day']}"} if {"month", "day"} <= key.on.keys() else set()
        found.append(_Called(key, names, frozenset(map(_core, names)), names | day))
    return found


def spoken_of(calendar: Calendar, text: str) -> list[str]:
    """The names of dates that the text holds."""
    return [name for name in _spoken(calendar) if name in text]


@lru_cache(maxsize=4)
def _spoken(calendar: Calendar) -> list[str]:
    return [name for one in _names(calendar) for name in one.names if len(name) > 1]


def _alike(calendar: Calendar, wanted: str) -> list[KeyDate]:
    core = _core(wanted) or wanted
    if len(core) < 2:
        return []
    return [one.key for one in _names(calendar) if any(core in name or wanted in name for name in one.names)]


def _on(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    if match := _NUMBERED.fullmatch(words):
        words = f"{value_of(match[1])}月{value_of(match[2])}日"
    try:
        day, rest = days.day_in(words, today, ahead=True)
    except Refusal:
        return []
    return [key for key in calendar.dates if key.day(day.year) == day] if day and not rest else []


def day_of(key: KeyDate, words: str, today: date) -> date:
    """Its day of the year that the words name (明年国庆), its last (上次国庆), else its next."""
    said = re.search(_YEAR, words)
    if re.search(_TURNS["上"], words):
        return last(key, today)
    year = (today.year + YEARS[said[0]] if said[0] in YEARS else int(said[0][:4])) if said else 0
    return (year and key.day(year)) or coming(key, today)


def gone(ask: Ask, name: str, word: str) -> str:
    """3月5日 of 学雷锋日, as the day of which something is asked; empty where it is no day's name.

    Raises Refusal for one that has not come: 过了那天再发「未签到 六一」, with the `word` that was used.
    """
    calendar, today = calendar_of(ask.db), ask.today
    keys = called(calendar, name, today)
    every = [day for key in keys for year in (today.year, today.year - 1) if (day := key.day(year))]
    over = [day for day in every if today - _LATE <= day <= today]
    if keys and not over:
        said = f"{keys[0].name}（{days.short(coming(keys[0], today))}）"
        raise Refusal(f"{said}还没有到。过了那天再发「{word} {name}」。")
    return days.short(max(over)) if over else ""


def where_in(calendar: Calendar, words: str) -> str:
    """The school or squad of which it is asked: 实验小学 of 清明节实验小学来了多少人; empty without one."""
    behind = _behind(calendar, words)
    return behind["place"] or "" if behind else ""


def _behind(calendar: Calendar, words: str) -> re.Match[str] | None:
    """What stands right behind the date's name: where it was, and what was held there."""
    called = (name for one in _names(calendar) for name in one.names | one.cores if len(name) > 1 and name in words)
    name = max(called, key=len, default="")
    return _OF_IT.match(words, words.find(name) + len(name)) if name else None


def is_counted(words: str) -> bool:
    """Whether it is asked how many there were."""
    return bool(re.search(_CAME, words))


def counted(key: KeyDate, words: str, today: date) -> date | None:
    """The day of which it is asked how many there were, the last where none is said; None when that is not asked."""
    if not is_counted(words):
        return None
    day = day_of(key, words, today)
    return day if day <= today else last(key, today)


def is_off(words: str) -> bool:
    """Whether it is asked for how long one is free: 端午放几天假."""
    return bool(re.search(_OFF, words))


def coming(key: KeyDate, today: date) -> date:
    """Its next day from today on; `date.max` for one that comes no more."""
    near = (key.day(year) for year in range(today.year, today.year + 9))
    return next((day for day in near if day and day >= today), date.max)


def last(key: KeyDate, today: date) -> date:
    """Its day that is over, the newest; one that never was is its next."""
    gone = (key.day(today.year - back) for back in range(9))
    return next((day for day in gone if day and day < today), None) or coming(key, today)


def later(day: date, done: "re.Match[str]") -> date:
    """A week after it, of what DONE says to be put off by a week."""
    many = (value_of(done["many"]) or 1) * (1 if done["unit"] == "天" else 7)
    return day + timedelta(days=-many if done["by"].startswith("提") else many)


def digits(words: str, today: date) -> str:
    """十二月 → 12月, 明年五月二十日 → 2027年5月20日, 5-20 → 5月20日, 提前一周 → 提前7天, 明天 → its day."""
    words = _AHEAD.sub(_ahead, _SLASH.sub(r"\1月\2日", words))
    words = _SPOKEN.sub(lambda match: str(value_of(match[0]) or match[0]), words)
    if not _DATED.search(words):
        words = _NEAR.sub(lambda match: _near(match, today), words)
    return _OF_YEAR.sub(lambda match: f"{today.year + YEARS[match[1]]}年", words)


def _ahead(match: "re.Match[str]") -> str:
    many = 0.5 if match[1] == "半" else value_of(match[1]) or 1
    return f"提前{round(many * _LONG.get(match[2], 7))}天"


def _near(match: "re.Match[str]", today: date) -> str:
    ahead = _DAYS.find(match[0][0])
    if match["day"]:
        ahead = min("一二三四五六日天".find(match["day"]), 6) - today.weekday()
        ahead += 7 * (match["week"] == "下" or (not match["week"] and ahead < 0))
    day = today + timedelta(days=ahead)
    return f" {day.isoformat()} "
