"""What one clause claims by itself: a fact, or by which of its words none."""

import re
from dataclasses import dataclass

from handlers.reading.checkins.activities import activity_at, names_activity
from handlers.reading.claims.cues import ASKING, FACTUAL, NOT_HELD, Cue, any_in, cue_in, turned_out
from handlers.reading.model import Claim
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.patterns import pattern

COUNTED = pattern(r"\d|[一二三四五六七八九十百]\s?[人名位个]")
_NOT = pattern(r"(?:没有?|没能|未能?|无|不)(?:再|去|参加|开展|举行|组织|进行|安排|[上开搞办做])?")
_SOMEBODY = pattern(rf"(?:\d\s?[人名位个][^,。]{{0,6}}|{SECRET}[^,。]{{0,4}})$")
_OF_SOME = pattern(r"[^,。\d]{1,8}(?:的[有是]?\s?\d|\d\s?[人名个](?![都全就也在]))")
# 春天在哪里朗诵比赛 42人, 主题队会 我是谁 42人: what a title asks; 队会在哪里 42人 and 怎么报 42人 are asked.
_TITLED = pattern(
    r"^(?!.*(?:报|填|记录|登记|哪[个天些位]|几[点号]|多少|多久|什么时|谁[来去带]))(?:.*[^会课日动旗赛扫])?"
    r"(?:[在去]哪[里儿](?!\s?[开办搞举上])|[我你他她它]是谁|谁是|谁最|什么是|为什么|怎么办|是什么).*\d\s?[人名个]?\s?$"
)
_ENDS_SENTENCE = ("。", ";", "!", "?", "\n")
_END = ",;。!()\n "
_ASKED = ("?", "吗", "么")
# 那三(2)呢 asks, 来了40个呢 tells.
_AND_THAT = "呢"


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
    dated: bool = False
    factual: bool = False
    ends: bool = False  # its sentence
    more: bool = False  # said of one unit more, with nothing between them but a blank or 、


def has_cue(words: str) -> bool:
    """Whether anything in them may claim something else than a fact."""
    bare = words.rstrip(_END)
    return bare.endswith((*_ASKED, _AND_THAT)) or _NOT.search(bare) is not None or any_in(bare)


def look_at(clause: Clause, said: str, scan: str) -> None:
    """Fill in what it claims; `said` is `scan` without what is quoted."""
    words = said[clause.start : clause.end]
    bare = words.rstrip(_END)
    clause.ends = words.rstrip(" )").endswith(_ENDS_SENTENCE)
    clause.counted = COUNTED.search(words) is not None
    clause.named = names_activity(scan[clause.start : clause.end])
    clause.factual = FACTUAL.search(words) is not None
    clause.cue = cue_in(bare)
    if bare.endswith(_ASKED) or (not clause.counted and ASKING.found.search(bare)):
        clause.claim = "question"
    elif clause.cue and not _holds(clause, bare):
        clause.claim = clause.cue.claim
    elif any(_denies(match, bare) for match in _NOT.finditer(bare)):
        clause.cue, clause.claim = NOT_HELD, "negation"
    elif bare.endswith(_AND_THAT) and not (clause.counted or clause.factual):
        clause.claim = "question"


def _holds(clause: Clause, words: str) -> bool:
    """升旗来了39个其中一个是插班生, 本来43个两个请假所以41个, 实到47有一个没去成: it was held."""
    if clause.cue is None or not (clause.counted and clause.named):
        return False
    if clause.cue is ASKING:
        return _TITLED.search(words) is not None
    return turned_out(clause.cue, words) or (clause.cue.claim == "other" and clause.factual)


def _denies(match: re.Match[str], words: str) -> bool:
    """今天没升旗, 因雨未能升旗: the activity, not somebody's part in it: 2人没升旗, 没上队课的3人."""
    whose = _SOMEBODY.search(words, 0, match.start()) or _OF_SOME.match(words, match.end())
    return activity_at(words, match.end()) and not whose
