"""提醒: what comes next for somebody, the key dates, and what to prepare for one."""

import re
from datetime import timedelta
from itertools import islice

from handlers import rights
from handlers.catalogue.current import calendar_at
from handlers.kit import ADMINS, MEMBERS, Ask, Button, NotMeant, Refusal, Reply, Role
from handlers.registry import command, reads
from handlers.reminders import answers, coming_letters, date_figures, key_dates, naming, own_dates
from handlers.reminders.calendars import days_off, rhythms

SHOWN, AHEAD = 5, 60
_SOON = frozenset({"最近", "接下来", "今天", "明天", "本周", "这周", "下周", "这几天", "我的"})
_ME = "我 "
_OFF = frozenset({"关", "关闭", "关掉", "停", "停止", "取消", "不要"})
_NOT_ALL = (
    "提醒不能全部关掉，什么都没有改。一件不要的，按那封提醒下面的「不再提醒这件」；"
    "只想在方便的时间收，像这样发：勿扰 7:30-20:00"
)
_MONTH = re.compile(r"[上下]{1,2}个?月|这个月|本月|\d{1,2}月份?")
# 提醒 6月20日 毕业典礼 lacks only a word.
_DATED = re.compile(r"(?:每年|20\d\d[-/.年])?\s?\d{1,2}[-/.月]\d{1,2}[日号]?\s*\D{2}")
_KINDS = {"A": "仪式", "B": "主题队日", "C": "提示"}


@command(
    "提醒", "remind", who=MEMBERS, group="提醒", rank=6, help="看接下来的提醒和重要日子", glued="列表|放行|新增|添加",
    looks="|列表", examples=("提醒", "提醒 列表", "提醒 清明节", "提醒 新增 2027-05-20 校园开放日 提前 7,1"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The person's next reminders; `列表`: the next key dates; a name: what to prepare for it."""
    wanted = ask.args.strip()
    if not wanted or wanted in _SOON:
        return _next(ask)
    if deed := own_dates.DEED.match(wanted):
        words = wanted[deed.end() :]
        often = naming.DEEDS.get(deed[1], deed[1]) == "新增" and rhythms.is_often(words, ask.today)
        return (often and rhythms.told(ask, f"提醒大家 {words}")) or own_dates.handle(ask, deed[1], words)
    if wanted == "放行":
        return coming_letters.let_go(ask)
    if wanted.startswith(_ME):
        if answers.named_first(ask, wanted.removeprefix(_ME))[0]:
            # 国庆晚点提醒 下周一 is of what a letter said.
            raise NotMeant
        wish = wanted.removeprefix(_ME)
        return rhythms.told(ask, wish) or own_dates.offered(ask, wish, named=False)
    if wanted == "不发":
        return rhythms.not_then(ask)
    if wanted == "不新增":
        return Reply("好的，没有新增。")
    if wanted in _OFF:
        raise Refusal(_NOT_ALL, Button("勿扰", "勿扰"), Button("提醒", "提醒"))
    return _list(ask) if wanted in ("列表", "list") else _details(ask, wanted)


@reads("key_date")
def asked(ask: Ask) -> Reply:
    """A key date by its name alone, or the question when it is."""
    return _details(ask, ask.args)


def _next(ask: Ask) -> Reply:
    letters = list(islice(coming_letters.letters(ask, AHEAD), SHOWN))
    listed = Button("重要日子", "提醒", "列表")
    rest = coming_letters.promised(ask)
    today = ["今天的提醒里没写完的：", *(f"· {each}" for each in rest)] if rest else []
    if not letters:
        return Reply("\n".join([*today, f"接下来 {AHEAD} 天没有给您的提醒。"]), (listed,))
    lines = [f"{key_dates.day_of(one.at.date())} {one.at:%H:%M} {one.about}" for one in letters]
    names = [name for one in letters for name in one.dates][:1]
    how = [f"看准备清单，发：提醒 {name}" for name in names]
    lines = [*today, *coming_letters.held(ask), "接下来给您的提醒：", *lines, *how, *_warnings(ask)]
    return Reply("\n".join(lines), (*(Button(name, "提醒", name) for name in names), listed))


def _list(ask: Ask) -> Reply:
    calendar = calendar_at(ask.db, ask.me.paths())
    last = ask.today + timedelta(days=AHEAD)
    mine = [key for key in calendar.dates if not key.who or not ask.me.roles.isdisjoint(map(Role, key.who))]
    coming = sorted(((naming.coming(key, ask.today), key) for key in mine), key=lambda pair: (pair[0], pair[1].id))
    lines = [
        f"{key_dates.day_of(day)} {key.name}（{_KINDS.get(key.kind, key.kind)}）" for day, key in coming if day <= last
    ]
    own = own_dates.listed(ask)
    lines = [*(lines or ["没有。"]), *(["自己的日子：", *own] if own else []), *_warnings(ask)]
    return Reply("\n".join([f"接下来 {AHEAD} 天的重要日子：", *lines]))


def _warnings(ask: Ask) -> list[str]:
    # Which file is missing is the operator's business: doctor says it.
    workdays = calendar_at(ask.db, ask.me.paths()).workdays
    years = range(ask.today.year, (ask.today + timedelta(days=AHEAD)).year + 1)
    unknown = [year for year in years if not workdays.knows(year)]
    if ADMINS.isdisjoint(ask.me.roles):
        return []
    return [f"{year} 年的放假调休还没有录入，这一年的提醒先按周末和法定节日避开。" for year in unknown]


def _details(ask: Ask, wanted: str) -> Reply:
    if own := own_dates.called(ask, wanted):
        return own_dates.told(ask, own)
    calendar = calendar_at(ask.db, ask.me.paths())
    found = naming.named(calendar, wanted, ask.today)
    if not found:
        if _MONTH.fullmatch(wanted):
            raise Refusal(f"一个月的日子，发「日历 {wanted}」。", Button("日历", "日历", wanted))
        if _DATED.match(wanted):
            return own_dates.offered(ask, wanted)
        listed = Button("重要日子", "提醒", "列表"), Button("日历", "日历")
        raise Refusal(f"没有找到「{wanted}」。发「提醒 列表」看接下来的重要日子；看一个月，发「日历 6月」。", *listed)
    key = min(found, key=lambda key: naming.coming(key, ask.today))
    past = naming.counted(key, wanted, ask.today)
    if past and not rights.LOOKERS.isdisjoint(ask.me.roles):
        return date_figures.told(ask, key, past, wanted)
    day = naming.day_of(key, wanted, ask.today)
    if naming.is_off(wanted) or day < ask.today:
        return days_off.around(calendar, key, day, ask.today)
    steps = [f"提前 {lead} 天：{'；'.join(key.steps[lead])}" for lead in sorted(key.steps, reverse=True) if lead]
    on_day = [f"当天：{'；'.join(key.steps[0])}"] if 0 in key.steps else []
    kind, squads = key.kind, tuple(grant.unit for grant in ask.me.grants if grant.role is Role.COUNSELOR)
    after = key_dates.afterwards(key_dates.Item(key, kind, day, (0,), False, squads), ask.me) if kind != "C" else []
    return Reply(
        "\n".join(
            [key_dates.point(key, "B", 99, day, ask.today, ""), *(steps + on_day or key_dates.prepare(key)), *after]
        )
    )
