"""The clauses of a message and what each of them claims; what states no fact is told apart from what does."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from handlers.reading.checkins.activities import activity_at, names_activity
from handlers.reading.claims.cues import ANY, ASKING, CALLED, CUES, FACTUAL, NOT_HELD, OPAQUE, TURNED_OUT, Cue
from handlers.reading.model import Claim
from handlers.reading.text.dates import When
from handlers.reading.text.normalise import GAP, SECRET
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_CLAUSE = pattern(r"[^,;。!?()\n]+[,;。!?()]*\n?|[,;。!?()\n]+")
_ENDS_SENTENCE = ("。", ";", "!", "?", "\n")
_COUNTED = pattern(r"\d|[一二三四五六七八九十百]\s?[人名位个]")
_NOT = pattern(r"(?:没有?|没能|未能?)(?:再|去|参加|开展|举行)?")
_SOMEBODY = pattern(rf"(?:\d\s?[人名位个][^,。]{{0,6}}|{SECRET}[^,。]{{0,4}})$")
_END = ",;。!()\n "
_ASKED = ("?", "吗", "么")
_AHEAD = ("明", "后", "下")


@dataclass(slots=True)
class Clause:
    """text[start:end] and its claim; `ahead`: only a day to come makes it a plan."""

    start: int
    end: int
    claim: Claim = "fact"
    cue: Cue | None = None
    ahead: bool = False
    counted: bool = False
    named: bool = False  # an activity
    unit: bool = False
    factual: bool = False
    ends: bool = False  # its sentence


def clauses_of(text: str, scan: str, hits: Sequence[Hit], dates: Sequence[When], received: date) -> list[Clause]:
    """All clauses, in order. `scan` is `text` with units, dates and persons taken out (same length)."""
    said = OPAQUE.sub(_without_topic, scan) if any(mark in scan for mark in '《“"「『:') else scan
    found = [clause for match in _CLAUSE.finditer(scan) for clause in _by_unit(match, scan, hits)]
    ahead = [when for when in dates if when.day and when.day > received and text.startswith(_AHEAD, when.start)]
    if not ahead and not any(_has_cue(said[clause.start : clause.end]) for clause in found):
        return found
    for clause in found:
        _look_at(clause, said, scan)
    for hit in hits:
        _at(found, hit.start).unit = True
    for when in ahead:
        clause = _at(found, when.start)
        clause.ahead = clause.cue is None
        clause.claim = "plan" if clause.ahead else clause.claim
    _carry_on(found)
    _carry_back(found)
    return found


def _by_unit(match: re.Match[str], scan: str, hits: Sequence[Hit]) -> list[Clause]:
    """三(1)40 三(2)没开: what is said of each unit, where a blank stands before it."""
    first, last = (bisect_left(hits, place, key=_start) for place in match.span())
    cuts = [hit.start for hit in hits[first:last] if hit.start > match.start() and scan[hit.start - 1] == " "]
    return [Clause(*span) for span in pairwise([match.start(), *(cuts if len(hits) > 1 else ()), match.end()])]


def _has_cue(words: str) -> bool:
    bare = words.rstrip(_END)
    return bare.endswith(_ASKED) or _NOT.search(bare) is not None or ANY.search(bare) is not None


def _without_topic(match: re.Match[str]) -> str:
    """A quoted report is quoted, not a topic."""
    report = _COUNTED.search(match[0]) and (GAP in match[0] or names_activity(match[0]))
    return match[0] if report else GAP * len(match[0])


def _look_at(clause: Clause, said: str, scan: str) -> None:
    words = said[clause.start : clause.end]
    bare = words.rstrip(_END)
    clause.ends = words.rstrip(" )").endswith(_ENDS_SENTENCE)
    clause.counted = _COUNTED.search(words) is not None
    clause.named = names_activity(scan[clause.start : clause.end])
    clause.factual = FACTUAL.search(words) is not None
    clause.cue = next((cue for cue in CUES if cue.found.search(bare)), None)
    if bare.endswith(_ASKED) or (not clause.counted and ASKING.found.search(bare)):
        clause.claim = "question"
    elif clause.cue and not _holds(clause, bare):
        clause.claim = clause.cue.claim
    elif any(_denies(match, bare) for match in _NOT.finditer(bare)):
        clause.cue, clause.claim = NOT_HELD, "negation"


def _holds(clause: Clause, words: str) -> bool:
    """升旗来了39个其中一个是插班生, 本来43个两个请假所以41个, 实到47有一个没去成: it was held."""
    counted = clause.counted and clause.named
    if clause.cue is None or not counted:
        return False
    called = CALLED.search(words) if clause.cue.claim == "negation" else None
    turned = TURNED_OUT.search(words) or (called and clause.cue.found.search(words, called.end()))
    return bool(turned) or (clause.cue.claim == "other" and clause.factual)


def _denies(match: re.Match[str], words: str) -> bool:
    """今天没升旗, 因雨未能升旗: the activity, not somebody's part in it: 2人没升旗."""
    return activity_at(words, match.end()) and not _SOMEBODY.search(words, 0, match.start())


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
        elif clause.counted:
            reaching = None
        if clause.ends and reaching and reaching.claim != "negation":
            reaching = None


def _stands(clause: Clause, before: Clause) -> bool:
    """Whether it states a fact of its own: 队会取消了, 改成队课, 41人参加; not after 如果 or 格式如:."""
    if before.claim in ("condition", "example", "notice", "quotation"):
        return False
    own = clause.unit and clause.counted and before.unit and before.claim == "negation"
    return clause.named or own or (clause.factual and before.claim != "negation")


def _carry_back(clauses: list[Clause]) -> None:
    """四(2)中队祭扫, 40人, 因雨没去成: none of it took place."""
    following: Clause | None = None
    for clause in reversed(clauses):
        if clause.ends:
            following = None
        if clause.claim != "fact":
            following = clause if clause.claim in ("plan", "negation", "question") and not _local(clause) else following
        elif following and _is_of(clause, following):
            clause.claim, clause.ahead = following.claim, following.ahead


def _local(clause: Clause) -> bool:
    return clause.claim == "question" and clause.cue is not None and not clause.cue.back


def _is_of(clause: Clause, following: Clause) -> bool:
    complete = clause.counted and (clause.named or clause.unit)
    if complete and following.cue and following.cue.back:
        return not following.named and not (clause.unit and following.unit)
    return not complete and not clause.factual
