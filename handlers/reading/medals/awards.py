"""What a nomination lacks by itself and by the roster of its 中队, and what that comes to for the message."""

from collections.abc import Collection, Iterable

from handlers.reading.model import Context, Nomination, Status
from handlers.reading.persons.names import alike

STARS = ("S1", "S2", "S3", "S4", "S5")
_REJECT = frozenset(
    {"NOT_MEMBER", "ALREADY_AWARDED", "LEVEL_SKIP", "BASIC_INCOMPLETE", "COLLECTIVE_NOT_ALLOWED", "FORBIDDEN"}
)
_CONFIRM = frozenset({"DUPLICATE", "QUOTA_EXCEEDED", "PII_FAMILY", "WORDS_UNCLEAR"})
_NOTICE = frozenset({"PII_PHONE", "PII_ID", "PII_NAME", "PII_HEALTH"})


def check(nomination: Nomination, context: Context) -> list[str]:
    """What is wrong with the name, or with a collective."""
    return _of_roster(nomination, context) + of_collective(nomination)


def status_of_all(found: Iterable[Collection[str]], rest: Collection[str]) -> Status:
    """One answer for nominations with these issues and the `rest`: partial when some can be stored and others not."""
    statuses = [_status_of(issues) for issues in found]
    loose = [issue for issue in rest if not issue.startswith("PII_") and issue not in _CONFIRM]
    if not statuses or not {"COUNT_MISMATCH", "NAME_AMBIGUOUS"}.isdisjoint(loose):
        return "clarify"
    good = [status for status in statuses if status in ("ok", "confirm")]
    if len(good) < len(statuses) or loose:
        if good:
            return "partial"
        return "reject" if "reject" in statuses and not loose else "clarify"
    return "confirm" if "confirm" in good or not _CONFIRM.isdisjoint(rest) else "ok"


def _status_of(issues: Iterable[str]) -> Status:
    said = set(issues) - _NOTICE
    if said & _REJECT:
        return "reject"
    if said - _CONFIRM:
        return "clarify"
    return "confirm" if said else "ok"


def candidates(nomination: Nomination, context: Context) -> tuple[str, ...]:
    """Whom an unknown name may mean, from the roster of its 中队."""
    return alike(nomination.name or "", list(context.roster.get(nomination.unit or "", ())))


def _of_roster(nomination: Nomination, context: Context) -> list[str]:
    names = context.roster.get((nomination.unit or "").split("#")[0])
    if not names or not nomination.name or nomination.target != "individual":
        return []
    count = list(names).count(nomination.name)
    return [] if count == 1 else ["NAME_AMBIGUOUS" if count else "NAME_UNKNOWN"]


def of_collective(nomination: Nomination) -> list[str]:
    """Basic and feature medals are for children; star medals for a 中队 or a 大队, not for 小队 or grades."""
    if nomination.target != "collective" or nomination.unit is None:
        return []
    if nomination.medal and nomination.medal.startswith(("B:", "F:")):
        return ["COLLECTIVE_NOT_ALLOWED"]
    unit = nomination.unit
    small = "#" in unit or unit.startswith(("G", "社区", "站", "团"))
    # 优秀小队: nobody awards it, whatever unit is named beside it.
    of_team = (nomination.medal or "").endswith("小队")
    return ["COLLECTIVE_UNIT"] if of_team or (nomination.medal in STARS and small) else []
