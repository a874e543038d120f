"""Check-ins: the records of a message, what is missing in them, and whether they can be stored."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from handlers.reading import model
from handlers.reading.checkins import totals
from handlers.reading.checkins.drafts import Draft, merged, records_of, status_of, summed
from handlers.reading.checkins.pieces import Piece, understand
from handlers.reading.checkins.segments import Layout, Segment, lay_out
from handlers.reading.claims.doubts import unexplained
from handlers.reading.quantities.tokens import columns_of
from handlers.reading.text.dates import When
from handlers.reading.text.normalise import COUNTED, GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# 家长和队员共同祭扫 is no event of several units.
_ALSO = frozenset(("共同", "一起", "携手"))
# 三(1)、三(2)中队联合祭扫: one event. 一起向未来 is a slogan.
_JOINT = pattern(r"联合|合办|共办|共同(?!体)|携手|同场|一起(?=开展|举行|举办|参加|去|做|过|[\s,。]|$)")
_LINE = pattern(r"[^\n]+")
_CLAUSE = pattern(r"[^,;。、 \n]+[,;。、 \n]*")
# What says more is no report of one unit; each clause is read together with those before it.
_MOST_CLAUSES = 20


_BETWEEN_DAYS = pattern(rf"{GAP}+\s?[和与及跟]\s?")


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
    whole: Piece = field(init=False)  # the message understood as one piece, by `whole_piece`


def read_checkin(found: Found, context: model.Context) -> model.Reading:
    """All records of a message that is known to be a check-in."""
    drafts, pieces, shared = _drafts(found, context)
    if drafts and found.media:
        drafts[0].record = replace(drafts[0].record, media=found.media)
    issues = list(dict.fromkeys([issue for draft in drafts for issue in draft.issues] + found.issues))
    status = status_of(drafts, found.issues, context.received)
    unclear = [word for piece in [*pieces, *shared] if (word := unexplained(piece.rest))] if status == "ok" else []
    if unclear or (status == "ok" and _on_two_days(found, drafts)):
        status = "confirm"
        issues.append("WORDS_UNCLEAR")
        for draft in drafts:
            if draft.record.topic and any(word.strip(COUNTED) in draft.record.topic for word in unclear):
                draft.record = replace(draft.record, topic=None)
    return model.Reading(
        "checkin",
        status,
        tuple(issues),
        tuple(draft.finished() for draft in drafts),
        joint=_is_joint(found.scan, drafts),
        numbers=tuple(number for piece in pieces for number in piece.numbers),
    )


def _on_two_days(found: Found, drafts: list[Draft]) -> bool:
    """今天和昨天都有升旗: two days of which one only would be recorded."""
    told = {draft.record.date for draft in drafts}
    return len(told) == 1 and any(
        one.day != other.day and _BETWEEN_DAYS.fullmatch(found.scan[one.start : other.start])
        for one, other in pairwise(found.dates)
    )


def _is_joint(scan: str, drafts: list[Draft]) -> bool:
    joint = _JOINT.search(scan)
    with_others = len(drafts) == 1 and bool(drafts[0].record.others)
    return joint is not None and not (joint[0] in _ALSO and with_others)


def whole_piece(found: Found, context: model.Context) -> Piece:
    """Understand the message as one piece, to tell what kind of message it is."""
    found.whole = understand(found.scan, found.dates, context.received)
    return found.whole


def _drafts(found: Found, context: model.Context) -> tuple[list[Draft], list[Piece], list[Piece]]:
    layout = lay_out(found.scan, found.hits, found.entries, found.chain)
    segments = _own_parts(found, layout, context)
    if len(segments) == 1:
        pieces = [found.whole]
        first, mark, _ = found.scan.partition("\n")
        totals.in_columns(columns_of(first) if mark and "应" in first else (), pieces)
    else:
        pieces = [_piece(found, (segment.start, segment.end), context) for segment in segments]
    if len(segments) > len(layout.segments):
        _several(pieces, [] if _begins_a_later_one(found, segments) else found.dates)
    shared = _share(found, layout, segments, pieces, context)
    totals.without_sum(pieces)
    drafts: list[Draft] = []
    for segment, piece in zip(segments, pieces, strict=True):
        drafts += records_of(segment, piece, context, alone=not (found.chain or len(layout.segments) > 1))
    return summed(merged(drafts)), pieces, shared


def _begins_a_later_one(found: Found, segments: list[Segment]) -> bool:
    """升旗44人 昨天队会43人: the day is of the second alone."""
    day = found.dates[0].start if found.dates else 0
    return any(each.start <= day < each.end and not found.scan[each.start : day].strip() for each in segments[1:])


def _several(pieces: list[Piece], dates: list[When]) -> None:
    """Of one unit: the only day is that of all; 上午队会38人,下午队会40人 are two."""
    told: set[tuple[str | None, date | None]] = set()
    for piece in pieces:
        if len(dates) == 1:
            piece.dated, piece.day = True, dates[0].day
        piece.again = piece.again or (piece.activity.name, piece.day) in told
        told.add((piece.activity.name, piece.day))


def _piece(found: Found, span: tuple[int, int], context: model.Context) -> Piece:
    start, end = span
    first, last = (bisect_left(found.dates, place, key=_place) for place in span)
    return understand(found.scan[start:end], found.dates[first:last], context.received)


def _place(when: When) -> int:
    return when.start


def _own_parts(found: Found, layout: Layout, context: model.Context) -> list[Segment]:
    """One unit, several lines or clauses each with an activity and a number: one record each."""
    segments = layout.segments
    if len(segments) != 1:
        return segments
    hits, scan = segments[0].hits, found.scan
    if sum(number.taken in ("attended", "open") or "/" in number.text for number in found.whole.numbers) < 2:
        return segments
    if "\n" in scan:
        spans = [match.span() for match in _LINE.finditer(scan)]
        told = [(span, _piece(found, span, context)) for span in spans]
        if sum(_complete(piece) for _, piece in told) > 1:
            return [Segment(hits, *span) for span, piece in told if _complete(piece) or _counts(piece)]
    parts: list[Segment] = []
    start, clauses = 0, list(_CLAUSE.finditer(scan))
    for match in clauses if len(clauses) <= _MOST_CLAUSES else ():
        if _complete(_piece(found, (start, match.end()), context)):
            parts.append(Segment(hits, start, match.end()))
            start = match.end()
    rest = _piece(found, (start, len(scan)), context) if parts and start < len(scan) else None
    if rest and (_counts(rest) or (rest.activity.rank and rest.counts.attended is not None)):
        parts.append(Segment(hits, start, len(scan)))
    return parts if len(parts) > 1 else segments


def _complete(piece: Piece) -> bool:
    return piece.activity.rank > 1 and piece.counts.attended is not None


def _counts(piece: Piece) -> bool:
    """跳绳 6人 beside two check-ins: heads of something else, which is asked about if it is no activity we know."""
    named = piece.activity.rank or piece.held or piece.topic
    return bool(named) and piece.counts.firm and piece.counts.attended is not None


def _share(
    found: Found, layout: Layout, segments: list[Segment], pieces: list[Piece], context: model.Context
) -> list[Piece]:
    """What header, footer, the start or the end of a line say once holds for all records there; those parts."""
    leads = {segment.lead: _piece(found, segment.lead, context) for segment in segments if segment.lead}
    for segment, piece in zip(segments, pieces, strict=True):
        if segment.lead:
            piece.inherit(leads[segment.lead])
            totals.only_due(found.scan[slice(*segment.lead)], [piece])
    if len(segments) > 1 and found.scan.find("\n", segments[0].start, segments[-1].start) < 0:
        _along_the_line(found, segments, pieces)
    once = [*leads.values()]
    for span in (layout.header, layout.footer):
        if span:
            shared = _piece(found, span, context)
            once.append(shared)
            for piece in pieces:
                piece.inherit(shared)
            totals.shared_total(pieces, shared.counts if span is layout.footer else None)
    if layout.header:
        totals.only_due(found.scan[slice(*layout.header)], pieces)
        totals.only_attended(found.scan[slice(*layout.header)], pieces)
        totals.in_columns(columns_of(found.scan[slice(*layout.header)]), pieces)
    return once


def _along_the_line(found: Found, segments: list[Segment], pieces: list[Piece]) -> None:
    """三(1)40,三(2)41队课; 五(1)队课45人;五(2)44人; 昨天三(1)升旗40人,三(2)升旗41人."""
    first, hits = pieces[0], segments[0].hits
    begun = first.dated and hits and found.dates and found.dates[0].start < hits[0].start
    for piece in pieces[1:] if begun else ():
        if not piece.dated:
            piece.dated, piece.day = True, first.day
    if not any(piece.activity.rank for piece in pieces[:-1]):
        for piece in pieces[:-1]:
            piece.inherit(pieces[-1])
    for before, piece in pairwise(pieces):
        if not piece.activity.rank and not piece.held:
            piece.inherit(before)
