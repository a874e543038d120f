"""Nominations: who, of which 中队, for which medal and why; one message may hold many."""

from dataclasses import dataclass, replace

from handlers.reading import awards
from handlers.reading.medals import Medal, award_level
from handlers.reading.model import Context, Nomination, Reading, Status
from handlers.reading.nominees import Nominees, find_nominees
from handlers.reading.segments import Segment, lay_out
from handlers.reading.units import Hit


@dataclass(slots=True)
class Proposal:
    """The text of a nomination after units, medals and personal data were taken out, and what those were."""

    scan: str
    hits: list[Hit]
    medals: list[Medal]
    entries: list[int]
    chain: bool
    issues: list[str]  # of personal data


def read_nomination(found: Proposal, context: Context) -> Reading:
    """All nominations of a message that is known to be one."""
    layout = lay_out(found.scan, found.hits, found.entries, found.chain)
    first = layout.segments[0].start if len(layout.segments) > 1 else 0
    header = [medal for medal in found.medals if medal.start < first]
    made: list[tuple[Nomination, list[str]]] = []
    loose: list[str] = []
    for segment in layout.segments:
        if segment.hits or len(layout.segments) == 1:
            more, missing = _of_segment(segment, found, header, context)
            made += more
            loose += missing
    return _reading(_checked(made, context), loose, found.issues, context)


def _of_segment(
    segment: Segment, found: Proposal, header: list[Medal], context: Context
) -> tuple[list[tuple[Nomination, list[str]]], list[str]]:
    """The nominations of one 中队 with their open questions, and what kept others from being made."""
    start, end = (segment.lead or (segment.start,))[0], segment.end
    medals = [medal for medal in found.medals if start <= medal.start < end] or header
    unit, unit_issue = _unit(segment.hits, context)
    nominees = find_nominees(found.scan[start:end], context.roster.get(unit or "", ()))
    if len({medal.code for medal in medals if medal.code and medal.code.startswith("S")}) > 1:
        return [], ["MEDAL_CONFLICT"]
    if not medals:
        medals = [Medal(0, 0, None, "MEDAL_MISSING")]
    made = []
    for name in _who(nominees, medals):
        for medal in {medal.code: medal for medal in medals}.values():
            issues = [issue for issue in (unit_issue, medal.issue, _of_name(name, nominees)) if issue]
            made.append((_nomination(name, unit, medal, nominees.reason), issues))
    return made, _missing(made, nominees)


def _who(nominees: Nominees, medals: list[Medal]) -> list[str | None]:
    """Names; None stands for a collective."""
    if any(medal.target == "collective" for medal in medals):
        return [None]
    names: list[str | None] = list(dict.fromkeys(nominees.names or nominees.nicknames))
    return names or ([None] if nominees.collective else [])


def _of_name(name: str | None, nominees: Nominees) -> str | None:
    return "NAME_INCOMPLETE" if name and not nominees.names else None


def _missing(made: list[tuple[Nomination, list[str]]], nominees: Nominees) -> list[str]:
    if not made:
        return ["NAME_MISSING"]
    named = len(set(nominees.names or nominees.nicknames))
    return ["COUNT_MISMATCH"] if nominees.stated and named and nominees.stated != named else []


def _nomination(name: str | None, unit: str | None, medal: Medal, reason: str | None) -> Nomination:
    target = "collective" if name is None else medal.target or "individual"
    return Nomination(target, name, unit, medal.code, award_level(medal.code), reason)


def _unit(hits: list[Hit], context: Context) -> tuple[str | None, str | None]:
    if not hits:
        return context.bound_unit, None if context.bound_unit else "UNIT_MISSING"
    hit = hits[0]
    if hit.kind != "part":
        return hit.unit, hit.issue
    if context.bound_unit and context.bound_unit.endswith(f"-{hit.unit}"):
        return context.bound_unit, None
    return None, "UNIT_AMBIGUOUS"


def _checked(made: list[tuple[Nomination, list[str]]], context: Context) -> list[tuple[Nomination, list[str]]]:
    """Add what the rules say; places are counted in the order of the message."""
    taken: dict[tuple[str | None, str | None], int] = {}
    for nomination, issues in made:
        key = (nomination.unit, nomination.medal)
        issues += awards.check(nomination, taken.get(key, 0), context)
        taken[key] = taken.get(key, 0) + 1
    return made


def _reading(
    made: list[tuple[Nomination, list[str]]], loose: list[str], private: list[str], context: Context
) -> Reading:
    issues = [issue for _, own in made for issue in own] + loose + private
    unknown = {
        str(nomination.name): awards.candidates(nomination, context)
        for nomination, own in made
        if "NAME_UNKNOWN" in own
    }
    return Reading(
        "nomination",
        _status([awards.status_of(own) for _, own in made], loose, private),
        tuple(dict.fromkeys(issues)),
        nominations=tuple(replace(nomination, issues=tuple(dict.fromkeys(own))) for nomination, own in made),
        candidates=unknown,
    )


def _status(statuses: list[Status], loose: list[str], private: list[str]) -> Status:
    """One answer for the message: partial when some can be stored and others not."""
    if "COUNT_MISMATCH" in loose or not statuses:
        return "clarify"
    good = [status for status in statuses if status in ("ok", "confirm")]
    if len(good) < len(statuses) or loose:
        if good:
            return "partial"
        return "reject" if "reject" in statuses and not loose else "clarify"
    return "confirm" if "confirm" in good or "PII_FAMILY" in private else "ok"
