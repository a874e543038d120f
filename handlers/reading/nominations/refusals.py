"""Somebody who is not nominated after all."""

from dataclasses import replace

from handlers.privacy.names import persons
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.model import Reading
from handlers.reading.nominations.exchanges import GIVES_UP, UNSURE
from handlers.reading.nominations.named import persons_in
from handlers.reading.nominations.requests import NOMINATES
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

# 王小明不推荐一星章; 不怕困难 says something else.
_NOT = pattern(
    r"(?:不要|不用|不必|先别|别)(?=[给让把替][^,。;\n]{2,8}(?:推荐|提名|申报|报|评))|"
    r"(?:不|(?<!分)别|先不|暂不|没有?)(?:再|想|打算|准备)?(?:推荐|提名|申报|参评|推选|评选|报(?![告名纸到道刊]))(?!的?不)|(?:没有?|未|不)(?:提出)?(?:申请(?!过)|报名|达标|够格|入选)|不是(?!很|特别|只)|材料[^,。\n]{0,6}(?:还没|尚未|没|未)"
)
NOT_ALL = replace(UNSURE, claim="negation")
_GIVES = pattern(r"[给让替][^,。;\n]{2,5}[报评]|[,。;\n]\s?[就改先只]?报")
_CLAUSE = pattern(r"[^,;。!\n]+")


def without_refused(scan: str) -> str:
    """The text without the clauses that say who is not meant (same length)."""
    return _CLAUSE.sub(lambda match: GAP * len(match[0]) if _NOT.search(match[0]) else match[0], scan)


def read_refusal(text: str, scan: str, medals: list[Medal]) -> Reading | None:
    """一星章先不报李小红: nobody is proposed; beside 推荐王小明, or a medal in another clause, it is asked who is."""
    if not _NOT.search(text):
        return None
    named = persons_in(_NOT.sub(GAP, scan))
    if not named and "集体" not in text:
        return None
    clauses = [(part.start(), part.end()) for part in _CLAUSE.finditer(scan) if _NOT.search(part[0])]
    apart = clauses and not any(start <= medal.start < end for medal in medals for start, end in clauses)
    rest = _NOT.sub("", text)
    people = {*named, *persons(scan)}
    # 钱多多报 is 钱多多.
    several = len([one for one in people if not one.startswith(tuple(people - {one}))]) > 1
    if apart or (several and (NOMINATES.search(rest) or _GIVES.search(rest))):
        return NOT_ALL
    return Reading("chat", "ignore", claim="negation")


def none_stood(scan: str) -> Reading | None:
    """这次没有合适的,不推荐了: nobody is put up; None where somebody was."""
    return Reading("nomination", "ignore") if find_nominees(GIVES_UP.sub(GAP, scan), ()).nobody else None
