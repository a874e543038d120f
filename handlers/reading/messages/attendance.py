"""Messages that are about attendance (check-ins, corrections, withdrawals, questions), or about nothing we know."""

from handlers.reading.checkins.checkin import Found, read_checkin, whole_piece
from handlers.reading.checkins.lists import is_chain, without_numbers
from handlers.reading.messages import changes, talk
from handlers.reading.model import Context, Reading
from handlers.reading.text.dates import find_dates
from handlers.reading.text.hidden import Secrets
from handlers.reading.text.normalise import Clean
from handlers.reading.text.private import hide_numbers, hide_persons
from handlers.reading.text.units import find_units

_SHORT = 20


def read_attendance(plain: Clean, context: Context, secrets: Secrets) -> Reading:
    """Read a message that is about attendance, or about nothing we know."""
    text = plain.text
    chain = is_chain(text)
    scan, entries = without_numbers(text, chain, of_names=False)
    hits, scan = find_units(hide_numbers(scan, secrets), context)
    dates, scan = find_dates(hide_persons(scan, secrets), context.received, bool(hits))
    found = Found(scan, hits, dates, entries, chain, plain.media, secrets.issues)
    if changes.cancels(text, hits):
        whole_piece(found, context)
        return changes.read_cancel(found, context)
    if changes.CORRECT.search(text) and (hits or context.bound_unit or any(map(str.isdecimal, text))):
        found.scan = changes.without_old_numbers(scan)
        whole_piece(found, context)
        return changes.read_correction(found, context)
    if query := talk.read_query(text, scan, hits, context):
        return query
    whole_piece(found, context)
    if talk.asks(text) and not (found.whole.activity.rank and found.whole.counts.firm):
        return talk.question()
    return read_checkin(found, context) if _is_checkin(found, text, context) else talk.chat_or_unknown(text, scan)


def _is_checkin(found: Found, text: str, context: Context) -> bool:
    """Two of unit, activity and heads make a check-in; the sender's own unit counts when the rest is short and sure."""
    piece, rank = found.whole, found.whole.activity.rank
    counted = piece.counts.said or bool(piece.wishes)
    if not counted and talk.announces(text):
        return False
    if found.hits:
        short = len(text) <= _SHORT and (rank > 0 or piece.topic is None)
        return counted or piece.sessions is not None or rank > 1 or short
    if rank and (piece.counts.firm or piece.wishes or (counted and rank > 1)):
        return True
    return bool(context.bound_unit) and (piece.counts.firm or (rank > 1 and len(text) <= _SHORT))
