"""Messages that are about attendance (check-ins, corrections, withdrawals, questions), or about nothing we know."""

from dataclasses import replace

from handlers.privacy.names import DOCUMENT
from handlers.reading.checkins.checkin import Found, read_checkin, whole_piece
from handlers.reading.checkins.lists import is_chain, without_numbers
from handlers.reading.checkins.pieces import Piece
from handlers.reading.claims.clauses import Clause, clauses_of
from handlers.reading.claims.doubts import unexplained
from handlers.reading.messages import corrections, talk, withdrawals
from handlers.reading.messages.exemptions import read_exemption
from handlers.reading.model import Context, Reading, Record
from handlers.reading.persons.hidden import Secrets
from handlers.reading.persons.private import hide_numbers, hide_persons
from handlers.reading.text import fixed
from handlers.reading.text.dates import When, find_dates
from handlers.reading.text.normalise import SECRET, Clean
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit, find_units

_WITH = pattern(r"(?:今天|昨天|上午|下午|[\s,])*(?:我们|我班|咱们?班?)?(?:和|与|跟|同)\s?")
_OURS = pattern(r"(?:我们|我班|我方|咱们?班?|本班)[^,。]{0,6}\d")
_CHILDREN = ("小朋友", "孩子", "娃", "新生", "同学", "小同学", "的小朋友", "的孩子", "的同学")
# What is not stated goes; lines stay apart.
_NOT_SAID = pattern(r"[^\n]")
# What is made, picked up or collected is measured so; not 18页, 3岁.
_MADE = tuple("棵株袋桶筐箱本册支只幅封份张条盆朵枚件块串盏瓶双筒捆斤篇个元吨克节次")
# 能不能帮我记一下今天升旗44人 is an order, politely put.
_PLEASE = pattern(
    r"(?:请问)?(?:[能可]不[能可]以?|能否|可否|可以|能)?(?:请|麻烦)?(?:你|您)?(?:帮|给|替)[我忙]*(?:记|报|登记|登|签到?|录)(?:一下|上|个)?"
)
# 看 三(9), 删 三(2): somebody bids something else; 报 三(2) begins a check-in.
_BID = pattern(r"\s*(?![报记签登填补])[\u4e00-\u9fff]\s")
_SHORT = 20
_LONE = 12
_TITLE = pattern(
    r"《[^《》\n]{1,40}》|“[^“”\n]{1,40}”|「[^「」\n]{1,40}」|(?:主题|题目)\s?:[^\n,;。 ]{1,30}"
    rf"|{DOCUMENT.pattern}"
)


def read_attendance(plain: Clean, context: Context, secrets: Secrets) -> Reading:
    """Read a message that is about attendance, or about nothing we know."""
    text = plain.text
    if "帮" in text or "给" in text or "替" in text:
        text = _PLEASE.sub(lambda match: " " * len(match[0]), text)
    chain = is_chain(text)
    scan, entries = without_numbers(fixed.held(text), chain, of_names=False)
    hits, scan = find_units(hide_numbers(scan, secrets), context)
    if context.bound_unit and len(hits) == 1 and _WITH.fullmatch(scan, 0, hits[0].start) and _OURS.search(scan):
        hits = []  # 和三(2)中队合开队会,我们40人: the partner reports for itself
    if _own_children(hits, scan, context):
        hits = []  # 一年级小朋友第一次升旗, of a class of that grade
    dates, scan = _dates(hide_persons(scan, secrets), context, bool(hits))
    found = Found(scan, hits, dates, entries, chain, plain.media, secrets.issues)
    if withdrawals.restores(text):
        whole_piece(found, context)
        return withdrawals.read_restoring(found, context)
    if withdrawals.cancels(text, hits):
        whole_piece(found, context)
        return withdrawals.read_cancel(found, context)
    if corrections.corrects(text, scan) and (hits or context.bound_unit or any(map(str.isdecimal, text))):
        return corrections.read_correction(found, context)
    if query := talk.read_query(text, scan, hits, context):
        return query
    if exempt := read_exemption(text, hits, dates, context):
        return exempt
    clauses = clauses_of(text, scan, hits, dates, context.received)
    if any(clause.claim != "fact" for clause in clauses):
        return _claimed(found, clauses, text, context)
    whole_piece(found, context)
    if _is_checkin(found, text, context):
        return read_checkin(found, context)
    return replace(talk.chat_or_unknown(text, text if dates else scan), offered=_alone(found, text))


def _own_children(hits: list[Hit], scan: str, context: Context) -> bool:
    grade = f"G{context.bound_unit.partition('-')[0]}" if context.bound_unit else ""
    return len(hits) == 1 and hits[0].unit == grade and scan.startswith(_CHILDREN, hits[0].end)


def _dates(scan: str, context: Context, beside_unit: bool) -> tuple[list[When], str]:
    """The dates of a message; 《明天会更好》 is a topic, 教字〔2026〕5号 a paper, and no day."""
    quoted = [match.span() for match in _TITLE.finditer(scan)] if any(mark in scan for mark in "《“「题号") else []
    if not quoted:
        return find_dates(scan, context.received, beside_unit)
    said = scan
    for start, end in quoted:
        said = said[:start] + SECRET * (end - start) + said[end:]
    dates, said = find_dates(said, context.received, beside_unit)
    for start, end in quoted:
        said = said[:start] + scan[start:end] + said[end:]
    return dates, said


def _claimed(found: Found, clauses: list[Clause], text: str, context: Context) -> Reading:
    """A message that asks, plans, denies …: what else it states is recorded; if nothing, it is talk."""
    if headed := next((each for each in clauses if _heads_a_chain(each, found)), None):
        for clause in clauses:
            clause.claim, clause.ahead = headed.claim, headed.ahead
    stated = _only_facts(found, clauses)
    counts = whole_piece(stated, context).counts
    if (counts.said or stated.whole.wishes) and _is_checkin(stated, text, context):
        return read_checkin(stated, context)
    whole_piece(found, context)
    others = [clause for clause in clauses if clause.claim != "fact"]
    if all(clause.ahead for clause in others) and _is_checkin(found, text, context):
        return replace(read_checkin(found, context), claim="plan")
    asked = next((clause for clause in others if clause.claim == "question"), None)
    claim = (asked or next((clause for clause in others if clause.counted), others[0])).claim
    offers = claim not in ("plan", "question") and _is_checkin(found, text, context)
    reading = read_checkin(found, context) if offers else Reading("chat", "ok")
    complete = reading.status in ("ok", "confirm")
    return talk.said(claim, text, reading.records if complete else ())


def _heads_a_chain(clause: Clause, found: Found) -> bool:
    """#接龙 明天春游报名: whatever its entries say is still to come, or of something else."""
    header = found.chain and bool(found.entries) and clause.start < found.entries[0]
    return header and clause.claim in ("plan", "other") and not clause.factual


def _alone(found: Found, text: str) -> tuple[Record, ...]:
    """39, 昨天, 队课: right after a record it may be what is to be changed of it."""
    piece = found.whole
    if len(text) > _LONE:
        return ()
    heads = next((number.value for number in piece.numbers if number.taken in ("attended", "open")), None)
    said = Record(attended=heads, activity=piece.activity.name, date=piece.day, dated=piece.dated, topic=piece.topic)
    return (said,) if replace(said, topic=None) != Record() else ()


def _only_facts(found: Found, clauses: list[Clause]) -> Found:
    """What the clauses that state facts say; the unit may stand in any of them."""
    scan, at = [], 0
    kept = [clause for clause in clauses if clause.claim == "fact"]
    for clause in kept:
        scan += [_NOT_SAID.sub(";", found.scan[at : clause.start]), found.scan[clause.start : clause.end]]
        at = clause.end
    scan.append(_NOT_SAID.sub(";", found.scan[at:]))
    hits = [hit for hit in found.hits if any(clause.start <= hit.start < clause.end for clause in kept)]
    dates = [when for when in found.dates if any(clause.start <= when.start < clause.end for clause in kept)]
    return replace(found, scan="".join(scan), hits=hits or found.hits, dates=dates)


def _is_checkin(found: Found, text: str, context: Context) -> bool:
    """Two of unit, activity and heads make a check-in; the sender's own unit counts when the rest is "
    "short and sure."""
    piece, rank = found.whole, found.whole.activity.rank
    counted = piece.counts.said or bool(piece.wishes)
    if not counted and (talk.announces(text) or (not rank and talk.excuses(text))):
        return False
    if found.hits:
        short = len(text) <= _SHORT and (rank > 0 or (piece.topic is None and not _BID.match(text)))
        made = (piece.held or rank > 0) and any(number.taken == "thing" for number in piece.numbers)
        return counted or made or piece.sessions is not None or rank > 1 or short
    if not counted and context.bound_unit and _tells_a_deed(piece, text):
        return True
    if rank and (piece.counts.firm or piece.wishes or (counted and (rank > 1 or len(text) <= _LONE))):
        return True
    told = rank > 0 or piece.held or piece.counts.due is not None or not unexplained(piece.rest)
    if not context.bound_unit:
        return piece.held and piece.counts.firm and len(text) <= 2 * _SHORT and not unexplained(piece.rest)
    return (piece.counts.firm and told) or (rank > 1 and len(text) <= _SHORT and not unexplained(piece.rest))


def _tells_a_deed(piece: Piece, text: str) -> bool:
    """植树50棵, 捡垃圾8袋, 手抄报44份: what was done and how much of it; who came is to be asked."""
    things = any(number.taken == "thing" and number.text.endswith(_MADE) for number in piece.numbers)
    return things and len(text) <= _SHORT and bool(piece.held or piece.activity.rank) and not unexplained(piece.rest)
