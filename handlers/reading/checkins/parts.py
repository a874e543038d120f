"""The parts of a check-in, a record each: by unit, or of one unit by line or clause; and what is said once for all."""

from dataclasses import dataclass

from handlers.reading.checkins import totals
from handlers.reading.checkins.activities import names_several
from handlers.reading.checkins.found import Found
from handlers.reading.checkins.pieces import Piece
from handlers.reading.checkins.segments import Layout, Segment, lay_out
from handlers.reading.checkins.shares import share
from handlers.reading.text.dates import When
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_LINE = pattern(r"[^\n]+")
# 上午祭扫43人下午队课44人: so a clause begins, where nothing parts them.
_CLAUSE = pattern(
    rf"[^,;。、 \n](?:(?!(?<=[\d人]){GAP}|[上下]午|晚上|然后|接着|随后)[^,;。、 \n]"
    r"|、(?=第?[\d一二三四五六七八九十]{1,3}\s?期))*"
    r"[,;。、 \n]*"
)
# What says more is no report of one unit; each clause is read together with those before it.
_MOST_CLAUSES = 20


@dataclass(slots=True)
class Parts:
    """The pieces of the segments; what was said `once` for several; `alone`: the message is about one record."""

    segments: list[Segment]
    pieces: list[Piece]
    once: list[Piece]
    alone: bool


def parts_of(found: Found, own: str | None) -> Parts:
    """The records of what is known to be a check-in, each with what is said of it; `own`: the sender's unit."""
    layout = lay_out(found.scan, found.hits, found.entries, found.chain)
    segments = _own_parts(found, layout)
    if own and own[0].isdecimal() and found.hits and own not in [hit.unit for hit in found.hits]:
        segments = _with_own(found, layout, segments, own)
    if len(segments) == 1 and segments[0] in layout.segments:
        pieces = [found.whole]
        first, mark, _ = found.scan.partition("\n")
        totals.in_columns(first if mark and "应" in first else "", pieces)
    else:
        pieces = [found.part((segment.start, segment.end)) for segment in segments]
    if len(segments) > len(layout.segments):
        _several(segments, pieces, [] if _begins_a_later_one(found, segments) else found.dates)
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
    """升旗44人 昨天队会43人, 队课43人。另外补报昨天祭扫42人: the day is of the second alone."""
    day = found.dates[0].start if found.dates else 0
    later = next((each for each in segments[1:] if each.start <= day < each.end), None)
    before = found.part((later.start, day)) if later else None
    return before is not None and not (before.numbers or before.activity.rank)


def _several(segments: list[Segment], pieces: list[Piece], dates: list[When]) -> None:
    """Of one unit: the only day is that of all; 上午队会38人,下午队会40人 are two."""
    told: set[tuple[object, ...]] = set()
    for segment, piece in zip(segments, pieces, strict=True):
        if len(dates) == 1:
            piece.dated, piece.day = True, dates[0].day
        said = (segment.hits[0].unit if segment.hits else None, piece.activity.name, piece.day, *piece.issues)
        piece.again = piece.again or said in told
        told.add(said)


def _own_parts(found: Found, layout: Layout) -> list[Segment]:
    """A unit of which several lines or clauses each tell an activity and a number: one record each."""
    segments, told = layout.segments, found.whole.numbers
    if len(told) + found.whole.counts.alls <= len(segments):
        return segments
    if len(segments) > 1:
        scan = found.scan
        of_two = [names_several(scan[segment.start : segment.end]) for segment in segments]
        return [
            part
            for segment, two in zip(segments, of_two, strict=True)
            for part in (_by_clause(found, segment) if two else [segment])
        ]
    counted = sum(number.taken in ("attended", "open") or "/" in number.text for number in told)
    if counted + found.whole.counts.alls < 2 and not (names_several(found.scan) or found.scan.count("期") > 1):
        return segments
    return _by_line(found, segments[0]) or _by_clause(found, segments[0])


def _by_line(found: Found, segment: Segment) -> list[Segment]:
    if "\n" not in found.scan:
        return []
    lines = [(span, found.part(span)) for span in (match.span() for match in _LINE.finditer(found.scan))]
    if sum(_complete(piece) for _, piece in lines) < 2:
        return []
    return [Segment(segment.hits, *span) for span, piece in lines if _complete(piece) or _counts(piece)]


def _by_clause(found: Found, segment: Segment) -> list[Segment]:
    scan, start = found.scan, segment.start
    parts: list[Segment] = []
    clauses = [match.span() for match in _CLAUSE.finditer(scan, start, segment.end)]
    for begins, end in clauses if len(clauses) <= _MOST_CLAUSES else ():
        if parts and start == begins and _is_of_the_last(found.part((begins, end))):
            parts[-1].end = start = end
        elif _complete(found.part((start, end))) and not _is_among(scan, start):
            parts.append(Segment(segment.hits, start, end, segment.lead))
            start = end
    left = bool(parts) and start < segment.end and not _is_among(scan, start)
    rest = found.part((start, segment.end)) if left else None
    another = rest and rest.counts.attended is not None and any(hit.start >= start for hit in segment.hits)
    if rest and _are_missing(rest, found.part(_span(parts[-1]))):
        return parts
    if rest and (another or _counts(rest) or (rest.activity.rank and rest.counts.attended is not None)):
        parts.append(Segment(segment.hits, start, segment.end, segment.lead))
    return parts if len(parts) > 1 else [segment]


def _are_missing(piece: Piece, last: Piece) -> bool:
    """全班42人,40人参加队课,2人参加区里比赛: so many are missing of what was told before."""
    due, came, elsewhere = last.counts.due, last.counts.attended, piece.counts.attended
    if piece.activity.rank > 1 or None in (due, came, elsewhere):
        return False
    return (due or 0) - (came or 0) == elsewhere


def _with_own(found: Found, layout: Layout, segments: list[Segment], own: str) -> list[Segment]:
    """队课41人,三(3)班40人: what is told whole before another squad is named is of the sender's own."""
    first = found.hits[0]
    if any(hit.kind == "part" for hit in found.hits) or first.start == 0:
        return segments
    before, behind = found.part((0, first.start)), found.part((first.start, len(found.scan)))
    counted = [number for number in behind.numbers if number.taken not in ("due", "absent")]
    if not (_complete(before) and (counted or behind.counts.alls)):
        return segments
    given = behind.counts.given
    if len(found.hits) > 1 and before.counts.attended in (None, sum(given) if len(given) > 1 else None):
        return segments  # 队课共82人,三(1)40人,三(3)42人
    mine = [Hit(0, 0, own, "class")]
    if len(segments) == 1:
        told = behind.counts.full or behind.counts.attended is not None
        others = [Segment(segments[0].hits, first.start, len(found.scan))] if told else []
        return [Segment(mine, 0, first.start), *others]
    if len(segments) > len(layout.segments):
        return [Segment(mine, *_span(each)) if each.end <= first.start else each for each in segments]
    return [Segment(mine, 0, first.start), *segments]


def _span(segment: Segment) -> tuple[int, int]:
    return segment.start, segment.end


def _is_of_the_last(piece: Piece) -> bool:
    """升旗42人,1人请假,队课41人: who is missing is of what was told before it."""
    told = piece.counts
    return told.absent is not None and told.attended is None and not (piece.activity.rank or piece.held or piece.dated)


def _is_among(scan: str, start: int) -> bool:
    """42人参加队会,其中10人参加表演: what some of them did is no other one."""
    return scan.startswith("其中", start)


def _complete(piece: Piece) -> bool:
    told = piece.counts
    return piece.activity.rank > 1 and (told.full or (told.attended, told.absent) != (None, None))


def _counts(piece: Piece) -> bool:
    """跳绳 6人 beside two check-ins: heads of something else, which is asked about if it is no activity we know."""
    named = piece.activity.rank or piece.held or piece.topic or piece.issues
    return bool(named) and piece.counts.firm and (piece.counts.attended is not None or piece.counts.full)
