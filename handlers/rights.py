"""Rights beyond a command's `who`: who reports where, who appoints whom, whose word takes a second (domain §1.2)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from handlers.kit import ADMINS, REPORTERS, Ask, Denied, Grant, Person, Refusal, Role, Unit
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import accounts, daily, people
from storage.people.appointments import Appointment, Wish

# They report their own sessions: of their very unit, not of what is below it, and read their own records only.
VISITORS = frozenset({Role.OUTSIDE_COUNSELOR, Role.VOLUNTEER})
# They read what a whole unit reported.
LOOKERS = (REPORTERS - VISITORS) | ADMINS | {Role.INSPECTOR, Role.GROUP_HEAD, Role.CARE_ADMIN}
_BELOW_SCHOOL = frozenset({Role.COUNSELOR, *VISITORS})
_SIDE = frozenset(
    {Role.STATION_HEAD, Role.GROUP_HEAD, Role.CARE_ADMIN, Role.INSPECTOR, Role.DATA_OFFICER, Role.SUPERVISOR}
)
_SCHOOL = _BELOW_SCHOOL | {Role.BRIGADE, Role.DATA_OFFICER}
_COUNTY = _SCHOOL | _SIDE | {Role.SCHOOL_ADMIN, Role.COUNTY_ADMIN}
# Role → the roles that its holder gives and ends at and below the unit where it is held.
APPOINTS: dict[Role, frozenset[Role]] = {
    Role.BRIGADE: _BELOW_SCHOOL,
    Role.SCHOOL_ADMIN: _SCHOOL,
    Role.COUNTY_ADMIN: _COUNTY,
    Role.CITY_ADMIN: _COUNTY | {Role.CITY_ADMIN},
    Role.PROVINCE_ADMIN: frozenset(Role),
}
GIVERS = frozenset(APPOINTS)
_BY_LEVEL = (Role.PROVINCE_ADMIN, Role.CITY_ADMIN, Role.COUNTY_ADMIN, Role.SCHOOL_ADMIN, Role.BRIGADE)
# What is limited a day, and what whoever has done it as often as it may be is told.
_SPENT = {
    "incidents": "您今天已经报过 {} 次泄露，负责人都收到了，这次没有再报。又有新的情况，请马上打电话告诉学校。",
    "invitations": "今天已经开了 {} 个邀请码，没有再开。急的请另一位管理员来办，不急的明天再来；人多的话，导入名册。",
    "campaigns": "今天已经发布了 {} 个活动，没有再发布。请明天再来。",
    "exports": "今天已经导出了 {} 次，没有再导出。请明天再来。",
}
# Who decides on children's names, sees them, or gives rights: nobody comes to that by one person's word alone.
WEIGHTY = GIVERS | {Role.DATA_OFFICER}
_SEE_NAMES = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
_NO_USERS = re.compile(r"队员|学生|同学|孩子|儿童|小朋友|家长|爸爸|妈妈|[小中大]队[长委]|队干部|班长")
# A counselor belongs to a squad, these two to a school or kindergarten; the other roles may be held anywhere.
_PLACES = {
    Role.COUNSELOR: (Kind.SQUAD,),
    Role.BRIGADE: (Kind.SCHOOL,),
    Role.SCHOOL_ADMIN: (Kind.SCHOOL, Kind.KINDERGARTEN),
}


def highest(db: Connection, now: datetime) -> list[Person]:
    """Whoever stands highest of those that can be written to: they look after the installation."""
    for role in _BY_LEVEL:
        found = people.holding(db, [role], [units.ALL], now)
        if reached := accounts.best(db, [one.id for one in found]):
            return [one for one in found if one.id in reached]
    return []


def may_report(person: Person, unit: Unit) -> bool:
    """Whether this person reports what happens in this unit."""
    return any(
        grant.unit.id == unit.id if grant.role in VISITORS else grant.unit.covers(unit)
        for grant in person.grants
        if grant.role in REPORTERS
    )


def may_change(person: Person, unit: Unit, reporter_id: int) -> bool:
    """Whether this person may correct or take back what `reporter_id` reported of this unit."""
    if any(grant.unit.covers(unit) for grant in person.grants if grant.role in REPORTERS - VISITORS):
        return True
    return reporter_id == person.id and may_report(person, unit)


def sees_names(person: Person, unit: Unit) -> bool:
    """Whether this person works with the children of this unit: a committee above has counts."""
    return any(grant.role in _SEE_NAMES and grant.unit.covers(unit) for grant in person.grants)


def check_grown_up(words: str) -> None:
    """Children and guardians are no users (domain §1.2): raises Refusal where a role is wanted for one."""
    if _NO_USERS.search(words):
        raise Refusal(
            "机器人只给老师和志愿者用，不给孩子和家长开邀请码、账号和角色。孩子的事由辅导员来报，孩子不用登录。"
        )


def place_of(role: Role) -> str:
    """The kinds of unit at which a role is held; empty when at any."""
    return "或".join(_PLACES.get(role, ()))


def fits(role: Role, kind: str) -> bool:
    """Whether this role is held at such a unit."""
    return kind in _PLACES.get(role, (kind,))


def appointed_by(person: Person) -> list[Role]:
    """The roles that this person may give somewhere, in the order of the roles."""
    return [role for role in Role if givers_of(role) & person.roles]


def givers_of(role: Role) -> frozenset[Role]:
    """Who gives this role."""
    return frozenset(giver for giver, roles in APPOINTS.items() if role in roles)


def giving(person: Person, role: Role, path: str) -> Grant | None:
    """By what this person gives, or ends, the role at the unit with this path, a deputy's last; None: they do not."""
    givers = givers_of(role)
    found = [each for each in person.grants if each.role in givers and path.startswith(each.unit.path)]
    return min(found, key=lambda each: each.lent_until is not None, default=None)


def in_charge_of(person: Person, held: Sequence[Grant]) -> bool:
    """Whether this person could have given all of this, of which there is something, and not only as a deputy."""
    return bool(held) and all(giving(person.own, each.role, each.unit.path) for each in held)


def needs_second(giver: Person, role: Role, path: str) -> bool:
    """Whether this role there takes a second person's word: it weighs, or shows names that the giver does not see."""
    sees = any(each.role in _SEE_NAMES and path.startswith(each.unit.path) for each in giver.grants)
    return role in WEIGHTY or (role is Role.COUNSELOR and not sees)


def takes_second(db: Connection, giver: Person, wish: Wish, now: datetime) -> bool:
    """Whether this wish takes a second person's word besides the giver's; raises Denied for what no word is enough."""
    check_taker(db, giver, wish, now)
    if wish.role is None:
        held = people.lasting(db, wish.person_id, now)
        weighs = any(needs_second(giver, each.role, each.unit.path) for each in held)
        return weighs or not in_charge_of(giver, held)
    # What somebody has they may lend: they cannot do more by it.
    return wish.deputy_for != giver.id and needs_second(giver, wish.role, _at(db, wish).path)


def check_taker(db: Connection, giver: Person, wish: Wish, now: datetime) -> None:
    """What somebody gives to others does not come to them from whoever they may have given it to; raises Denied."""
    if wish.role is None or wish.from_id != giver.id:
        return
    taker = people.by_id(db, wish.person_id, now)
    if giving(taker.own, wish.role, _at(db, wish).path):
        words = f"没有交接：{wish.role.label}是{taker.name}能任命的，不能交接给{taker.name}本人，请上级管理员来任命。"
        raise Denied(words, what="交接", subject=f"person:{taker.id}")


def could_give(db: Connection, who: Person, wish: Wish, now: datetime) -> bool:
    """Whether this could be this person's own wish today, not only a deputy's."""
    if not units.stands(db, wish.unit_id):
        return False
    if wish.role is None:
        return in_charge_of(who, people.lasting(db, wish.person_id, now))
    return giving(who.own, wish.role, _at(db, wish).path) is not None


def may_confirm(db: Connection, who: Person, wish: Wish, asked_by: int, now: datetime) -> bool:
    """Whether this person's word makes two: they are neither who asked nor whom it is about."""
    return who.id not in (asked_by, wish.person_id) and could_give(db, who, wish, now)


def nearest(db: Connection, wish: Wish, asked_by: int, now: datetime) -> list[Person]:
    """Who may confirm, of the level that is nearest; who has not joined cannot, while anybody else can."""
    near = people.above(db, GIVERS, _at(db, wish), now)
    depth = {each.id: max((grant.unit.path.count("/") for grant in each.own.grants), default=0) for each in near}
    whole = (people.by_id(db, each.id, now) for each in near)
    able = [each for each in whole if may_confirm(db, each, wish, asked_by, now)]
    here = accounts.joined(db, depth)
    able = [each for each in able if each.id in here] or able
    return [each for each in able if depth[each.id] == max(depth[one.id] for one in able)]


def looked_for(db: Connection, waiting: Iterable[Appointment], now: datetime) -> Counter[int]:
    """How many of these each of the nearest may confirm, by the person's id; of one school all are asked alike."""
    known: dict[tuple[object, ...], list[Person]] = {}
    counts: Counter[int] = Counter()
    for one in waiting:
        at, wish = _at(db, one.wish), one.wish
        key = (at.school_id or at.id, at.kind, wish.role, one.asked_by) if wish.role else (one.id,)
        if key not in known:
            known[key] = nearest(db, wish, one.asked_by, now)
        counts.update(each.id for each in known[key] if each.id != wish.person_id)
    return counts


def is_once_more(ask: Ask, what: str) -> bool:
    """Count what is limited a day; False when the asker has done it as often as it may be."""
    who = f"person:{ask.person.id}" if ask.person else f"{ask.message.channel}:{ask.message.sender}"
    return what not in ask.daily or daily.count(ask.db, who, what, ask.today) <= ask.daily[what]


def spend(ask: Ask, what: str) -> None:
    """The same; raises Refusal when they have."""
    if not is_once_more(ask, what):
        raise Refusal(_SPENT[what].format(ask.daily[what]))


def _at(db: Connection, wish: Wish) -> Unit:
    return units.by_id(db, wish.unit_id)
