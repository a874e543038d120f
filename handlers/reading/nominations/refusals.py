"""Somebody who is not nominated after all."""

from dataclasses import replace

from handlers.privacy.names import persons
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.model import Context, Reading
from handlers.reading.nominations.exchanges import GIVES_UP, UNSURE
from handlers.reading.nominations.named import persons_in
from handlers.reading.nominations.requests import LATER, NOMINATES
from handlers.reading.persons.names import split_names
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

# 王小明不推荐一星章; 不怕困难 says something else.
_NOT = pattern(
    r"(?:不要|不用|不必|先别|别)(?=[给让把替][^,。;\n]{2,8}(?:推荐|提名|申报|报|评))|"
    r"(?:不|(?<!分)别|先不|暂不|(?<!有)没有?)(?:再|想|打算|准备)?(?:推荐|提名|申报|参评|推选|评选|报(?![告名纸到道刊]))(?!的?不)|(?:没有?|未|不)(?:提出)?(?:申请(?!过)|报名|达标|够格|入选)|不是(?!很|特别|只)|材料[^,。\n]{0,6}(?:还没|尚未|没|未)"
)
NOT_ALL = replace(UNSURE, claim="negation")
_GIVES = pattern(r"[给让替][^,。;\n]{2,5}[报评]|[,。;\n]\s?[就改先只]?报")
_CLAUSE = pattern(r"[^,;。!\n]+")
_WHOLE_CLAUSE = pattern(r"[^,;。!\n]+[,;。!\n]*")
_PUTS = pattern(r"推荐|提名|申报|推选|[报评争给]")
_AROUND = pattern(r"^(?:不|别)再?(?:推荐|提名|申报|参评|[报评争要推提上])|(?:先|暂时)?(?:不[报推评要])?了$")


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


def without_others(text: str, context: Context) -> str | None:
    """先报王小明一星章,李小红下次再报 without those who are not put forward now; None where nothing is said of any.

    They are named there and nowhere else, and nothing of theirs stands.
    """
    standing = {state.name for state in context.existing if state.medal}
    for kept, aside in (_later(text), _given_up(text)):
        others = _named(aside)
        if (
            others
            and _PUTS.search(kept)
            and not standing.intersection(others)
            and not any(map(kept.__contains__, others))
        ):
            return kept
    return None


def _later(text: str) -> tuple[str, str]:
    clauses = [match[0] for match in _WHOLE_CLAUSE.finditer(text)]
    aside = [clause for clause in clauses if LATER.search(clause)]
    return "".join(clause for clause in clauses if clause not in aside), "".join(aside)


def _given_up(text: str) -> tuple[str, str]:
    match = GIVES_UP.search(text)
    if not match:
        return text, ""
    # 推荐王小明,李小红主动放弃: a clause of its own; 不报李小红了 names whom it is about itself.
    alone = match["leaves"] and not text[match.end() :].strip("吧啊啦。,;! \n")
    begins = max(text.rfind(mark, 0, match.start()) for mark in ",;。!\n") + 1 if alone else match.start()
    return text[:begins] + text[match.end() :], text[begins : match.end()]


def _named(aside: str) -> list[str]:
    return [*persons(aside), *split_names(_AROUND.sub("", aside))]
