"""日历: a month with its key dates, what is due, campaigns, holidays and make-up days, as a phone shows it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from handlers.catalogue.current import calendar_at
from handlers.kit import MEMBERS, Ask, Button, File, Refusal, Reply
from handlers.registry import command
from handlers.reminders import naming
from handlers.reminders.calendars import calendar_file, month_picture, outlook
from handlers.wording import days
from scheduling import spans
from scheduling.calendar import DAY, Calendar
from storage.reminders import feeds

_MOST = 24
_FILE = frozenset({"文件", "ics", "下载", "导出"})
_FEED = "订阅"
# 换链接, 新链接, 订阅地址换一个; 停用订阅, 取消链接.
_STOP = "停用?|取消|关闭?|关掉|不要|删除?|删掉"
_BESIDE = "换|更换|新的?|重置|重新|更新|再|给|要|我|生成|一?[个条下]|的|日历|吧|了"
_OF_FEED = re.compile(
    f"(?P<stop>{_STOP})?(?:{_BESIDE})*(?:订阅|链接|网址)(?:链接|网址|地址)?(?:{_BESIDE})*(?P<off>{_STOP})?了?"
)
_PICTURE = ("图片", "图")
_MONTH = re.compile(r"(?:(\d{4})[年/.-])?\s?(1[0-2]|0?[1-9])\s?(?:月份?)?")
_STEP = {"下下个月": 2, "下下月": 2, "下个月": 1, "下月": 1, "上个月": -1, "上月": -1, "本月": 0, "这个月": 0, "": 0}
_NOW = frozenset({"今天", "本周", "这周", "最近", "现在", "当月", "这月"})


@command(
    "日历", "calendar", who=MEMBERS, group="提醒", rank=43, help="看一个月的日子、任务和活动",
    glued=rf"\d|图|文件|{_OF_FEED.pattern}|[上下本这]|[一二三四五六七八九十]+月", exports=True, looks="",
    examples=("日历", "日历 12月", "日历 12月 图", "日历 文件", "日历 订阅"),
)  # fmt: skip
def month(ask: Ask) -> Reply:
    """The days of a month that have something, in order."""
    if ask.args.strip() in _FILE:
        return _file(ask)
    words = ask.args.strip()
    if asked := _OF_FEED.fullmatch("".join(words.split())):
        return _feed(ask, bool(asked["stop"] or asked["off"]))
    picture = next((each for each in _PICTURE if words.endswith(each)), "")
    first = _first(ask, words.removesuffix(picture).strip())
    if picture:
        values = {"person": ask.me.id, "first": first.isoformat(), "at": ask.now.isoformat()}
        name = f"{first.year}年{spans.said(f'{first:%Y-%m}', first)}日历"
        return Reply(name, file=File(f"{name}.png", month_picture.RECIPE, values, plain=True))
    last = (first + timedelta(days=31)).replace(day=1) - DAY
    calendar = calendar_at(ask.db, ask.me.paths())
    lines = [
        f"{days.short(day)} {days.weekday(day)} {'、'.join(names)}"
        for day, names in outlook.by_day(ask.db, ask.me, first, last)
    ]
    more = [f"另有 {len(lines) - _MOST} 天。"] if len(lines) > _MOST else []
    head = f"{first.year}年{spans.said(f'{first:%Y-%m}', first)}"
    text = "\n".join([head, *(lines[:_MOST] or ["没有要记的日子。"]), *more, *_free(calendar, first, last)])
    near = [(first - DAY).replace(day=1), last + DAY]
    buttons = tuple(Button(f"{each.month}月", "日历", f"{each:%Y-%m}") for each in near)
    return Reply(text, (*buttons, Button("图", "日历", f"{first:%Y-%m} 图"), Button("文件", "日历", "文件")))


def _file(ask: Ask) -> Reply:
    """A year ahead, for the calendar of a phone or computer; it names nobody."""
    values = {"person": ask.me.id, "first": ask.today.isoformat(), "at": ask.now.isoformat()}
    text = "接下来一年的日子、任务和活动。打开文件，选「添加到日历」；再发一次「日历 文件」，会更新成新的。"
    return Reply(text, file=File("少先队日历.ics", calendar_file.RECIPE, values, plain=True))


@command(
    "换日历链接", "换链接", "换个链接", "新链接", "日历链接", "订阅日历", who=MEMBERS, group="提醒", listed=False,
    help="换一个日历的订阅链接", examples=("换日历链接",), follows="$",
)  # fmt: skip
def renew(ask: Ask) -> Reply:
    """The same as 日历 订阅."""
    return _feed(ask, False)


def _feed(ask: Ask, stop: bool) -> Reply:
    """The link of one's own calendar, for programs that read it again and again; each time it is a new one."""
    if stop:
        gone = feeds.revoke(ask.db, ask.me.id)
        return Reply("好的，链接停用了。" if gone else "您没有在用的链接。")
    address = feeds.address(ask.db)
    if not address:
        raise Refusal(
            "机器人还没有对外的网址，不能订阅。发「日历 文件」，导入手机的日历。", Button("文件", "日历", "文件")
        )
    if not ask.message.private:
        raise Refusal("链接是您自己的，请私聊发「日历 订阅」。")
    token, before = feeds.renew(ask.db, ask.vault, ask.me.id, ask.now)
    text = (
        f"{address}/calendar/{token}.ics\n在手机或电脑的日历里选「订阅」，粘贴上面的链接，以后自己更新。"
        "里面只有日子、任务和活动，没有姓名；谁有链接谁能看，请不要转发。"
    )
    return Reply(text + ("以前的链接不能用了。" if before else ""), (Button("停用", "日历", f"{_FEED} 停用"),))


def _first(ask: Ask, words: str) -> date:
    words = "" if words in _NOW else words
    if words in _STEP:
        moved = ask.today.year * 12 + ask.today.month - 1 + _STEP[words]
        return date(moved // 12, moved % 12 + 1, 1)
    match = _MONTH.fullmatch(naming.digits(words, ask.today))
    if match is None:
        dates = naming.named(calendar_at(ask.db, ask.me.paths()), words, ask.today)
        near = min((naming.coming(key, ask.today) for key in dates), default=date.max)
        if near < date.max:
            return near.replace(day=1)
        raise Refusal("没看懂是哪个月。看一个月，发「日历 12月」或「日历 2027-03」。")
    number = int(match[2])
    # A month alone is the next one of this number, or the one that runs.
    year = int(match[1]) if match[1] else ask.today.year + (number < ask.today.month)
    if not 2000 <= year <= 2099:
        raise Refusal("只能看 2000 年到 2099 年。")
    return date(year, number, 1)


def _free(calendar: Calendar, first: date, last: date) -> Iterator[str]:
    """What is not as weekdays are: holidays that reach into the week, with their weekends, and worked weekends."""
    every = [first + n * DAY for n in range((last - first).days + 1)]
    work = [day for day in every if day.isoweekday() > 5 and calendar.workdays.worked(day)]
    off = _runs([day for day in every if not calendar.workdays.worked(day)])
    holidays = [run for run in off if any(day.isoweekday() <= 5 for day in run)]
    for label, found in (("放假", holidays), ("调休上班", _runs(work))):
        if found:
            said = (days.short(run[0]) + (f"–{days.short(run[-1])}" if len(run) > 1 else "") for run in found)
            yield f"{label}：{'、'.join(said)}"
    if not calendar.workdays.knows(first.year):
        yield f"{first.year} 年的调休还没有公布，先按周末和法定节日算。"


def _runs(found: list[date]) -> list[list[date]]:
    """The days that follow each other."""
    runs: list[list[date]] = []
    for day in found:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
