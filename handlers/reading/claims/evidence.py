"""Whether what a message says is enough to be a check-in, or the one thing that is to be changed of the last."""

from dataclasses import replace

from handlers.reading.checkins.found import Found
from handlers.reading.checkins.pieces import Piece
from handlers.reading.claims.doubts import unexplained
from handlers.reading.messages import talk
from handlers.reading.model import Context, Record
from handlers.reading.text.patterns import pattern

# What is made, picked up or collected is measured so; not 18页, 3岁.
_MADE = tuple("棵株袋桶筐箱本册支只幅封份张条盆朵枚件块串盏瓶双筒捆斤篇个元吨克节次")
# 看 三(9), 删 三(2): somebody bids something else; 报 三(2) begins a check-in.
_BID = pattern(r"\s*(?![报记签登填补])[\u4e00-\u9fff]\s")
# 我是 张老师3
_NAMED = pattern(r"[\u4e00-\u9fff]老师\d+\W*$")
_SHORT = 20
_LONE = 12


def alone(found: Found) -> tuple[Record, ...]:
    """39, 昨天, 队课: right after a record it may be what is to be changed of it."""
    piece = found.whole
    if len(found.text) > _LONE:
        return ()
    heads = next((number.value for number in piece.numbers if number.taken in ("attended", "open")), None)
    said = Record(attended=heads, activity=piece.activity.name, date=piece.day, dated=piece.dated, topic=piece.topic)
    return (replace(said, again=piece.again),) if replace(said, topic=None) != Record() else ()


def is_checkin(found: Found, context: Context) -> bool:
    """Two of unit, activity and heads make a check-in; the sender's own unit counts when the rest is short and sure."""
    piece, rank, text = found.whole, found.whole.activity.rank, found.text
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
    # 家长也来了5个 right after a report is of the grown-ups beside it.
    heads = counted or (piece.counts.others and not _NAMED.search(text))
    if piece.counts.firm and told and (rank > 0 or heads):
        return True
    return rank > 1 and len(text) <= _SHORT and not unexplained(piece.rest)


def _tells_a_deed(piece: Piece, text: str) -> bool:
    """植树50棵, 捡垃圾8袋, 手抄报44份: what was done and how much of it; who came is to be asked."""
    things = any(number.taken == "thing" and number.text.endswith(_MADE) for number in piece.numbers)
    return things and len(text) <= _SHORT and bool(piece.held or piece.activity.rank) and not unexplained(piece.rest)
