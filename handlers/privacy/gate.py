"""The gate before free words are written: a topic, a title, a unit's name, an alias, a note.

What lies open in the database is kept for years and read by many; so it says what was done, and nothing of anybody.
`Cleared` is the type of what has passed: storage takes no other words, which mypy holds.
"""

import re
from functools import lru_cache

from handlers.privacy import called, matters
from handlers.privacy.called import named_in
from handlers.privacy.door import HIDDEN, Known, nobody, starred
from handlers.privacy.names import DOCUMENT, is_surely_one, of_the_field, where
from storage.base.words import Cleared

_CLAUSES = re.compile(r"([\s,，。;；:：!！?？、|/()（）]+)")
_AND = re.compile("[和与]")
_EDGES = " \t\n,，。;；:：、|/·-"
# 王小明讲红色故事: what is left tells something; of 王小明领誓 nothing.
_SHORTEST_DEED = 4
# 红军故事由王小明讲, 和王小明讲故事: without the name it says nothing.
_BESIDE = frozenset("由请让给和与跟及")
# 照片里是黎明: nor does what only led to the name.
_LED_TO = frozenset("是有给为叫的由和")
LEFT_OUT = "姓名等个人信息没有保存。"
# Of characters: beside 请假 alone, and in a list beside it, somebody may have a longer name.
_LONGEST_BESIDE, _LONGEST_IN_LIST = 4, 6
_IN_LIST = frozenset("、:：")
# 1.陆地 2.海洋
_NUMBERED = re.compile(r"^\d{1,2}[.)]")
# How the name of a place or of what stands in it ends: nobody is called so.
_PLACE_OR_OFFICE = re.compile(
    r"(?:[省市县区旗州盟镇乡村校园馆]|街道|[少关]工委|教办|[小中]学|辅导站|基地)(?:[(（][^()（）]*[)）])?$"
)
# Behind these stands what was done, whatever is said next: 主题 海洋 1人请假.
_LABELS = frozenset(("主题", "题目", "内容", "活动主题", "活动内容"))
# Whom somebody is called after as well as squads are.
_EMBLEMS = frozenset(f"{word}中队" for word in ("海燕", "玉兰", "红梅", "桂花"))
# What is said of a unit that seems to be called after somebody.
HERO = "以英雄命名的，写成「李文海烈士中队」这样。"


@lru_cache(1024)
def cleared(words: str, *, of_one: bool = False) -> Cleared:
    """`words` without names, illnesses, family matters, addresses and numbers of persons; perhaps nothing is left.

    What says something of one child goes as well, but where that is what is told (`of_one`): an objection, a leak.
    The same topics come from every squad, and each of them twice on its way.
    """
    if number := DOCUMENT.search(words):
        around = cleared(words[: number.start()], of_one=of_one), cleared(words[number.end() :], of_one=of_one)
        return Cleared(f"{around[0]} {number[0]} {around[1]}".strip())
    parts = _CLAUSES.split(matters.numbers_joined(words))
    clauses, marks = parts[::2], [*parts[1::2], ""]
    gone = _beside_absence(clauses, marks)
    listed = tuple(called.listed(words))
    gone |= set() if of_one else _told_of_one(clauses)
    kept = ["" if place in gone else _clear(clause, listed, of_one) for place, clause in enumerate(clauses)]
    text = "".join(clause + mark if clause else " " for clause, mark in zip(kept, marks, strict=True))
    return Cleared(" ".join(text.split()).strip(_EDGES))


def found_in(words: str, known: Known = nobody, *, of_one: bool = False) -> tuple[str, ...]:
    """What kinds of private words there are (`PII_NAME`, `PII_PHONE`, `PII_HEALTH` …), each once; empty: none.

    What says something of one child is one as well (`PII_CHILD`), but where that is what is told.
    """
    parts = _CLAUSES.split(words)
    clauses, marks = parts[::2], [*parts[1::2], ""]
    found = [kind for clause in dict.fromkeys((words, *clauses)) if (kind := matters.kind_of(clause))]
    absent = _beside_absence(clauses, marks)
    found += ["PII_CHILD"] if not of_one and not found and _told_of_one(clauses) - absent else []
    away = [clauses[place] for place in absent]
    named = any(not known(name) for name in named_in(words)) or not all(map(matters.names_no_absent, away))
    return tuple(dict.fromkeys([*found, *(["PII_NAME"] if named else [])]))


def is_of_absent(topic: str, said: str) -> bool:
    """Whether a topic stood beside an absence in what was said, and may be a name: 缺一个，石头, not 请假1人，国庆."""
    listed = _CLAUSES.sub(" ", _AND.sub(" ", topic)).split()
    # Of two that are called so hardly both are what was done: 高山、江河 请假2人.
    if not listed or topic in of_the_field() or not all(_is_called(each) or matters.is_reason(each) for each in listed):
        return False
    parts = _CLAUSES.split(said)
    clauses, marks = parts[::2], [*parts[1::2], ""]
    beside = {word for place in _beside_absence(clauses, marks) for word in _AND.split(clauses[place])}
    return not beside.isdisjoint(listed)


def is_private_label(words: str) -> bool:
    """Whether a short label names somebody; 棵数, 高段: of two characters it is more often a thing, unlike 萱萱."""
    found = set(found_in(words))
    return bool(found - {"PII_NAME"}) or ("PII_NAME" in found and any(map(is_surely_one, named_in(words))))


def is_private_unit(name: str) -> bool:
    """The same of what a unit is called: 李思雨中队, but not 碧江区少工委, a place that no list of words knows."""
    found = () if name in _EMBLEMS else found_in(name)
    return bool(found) and not (found == ("PII_NAME",) and _PLACE_OR_OFFICE.search(name))


def is_private_title(words: str, title: str = "") -> bool:
    """The same of words with a `title` (else all of them), which may be a thing like a name: 粽香, but not 爱丽丝."""
    found = found_in(words)
    return bool(found) and (found != ("PII_NAME",) or is_private_label(words) or named_in(words) != (title or words,))


def hidden(words: str, known: Known = nobody) -> str:
    """The words as they are shown to whoever is to find them: 王××."""
    return starred(matters.numbers_hidden(words, HIDDEN), [name for name in named_in(words) if not known(name)])


def _clear(clause: str, listed: tuple[str, ...], of_one: bool) -> str:
    if (
        matters.kind_of(clause)
        or (not of_one and matters.is_of_named(clause))
        or (matters.is_absence(clause) and not matters.is_closed_day(clause))
    ):
        return ""
    places = where((*named_in(clause), *listed), clause)
    places |= {at - 1 for at in places if at and clause[at - 1] in _BESIDE}
    rest = "".join(each for at, each in enumerate(clause) if at not in places)
    if rest == clause:
        return rest
    led = len(clause) - 1 in places and rest[-1:] in _LED_TO
    return rest if len(rest) >= _SHORTEST_DEED and not led else ""


def _told_of_one(clauses: list[str]) -> set[int]:
    """The clauses that say something of one child, the child in the one and what is said in the next as well."""
    found: set[int] = set()
    for place, clause in enumerate(clauses):
        following = clauses[place + 1] if place + 1 < len(clauses) else ""
        if matters.is_of_one(clause):
            found.add(place)
        if matters.goes_on_of_one(clause, following):
            found |= {place, place + 1}
    return found


def _beside_absence(clauses: list[str], marks: list[str]) -> set[int]:
    """The clauses that tell who is absent: 萱萱 请假, 请假:萱萱、高兴; short ones and lists whatever their shape."""
    found: set[int] = set()
    for place in (place for place, clause in enumerate(clauses) if matters.is_absence(clause)):
        around: set[int] = set()
        for step in (-1, 1):
            beside = place + step
            while 0 <= beside < len(clauses):
                mark = marks[min(beside, beside - step)].strip()
                alone = beside == place + 1 and matters.is_bare_absence(clauses[place])
                labelled = beside and clauses[beside - 1] in _LABELS
                listed = mark in _IN_LIST and mark != ""
                told = matters.is_reason(clauses[beside]) or _may_be_somebody(clauses[beside], listed, alone)
                if labelled or not told:
                    break
                around.add(beside)
                beside += step
        if around or not matters.is_closed_day(clauses[place]):
            found |= {place, *around}
    return found


def _may_be_somebody(clause: str, listed: bool, alone: bool) -> bool:
    clause = _NUMBERED.sub("", clause)
    longest = _LONGEST_IN_LIST if listed else _LONGEST_BESIDE if alone else _SHORTEST_DEED - 1
    pair = _AND.split(clause)
    return len(clause) <= longest or bool(named_in(clause)) or (len(pair) > 1 and all(map(_is_called, pair)))


def _is_called(word: str) -> bool:
    return len(word) > 1 and called.could_be(word)
