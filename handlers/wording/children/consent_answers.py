"""What is answered when it is asked whether guardians have agreed: how, when, and which of them.

A consent that was not given would be a false record about a child: where any word is left over it is no answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.reading.text.dates import find_dates
from handlers.reading.text.normalise import GAP, clean
from handlers.wording.children.consents import METHOD, NUMBER, PHOTOS, SPOKEN, WHOSE, consent_of
from storage.children.consents import Consent

# Each child stands as one sign, so that no word is looked for in a name.
_FIRST = 0xE100
_SIGN = "[\ue100-\ue1ff]"
_CHILD = re.compile(_SIGN)
_NOT_YET = re.compile(
    r"[还尚]?(?:没|未)有?(?:签[字名署好过]?|(?:收|拿)到?(?!齐)|交(?!齐)|给|回执?|同意|(?=$|[,，;；。\s]))|不(?:肯|愿意?)?(?:签字?|同意)"
)
_LEFT_OUT = re.compile(
    rf"除[了去开]?(?P<before>{_SIGN}(?:[、和与及\s]*{_SIGN})*)(?:[以之]?外)?|(?P<after>{_SIGN})(?:除外|[以之]外)"
)
# 林一诺签了，沈嘉禾没签; 林一诺签了 沈嘉禾没签
_PART = re.compile(rf"[,，;；。\n]|\s(?={_SIGN})")
_FILLER = re.compile(
    rf"{_SIGN}|{WHOSE}|同意书?|收[到齐好下]?|交[来齐上]?|拿到|[他她]们|(?<!\d)[一两二三四五六七八九十\d]{{1,2}}[个位人份名]|孩子|同学|"
    r"只有|和|与|学校|老师|[都全部已经也在于的了这那就有均呢嗯好对是行请记过完给回签字]|[^\w?]|_"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The consent that is told of and whose it is; without one nobody's guardian has agreed yet."""

    given: Consent | None
    names: frozenset[str] = frozenset()


def answer_in(words: str, names: Sequence[str], today: date) -> Answer | None:
    """
    What the words say of these children's guardians; None when they say, or may say, something else.

    Raises Refusal for what is no consent that could be shown, or a day to come.
    """
    said = clean(words).text
    signs = {chr(_FIRST + index): name for index, name in enumerate(dict.fromkeys(names))}
    for sign, name in sorted(signs.items(), key=lambda each: -len(each[1])):
        said = said.replace(name, sign)
    days, left = find_dates(said, today)
    left = left.replace(GAP, "")
    for known in (_LEFT_OUT, _NOT_YET, NUMBER, PHOTOS, SPOKEN, METHOD, _FILLER):
        left = known.sub("", left)
    if left or len(days) > 1 or any(when.day is None for when in days):
        return None
    given, _ = consent_of(said, today)
    who = _whose(said, frozenset(signs))
    return None if who is None else Answer(given if who else None, frozenset(signs[sign] for sign in who))


def _whose(said: str, everybody: frozenset[str]) -> frozenset[str] | None:
    """The signs of those whose guardians agreed, none for not yet; None where it is not plain."""
    left_out = {sign for match in _LEFT_OUT.finditer(said) for sign in _CHILD.findall(match[0])}
    agreed: set[str] = set()
    named: set[str] = set()
    yes = no = False
    for part in _PART.split(_LEFT_OUT.sub(" ", said)):
        named |= set(_CHILD.findall(part))
        not_yet, done = _NOT_YET.search(part), METHOD.search(_NOT_YET.sub("", part))
        if not_yet and done:
            return None
        if not_yet:
            no = no or not named
            left_out |= named
        elif done:
            yes = True
            agreed |= named
        if not_yet or done:
            named = set()
    agreed |= named
    if yes == no:
        return None
    if no:
        return None if agreed or left_out else frozenset()
    return frozenset((agreed or everybody) - left_out) or None
