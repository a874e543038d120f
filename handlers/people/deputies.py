"""代理: somebody stands in for a reviewer for some days, with the same rights; afterwards they end by themselves."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from itertools import chain

from handlers import rights
from handlers.kit import ADMINS, Ask, Button, Denied, Grant, Person, Refusal, Reply, Role
from handlers.people import accounts, appointments
from handlers.registry import ANYTHING, command
from handlers.wording import days, places
from storage.organisation import units
from storage.people import people
from storage.people.appointments import Wish
from storage.roster import handover
from storage.roster.handover import Deputy

_LONGEST = timedelta(days=92)
_DAY = timedelta(days=1)
_MOST = 6
_EXAMPLE = "代理 李老师 12月1日-12月15日"
_WORDS = {"今天": 0, "明天": 1, "后天": 2}
_SPAN = re.compile(r"(\d{1,2})[月./](\d{1,2})[日号]?(?:\s*[-~—–到至]+\s*(?:(\d{1,2})[月./])?(\d{1,2})[日号]?)?\s*$")


@command(
    "代理", "deputy", who=rights.GIVERS, group="人员", rank=32, help="请别的老师代几天", glued=ANYTHING,
    looks="", examples=("代理", _EXAMPLE),
)  # fmt: skip
def deputy(ask: Ask) -> Reply | list[Reply]:
    """`代理 李老师 12月1日-12月15日`; with two names the first is whom the second stands in for; 取消 ends it."""
    if not ask.message.private:
        raise Refusal("代理请私聊我来定。")
    words = _with_dates(unicodedata.normalize("NFKC", ask.args), ask.today)
    if not words:
        return _list(ask)
    if words.startswith("取消"):
        return _end(ask, words.removeprefix("取消").strip())
    span = _SPAN.search(words)
    names = words[: span.start()].split() if span else []
    if span is None or not 1 <= len(names) <= 2:
        other = "代理 刘校长 李老师 12月1日-12月15日"
        raise Refusal(f"请写明由谁代理、从哪天到哪天，像这样发：{_like(ask)}\n替别人定，写两个名字：{other}")
    first, last = _days(span, ask.today)
    dates = words[span.start() :]
    principal = ask.me if len(names) == 1 else _one(ask, names[0], f"{{}} {names[1]} {dates}")
    if isinstance(principal, Reply):
        return principal
    whom = "" if len(names) == 1 else f"#{principal.id} "
    stand_in = _one(ask, names[-1], f"{whom}{{}} {dates}")
    return stand_in if isinstance(stand_in, Reply) else _appoint(ask, principal, stand_in, first, last)


def _like(ask: Ask) -> str:
    """The example with somebody who could do it: at the same office, else at a school below; else with a blank."""
    own = ask.me.units(rights.GIVERS)
    mine = {(each.role, each.unit.id) for each in ask.me.grants}
    here = {unit.id for unit in own}
    beside = (each for unit in own for each in people.above(ask.db, ADMINS, unit, ask.now) if here & _places(each))
    below = units.usual(ask.db, [unit.path for unit in own], units.Kind.SCHOOL, "") or own[0]
    everybody = chain(beside, people.holding(ask.db, list(Role), [below.path], ask.now))
    fit = (each.name for each in everybody if mine.isdisjoint((grant.role, grant.unit.id) for grant in each.grants))
    return _EXAMPLE.replace("李老师", next(fit, "〈姓名〉"))


def _places(person: Person) -> set[int]:
    return {grant.unit.id for grant in person.grants}


def _with_dates(words: str, today: date) -> str:
    for word, ahead in _WORDS.items():
        day = today + ahead * _DAY
        words = words.replace(word, days.short(day))
    return words.strip()


def _days(span: "re.Match[str]", today: date) -> tuple[date, date]:
    """The first and the last day; a day that has passed is next year's. Raises Refusal."""
    month, day = int(span[1]), int(span[2])
    last_month, last_day = int(span[3] or month), int(span[4] or day)
    try:
        first = _next(month, day, today)
        last = _next(last_month, last_day, first)
    except ValueError:
        raise Refusal(f"没有这个日期。请像这样发：{_EXAMPLE}") from None
    if last - first > _LONGEST:
        raise Refusal(f"一次最多代理 {_LONGEST.days} 天。更长的请用「交接」。")
    return first, last


def _next(month: int, day: int, since: date) -> date:
    this = date(since.year, month, day)
    return this if this >= since else date(since.year + 1, month, day)


def _one(ask: Ask, name: str, args: str) -> Person | Reply:
    """Somebody in the asker's part of the tree, or the question which of several."""
    several = accounts.found(ask, name, [unit.path for unit in places.scope(ask.me, rights.GIVERS)])
    if not several:
        ask.door.hear_name(name)
        raise Denied(f"您负责的范围里没有「{name}」。请写名册里的姓名；还没有加入的，先发「邀请」。", what="代理")
    if len(several) > 1:
        return accounts.which(ask, several, name, "代理", args)
    return several[0]


def _appoint(ask: Ask, principal: Person, stand_in: Person, first: date, last: date) -> list[Reply]:
    held = _to_stand_in_for(ask, principal, stand_in)
    since, until = (datetime.combine(day, time(), ask.now.tzinfo) for day in (first, last + _DAY))
    wishes = [
        Wish(stand_in.id, each.unit.id, each.role, max(since, ask.now), until, deputy_for=principal.id) for each in held
    ]
    proposed = [appointments.propose(ask, ask.me, each) for each in wishes]
    waits = "\n".join(dict.fromkeys(filter(None, (each.waits for each in proposed))))
    roles = "、".join(f"{units.full_name(ask.db, each.unit)} {each.role.label}" for each in held)
    when = f"{days.short(first)}到{days.short(last)}"
    ends = f"到期自动结束；要提前结束，发：代理 取消 {stand_in.name}"
    said = f"{when}，{stand_in.name}代理{principal.name}的{roles}。{waits or ends}"
    told = f"{when}，请您代理{principal.name}的{roles}。那几天发「待审」「未签到」就能做；到期自动结束。"
    notices = [reply for each in proposed for reply in each.told] if waits else [Reply(told, to=stand_in.id)]
    if principal.id != ask.me.id:
        notices.append(Reply(f"{when}，由{stand_in.name}代理您的{roles}（{ask.me.name}定的）。", to=principal.id))
    return [Reply(said if waits else f"定好了：{said}"), *notices]


def _to_stand_in_for(ask: Ask, principal: Person, stand_in: Person) -> list[Grant]:
    """The principal's roles that the asker may lend to this person; raises Refusal or Denied."""
    if stand_in.id == principal.id:
        raise Refusal("写的是同一个人。请写明由谁代理。")
    held = [each for each in principal.own.grants if each.role in rights.GIVERS]
    if principal.id != ask.me.id:
        held = [each for each in held if rights.giving(ask.me.own, each.role, each.unit.path)]
        if stand_in.id == ask.me.id:
            raise Denied("不能定自己来代理，请上级管理员来定。", what="代理", subject=f"person:{principal.id}")
    if not held:
        raise Denied(f"{principal.name}没有您能请人代理的角色。", what="代理", subject=f"person:{principal.id}")
    wanted = {(each.role, each.unit.id) for each in held}
    if any((each.role, each.unit.id) in wanted for each in stand_in.own.grants):
        raise Refusal(f"{stand_in.name}本来就有这个角色，不用代理。")
    for each in handover.deputies(ask.db, stand_in.id, ask.now):
        if each.person_id == stand_in.id and (each.role, each.unit.id) in wanted:
            again = f"要改日期，先发：代理 取消 {stand_in.name}"
            raise Refusal(f"已经定了：{_shown(ask, each)}。\n{again}")
    return held


def _list(ask: Ask) -> Reply:
    found = handover.deputies(ask.db, ask.me.id, ask.now)
    lines = [f"· {_shown(ask, each)}" for each in found]
    buttons = tuple(
        Button(f"取消{each.person}", "代理", f"取消 {each.person}") for each in found if each.for_id == ask.me.id
    )
    none = "现在没有人代理。"
    return Reply("\n".join([*(lines or [none]), f"请别的老师代几天，发：{_like(ask)}"]), buttons[:_MOST])


def _shown(ask: Ask, each: Deputy) -> str:
    since, until = each.since.astimezone(ask.now.tzinfo), each.until.astimezone(ask.now.tzinfo) - _DAY
    what = f"{each.person}代理{each.principal}：{each.unit.name} {each.role.label}"
    return f"{days.short(since)}到{days.short(until)} {what}"


def _end(ask: Ask, name: str) -> list[Reply]:
    mine = [each for each in handover.deputies(ask.db, ask.me.id, ask.now) if each.for_id == ask.me.id]
    over = [each for each in mine if not name or each.person == name]
    if not over:
        other = f"免去 {name or '钱老师'} 大队辅导员 实验小学"
        raise Refusal(f"没有要取消的代理。发「代理」看现在的；替别人定的，像这样结束：{other}")
    for each in over:
        people.end(ask.db, each.person_id, each.role, each.unit, ask.now, ask.now)
    ended = {each.person_id: each.person for each in over}
    names = "、".join(ended.values())
    told = [Reply(f"{ask.me.name}的代理提前结束了，谢谢您！", to=person_id) for person_id in ended]
    return [Reply(f"已结束：{names}不再代理。"), *told]
