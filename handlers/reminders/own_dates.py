"""提醒 新增 2027-05-20 校园开放日 提前 7,1: dates that people add for their part of the tree; 暂停, 恢复, 改, 删除."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from handlers import rights
from handlers.catalogue.current import calendar_at
from handlers.kit import Ask, Button, Denied, Due, NotMeant, Refusal, Reply, Role, Unit
from handlers.registry import due
from handlers.reminders import naming
from handlers.reminders.calendars import day_names
from handlers.wording import days
from scheduling.occasions import Row, Span, leading
from storage.people import people
from storage.reminders import own_dates

# 新增2027-05-20 校园开放日 is said without a space as well; 改革开放日 is a name.
_WORDS = sorted(("新增", "暂停", "恢复", "删除", "改", *naming.DEEDS), key=len, reverse=True)
DEED = re.compile(rf"({'|'.join(_WORDS)})(?=$|[\s:：#＃第\d])[\s:：]*")
_LIKE = "提醒 新增 2027-05-20 校园开放日 提前 7,1"
_LEADS, KIND = (7, 1), "own_date"
_NONE = "没有这个编号或名称，什么都没有改。发「提醒 列表」看编号，再像这样发：提醒 {} 3"
_AND = r"\s*(?:[,，、和及与]\s*)+"
# 提前7,1 and 提前7天、3天和当天; 400 days are no two numbers, and 5月20日 behind it is a day.
_LEAD = r"(?:提前)?\s*\d{1,2}(?![\d月./-])\s*天?"
_BEFORE = re.compile(rf"提前\s*(?={_LEAD})({_LEAD}(?:{_AND}{_LEAD})*)")
_YEARLY = re.compile(r"(?:每年|年年)的?")
_LEAP = re.compile(r"(?<![\d年./-])0?2[月./-]29日?")
_ON_DAY = re.compile(r"[,，、和]?\s*当天")
_RENAMED = re.compile(r"(?:改?名(?:[称字]|(?![称字]))|叫做?)\s*改?[为成叫]?[\s:：]*(.+)")
# 2月9日, 2-10 and 1个月 are no numbers of a row.
_ROW = r"[#＃第]?(\d{1,9})(?![\d月日号天周年个./-])\s?[条项]?"
_NUMBER = re.compile(rf"{_ROW}\s*(.*)")
_NUMBERS = re.compile(rf"{_ROW}(?:(?:{_AND}|\s+){_ROW})*")
_MOST = 30
OTHERS = re.compile("(?:提醒|通知|告诉|告知|叫|喊).*(?:大家|老师|各|全|辅导员|每)|(?:日子|日历)")
_OF_YEAR = re.compile(r"20\d\d|[明今]年")
_NUMBER_ALONE = re.compile(r"(?<![第\d(（])\d{1,3}(?![\d届期周日年级)）])")
# A day of the past half year was told of, not one of next year.
_FAR = timedelta(days=270)
# They look, or report for themselves: what is to be said to everybody at a unit is not theirs.
_MAY = frozenset(Role) - rights.VISITORS - {Role.INSPECTOR, Role.DATA_OFFICER}


def _of(span: Span, one: own_dates.OwnDate) -> Iterator[Row]:
    for day in filter(None, map(one.on, span.years())):
        for lead, at in leading(span.at([one.path]), day, one.leads):
            row = {"occurrence": f"own:{one.id}:{one.version}:{day}", "lead": lead, "day": day, "due_at": at}
            yield {**row, "payload": {"own": one.id, "version": one.version}}


def _laid_out(span: Span) -> Iterator[Row]:
    whose = span.whose
    for one in own_dates.running(span.db):
        if whose and not any(path.startswith(one.path) for path in whose.paths()):
            continue
        for row in _of(span, one):
            for person in [whose] if whose else people.holding(span.db, list(Role), [one.path], span.now):
                yield {**row, "person_id": person.id}


@due(KIND, rank=2, use=None, found=_laid_out)
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
    if word == "改":
        return _change(ask, *_own(ask, words))
    found = _all_own(ask, word, words)
    said = "；".join(_said(one, ask.today) for one in found)
    if word == "删除":
        for one in found:
            own_dates.remove(ask.db, one.id)
        return Reply(f"已删除，不再提醒：{said}。")
    for one in found:
        own_dates.change(ask.db, one, paused=word == "暂停")
    back = ("恢复", "照常提醒") if word == "暂停" else ("暂停", "不提醒")
    state = "先不提醒" if word == "暂停" else "照常提醒"
    numbers = " ".join(str(one.id) for one in found)
    return Reply(f"好的，{said}：{state}。", (Button(back[0], "提醒", f"{back[0]} {numbers}"),))


def offered(ask: Ask, words: str, named: bool = True) -> Reply:
    """
    每年9月28日是校庆，提前一周提醒大家: what it would be, and whom it would remind; there are none for one alone.

    With `named` False the command's word may not have been meant: of a day that is over something else is told.
    """
    wrong = Refusal(f"没看懂日子或名称，没有新增。像这样发：{_LIKE}") if named else NotMeant()
    yearly = bool(_YEARLY.search(words))
    leads, rest = _leads(_YEARLY.sub(" ", naming.digits(words, ask.today)))
    day, rest = days.day_in(rest, ask.today, ahead=True)
    called = day_names.name_in(rest)
    name = day_names.cleared(called, "新增") if len(called) > 1 else ""
    far = not (yearly or _OF_YEAR.search(words)) and day is not None and day - ask.today > _FAR
    if day is None or not name or (not named and (far or _NUMBER_ALONE.search(name))):
        raise wrong
    ahead = "、".join(f"提前 {lead} 天" if lead else "当天" for lead in leads)
    when = f"每年{days.short(day)}" if yearly else days.day(day, ask.today)
    said = f"{when}「{name}」{'，' if ahead else ''}{ahead}：还没有记。"
    alone = "" if OTHERS.search(_YEARLY.sub(" ", words)) else "不能只提醒您一个人，"
    args = f"新增 {'每年' if yearly else ''}{day.isoformat()} {name} {ahead.replace(' ', '') or '当天'}"
    whom = f"{alone}会提醒{_unit(ask).name}的每位老师。要记，点「新增」。"
    return Reply(said + whom, (Button("新增", "提醒", args), Button("不新增", "提醒", "不新增")))


def may_add(ask: Ask) -> bool:
    """Whether there is a part of the tree to which the asker may add a date."""
    return bool(ask.me.units(_MAY))


def order(ask: Ask, text: str) -> str:
    """改 2 12月16日 of 家长会改到12月16日, 暂停 2 of 家长会不开了: what becomes of a date of the asker's own."""
    plain = naming.LEADING.sub("", text)
    if first := naming.DEED_FIRST.fullmatch(plain):
        plain = f"{first['of']}{first['deed']}{'提醒' if first['deed'] in ('恢复',) else ''}"
    mine = own_dates.of(ask.db, [unit.path for unit in ask.me.units(_MAY)]) if naming.DONE.search(plain) else []
    named = [one for one in mine if plain.startswith(one.name)]
    one = max(named, key=lambda one: len(one.name), default=None)
    done = naming.DONE.fullmatch(plain.removeprefix(one.name)) if one else None
    if one is None or done is None or sum(each.name == one.name for each in named) > 1:
        return ""
    if done["by"]:
        return f"改 {one.id} {naming.later(one.coming(ask.today) or one.day, done).isoformat()}"
    if done["day"]:
        moved = naming.digits(done["day"], ask.today)
        return f"改 {one.id} {moved}" if days.day_in(moved, ask.today, ahead=True)[0] else ""
    return f"{'恢复' if done['back'] else '删除' if '删' in done[0] else '暂停'} {one.id}"


def called(ask: Ask, words: str) -> list[own_dates.OwnDate]:
    """Those that are to come and that the words name: 家长会是哪天."""
    name = naming.asked_of(words)
    found = own_dates.of(ask.db, [grant.unit.path for grant in ask.me.grants], above(ask)) if name else []
    return [one for one in found if one.name == name and one.coming(ask.today)]


def told(ask: Ask, found: Sequence[own_dates.OwnDate]) -> Reply:
    """When they are, and when that is said."""
    lines = []
    for one in found:
        day = one.coming(ask.today) or one.day
        left = {0: "今天", 1: "明天"}.get((day - ask.today).days, f"还有 {(day - ask.today).days} 天")
        state = "先不提醒" if one.paused else f"{_before(ask, one)}提醒"
        lines.append(f"{one.name}（{days.day(day, ask.today)}，{one.unit}）：{left}，{state}。")
    return Reply("\n".join(lines))


def _add(ask: Ask, words: str) -> Reply:
    yearly = bool(_YEARLY.search(words))
    leads, rest = _leads(_YEARLY.sub(" ", words))
    # Of every year, though few have it: from the last that had.
    rest = _LEAP.sub(f"{ask.today.year // 4 * 4}年2月29日", rest) if yearly else rest
    day, rest = days.day_in(rest, ask.today, ahead=True)
    name = day_names.cleared(rest, "新增")
    if day and rest and not name:
        raise Refusal(f"名称里像有人名，没有新增。日子的名称不写人名，请换个说法，像这样发：{_LIKE}")
    if day is None or not name:
        raise Refusal(f"没看懂日子或名称，没有新增。每年都有的写上「每年」，像这样发：{_LIKE}")
    if day < ask.today and not yearly:
        raise Refusal(f"{days.day(day, ask.today)}已经过去了，没有新增。")
    unit = _unit(ask)
    if len(own_dates.of(ask.db, [unit.path])) >= _MOST:
        raise Refusal(f"{unit.name}已经有 {_MOST} 个自己的日子，没有新增。先删掉不用的。")
    number = own_dates.add(ask.db, unit.id, ask.me.id, name, day, yearly, list(leads or _LEADS), ask.now)
    one = own_dates.by_id(ask.db, number)
    assert one is not None
    buttons = Button("删除", "提醒", f"删除 {number}"), Button("暂停", "提醒", f"暂停 {number}")
    cut = day_names.left_out(rest, name)
    return Reply(f"已新增 {_said(one, ask.today)}：{_before(ask, one)}提醒{unit.name}的老师。{cut}", buttons)


def _change(ask: Ask, one: own_dates.OwnDate, words: str) -> Reply:
    leads, rest = _leads(words)
    day, rest = days.day_in(rest, ask.today, ahead=True)
    renamed = _RENAMED.search(rest)
    name = day_names.cleared(renamed[1], "改") if renamed else ""
    if day is None and not leads and not name:
        raise Refusal(f"改成哪一天、提前几天，或叫什么？没有改。像这样发：提醒 改 {one.id} 5月21日 提前 3")
    own_dates.change(ask.db, one, name=name or one.name, day=day or one.day, leads=list(leads or one.leads))
    new = own_dates.by_id(ask.db, one.id)
    assert new is not None
    called = f"{name}，" if name else ""
    when = f"每年{days.short(new.day)}" if new.yearly else days.day(new.day, ask.today)
    return Reply(f"已改：{_said(one, ask.today)} → {called}{when}，{_before(ask, new)}提醒。")


def _leads(words: str) -> tuple[tuple[int, ...], str]:
    match = _BEFORE.search(words)
    found = {int(each) for each in re.findall(r"\d+", match[1])} if match else set()
    on_day = {0} if _ON_DAY.search(words) else set()
    rest = _ON_DAY.sub(" ", _BEFORE.sub(" ", words))
    if "提前" in rest:
        raise Refusal(f"没看懂提前几天，没有记。最多提前 99 天，像这样发：{_LIKE}")
    return tuple(sorted(found | on_day, reverse=True)), rest


def _unit(ask: Ask) -> Unit:
    """The widest part of the tree that the asker looks after."""
    mine = ask.me.units(_MAY)
    if not mine:
        raise Denied("给大家加日子，由单位的负责人来加，没有新增。发「提醒」看接下来给您的。", what="提醒 新增")
    return min(mine, key=lambda unit: (unit.path.count("/"), unit.path))


def _all_own(ask: Ask, word: str, words: str) -> list[own_dates.OwnDate]:
    """Those that are named, by numbers or by a name: 1、2, 家长会; all or none."""
    if _NUMBERS.fullmatch(words.strip()):
        return [_found(ask, word, int(number)) for number in dict.fromkeys(re.findall(r"\d+", words))]
    one, rest = _own(ask, words, word)
    if rest:
        raise Refusal(f"「{rest}」没看懂，什么都没有改。像这样发：提醒 {word} {one.id}")
    return [one]


def _own(ask: Ask, words: str, word: str = "改") -> tuple[own_dates.OwnDate, str]:
    """The one that the words begin with, by its number or name, and the rest of them."""
    words = words.strip()
    if match := _NUMBER.fullmatch(words):
        return _found(ask, word, int(match[1])), match[2]
    mine = own_dates.of(ask.db, [unit.path for unit in ask.me.units(_MAY)])
    # 校园开放日二 is another than 校园开放日.
    named = sorted((one for one in mine if words.startswith(one.name)), key=lambda one: -len(one.name))
    part = words.split(maxsplit=1)[0] if words else ""
    if not named and len(part) > 1 and len(alike := [one for one in mine if part in one.name]) == 1:
        # 校庆 of 校庆日.
        return alike[0], words.removeprefix(part).strip()
    if not named:
        raise Refusal(_NONE.format(word))
    if len(alike := [one for one in named if one.name == named[0].name]) > 1:
        numbers = "、".join(f"{one.id}（{days.short(one.day)}）" for one in alike)
        raise Refusal(f"叫「{named[0].name}」的有 {numbers}。请写编号，像这样：提醒 {word} {named[0].id}")
    return named[0], words.removeprefix(named[0].name).strip()


def _found(ask: Ask, word: str, number: int) -> own_dates.OwnDate:
    one = own_dates.by_id(ask.db, number)
    if one is None:
        raise Refusal(_NONE.format(word))
    if not any(one.path.startswith(unit.path) for unit in ask.me.units(_MAY)):
        raise Denied(f"{one.name}是{one.unit}的，不由您来改。", what=f"提醒 {word}", subject=f"unit:{one.unit_id}")
    return one


def _said(one: own_dates.OwnDate, today: date) -> str:
    leaps = f"（没有 29 日的年份在{days.short(one.day - timedelta(days=1))}）" if one.leaps else ""
    return f"{one.id}. {one.name}，{f'每年{days.short(one.day)}{leaps}' if one.yearly else days.day(one.day, today)}"


def _before(ask: Ask, one: own_dates.OwnDate) -> str:
    """How long before it is told of; that of a free day it is the working day before."""
    day = one.coming(ask.today) or one.day
    at = calendar_at(ask.db, [one.path]).send_at(day, 0)
    early = f"（是休息日，{days.short(at.date())}）" if at and at.date() < day else ""
    return "、".join(f"提前 {lead} 天" if lead else f"当天{early}" for lead in one.leads)


def listed(ask: Ask) -> list[str]:
    """The lines of all that concern the asker and are to come, with their numbers."""
    found = own_dates.of(ask.db, [grant.unit.path for grant in ask.me.grants], above(ask))
    shown = sorted((day, one.id, one) for one in found if (day := one.coming(ask.today)))
    notes = {one.id: ("（每年）" if one.yearly else "") + ("（暂停）" if one.paused else "") for one in found}
    return [f"{id}. {days.day(day, ask.today)} {one.name}{notes[id]}" for day, id, one in shown]


def above(ask: Ask) -> list[int]:
    """The units at and above those of the asker."""
    return sorted({int(part) for grant in ask.me.grants for part in grant.unit.path.strip("/").split("/")})
