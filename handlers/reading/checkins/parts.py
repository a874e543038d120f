"""The parts of a check-in, a record each: by unit, or of one unit by line or clause; and what is said once for all."""

from dataclasses import dataclass
from datetime import date

from handlers.reading.checkins import totals
from handlers.reading.checkins.found import Found
from handlers.reading.checkins.pieces import Piece
from handlers.reading.checkins.segments import Layout, Segment, lay_out
from handlers.reading.checkins.shares import share
from handlers.reading.text.dates import When
from handlers.reading.text.patterns import pattern

_LINE = pattern(r"[^\n]+")
# 上午祭扫43人下午队课44人: so a clause begins, where nothing parts them.
_CLAUSE = pattern(r"[^,;。、 \n](?:(?![上下]午|晚上|然后|接着|随后)[^,;。、 \n])*[,;。、 \n]*")
# What says more is no report of one unit; each clause is read together with those before it.
_MOST_CLAUSES = 20


@dataclass(slots=True)
class Parts:
    """The pieces of the segments; what was said `once` for several; `alone`: the message is about one record."""

    segments: list[Segment]
    pieces: list[Piece]
    once: list[Piece]
    alone: bool


def parts_of(found: Found) -> Parts:
    """The records of a message that is known to be a check-in, each with what is said of it."""
    layout = lay_out(found.scan, found.hits, found.entries, found.chain)
    segments = _own_parts(found, layout)
    if len(segments) == 1:
        pieces = [found.whole]
        first, mark, _ = found.scan.partition("\n")
        totals.in_columns(first if mark and "应" in first else "", pieces)
    else:
        pieces = [found.part((segment.start, segment.end)) for segment in segments]
    if len(segments) > len(layout.segments):
        _several(pieces, [] if _begins_a_later_one(found, segments) else found.dates)
    segments, pieces = _without_later_absences(segments, pieces)
    once = share(found, layout, segments, pieces)
    totals.without_sum(pieces)
    return Parts(segments, pieces, once, alone=not (found.chain or len(layout.segments) > 1))


def _without_later_absences(segments: list[Segment], pieces: list[Piece]) -> tuple[list[Segment], list[Piece]]:
    """三(1)三(2)队会分别到42、44,三(1)缺1: who is missing of a unit that was told of before is of that record."""
    kept: list[tuple[Segment, Piece]] = []
    for segment, piece in zip(segments, pieces, strict=True):
        told = piece.counts
        unit = (segment.hits[0].unit if len(segment.hits) == 1 else None) or ""
        before = next((each for first, each in kept if unit in [hit.unit for hit in first.hits]), None)
        only_absent = (told.attended, told.due, told.issue) == (None, None, None) and not piece.again
        if before and told.absent is not None and only_absent:
            before.missing[unit] = told.absent
        else:
            kept.append((segment, piece))
    return [segment for segment, _ in kept], [piece for _, piece in kept]


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


def _own_parts(found: Found, layout: Layout) -> list[Segment]:
    """One unit, several lines or clauses each with an activity and a number: one record each."""
    segments = layout.segments
    if len(segments) != 1:
        return segments
    hits, scan = segments[0].hits, found.scan
    if sum(number.taken in ("attended", "open") or "/" in number.text for number in found.whole.numbers) < 2:
        return segments
    if "\n" in scan:
        spans = [match.span() for match in _LINE.finditer(scan)]
        told = [(span, found.part(span)) for span in spans]
        if sum(_complete(piece) for _, piece in told) > 1:
            return [Segment(hits, *span) for span, piece in told if _complete(piece) or _counts(piece)]
    parts: list[Segment] = []
    start, clauses = 0, list(_CLAUSE.finditer(scan))
    for match in clauses if len(clauses) <= _MOST_CLAUSES else ():
        if _complete(found.part((start, match.end()))) and not _is_among(scan, start):
            parts.append(Segment(hits, start, match.end()))
            start = match.end()
    left = bool(parts) and start < len(scan) and not _is_among(scan, start)
    rest = found.part((start, len(scan))) if left else None
    if rest and (_counts(rest) or (rest.activity.rank and rest.counts.attended is not None)):
        parts.append(Segment(hits, start, len(scan)))
    return parts if len(parts) > 1 else segments


def _is_among(scan: str, start: int) -> bool:
    """42人参加队会,其中10人参加表演: what some of them did is no other one."""
    return scan.startswith("其中", start)


def _complete(piece: Piece) -> bool:
    return piece.activity.rank > 1 and piece.counts.attended is not None


def _counts(piece: Piece) -> bool:
    """跳绳 6人 beside two check-ins: heads of something else, which is asked about if it is no activity we know."""
    named = piece.activity.rank or piece.held or piece.topic
    return bool(named) and piece.counts.firm and piece.counts.attended is not None
