"""What is said of those who are nominated: of each alone, and of all of them."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from handlers.reading.medals.nominee_words import Nominees
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

LONGEST_REASON = 300
LABEL_OF_REASON = (
    r"(?:推荐|申报|主要|简要|先进|突出|典型|个人)*(?:理由|事迹|原因|表现|意见)(?:简介|材料|介绍|说明|概述|概要)?"
)
# 理由是全年队会开足, 事迹:拾金不昧
_WHY_AHEAD = pattern(rf"^[\s:,]*(?:{LABEL_OF_REASON}(?:是|为|\s?:)\s?)+")
# 两人都是升旗手, 都很优秀: of all who were named.
_ALL = pattern(r"[两二三四五六几]?[人位个名]?(?:同学|队员)?(?:们)?[都均皆全]|大家|以上|他们|她们")
_ONE_EACH = pattern(r"(?:理由|事迹|原因)?(?:分别|依次)(?:是|为)?\s?:\s?")
_PARTS = pattern(r"[;。]|\d[.、]")
_ENDS_CLAUSE = frozenset(",;。!\n")
_AND = pattern(r"(?:或者?|还有|以及|和|与|及|跟|、)")


@dataclass(frozen=True, slots=True)
class Said:
    """A word of the reason with the mark behind it, how many names stand ahead, and whether it is in brackets."""

    text: str
    after: int
    inside: bool


def share(found: Nominees, said: list[Said]) -> None:
    """王小明(学雷锋)、李小红(爱劳动),都是升旗手: what stands behind each name, and what is said of all."""
    found.reason = _joined(said)
    found.lead = _joined([each for each in said if not each.after])
    found.tail = _joined([each for each in said if each.after])
    own: dict[int, list[Said]] = {}
    of_all: list[Said] = []
    for each in said:
        here = own.setdefault(each.after, [])
        shared = not each.after or _ALL.match(each.text) or (here and here[-1].inside and not each.inside)
        (of_all if shared else here).append(each)
    if len(found.names) > 1 and (whose := _by_clause(found.names, said)):
        found.own = {name: _joined([*whose.get(name, ()), *whose.get("", ())]) for name in found.names}
        return
    each_one = _ONE_EACH.split(found.reason or "")
    if len(each_one) == 2 and len(reasons := _PARTS.split(each_one[1])) == len(found.names) > 1:
        # 理由分别是:主动值日;坚持浇花
        found.own = {name: each.strip() or None for name, each in zip(found.names, reasons, strict=True)}
        return
    ends = [after for after, words in own.items() if words]
    if len(ends) > 1:
        for start, end in pairwise([0, *ends]):
            found.own |= dict.fromkeys(found.names[start:end], _joined([*own[end], *of_all]))
        found.own |= dict.fromkeys(found.names[ends[-1] :], _joined(of_all))


def _by_clause(names: list[str], said: list[Said]) -> dict[str, list[Said]]:
    """王小明成绩好,李小红爱劳动: name → the clauses that begin with it, "" → those of all; empty where none does."""
    whose: dict[str, list[Said]] = {}
    who, begins = "", True
    for each in said:
        one = next((name for name in names if each.text.startswith(name)), "") if begins and each.after else ""
        first = "" if _AND.match(each.text[len(one) :]) else one
        if first or _ALL.match(each.text):
            who = first
        whose.setdefault(who, []).append(replace(each, text=each.text[len(first) :]))
        begins = not _ENDS_CLAUSE.isdisjoint(each.text)
    return whose if whose.keys() - {""} and all(each.after in (0, len(names)) for each in said) else {}


def _joined(reason: list[Said]) -> str | None:
    text = "".join(each.text.replace(GAP, " ") for each in reason)
    text = _WHY_AHEAD.sub("", re.sub(r"[ \n]+", " ", text)).strip(" 、,;。!?:/()|")
    return text[:LONGEST_REASON] or None
