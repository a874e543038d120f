"""The rules of a nomination: members, classes of medal, the ladder of stars, duplicates and places."""

from handlers.reading.model import Context, Nomination, Status
from handlers.reading.persons.names import alike

_STARS = ("S1", "S2", "S3", "S4", "S5")
_CLOSED = frozenset({"returned", "rejected", "withdrawn", "revoked"})
_REJECT = frozenset(
    {"NOT_MEMBER", "ALREADY_AWARDED", "LEVEL_SKIP", "BASIC_INCOMPLETE", "COLLECTIVE_NOT_ALLOWED", "FORBIDDEN"}
)
_CONFIRM = frozenset({"DUPLICATE", "QUOTA_EXCEEDED", "PII_FAMILY"})
_NOTICE = frozenset({"PII_PHONE", "PII_ID", "PII_NAME", "PII_HEALTH"})


def check(nomination: Nomination, earlier: int, context: Context) -> list[str]:
    """What the rules say of one nomination, `earlier` ones of the same unit and medal standing in the same message."""
    if nomination.medal is None or nomination.unit is None:
        return _of_roster(nomination, context)
    if nomination.target == "collective":
        wrong = _of_collective(nomination) or _of_ladder(nomination, context)
    else:
        wrong = _of_member(nomination, context) or _of_ladder(nomination, context)
    issues = _of_roster(nomination, context) + ([wrong] if wrong else [])
    if not wrong:
        issues += _of_places(nomination, earlier, context)
    return issues


def status_of(issues: list[str]) -> Status:
    """The status of one nomination with these issues."""
    said = set(issues) - _NOTICE
    if said & _REJECT:
        return "reject"
    if said - _CONFIRM:
        return "clarify"
    return "confirm" if said else "ok"


def candidates(nomination: Nomination, context: Context) -> tuple[str, ...]:
    """Whom an unknown name may mean, from the roster of its 中队."""
    return alike(nomination.name or "", list(context.roster.get(nomination.unit or "", ())))


def _key(nomination: Nomination) -> str:
    return f"{nomination.unit}/{nomination.name}" if nomination.name else str(nomination.unit)


def _of_roster(nomination: Nomination, context: Context) -> list[str]:
    names = context.roster.get((nomination.unit or "").split("#")[0])
    if not names or not nomination.name or nomination.target != "individual":
        return []
    count = list(names).count(nomination.name)
    return [] if count == 1 else ["NAME_AMBIGUOUS" if count else "NAME_UNKNOWN"]


def _of_collective(nomination: Nomination) -> str | None:
    """Basic and feature medals are for children; star medals for a 中队 or a 大队, not for 小队 or grades."""
    if nomination.medal and nomination.medal.startswith(("B:", "F:")):
        return "COLLECTIVE_NOT_ALLOWED"
    unit = nomination.unit or ""
    star = nomination.medal in _STARS
    return "COLLECTIVE_UNIT" if star and ("#" in unit or unit.startswith(("G", "社区", "站", "团"))) else None


def _of_member(nomination: Nomination, context: Context) -> str | None:
    """Stars and honours are for members; one star needs all basic badges of the grade."""
    key, medal = _key(nomination), nomination.medal or ""
    if key in context.not_members and not medal.startswith(("B:", "F:")):
        return "NOT_MEMBER"
    complete = context.basic_complete.get(key, context.basic_complete.get("*", True))
    return "BASIC_INCOMPLETE" if medal == "S1" and not complete else None


def _of_ladder(nomination: Nomination, context: Context) -> str | None:
    """Two stars are drawn from holders of one, and so on; nothing is awarded twice."""
    held, medal = context.holdings.get(_key(nomination), ()), nomination.medal
    if medal in held:
        return "ALREADY_AWARDED"
    if medal in _STARS[1:] and _STARS[_STARS.index(medal) - 1] not in held:
        return "LEVEL_SKIP"
    return None


def _of_places(nomination: Nomination, earlier: int, context: Context) -> list[str]:
    for old in context.existing:
        same = (old.unit, old.name, old.medal) == (nomination.unit, nomination.name, nomination.medal)
        if same and old.state not in _CLOSED:
            return ["ALREADY_AWARDED" if old.state == "awarded" else "DUPLICATE"]
    unit = (nomination.unit or "").split("#")[0]
    for key in (f"{nomination.medal}/{unit}", f"{nomination.medal}/ALL", nomination.medal or ""):
        quota = context.quota.get(key)
        if quota:
            return ["QUOTA_EXCEEDED"] if quota.used + earlier + 1 > quota.limit else []
    return []
