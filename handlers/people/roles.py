"""角色, 任命, 免去: who holds which role from when to when, and giving or ending one."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from handlers import rights
from handlers.kit import Ask, Denied, Person, Refusal, Reply, Role, Unit
from handlers.people import appointments
from handlers.people.joining import invitation
from handlers.registry import ANYTHING, command
from handlers.wording import places
from handlers.wording.days import day_in
from storage.organisation import units
from storage.people import people
from storage.people.appointments import Wish
from storage.people.people import Term

_APPOINTERS = frozenset(rights.APPOINTS)
# The data-protection officer sees who may see what.
_LOOKERS = _APPOINTERS | {Role.DATA_OFFICER}
_MOST = 40
# 任命 张老师 为 三(2)中队 中队辅导员, 任命 张老师 担任中队辅导员 三(2)中队.
_AS = re.compile("^ *(?:担任|[任为当做])? *")
_LONGEST = timedelta(days=3660)


@command(
    "角色", "roles", who=_LOOKERS, group="人员", rank=26, help="看谁有什么角色、到哪一天",
    looks=".*", examples=("角色", "角色 实验小学", "角色 张老师"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The roles in the asker's part of the tree, of one unit or one person of it; those that ended lately too."""
    if not ask.message.private:
        raise Refusal("名单请私聊我看。")
    top = places.scope(ask.me, _LOOKERS)
    found = people.terms(ask.db, [unit.path for unit in top], ask.now - timedelta(days=180))
    if ask.args:
        named = [each for each in found if each.person == ask.args]
        inside = [] if named else [unit.path for unit in places.chosen(ask, _LOOKERS, ask.args, "角色")]
        found = named or [each for each in found if any(each.unit.path.startswith(path) for path in inside)]
    if not found:
        return Reply("这里还没有人有角色。请老师加入，发「邀请」看怎么做。")
    lines = [_line(ask, each) for each in found[:_MOST]]
    more = (
        f"还有 {len(found) - _MOST} 个，写上单位再看，如「角色 {found[-1].unit.name}」。" if len(found) > _MOST else ""
    )
    return Reply("\n".join(filter(None, [f"角色 {len(found)} 个", *lines, more])))


def _line(ask: Ask, held: Term) -> str:
    zone = ask.now.tzinfo
    since = f"{held.since.astimezone(zone):%Y-%m-%d} 起"
    until = f"，到 {_last_day(ask, held.until)}" if held.until else ""
    over = held.over or (held.until and held.until <= ask.now)
    state = "（已结束）" if over else "" if held.begun or held.since <= ask.now else "（还没开始）"
    return f"{held.person} {held.role.label} {units.full_name(ask.db, held.unit)} {since}{until}{state}"


def _last_day(ask: Ask, until: datetime) -> date:
    """An end at midnight is the day before."""
    return (until.astimezone(ask.now.tzinfo) - timedelta(seconds=1)).date()


@command(
    "任命", "appoint", who=_APPOINTERS, group="人员", rank=30, help="给一位老师角色，可写起止日期", glued=ANYTHING,
    examples=("任命 张老师 大队辅导员 实验小学", "任命 张老师 校外辅导员 实验小学 从9月1日 到2027年7月15日"),
)  # fmt: skip
def appoint(ask: Ask) -> list[Reply]:
    """A role for somebody whom the bot knows already; newcomers come by 邀请."""
    words, since, until = _term(ask, ask.args)
    person, role, at = _meant(ask, words, "任命")
    if person.id == ask.me.id:
        raise Denied("不能给自己角色，请上级管理员来任命。", what="任命", subject=f"person:{person.id}")
    if not rights.fits(role, at.kind):
        raise Refusal(f"{role.label}要在{rights.place_of(role)}里，「{at.name}」是{at.kind}。")
    done = appointments.propose(ask, ask.me, Wish(person.id, at.id, role, since, until))
    given = [each for each in people.lasting(ask.db, person.id, ask.now) if (each.role, each.unit.id) == (role, at.id)]
    # A deputy's word ends with the deputyship.
    until = given[0].lent_until or until if given and not done.waits else until
    where = f"{units.full_name(ask.db, at)}的{role.label}"
    begins = f"{since:%Y-%m-%d} 起" if since and since > ask.now else "现在起"
    ends = f"，到 {_last_day(ask, until)} 为止" if until else ""
    what = f"{person.name}，{where}，{begins}{ends}。"
    if done.waits:
        return [Reply(f"任命：{what}{done.waits}"), *done.told]
    told = Reply(f"{ask.me.name}请您担任{where}，{begins}{ends}。发「帮助」看看能做什么。", to=person.id)
    return [Reply(f"已任命：{what}"), told]


@command(
    "免去", "dismiss", who=_APPOINTERS, group="人员", rank=31, help="结束一个角色，可写最后一天", glued=ANYTHING,
    examples=("免去 张老师 中队辅导员 三(2)中队", "免去 张老师 中队辅导员 三(2)中队 到7月15日"),
)  # fmt: skip
def dismiss(ask: Ask) -> list[Reply]:
    """End a role now, or at the end of a day; what was done with it stays."""
    words, since, until = _term(ask, ask.args)
    if since:
        raise Refusal("结束角色只写最后一天，如「到7月15日」。")
    person, role, at = _meant(ask, words, "免去")
    where = f"{units.full_name(ask.db, at)}的{role.label}"
    if not people.end(ask.db, person.id, role, at, until or ask.now, ask.now):
        raise Refusal(f"{person.name}现在不是{where}。发「角色 {person.name}」看看。")
    when = f"{_last_day(ask, until)} 以后不再是" if until else "不再是"
    told = Reply(f"您{when}{where}。以前报的都还在。", to=person.id)
    return [Reply(f"已记下：{person.name} {when}{where}。"), *([told] if person.id != ask.me.id else [])]


def _term(ask: Ask, words: str) -> tuple[str, datetime | None, datetime | None]:
    """(the words without the days, when it begins, when it is over: the midnight after the last day)."""
    head, to, tail = words.partition("到")
    last, rest = day_in(tail, ask.today, ahead=True) if to else (None, "")
    if last is None:
        head, rest = words, ""
    first, head = day_in(head.replace("从", " "), ask.today, ahead=True)
    if (last and last < (first or ask.today)) or (last or first or ask.today) > ask.today + _LONGEST:
        raise Refusal("起止日期不对：最后一天不能早于今天和第一天，也不能太远。像这样写：从9月1日 到2027年7月15日")
    since = _midnight(ask, first) if first and first > ask.today else None
    return f"{head} {rest}".strip(), since, _midnight(ask, last + timedelta(days=1)) if last else None


def _midnight(ask: Ask, day: date) -> datetime:
    return datetime.combine(day, time(), ask.now.tzinfo)


def _meant(ask: Ask, words: str, word: str) -> tuple[Person, Role, Unit]:
    """Who, as what, where; raises Refusal, or Denied for what is not the asker's to give."""
    name, _, rest = words.partition(" ")
    role, place = invitation.role_in(_AS.sub("", rest))
    if not name or role is None:
        rights.check_grown_up(words)
        mine = invitation.appointable(ask)
        may = "、".join(each.label for each in mine)
        raise Refusal(
            f"请写明谁、角色和单位，像这样：{word} 张老师 {invitation.like(ask, mine[0])}\n您可以{word}：{may}。"
        )
    top = places.scope(ask.me, [held for held, may in rights.APPOINTS.items() if role in may])
    if not top:
        raise Denied(f"{role.label}不归您{word}，请找上级管理员。", what=word)
    fitting = [unit for unit in places.named(ask, top, place) if rights.fits(role, unit.kind)] if place else top
    if len(fitting) != 1:
        return _unclear(ask, role, place, fitting, word)
    return _person(ask, name), role, fitting[0]


def _unclear(ask: Ask, role: Role, place: str, found: Sequence[Unit], word: str) -> tuple[Person, Role, Unit]:
    if found:
        names = "、".join(units.full_name(ask.db, unit) for unit in found[:5])
        raise Refusal(f"请写明是哪个单位：{names}。")
    raise Denied(f"您负责的范围里没有可以有{role.label}的「{place}」。请核对单位。", what=word)


def _person(ask: Ask, words: str) -> Person:
    """Whom the words name in the asker's part of the tree; 张老师@三(2)中队 where there are several."""
    name, _, place = words.partition("@")
    paths = [unit.path for unit in places.scope(ask.me, _APPOINTERS)]
    found = {each.person_id: each.unit for each in people.terms(ask.db, paths, None) if each.person == name}
    if place:
        found = {id: unit for id, unit in found.items() if place in units.full_name(ask.db, unit)}
    if not found:
        # Whether somebody of this name is elsewhere is not looked up.
        ask.door.hear_name(words)
        raise Denied(f"您负责的范围里没有「{words}」。还没有加入的老师，请发「邀请」。", what="任免")
    if len(found) > 1:
        names = "、".join(f"{name}@{units.full_name(ask.db, unit)}" for unit in list(found.values())[:5])
        raise Refusal(f"有 {len(found)} 位{name}：{names}。请连单位一起写，如「{names.partition('、')[0]}」。")
    return people.by_id(ask.db, next(iter(found)), ask.now)
