"""A message that asks, plans, denies …: what else it states is recorded; if nothing, it is talk."""

from dataclasses import replace

from handlers.reading.checkins.checkin import read_checkin
from handlers.reading.checkins.found import Found
from handlers.reading.claims.claim import Clause
from handlers.reading.claims.clauses import clauses_of
from handlers.reading.claims.cues import to_come
from handlers.reading.claims.evidence import is_checkin
from handlers.reading.messages import talk
from handlers.reading.model import Context, Reading
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# What is not stated goes; lines stay apart.
_NOT_SAID = pattern(r"[^\n]")


def read_claimed(found: Found, context: Context) -> Reading | None:
    """What is left of the message as a statement; None where all of it is one."""
    clauses = clauses_of(found.text, found.scan, found.hits, found.dates, context.received)
    if all(clause.claim == "fact" for clause in clauses):
        return None
    for clause in clauses if found.chain else ():
        if _asks_for_entries(clause, found):
            clause.claim = "fact"
    if headed := next((each for each in clauses if _heads_a_chain(each, found)), None):
        for clause in clauses:
            clause.claim, clause.ahead = headed.claim, headed.ahead
    stated = _only_facts(found, clauses, context.bound_unit is not None)
    counts = stated.whole.counts
    if (counts.said or stated.whole.wishes) and is_checkin(stated, context):
        return read_checkin(stated, context)
    others = [clause for clause in clauses if clause.claim != "fact"]
    if all(clause.ahead for clause in others) and is_checkin(found, context):
        return replace(read_checkin(found, context), claim="plan")
    asked = next((clause for clause in others if clause.claim == "question"), None)
    claim = (asked or next((clause for clause in others if clause.counted), others[0])).claim
    offers = claim not in ("plan", "question") and is_checkin(found, context)
    reading = read_checkin(found, context) if offers else Reading("chat", "ok")
    complete = reading.status in ("ok", "confirm")
    return talk.said(claim, found.text, reading.records if complete else ())


def _heads_a_chain(clause: Clause, found: Found) -> bool:
    """#接龙 明天春游报名: whatever its entries say is still to come, or of something else."""
    header = found.chain and bool(found.entries) and clause.start < found.entries[0]
    return header and clause.claim in ("plan", "other") and not clause.factual


def _asks_for_entries(clause: Clause, found: Found) -> bool:
    """#接龙 请各班报祭扫人数: what the entries answer; it tells what was held, unless that is still to come."""
    asks = clause.claim == "notice" and not clause.ahead and bool(found.entries) and clause.start < found.entries[0]
    return asks and not to_come(found.scan[clause.start : clause.end])


def _only_facts(found: Found, clauses: list[Clause], bound: bool) -> Found:
    """What the clauses that state facts say; the unit may stand in others: 三(2)队会改了期,队课40人.

    Who has a squad names another one as well: 队课41人,请三(3)班交表.
    """
    scan, at = [], 0
    kept = [clause for clause in clauses if clause.claim == "fact"]
    for clause in kept:
        scan += [_NOT_SAID.sub(";", found.scan[at : clause.start]), found.scan[clause.start : clause.end]]
        at = clause.end
    scan.append(_NOT_SAID.sub(";", found.scan[at:]))
    hits = _named_in(kept, found) or _named_in(
        [each for each in clauses if not bound or each.claim in ("plan", "negation")], found
    )
    dates = [when for when in found.dates if any(clause.start <= when.start < clause.end for clause in kept)]
    return replace(found, scan="".join(scan), hits=hits, dates=dates)


def _named_in(clauses: list[Clause], found: Found) -> list[Hit]:
    return [hit for hit in found.hits if any(clause.start <= hit.start < clause.end for clause in clauses)]
