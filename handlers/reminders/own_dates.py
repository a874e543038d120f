"""提醒 新增 2027-05-20 校园开放日 提前 7,1: dates that people add for their part of the tree; 暂停, 恢复, 改, 删除."""

import re
from collections.abc import Iterator
from datetime import date

from handlers.kit import Ask, Button, Denied, Due, Refusal, Reply, Unit
from handlers.privacy import gate
from handlers.registry import due
from handlers.reminders import naming
from handlers.wording import days
from scheduling.occasions import Row, Span, leading
from storage.base.words import Cleared
from storage.people import people
from storage.people.people import Role
from storage.reminders import own_dates

WORDS = ("新增", "暂停", "恢复", "删除", "改", *naming.DEEDS)
_LIKE = "提醒 新增 2027-05-20 校园开放日 提前 7,1"
_LEADS = (7, 1)
_BEFORE = re.compile(r"提前\s*(\d{1,2}(?:\s*[,，、和]\s*\d{1,2})*)\s*天?")
_YEARLY = re.compile(r"每年|年年")
_ON_DAY = re.compile(r"[,，、和]?\s*当天")
_RENAMED = re.compile(r"(?:改?名(?:[称字]|(?![称字]))|叫做?)\s*改?[为成叫]?[\s:：]*(.+)")
_NUMBER = re.compile(r"[#＃]?(\d{1,9})\s*(.*)")
_LONGEST, _MOST = 30, 30


def _laid_out(span: Span) -> Iterator[Row]:
    for one in own_dates.running(span.db):
        for day in filter(None, map(one.on, span.years())):
            for lead, at in leading(span.at([one.path]), day, one.leads):
                row = {"occurrence": f"own:{one.id}:{one.version}:{day}", "lead": lead, "day": day, "due_at": at}
                for person in people.holding(span.db, list(Role), [one.path], span.now):
                    yield {**row, "person_id": person.id, "payload": {"own": one.id, "version": one.version}}


@due("own_date", rank=2, use=None, found=_laid_out)
def remind(said: Due) -> Reply | None:
    """The reminder; None when it was changed, paused or deleted meanwhile, or the person has left."""
    one = own_dates.by_id(said.db, said.payload["own"])
    if one is None or one.paused or one.version != said.payload["version"]:
        return None
    if not any(grant.unit.path.startswith(one.path) for grant in said.person.grants):
        return None
    left = (said.day - said.now.date()).days
    when = {0: "今天", 1: "明天"}.get(left, f"还有 {left} 天")
    return Reply(f"{one.name}（{days.day(said.day)}，{one.unit}）：{when}。")


def handle(ask: Ask, word: str, words: str) -> Reply:
    """What is asked for of one's own dates."""
    word = naming.DEEDS.get(word, word)
    words = naming.digits(words, ask.today)
    if word == "新增":
        return _add(ask, words)
    one, rest = _own(ask, word, words)
    if word == "删除":
        own_dates.remove(ask.db, one.id)
        return Reply(f"已删除 {_said(one)}，不再提醒。")
    if word == "改":
        return _change(ask, one, rest)
    own_dates.change(ask.db, one, paused=word == "暂停")
    back = ("恢复", "照常提醒") if word == "暂停" else ("暂停", "不提醒")
    state = "先不提醒" if word == "暂停" else "照常提醒"
    return Reply(f"好的，{_said(one)}{state}。", (Button(back[0], "提醒", f"{back[0]} {one.id}"),))


def _add(ask: Ask, words: str) -> Reply:
    yearly = bool(_YEARLY.search(words))
    leads, rest = _leads(_YEARLY.sub(" ", words))
    day, rest = days.day_in(rest, ask.today, ahead=True)
    name = _name(rest, "新增")
    if day is None or not name:
        raise Refusal(f"没看懂日子或名称，没有新增。像这样发：{_LIKE}（每年都有的写上「每年」）")
    if day < ask.today and not yearly:
        raise Refusal(f"{days.day(day, ask.today)}已经过去了，没有新增。")
    unit = _unit(ask)
    if len(own_dates.of(ask.db, [unit.path])) >= _MOST:
        raise Refusal(f"{unit.name}已经有 {_MOST} 个自己的日子，没有新增。先删掉不用的。")
    number = own_dates.add(ask.db, unit.id, ask.me.id, name, day, yearly, list(leads or _LEADS), ask.now)
    one = own_dates.by_id(ask.db, number)
    assert one is not None
    buttons = Button("删除", "提醒", f"删除 {number}"), Button("暂停", "提醒", f"暂停 {number}")
    return Reply(f"已新增 {_said(one)}，{_before(one)}提醒{unit.name}的老师。", buttons)


def _change(ask: Ask, one: own_dates.OwnDate, words: str) -> Reply:
    leads, rest = _leads(words)
    day, rest = days.day_in(rest, ask.today, ahead=True)
    renamed = _RENAMED.search(rest)
    name = _name(renamed[1], "改") if renamed else ""
    if day is None and not leads and not name:
        raise Refusal(f"改成哪一天、提前几天，或叫什么？没有改。像这样发：提醒 改 {one.id} 5月21日 提前 3")
    own_dates.change(ask.db, one, name=name or one.name, day=day or one.day, leads=list(leads or one.leads))
    new = own_dates.by_id(ask.db, one.id)
    assert new is not None
    called = f"{name}，" if name else ""
    return Reply(f"已改：{_said(one)} → {called}{days.day(new.day, ask.today)}，{_before(new)}提醒。")


def _name(words: str, deed: str) -> Cleared:
    name = gate.cleared(words)
    if len(name) > _LONGEST:
        raise Refusal(f"名称有 {len(name)} 字，请缩短到 {_LONGEST} 字以内，没有{deed}。")
    return name


def _leads(words: str) -> tuple[tuple[int, ...], str]:
    match = _BEFORE.search(words)
    found = {int(each) for each in re.findall(r"\d+", match[1])} if match else set()
    on_day = {0} if _ON_DAY.search(words) else set()
    rest = _ON_DAY.sub(" ", _BEFORE.sub(" ", words))
    return tuple(sorted(found | on_day, reverse=True)), rest


def _unit(ask: Ask) -> Unit:
    """The widest part of the tree that the asker has to do with."""
    return min(ask.me.units(), key=lambda unit: (unit.path.count("/"), unit.path))


def _own(ask: Ask, word: str, words: str) -> tuple[own_dates.OwnDate, str]:
    match = _NUMBER.fullmatch(words.strip())
    one = own_dates.by_id(ask.db, int(match[1])) if match else None
    if match is None or one is None:
        raise Refusal(f"没有这个编号，什么都没有改。发「提醒 列表」看编号，再像这样发：提醒 {word} 3")
    if not any(one.path.startswith(grant.unit.path) for grant in ask.me.grants):
        raise Denied(f"{one.name}是{one.unit}的，不由您来改。", what=f"提醒 {word}", subject=f"unit:{one.unit_id}")
    return one, match[2]


def _said(one: own_dates.OwnDate) -> str:
    return f"{one.id}. {one.name}（{'每年' if one.yearly else ''}{days.day(one.day)}）"


def _before(one: own_dates.OwnDate) -> str:
    return "、".join(f"提前 {lead} 天" if lead else "当天" for lead in one.leads)


def listed(ask: Ask, last: date) -> list[str]:
    """The lines of those that concern the asker, up to a day, with their numbers."""
    found = own_dates.of(ask.db, [grant.unit.path for grant in ask.me.grants], above(ask))
    near = [(day, one) for one in found for year in (ask.today.year, ask.today.year + 1) if (day := one.on(year))]
    shown = sorted((day, one.id, one) for day, one in near if ask.today <= day <= last)
    return [
        f"{days.short(day)} {days.weekday(day)} {_said(one)}{'（暂停）' if one.paused else ''}" for day, _, one in shown
    ]


def above(ask: Ask) -> list[int]:
    """The units at and above those of the asker."""
    return sorted({int(part) for grant in ask.me.grants for part in grant.unit.path.strip("/").split("/")})
