"""负担: how many reminders each teacher of somebody's part of the tree got in a month."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from handlers.catalogue.loader import calendar_of
from handlers.kit import ADMINS, Ask, Button, Refusal, Reply
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.registry import command
from handlers.reminders import naming
from handlers.wording import places
from scheduling import spans
from scheduling.calendar import DAY
from storage.people import people
from storage.people.people import Role
from storage.reminders import deliveries

_SHOWN = 10
_PAGE = re.compile(rf"第?\s*([\d{CHINESE}]{{1,4}})\s*页")
# Last what a supervisor can do something about.
_ENDED = {deliveries.CLEARED: "先报了、没再提醒", deliveries.MUTED: "本人不要提醒", deliveries.UNREACHED: "送不到"}


@command(
    "负担", "burden", who=ADMINS, group="提醒", rank=45, help="看每位老师这个月收到多少提醒",
    follows=r"$|[\d上本这第今去一二三四五六七八九十]",
    glued=r"第[\d一二三四五六七八九十]|[上本这]个?月|\d{1,2}月", looks=".*",
    examples=("负担", "负担 上月"),
)  # fmt: skip
def burden(ask: Ask) -> Reply:
    """The most burdened first; a reminder and all that stands in one letter count as one."""
    words, page = _page(ask.args)
    label = spans.named(naming.digits(words, ask.today), ask.today)[0] or spans.label_of("month", ask.today)
    first, last = spans.span_of(label)
    if first > ask.today:
        raise Refusal("那段时间还没有到。像这样发：负担 上月")
    paths = [unit.path for unit in places.scope(ask.me, ADMINS)]
    names = {each.id: each.name for each in people.holding(ask.db, list(Role), paths, ask.now)}
    counts = _counts(ask, list(names), first, last)
    if not counts:
        return Reply(f"{spans.said(label, ask.today)}没有给您这里的 {len(names)} 位老师发过提醒。")
    most = sorted(counts.items(), key=lambda each: (-each[1], names[each[0]]))
    pages = -(-len(most) // _SHOWN)
    if page > pages:
        raise Refusal(f"只有 {pages} 页。", Button("第一页", "负担", label))
    shown = list(enumerate(most, 1))[(page - 1) * _SHOWN : page * _SHOWN]
    lines = [f"{place}. {names[id]} {count} 条" for place, (id, count) in shown]
    left = most[page * _SHOWN :]
    more = [f"另有 {len(left)} 位，每位不超过 {left[0][1]} 条。"] if left else []
    mean = sum(counts.values()) / len(names)
    head = (
        f"{spans.said(label, ask.today)}提醒 {sum(counts.values())} 条，{len(names)} 位老师，平均每位 {mean:.1f} 条："
    )
    near = (("上一页", page - 1), ("下一页", page + 1))
    buttons = tuple(Button(word, "负担", f"{label} 第{to}页") for word, to in near if 1 <= to <= pages)
    return Reply("\n".join([head, *lines, *more, *_ended(ask, names, first, last)]), buttons)


def _page(words: str) -> tuple[str, int]:
    """(the rest, the page) of 2026-04 第2页."""
    found = _PAGE.search(words)
    return (_PAGE.sub("", words).strip(), max(value_of(found[1]) or 1, 1)) if found else (words, 1)


def _ended(ask: Ask, names: Mapping[int, str], first: date, last: date) -> Iterator[str]:
    """What was not said, or did not come: for whom, where it did not."""
    found = deliveries.settled_for(ask.db, names, _ENDED, *_span(ask, first, last))
    words = [f"{words} {sum(found[state].values())} 条" for state, words in _ENDED.items() if found[state]]
    if words:
        lost = sorted(found[deliveries.UNREACHED].items(), key=lambda each: (-each[1], names[each[0]]))
        who = f"（{'、'.join(names[id] for id, _ in lost[:_SHOWN])}）" if lost else ""
        yield f"另外：{'，'.join(words)}{who}。"


def _span(ask: Ask, first: date, last: date) -> tuple[datetime, datetime]:
    calendar = calendar_of(ask.db)
    begins, ends = (calendar.instant(day, calendar.times.quiet_until) for day in (first, last + DAY))
    return begins, ends


def _counts(ask: Ask, ids: list[int], first: date, last: date) -> dict[int, int]:
    return deliveries.letters_to(ask.db, ids, *_span(ask, first, last))
