"""Check-ins: the records of a message, what is missing in them, and whether they can be stored."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import date

from handlers.reading.checkins import totals
from handlers.reading.checkins.activities import OTHER, is_held
from handlers.reading.checkins.pieces import Piece, understand
from handlers.reading.checkins.segments import Layout, Segment, lay_out
from handlers.reading.model import Context, Existing, Reading, Record, Status
from handlers.reading.quantities.counts import Counts, settle
from handlers.reading.quantities.tokens import columns_of
from handlers.reading.text.dates import When, issue_of, too_old
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit, known

# 三(1)、三(2)中队联合祭扫: one event. 一起向未来 is a slogan.
_JOINT = pattern(r"联合|合办|共办|共同(?!体)|携手|同场|一起(?=开展|举行|举办|参加|去|做|过|[\s,。]|$)")
_LINE = pattern(r"[^\n]+")
_CLAUSE = pattern(r"[^,;。 \n]+[,;。 \n]*")
# What says more is no report of one unit; each clause is read together with those before it.
_MOST_CLAUSES = 20
# What comes out in numbered issues.
SERIES = "红领巾爱学习"
_CONFIRM = frozenset({"DATE_OLD", "DUPLICATE", "DUPLICATE_DIFFERENT", "PII_FAMILY"})
_NOTICE = frozenset({"PII_PHONE", "PII_ID", "PII_NAME", "PII_HEALTH"})


@dataclass(slots=True)
class Found:
    """The text of a check-in after units, dates and personal data were taken out, and what those were."""

    scan: str
    hits: list[Hit]
    dates: list[When]
    entries: list[int]
    chain: bool
    media: int
    issues: list[str]  # of personal data
    whole: Piece = field(default_factory=Piece)  # the message understood as one piece


@dataclass(slots=True)
class _Draft:
    record: Record
    issues: list[str]

    def finished(self) -> Record:
        """The record with its issues; most have none."""
        return replace(self.record, issues=tuple(self.issues)) if self.issues else self.record


def read_checkin(found: Found, context: Context) -> Reading:
    """All records of a message that is known to be a check-in."""
    drafts = _drafts(found, context)
    if drafts and found.media:
        drafts[0].record = replace(drafts[0].record, media=found.media)
    issues = list(dict.fromkeys([issue for draft in drafts for issue in draft.issues] + found.issues))
    return Reading(
        "checkin",
        status_of(drafts, found.issues, context.received),
        tuple(issues),
        tuple(draft.finished() for draft in drafts),
        joint=_JOINT.search(found.scan) is not None,
    )


def whole_piece(found: Found, context: Context) -> Piece:
    """Understand the message as one piece, to tell what kind of message it is."""
    found.whole = understand(found.scan, found.dates, context.received)
    return found.whole


def status_of(drafts: list[_Draft], private: list[str], received: date) -> Status:
    """ok, confirm, clarify, partial when some records are complete and others are not, reject when all are too old."""
    old = [too_old(draft.record.date, received) for draft in drafts]
    if drafts and all(old):
        return "reject"
    open_ones = sum(
        gone or any(issue not in _CONFIRM for issue in draft.issues) for draft, gone in zip(drafts, old, strict=True)
    )
    if open_ones:
        return "partial" if open_ones < len(drafts) else "clarify"
    said = {issue for draft in drafts for issue in draft.issues}.union(private)
    return "confirm" if said & _CONFIRM else "ok"


def _drafts(found: Found, context: Context) -> list[_Draft]:
    layout = lay_out(found.scan, found.hits, found.entries, found.chain)
    segments = _own_parts(found, layout, context)
    if len(segments) == 1:
        pieces = [found.whole]
    else:
        pieces = [_piece(found, (segment.start, segment.end), context) for segment in segments]
    if len(segments) > len(layout.segments) and len(found.dates) == 1:
        for piece in pieces:
            piece.dated, piece.day = True, found.dates[0].day
    _share(found, layout, segments, pieces, context)
    totals.without_sum(pieces)
    drafts: list[_Draft] = []
    for segment, piece in zip(segments, pieces, strict=True):
        drafts += _records(segment, piece, context, alone=not (found.chain or len(layout.segments) > 1))
    return _merged(drafts)


def _piece(found: Found, span: tuple[int, int], context: Context) -> Piece:
    start, end = span
    first, last = (bisect_left(found.dates, place, key=_place) for place in span)
    return understand(found.scan[start:end], found.dates[first:last], context.received)


def _place(when: When) -> int:
    return when.start


def _own_parts(found: Found, layout: Layout, context: Context) -> list[Segment]:
    """One unit, several lines or clauses each with an activity and a number: one record each."""
    segments = layout.segments
    if len(segments) != 1:
        return segments
    hits, scan = segments[0].hits, found.scan
    if "\n" in scan:
        spans = [match.span() for match in _LINE.finditer(scan)]
        lines = [span for span in spans if _complete(_piece(found, span, context))]
        if len(lines) > 1:
            return [Segment(hits, *span) for span in lines]
    if found.whole.counts.issue != "COUNT_AMBIGUOUS":
        return segments
    parts: list[Segment] = []
    start, clauses = 0, list(_CLAUSE.finditer(scan))
    for match in clauses if len(clauses) <= _MOST_CLAUSES else ():
        if _complete(_piece(found, (start, match.end()), context)):
            parts.append(Segment(hits, start, match.end()))
            start = match.end()
    return parts if len(parts) > 1 else segments


def _complete(piece: Piece) -> bool:
    return piece.activity.rank > 1 and piece.counts.attended is not None


def _share(found: Found, layout: Layout, segments: list[Segment], pieces: list[Piece], context: Context) -> None:
    """What header, footer, the start or the end of a line say once holds for all records there."""
    leads = {segment.lead: _piece(found, segment.lead, context) for segment in segments if segment.lead}
    for segment, piece in zip(segments, pieces, strict=True):
        if segment.lead:
            piece.inherit(leads[segment.lead])
    one_line = len(segments) > 1 and found.scan.find("\n", segments[0].start, segments[-1].start) < 0
    if one_line and not any(piece.activity.rank for piece in pieces[:-1]):
        for piece in pieces[:-1]:
            piece.inherit(pieces[-1])
    for span in (layout.header, layout.footer):
        if span:
            shared = _piece(found, span, context)
            for piece in pieces:
                piece.inherit(shared)
            totals.shared_total(pieces, shared.counts if span is layout.footer else None)
    if layout.header:
        totals.in_columns(columns_of(found.scan[slice(*layout.header)]), pieces)


def _records(segment: Segment, piece: Piece, context: Context, alone: bool) -> list[_Draft]:
    units = _units(segment.hits, context, alone)
    shares = _shares(piece.counts, len(units))
    drafts = [_draft(unit, issue, piece, counts, context) for (unit, issue), counts in zip(units, shares, strict=True)]
    for draft in drafts:
        if "UNIT_AMBIGUOUS" in draft.issues:
            draft.record = replace(draft.record, choices=_choices(segment.hits, context))
    return drafts


def _choices(hits: list[Hit], context: Context) -> tuple[str, ...]:
    """二班: the second class of each grade."""
    low, high = context.grades
    parts = dict.fromkeys(hit.unit for hit in hits if hit.kind == "part")
    found = [f"{grade}-{part}" for part in parts for grade in range(low, high + 1)]
    return tuple(unit for unit in found if known(unit, context))


def _units(hits: list[Hit], context: Context, alone: bool) -> list[tuple[str | None, str | None]]:
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
        return [counts]
    if len(counts.given) == units:
        return [Counts(attended=number) for number in counts.given]
    if counts.each:
        return [Counts(attended=counts.attended) for _ in range(units)]
    if counts.full and counts.attended is None:
        return [Counts(full=True) for _ in range(units)]
    issue = "COUNT_SHARED" if counts.said and counts.issue != "COUNT_VAGUE" else counts.issue
    return [Counts(issue=issue) for _ in range(units)]


def _draft(unit: str | None, issue: str | None, piece: Piece, counts: Counts, context: Context) -> _Draft:
    issues = [issue] if issue else []
    activity = piece.activity.name or (OTHER if is_held(piece.topic) else None)
    if activity is None:
        issues.append("ACTIVITY_MISSING")
    settle(counts, context.roster_size.get(unit) if unit else None, unit is None or unit[0].isdecimal())
    if counts.issue and not (counts.issue == "COUNT_MISSING" and piece.wishes):
        issues.append(counts.issue)
    day = piece.day if piece.dated else context.received
    if wrong := issue_of(day, context.received):
        issues.append(wrong)
    if twice := _duplicate(unit, activity, day, counts.attended, context):
        issues.append(twice)
    record = Record(
        unit=unit,
        activity=activity,
        attended=counts.attended,
        due=counts.due,
        absent=counts.absent,
        date=day,
        topic=piece.topic,
        others=counts.others,
        sessions=piece.sessions,
        wishes=piece.wishes,
        number=piece.number if activity == SERIES else 0,
        dated=piece.dated,
        heads=tuple(dict.fromkeys(counts.given)) if counts.issue == "COUNT_AMBIGUOUS" else (),
    )
    return _Draft(record, issues)


def _duplicate(
    unit: str | None, activity: str | None, day: date | None, attended: int | None, context: Context
) -> str | None:
    for old in context.existing:
        if unit and _same(old, unit, activity, day):
            return "DUPLICATE" if attended is None or old.attended == attended else "DUPLICATE_DIFFERENT"
    return None


def _same(old: Existing, unit: str, activity: str | None, day: date | None) -> bool:
    return old.unit == unit and old.medal is None and old.activity == activity and old.date == day


def _merged(drafts: list[_Draft]) -> list[_Draft]:
    """A unit named twice, the second time without a number (我们三(2)中队…): one record."""
    kept: list[_Draft] = []
    first: dict[str, _Draft] = {}
    for draft in drafts:
        unit = draft.record.unit or ""
        before = first.get(unit)
        if before is None or {"ACTIVITY_MISSING", "COUNT_MISSING"}.isdisjoint(before.issues + draft.issues):
            kept.append(draft)
            if unit:
                first.setdefault(unit, draft)
        else:
            _fill(before, draft)
    return kept


def _fill(before: _Draft, draft: _Draft) -> None:
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
    gone |= {"COUNT_MISSING"} if before.record.attended is not None else set()
    before.issues = [issue for issue in dict.fromkeys(before.issues + draft.issues) if issue not in gone]
