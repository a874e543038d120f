"""名额: the awarding level freezes for how many children or squads a medal may be awarded this term (domain §4.2)."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from handlers.asker import levels
from handlers.kit import Ask, Denied, Refusal, Reply, Role, Unit
from handlers.medals.awards import approval, eligibility
from handlers.reading.medals.medals import find_medals
from handlers.registry import command
from handlers.wording import medals, places, questions
from scheduling.periods import term_of
from storage.medals import quotas
from storage.organisation import units

_WHO = approval.MAY_EXCEPT
_LIKE = "名额 一星章 三(2)中队 41"
_BASE = re.compile(r"(?<![\d(])(\d{1,6})\s*[人名位个]?\s*$")


@dataclass(frozen=True, slots=True)
class _Round:
    """The base that is to be frozen anew: unit, medal, collectives or children, how many."""

    unit: int
    medal: str
    collective: bool
    base: int


AGAIN = questions.Question(
    "quota", _Round, undone="名额还没有改。", dropped="好的，名额没有改。", yes="改", no="不改", final=True
)


@command(
    "名额", "quota", who=_WHO, group="奖章", rank=41, help="定星级章的名额",
    looks="", examples=("名额", _LIKE, "名额 集体一星章 12"),
)  # fmt: skip
def quota(ask: Ask) -> Reply:
    """Without words: every quota with its arithmetic; else the base of one is frozen."""
    if not ask.args:
        return _all(ask)
    found, rest = find_medals(ask.args, ())
    medal = found[0].code if len(found) == 1 else None
    base = _BASE.search(rest)
    if medal is None or not percent(ask.db, medal) or base is None:
        raise Refusal(f"请写明奖章、中队（全校就不写）和符合条件的人数，像这样：{_like(ask)}")
    collective = "集体" in rest
    at = _unit(ask, re.sub(r"集体|[\ue000-\ue002]", " ", rest[: base.start()]).strip(), medal)
    wish = _Round(at.id, medal, collective, int(base[1]))
    old = _standing(ask, wish)
    if old and old.base != wish.base:
        asked = f"已经定过：{eligibility.arithmetic(old, quotas.used(ask.db, old))}。改成 {wish.base} 吗？"
        return Reply(asked, AGAIN.put(ask, wish))
    return _freeze(ask, wish)


def percent(db: Connection, medal: str) -> int:
    """At most how many per cent of those who are eligible, as its row says; 0 where it says nothing."""
    row = levels.row_of(db, medal)
    found = (each.ratio for each in row.quotas if each.level == medals.label(medal)) if row else ()
    return int(next(iter(found), "0%").rstrip("%"))


def _like(ask: Ask) -> str:
    """Of a medal that the asker's own level awards: the county's is no school's."""
    own = (each for each in medals.STARS if percent(ask.db, each) and not _may(ask, each).isdisjoint(ask.me.roles))
    medal = next(own, "S1")
    return _LIKE if medal == "S1" else f"名额 {medals.label(medal)} 41"


def _may(ask: Ask, medal: str) -> frozenset[Role]:
    """The admins of the level that awards it."""
    return levels.OFFICES[levels.awarding(ask.db, medal)][1] & _WHO


def _unit(ask: Ask, words: str, medal: str) -> Unit:
    role = _may(ask, medal)
    if role.isdisjoint(ask.me.roles):
        who = medals.OFFICES[levels.awarding(ask.db, medal)]
        raise Denied(f"{medals.label(medal)}由{who}评定，名额也由那里定。", what="名额")
    found = places.chosen(ask, role, words, "名额")
    if len(found) != 1:
        raise Refusal(f"请写明是哪里的名额，像这样：{_LIKE}")
    return found[0]


def _standing(ask: Ask, wish: _Round) -> quotas.Quota | None:
    at = units.by_id(ask.db, wish.unit)
    same = (at.id, wish.medal, wish.collective)
    found = quotas.within_paths(ask.db, [at.path], term_of(ask.today))
    return next((each for each in found if (each.unit.id, each.medal, each.collective) == same), None)


@questions.answers(AGAIN)
def again(ask: Ask, known: _Round) -> Reply:
    """The base is another one now."""
    at = units.by_id(ask.db, known.unit)
    if not any(grant.role in _may(ask, known.medal) and grant.unit.covers(at) for grant in ask.me.grants):
        raise Denied(f"{at.name}不在您负责的范围。", what="名额", subject=f"unit:{at.id}")
    return _freeze(ask, known)


def _freeze(ask: Ask, wish: _Round) -> Reply:
    at, term = units.by_id(ask.db, wish.unit), term_of(ask.today)
    ratio = percent(ask.db, wish.medal)
    quotas.freeze(ask.db, at, wish.medal, wish.collective, term, wish.base, ratio, ask.me.id, ask.now)
    new = _standing(ask, wish)
    assert new is not None
    return Reply(f"已定 {term}名额：{eligibility.arithmetic(new, quotas.used(ask.db, new))}。超过了不能同意。")


def _all(ask: Ask) -> Reply:
    found = quotas.within_paths(ask.db, ask.me.paths(_WHO), term_of(ask.today))
    if not found:
        return Reply(f"本学期还没有定名额。像这样定：{_like(ask)}")
    lines = [eligibility.arithmetic(each, quotas.used(ask.db, each)) for each in found]
    return Reply("\n".join([f"{term_of(ask.today)}名额", *lines]))
