"""One record a unit: what was said of it, what is missing or unusual, and whether it can be stored."""

from dataclasses import dataclass, replace
from datetime import date

from handlers.reading import model
from handlers.reading.checkins import activities
from handlers.reading.checkins.pieces import Piece
from handlers.reading.checkins.plausible import usual_heads
from handlers.reading.checkins.segments import Segment
from handlers.reading.quantities.counts import Counts, settle
from handlers.reading.text import dates, normalise
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit, known

_CONFIRM = frozenset({"DATE_OLD", "DUPLICATE", "DUPLICATE_DIFFERENT", "COUNT_UNUSUAL", "PII_FAMILY", "WORDS_UNCLEAR"})
# Of a class one or two go there.
_OF_COUNSELORS = "辅导员培训"
# 周一到周三都是43人: what was in between nobody says, and it is asked.
_UNTIL = pattern(rf"{normalise.GAP}\s?(?:[到至~]|-+)\s?{normalise.GAP}")
# 昨天的是41人,今天的队课是42人: of what the first is it is not said.
_OF_ONE_DAY = pattern(rf"[,;。]{normalise.GAP}+的{normalise.HELD}")
# So many events of a day are told apart.
MOST_SESSIONS = 9


@dataclass(slots=True)
class Draft:
    """A record that is being made, and what is open or unusual about it."""

    record: model.Record
    issues: list[str]

    def finished(self) -> model.Record:
        """The record with its issues; most have none."""
        return replace(self.record, issues=tuple(self.issues)) if self.issues else self.record


def status_of(drafts: list[Draft], private: list[str], received: date) -> model.Status:
    """ok, confirm, clarify, partial when some records are complete and others are not, reject when all are too old."""
    old = [dates.too_old(draft.record.date, received) for draft in drafts]
    if drafts and all(old):
        return "reject"
    open_ones = sum(
        gone or any(issue not in _CONFIRM for issue in draft.issues) for draft, gone in zip(drafts, old, strict=True)
    )
    if open_ones:
        return "partial" if open_ones < len(drafts) else "clarify"
    said = {issue for draft in drafts for issue in draft.issues}.union(private)
    return "confirm" if said & _CONFIRM else "ok"


def drafts_of(segments: list[Segment], pieces: list[Piece], context: model.Context, alone: bool) -> list[Draft]:
    """The records that are said, each once; `alone`: the message is about nothing else."""
    drafts: list[Draft] = []
    for segment, piece in zip(segments, pieces, strict=True):
        drafts += _records_of(segment, piece, context, alone)
    return _summed(_merged(drafts))


def _records_of(segment: Segment, piece: Piece, context: model.Context, alone: bool) -> list[Draft]:
    """What `piece` says of each unit of `segment`."""
    units = _units(segment.hits, context, alone)
    if len(units) == 1 and (several := _by_day(piece) or _by_issue(piece)):
        return [_draft(*units[0], one, one.counts, context) for one in several]
    apart = _events(piece) if len(units) == 1 else []
    units, shares = (units * len(apart), apart) if apart else (units, _shares(piece.counts, len(units)))
    for (unit, _), counts in zip(units, shares, strict=True) if piece.missing else ():
        counts.absent = piece.missing.get(unit or "", counts.absent)
    drafts = [_draft(unit, issue, piece, counts, context) for (unit, issue), counts in zip(units, shares, strict=True)]
    for place, draft in enumerate(drafts if apart else ()):
        draft.record = replace(draft.record, sessions=None, again=place > 0 or piece.again)
    for draft in drafts:
        if "UNIT_AMBIGUOUS" in draft.issues:
            draft.record = replace(draft.record, choices=_choices(segment.hits, context))
    return drafts


def _by_day(piece: Piece) -> list[Piece]:
    """昨天和今天队会分别43、44, 都是42人: on each of several days so many came, where nothing else is counted."""
    counts = piece.counts
    same = len(counts.given) == 1 and (counts.each or counts.alike)
    given = counts.given * len(piece.days) if same else counts.given
    if (
        _OF_ONE_DAY.search(piece.rest)
        or _UNTIL.search(piece.rest)
        or activities.names_activity(f"{piece.topic or ''} {piece.rest}")
        or not 1 < len(piece.days) == len(given)
        or counts.absent
        or counts.due not in (None, *counts.given)
    ):
        return []
    told = zip(piece.days, given, strict=True)
    return [replace(piece, day=day, counts=Counts(attended=number)) for day, number in told]


def _by_issue(piece: Piece) -> list[Piece]:
    """爱学习第5期和第6期都学了,41人: of each, and so many of each where they are told."""
    counts, issues = piece.counts, piece.issues
    if len(issues) < 2 or piece.activity.name != activities.SERIES:
        return []
    apart = len(counts.given) == len(issues) and counts.due is counts.absent is None
    told = [Counts(attended=number) for number in counts.given] if apart else [replace(counts) for _ in issues]
    each = zip(issues, told, strict=True)
    return [replace(piece, issues=[issue], topic=None, counts=one) for issue, one in each]


def _events(piece: Piece) -> list[Counts]:
    """宣讲3场 分别20、18、22人, 3场 每场20人: the heads of each, where they are told."""
    counts, several = piece.counts, piece.sessions or 1
    if not 1 < several <= MOST_SESSIONS or (counts.due, counts.absent) != (None, None):
        return []
    if counts.full and counts.attended is None:
        return [Counts(full=True) for _ in range(several)]
    alike = (counts.each or counts.alike) and counts.attended
    each = [counts.attended or 0] * several if alike else counts.given
    return [Counts(attended=number) for number in each] if len(each) == several else []


def _choices(hits: list[Hit], context: model.Context) -> tuple[str, ...]:
    """二班: the second class of each grade."""
    low, high = context.grades
    parts = dict.fromkeys(hit.unit for hit in hits if hit.kind == "part")
    found = [f"{grade}-{part}" for part in parts for grade in range(low, high + 1)]
    return tuple(unit for unit in found if known(unit, context))


def _units(hits: list[Hit], context: model.Context, alone: bool) -> list[tuple[str | None, str | None]]:
    """The units of a record with what is wrong with each; without one, the sender's own."""
    if not hits:
        bound = context.bound_unit if alone else None
        return [(bound, None if bound else "UNIT_MISSING")]
    units: dict[str | None, str | None] = {}
    for hit in hits:
        if hit.kind != "part":
            units.setdefault(hit.unit, hit.issue)
        elif context.bound_unit and context.bound_unit.split("#")[0].endswith(f"-{hit.unit}"):
            units.setdefault(context.bound_unit, None)
        else:
            units.setdefault(None, "UNIT_AMBIGUOUS")
    return list(units.items())


def _shares(counts: Counts, units: int) -> list[Counts]:
    """The count of each unit of one record: 分别 in order, 各 for each; one total for several must be asked about."""
    if units == 1:
        if len(counts.given) == 2 and counts.given[1] - counts.given[0] == 1 and counts.due is counts.absent is None:
            # 40、41人: about so many.
            counts.attended, counts.issue = None, "COUNT_VAGUE"
        if counts.each and counts.attended is not None:
            counts.attended, counts.issue = None, "COUNT_VAGUE"  # 每班40人, said of one
        return [counts]
    if len(counts.given) == units:
        return [Counts(attended=number, certain=counts.certain) for number in counts.given]
    if counts.each or (counts.alike and len(counts.given) == 1):
        return [Counts(attended=counts.attended) for _ in range(units)]
    if counts.full and counts.attended is None:
        return [Counts(full=True) for _ in range(units)]
    issue = "COUNT_SHARED" if counts.said and counts.issue != "COUNT_VAGUE" else counts.issue
    return [Counts(issue=issue) for _ in range(units)]


def _draft(unit: str | None, issue: str | None, piece: Piece, counts: Counts, context: model.Context) -> Draft:
    issues = [issue] if issue else []
    activity = piece.activity.name or (activities.OTHER if piece.held else None)
    if activity is None:
        issues.append("ACTIVITY_MISSING")
    if activity == _OF_COUNSELORS and counts.attended is None and counts.due is None and "辅导员" in counts.others:
        counts.attended, counts.issue = counts.others.pop("辅导员"), None
    of_class = (unit is None or unit[0].isdecimal()) and activity != _OF_COUNSELORS
    settle(counts, context.roster_size.get(unit) if unit else None, of_class)
    usual = usual_heads(unit, activity, counts, context)
    if usual is not None and counts.issue is None:
        counts.issue = "COUNT_UNUSUAL"
    if counts.issue and not (counts.issue == "COUNT_MISSING" and piece.wishes):
        issues.append(counts.issue)
    day = piece.day if piece.dated else context.received
    if wrong := dates.issue_of(day, context.received):
        issues.append(wrong)
    if twice := _duplicate(unit, activity, day, counts.attended, context):
        issues.append(twice)
    number = piece.issues[0] if piece.issues and activity == activities.SERIES else 0
    record = model.Record(
        unit=unit,
        activity=activity,
        attended=counts.attended,
        due=counts.due,
        absent=counts.absent,
        date=day,
        topic=piece.topic or (f"第{number}期" if number else None),
        others=counts.others,
        sessions=piece.sessions,
        wishes=piece.wishes,
        number=number,
        dated=piece.dated,
        again=piece.again,
        heads=counts.likely(context.roster_size.get(unit or "", 0)) if counts.issue == "COUNT_AMBIGUOUS" else (),
        hedges=counts.hedges,
        usual=usual,
    )
    return Draft(record, issues)


def _duplicate(
    unit: str | None, activity: str | None, day: date | None, attended: int | None, context: model.Context
) -> str | None:
    for old in context.existing:
        if unit and _same(old, unit, activity, day):
            return "DUPLICATE" if attended is None or old.attended == attended else "DUPLICATE_DIFFERENT"
    return None


def _same(old: model.Existing, unit: str, activity: str | None, day: date | None) -> bool:
    return old.unit == unit and old.medal is None and old.activity == activity and old.date == day


def _summed(drafts: list[Draft]) -> list[Draft]:
    """第一小队8人第二小队9人: a squad has one record of it, of all of them or of one; how many came is asked."""
    parts: dict[tuple[str, str | None, date | None], list[Draft]] = {}
    for each in drafts if len(drafts) > 1 else ():
        squad, small, _ = (each.record.unit or "").partition("#")
        if small and each.record.attended is not None:
            parts.setdefault((squad, each.record.activity, each.record.date), []).append(each)
    for (squad, *_), (first, *more) in parts.items():
        if more:
            heads = [one.record.attended or 0 for one in (first, *more)]
            first.record = replace(first.record, unit=squad, attended=None, heads=(sum(heads), *heads))
            first.issues.append("COUNT_AMBIGUOUS")
            drafts = [one for one in drafts if one not in more]
    return drafts


def _merged(drafts: list[Draft]) -> list[Draft]:
    """A unit named twice, the second time without a number (我们三(2)中队…): one record."""
    kept: list[Draft] = []
    first: dict[str, Draft] = {}
    for draft in drafts:
        unit = draft.record.unit or ""
        before = first.get(unit)
        if before is None or {"ACTIVITY_MISSING", "COUNT_MISSING", "COUNT_SHARED"}.isdisjoint(
            before.issues + draft.issues
        ):
            kept.append(draft)
            if unit:
                first.setdefault(unit, draft)
        else:
            _fill(before, draft)
    return kept


def _fill(before: Draft, draft: Draft) -> None:
    old, new = before.record, draft.record
    counted = old if old.attended is not None else new
    before.record = replace(
        old,
        activity=old.activity or new.activity,
        date=old.date if old.dated or not new.dated else new.date,
        dated=old.dated or new.dated,
        topic=old.topic or new.topic,
        number=old.number or new.number,
        attended=counted.attended,
        due=counted.due,
        absent=counted.absent,
        others=old.others or new.others,
    )
    gone = {"ACTIVITY_MISSING"} if before.record.activity else set()
    gone |= {"COUNT_MISSING", "COUNT_SHARED"} if before.record.attended is not None else set()
    before.issues = [issue for issue in dict.fromkeys(before.issues + draft.issues) if issue not in gone]
