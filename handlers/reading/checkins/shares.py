"""What header, footer, the start or the end of a line say once holds for all records there."""

from itertools import pairwise

from handlers.reading.checkins import totals
from handlers.reading.checkins.found import Found
from handlers.reading.checkins.pieces import Piece
from handlers.reading.checkins.segments import Layout, Segment


def share(found: Found, layout: Layout, segments: list[Segment], pieces: list[Piece]) -> list[Piece]:
    """Hand what is said once to the pieces it holds for; returns the parts that say it."""
    leads = {segment.lead: found.part(segment.lead) for segment in segments if segment.lead}
    for segment, piece in zip(segments, pieces, strict=True):
        if segment.lead:
            piece.inherit(leads[segment.lead])
            totals.only_due(found.scan[slice(*segment.lead)], [piece])
    if len(segments) > 1 and found.scan.find("\n", segments[0].start, segments[-1].start) < 0:
        _along_the_line(found, segments, pieces)
    once = [*leads.values()]
    for span in (layout.header, layout.footer):
        if span:
            shared = found.part(span)
            once.append(shared)
            for piece in pieces:
                piece.inherit(shared)
            totals.shared_total(pieces, shared.counts if span is layout.footer else None)
    if layout.header:
        totals.only_due(found.scan[slice(*layout.header)], pieces)
        totals.only_attended(found.scan[slice(*layout.header)], pieces)
        totals.in_columns(found.scan[slice(*layout.header)], pieces)
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
