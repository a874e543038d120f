"""Messages that are about attendance (check-ins, corrections, withdrawals, questions), or about nothing we know."""

from dataclasses import replace

from handlers.reading import model
from handlers.reading.checkins import checkin, lists
from handlers.reading.claims.clauses import Clause, clauses_of
from handlers.reading.messages import changes, talk
from handlers.reading.messages.exemptions import read_exemption
from handlers.reading.persons import private
from handlers.reading.persons.hidden import Secrets
from handlers.reading.text import normalise
from handlers.reading.text.dates import find_dates
from handlers.reading.text.units import find_units

_SHORT = 20
_LONE = 12


def read_attendance(plain: normalise.Clean, context: model.Context, secrets: Secrets) -> model.Reading:
    """Read a message that is about attendance, or about nothing we know."""
    text = plain.text
    chain = lists.is_chain(text)
    scan, entries = lists.without_numbers(text, chain, of_names=False)
    hits, scan = find_units(private.hide_numbers(scan, secrets), context)
    dates, scan = find_dates(private.hide_persons(scan, secrets), context.received, bool(hits))
    found = checkin.Found(scan, hits, dates, entries, chain, plain.media, secrets.issues)
    if changes.cancels(text, hits):
        checkin.whole_piece(found, context)
        return changes.read_cancel(found, context)
    if changes.corrects(text, scan) and (hits or context.bound_unit or any(map(str.isdecimal, text))):
        return changes.read_correction(found, context)
    if query := talk.read_query(text, scan, hits, context):
        return query
    if exempt := read_exemption(text, hits, dates, context):
        return exempt
    clauses = clauses_of(text, scan, hits, dates, context.received)
    if any(clause.claim != "fact" for clause in clauses):
        return _claimed(found, clauses, text, context)
    checkin.whole_piece(found, context)
    if _is_checkin(found, text, context):
        return checkin.read_checkin(found, context)
    return replace(talk.chat_or_unknown(text, text if dates else scan), offered=_alone(found, text))


def _claimed(found: checkin.Found, clauses: list[Clause], text: str, context: model.Context) -> model.Reading:
    """A message that asks, plans, denies …: what else it states is recorded; if nothing, it is talk."""
    stated = _only_facts(found, clauses)
    counts = checkin.whole_piece(stated, context).counts
    if (counts.said or stated.whole.wishes) and _is_checkin(stated, text, context):
        return checkin.read_checkin(stated, context)
    checkin.whole_piece(found, context)
    others = [clause for clause in clauses if clause.claim != "fact"]
    if all(clause.ahead for clause in others) and _is_checkin(found, text, context):
        return replace(checkin.read_checkin(found, context), claim="plan")
    asked = next((clause for clause in others if clause.claim == "question"), None)
    claim = (asked or next((clause for clause in others if clause.counted), others[0])).claim
    offers = claim not in ("plan", "question") and _is_checkin(found, text, context)
    reading = checkin.read_checkin(found, context) if offers else model.Reading("chat", "ok")
    complete = reading.status in ("ok", "confirm")
    return talk.said(claim, text, reading.records if complete else ())


def _alone(found: checkin.Found, text: str) -> tuple[model.Record, ...]:
    """39, 昨天, 队课: right after a record it may be what is to be changed of it."""
    piece = found.whole
    if len(text) > _LONE:
        return ()
    heads = next((number.value for number in piece.numbers if number.taken in ("attended", "open")), None)
    said = model.Record(attended=heads, activity=piece.activity.name, date=piece.day, dated=piece.dated)
    return (said,) if said != model.Record() else ()


def _only_facts(found: checkin.Found, clauses: list[Clause]) -> checkin.Found:
    """What the clauses that state facts say; the unit may stand in any of them."""
    scan, at = [], 0
    kept = [clause for clause in clauses if clause.claim == "fact"]
    for clause in kept:
        scan += [normalise.GAP * (clause.start - at), found.scan[clause.start : clause.end]]
        at = clause.end
    scan.append(normalise.GAP * (len(found.scan) - at))
    hits = [hit for hit in found.hits if any(clause.start <= hit.start < clause.end for clause in kept)]
    dates = [when for when in found.dates if any(clause.start <= when.start < clause.end for clause in kept)]
    return replace(found, scan="".join(scan), hits=hits or found.hits, dates=dates)


def _is_checkin(found: checkin.Found, text: str, context: model.Context) -> bool:
    """Two of unit, activity and heads make a check-in; the sender's own unit counts when the rest is "
    "short and sure."""
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
