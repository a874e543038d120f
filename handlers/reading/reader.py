"""The way of one message: clean it, tell what kind it is, and have it read by the module of that kind."""

from dataclasses import replace

from handlers.reading import changes, talk
from handlers.reading.activities import find_activity
from handlers.reading.checkin import Found, read_checkin, whole_piece
from handlers.reading.commands import read_command
from handlers.reading.dates import find_dates
from handlers.reading.lists import is_chain, without_numbers
from handlers.reading.medals import find_medals
from handlers.reading.model import Context, Reading
from handlers.reading.nomination import Proposal, read_nomination
from handlers.reading.normalise import Clean, as_written, clean
from handlers.reading.patterns import pattern
from handlers.reading.private import Secrets, hide_matters, hide_numbers, hide_persons
from handlers.reading.units import find_units

_NOMINATES = pattern(r"提名|推荐|申报|推优|推选|评选")
_MEDAL_WORD = pattern(
    r"章|[一二三四五1-9]星|红星|红旗|火炬|优秀|十佳|最美|先进|好少年|美德|之星|双优|提名|推荐|申报|推优|推选"
)
_SUB_BADGE = pattern(r"向阳|传承|立德|立志|梦想|小主人|团结|健体|奉献|劳动|勇敢|节约")
_HEADS = pattern(r"\d\s?[人名位]|[十百一二三四五六七八九]人|实到|应到|\d/\d|全勤|全员")
_SHORT = 20


def read_message(text: str, context: Context) -> Reading:
    """Read one message; see the package for the result."""
    plain = clean(text)
    if not plain.text:
        return _nothing(plain)
    order = read_command(plain.text, context)
    if order is not None:
        return order
    secrets = Secrets()
    reading = _medals(plain, context, secrets) if _may_be_medal(plain.text, context) else None
    if reading is None:
        secrets = Secrets()
        reading = _attendance(plain, context, secrets)
    return _with_private(reading, secrets, text)


def _may_be_medal(text: str, context: Context) -> bool:
    if _MEDAL_WORD.search(text) or _SUB_BADGE.search(text):
        return True
    return any(feature.removesuffix("章") in text for feature in context.feature_medals)


def _nothing(plain: Clean) -> Reading:
    """Only pictures, only faces, or nothing at all."""
    if plain.media:
        return Reading("unknown", "clarify", ("MEDIA_ONLY",))
    if plain.faces:
        return Reading("chat", "ignore")
    return Reading("unknown", "clarify", ("EMPTY",))


def _medals(plain: Clean, context: Context, secrets: Secrets) -> Reading | None:
    """Read a message about medals; None when it is a check-in or talk after all."""
    text = plain.text
    chain = is_chain(text)
    scan, entries = without_numbers(text, chain, of_names=True)
    hits, scan = find_units(hide_numbers(scan, secrets), context)
    medals, scan = find_medals(hide_matters(scan, secrets), context.feature_medals)
    nominates = _NOMINATES.search(text) is not None
    if not medals and not nominates or _is_event(scan, text):
        return None
    if changes.CANCEL.search(text):
        return changes.read_withdrawal(scan, hits, medals, context)
    if changes.REPLACE.search(text) and (exchange := changes.read_replacement(scan, hits, medals, context)):
        return exchange
    if progress := talk.read_progress(text, scan, hits, medals, context):
        return progress
    if talk.asks(text):
        return talk.question()
    reading = read_nomination(Proposal(scan, hits, medals, entries, chain, secrets.issues), context)
    if talk.announces(text) and not hits:
        return None
    if any(nomination.name or nomination.target == "collective" for nomination in reading.nominations):
        return reading
    sure = any(medal.code or medal.issue == "MEDAL_AMBIGUOUS" for medal in medals)
    return reading if sure and hits and not _HEADS.search(scan) else None


def _is_event(scan: str, text: str) -> bool:
    """学习优秀少先队员事迹主题队日 38人: an event with heads, not a nomination."""
    return _HEADS.search(scan) is not None and _NOMINATES.search(text) is None and find_activity(scan)[0].rank > 1


def _attendance(plain: Clean, context: Context, secrets: Secrets) -> Reading:
    """Read a message that is about attendance, or about nothing we know."""
    text = plain.text
    chain = is_chain(text)
    scan, entries = without_numbers(text, chain, of_names=False)
    hits, scan = find_units(hide_numbers(scan, secrets), context)
    dates, scan = find_dates(hide_persons(scan, secrets), context.received)
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
    return read_checkin(found, context) if _is_checkin(found, text, context) else talk.chat_or_unknown(text)


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


def _with_private(reading: Reading, secrets: Secrets, raw: str) -> Reading:
    """Add the personal data found, as normalised and as written."""
    if not secrets.words:
        return reading
    changed = [word for word in secrets.words if word not in raw]
    words = secrets.words + (as_written(changed, raw) if changed else [])
    return replace(reading, private=tuple(dict.fromkeys(words)))
