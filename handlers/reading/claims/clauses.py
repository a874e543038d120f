"""The clauses of a message, and how far the claim of one reaches; what states no fact is told apart from what does."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise

from handlers.reading.checkins.activities import names_activity
from handlers.reading.claims.claim import COUNTED, Clause, has_cue, look_at
from handlers.reading.claims.cues import OPAQUE
from handlers.reading.text.dates import When
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_CLAUSE = pattern(r"[^,;。!?()\n]+[,;。!?()]*\n?|[,;。!?()\n]+")
# 队会44人?不对,43人: the question was put to oneself.
_ANSWERED = pattern(r"[\s,]*(?:[哦噢啊呃]\s?,?)*(?:不对|不是|[哦噢啊]不|[说写打报记]?错了)[^?\d]{0,6}\d")
_UNCOUNTED = pattern(r"[^\d、]*?[没未无停假][^\d、]*(?:、|$|[,;。!?()\n])")
_AHEAD = ("明", "后", "下")
# 队课43人明天还要去社区: what was told is whole, and one more is to come.
_DAYTIME = pattern("上午|下午|中午|晚上|傍晚|晚间|放学后|课后")
_ONE_MORE = pattern(rf"{GAP}+\s?(?:还|再|继续|也|又|另)")


def clauses_of(text: str, scan: str, hits: Sequence[Hit], dates: Sequence[When], received: date) -> list[Clause]:
    """All clauses, in order. `scan` is `text` with units, dates and persons taken out (same length)."""
    said = OPAQUE.sub(_without_topic, scan) if any(mark in scan for mark in '《“"「『:') else scan
    ahead = [when for when in dates if when.day and when.day > received and text.startswith(_AHEAD, when.start)]
    found = [clause for match in _CLAUSE.finditer(scan) for clause in _by_unit(match, scan, hits)]
    found = [part for clause in found for part in _with_one_more(clause, scan, ahead)] if ahead else found
    if not ahead and not any(has_cue(said[clause.start : clause.end]) for clause in found):
        return found
    found = [part for clause in found for part in _with_something_else(clause, said, scan)]
    for clause in found:
        look_at(clause, said, scan)
    for clause in found:
        if clause.claim == "question" and clause.cue is None and _ANSWERED.match(scan, clause.end):
            clause.claim = "fact"
    for hit in hits:
        _at(found, hit.start).unit = True
    for when in dates:
        _at(found, when.start).dated = True
    for when in ahead:
        clause = _at(found, when.start)
        clause.ahead = clause.cue is None
        clause.claim = "plan" if clause.ahead else clause.claim
    _carry_on(found)
    _carry_back(found)
    return found


def _by_unit(match: re.Match[str], scan: str, hits: Sequence[Hit]) -> list[Clause]:
    """三(1)40 三(2)没开, 三(1)40、三(2)没开: what is said of each unit; 明天三(1)、三(2) is said of both."""
    if len(hits) < 2:
        return [Clause(*match.span())]
    first, last = (bisect_left(hits, place, key=_start) for place in match.span())
    cuts, at = [], match.start()
    for hit in hits[first:last]:
        before = scan[hit.start - 1 : hit.start]
        # 三(2)队课41人三(3)队课未报: what is told before is whole.
        denied = before != " " and COUNTED.search(scan, at, hit.start) and _UNCOUNTED.match(scan, hit.end, match.end())
        if hit.start > match.start() and (before == " " or denied):
            cuts.append(hit.start)
        at = hit.end
    spans = pairwise([match.start(), *cuts, match.end()])
    return [Clause(*span, more=span[0] > match.start()) for span in spans]


def _with_one_more(clause: Clause, scan: str, ahead: Sequence[When]) -> list[Clause]:
    for when in ahead:
        if (
            clause.start < when.start < clause.end
            and COUNTED.search(scan, clause.start, when.start)
            and not COUNTED.search(scan, when.start, clause.end)
            and _ONE_MORE.match(scan, when.start)
        ):
            return [Clause(clause.start, when.start, more=clause.more), Clause(when.start, clause.end, more=True)]
    return [clause]


def _with_something_else(clause: Clause, said: str, scan: str) -> list[Clause]:
    """队课41人晚上家长会, 上午家长会下午队课41人: each is of its own part of the day."""
    for match in reversed(list(_DAYTIME.finditer(scan, clause.start + 1, clause.end))):
        spans = (clause.start, match.start()), (match.start(), clause.end)
        parts = [Clause(*span) for span in spans]
        for part in parts:
            look_at(part, said, scan)
        claims = [part.claim for part in parts]
        if sorted(claims) == ["fact", "other"] and parts[claims.index("fact")].counted:
            return [Clause(*spans[0], more=clause.more), Clause(*spans[1])]
    return [clause]


def _without_topic(match: re.Match[str]) -> str:
    """A quoted report is quoted, not a topic."""
    report = COUNTED.search(match[0]) and (GAP in match[0] or names_activity(match[0]))
    return match[0] if report else GAP * len(match[0])


def _at(clauses: list[Clause], place: int) -> Clause:
    return clauses[bisect_right(clauses, place, key=_start) - 1]


def _start(clause: Clause | Hit) -> int:
    return clause.start


def _carry_on(clauses: list[Clause]) -> None:
    """下周三去科技馆, 40人: what follows without saying more is planned as well, to the end of the sentence."""
    reaching: Clause | None = None
    for clause in clauses:
        if clause.claim != "fact":
            reaching = clause if clause.ahead or (clause.cue and clause.cue.on) else None
        elif reaching and not _stands(clause, reaching):
            clause.claim, clause.ahead = reaching.claim, reaching.ahead
        elif clause.counted or (clause.unit and reaching and reaching.unit):
            reaching = None
        if clause.ends and reaching and reaching.claim != "negation":
            reaching = None


def _stands(clause: Clause, before: Clause) -> bool:
    """Whether it states a fact of its own: 队会取消了, 改成队课, 41人参加; not after 如果 or 格式如:."""
    if before.claim in ("condition", "example", "notice", "quotation"):
        return False
    own = clause.unit and clause.counted and before.unit and before.claim == "negation"
    named = clause.named and not clause.more
    return named or own or (clause.factual and before.claim != "negation")


def _carry_back(clauses: list[Clause]) -> None:
    """四(2)中队祭扫, 40人, 因雨没去成: none of it took place."""
    following: Clause | None = None
    named = list(accumulate(clauses, lambda named, each: (each.unit or named) and not each.ends, initial=False))
    for clause, another in zip(reversed(clauses), reversed(named[:-1]), strict=True):
        if clause.ends:
            following = None
        if clause.claim == "negation" and clause.unit and another:
            # 队课 一(1)43 二(2)停课, 三(1)队课,41人,三(2)没开: what stands before the other unit is not of this one.
            following = None
        elif clause.claim != "fact":
            back = clause.claim in ("plan", "negation", "question") or (clause.cue is not None and clause.cue.back)
            following = clause if back and not _local(clause) else following
        elif following and _is_of(clause, following):
            clause.claim, clause.ahead = following.claim, following.ahead


def _local(clause: Clause) -> bool:
    return clause.claim == "question" and clause.cue is not None and not clause.cue.back and not clause.named


def _is_of(clause: Clause, following: Clause) -> bool:
    complete = clause.counted and (clause.named or clause.unit)
    if complete and following.cue and following.cue.back:
        # 前天升旗44,昨天没活动: of another unit or day.
        return not (following.named or (clause.unit and following.unit) or (clause.dated and following.dated))
    return not complete and not clause.factual
