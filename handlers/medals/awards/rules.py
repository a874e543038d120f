"""What the rules of medals say of nominations as read: members, the ladder of stars, duplicates and places; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.kit import ADMINS
from handlers.reading import Nomination, Reading
from handlers.reading.medals import awards
from handlers.reading.medals.awards import STARS
from handlers.reading.model import Existing

_CLOSED = frozenset({"returned", "rejected", "withdrawn", "revoked"})


@dataclass(frozen=True, slots=True)
class Quota:
    """Places for one medal in one unit: at most `limit` persons, `used` of them taken."""

    limit: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class Register:
    """What is known of children and medals; the defaults claim nothing. `role` is the sender's, None: any.

    Keys of persons are "4-1/王小明", of `quota` "S1/4-1"; in `basic_complete` "*" holds for everyone not named.
    """

    existing: Sequence[Existing] = ()
    holdings: Mapping[str, Collection[str]] = field(default_factory=dict)
    quota: Mapping[str, Quota] = field(default_factory=dict)
    not_members: Collection[str] = ()
    basic_complete: Mapping[str, bool] = field(default_factory=dict)
    role: str | None = None


def judged(reading: Reading, known: Register) -> Reading:
    """The reading with what the rules say of each nomination, places counted in the order of the message."""
    if reading.intent == "review" and known.role is not None and known.role not in ADMINS:
        return replace(reading, status="reject", issues=("FORBIDDEN",))
    if reading.intent != "nomination" or not reading.nominations:
        return reading
    taken: dict[tuple[str | None, str | None], int] = {}
    made = []
    for each in reading.nominations:
        key = each.unit, each.medal
        issues = each.issues + tuple(_said(each, taken.get(key, 0), known))
        made.append(replace(each, issues=tuple(dict.fromkeys(issues))))
        taken[key] = taken.get(key, 0) + 1
    own = {issue for each in reading.nominations for issue in each.issues}
    rest = [issue for issue in reading.issues if issue not in own]
    return replace(
        reading,
        status=awards.status_of_all([each.issues for each in made], rest),
        issues=tuple(dict.fromkeys([issue for each in made for issue in each.issues] + rest)),
        nominations=tuple(made),
    )


def _said(one: Nomination, earlier: int, known: Register) -> list[str]:
    """Of one nomination, `earlier` ones of the same unit and medal standing in the same message."""
    if one.medal is None or one.unit is None or awards.of_collective(one):
        return []
    wrong = (_of_member(one, known) if one.target != "collective" else None) or _of_ladder(one, known)
    return [wrong] if wrong else _of_places(one, earlier, known)


def _key(one: Nomination) -> str:
    return f"{one.unit}/{one.name}" if one.name else str(one.unit)


def _of_member(one: Nomination, known: Register) -> str | None:
    """Stars and honours are for members; one star needs all basic badges of the grade."""
    key, medal = _key(one), one.medal or ""
    if key in known.not_members and not medal.startswith(("B:", "F:")):
        return "NOT_MEMBER"
    complete = known.basic_complete.get(key, known.basic_complete.get("*", True))
    return "BASIC_INCOMPLETE" if medal == "S1" and not complete else None


def _of_ladder(one: Nomination, known: Register) -> str | None:
    """Two stars are drawn from holders of one, and so on; nothing is awarded twice."""
    held, medal = known.holdings.get(_key(one), ()), one.medal
    if medal in held:
        return "ALREADY_AWARDED"
    return "LEVEL_SKIP" if medal in STARS[1:] and STARS[STARS.index(medal) - 1] not in held else None


def _of_places(one: Nomination, earlier: int, known: Register) -> list[str]:
    for old in known.existing:
        if (old.unit, old.name, old.medal) == (one.unit, one.name, one.medal) and old.state not in _CLOSED:
            return ["ALREADY_AWARDED" if old.state == "awarded" else "DUPLICATE"]
    unit = (one.unit or "").split("#")[0]
    for key in (f"{one.medal}/{unit}", f"{one.medal}/ALL", one.medal or ""):
        if quota := known.quota.get(key):
            return ["QUOTA_EXCEEDED"] if quota.used + earlier + 1 > quota.limit else []
    return []


def register_from(case: Mapping[str, Any], existing: Sequence[Existing]) -> Register:
    """What the context of a sample case says of children and medals."""
    given: Mapping[str, Any] = case.get("context") or {}
    quota = {
        key: Quota(int(each["limit"]), int(each.get("used", 0))) for key, each in (given.get("quota") or {}).items()
    }
    who = given.get("holdings") or {}, quota, frozenset(given.get("not_members") or ())
    return Register(existing, *who, _complete(given.get("basic_complete")), given.get("role"))


def _complete(value: Any) -> dict[str, bool]:
    """One answer for all, an answer a person, or the list of those who have all their badges."""
    if isinstance(value, bool):
        return {"*": value}
    if isinstance(value, Mapping):
        return {key: bool(done) for key, done in value.items()}
    return {"*": False, **dict.fromkeys(value, True)} if value is not None else {}
