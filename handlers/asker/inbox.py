"""What waits for somebody, of every kind, the oldest first: each command says what of its own does (`waits`)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.kit import Ask, Button, Reply, Waiting
from storage.base import key_values

LIST = Button("待办", "待办")
_LISTED = 5
# 同意 1-20, 同意 全部: several at once.
RANGE = re.compile(
    r"\s*第?(\d{1,3})\s*[号件个条]?\s*[-–—~～至到]\s*第?(\d{1,3})(?:[号件个条](?!\w)|(?![\w:-]))[\s,，、。]*"
)
ALL = re.compile(r"\s*(?:全部|全都|所有|都)(?:同意|通过)?[\s。!！]*$")
# 1到20都同意, 1、3同意
PLACES_FIRST = re.compile(
    r"\W*(?P<places>第?\d{1,3}(?:[\s、,，和]*[件个条号]?(?:\s*[-–—~～至到、,，和]\s*)第?\d{1,3}){1,20}[件个条号]?)\s*"
    r"(?:也|都|全部?|一起)*(?:同意|通过|批准)了?[\s。!！]*"
)
# 全部同意, 都通过了
ALL_FIRST = re.compile(
    r"\W*(?:这些|这几[件个]|待办|待审)?的?(?:全部|全都|所有的?|都|一起|一并)+都?(?:同意|通过|批准)了?[\s。!！]*"
)
# A place in the list that was shown last: 同意 1, 退回 2 材料不全.
PLACE = re.compile(r"\s*第?(\d{1,3})(?:[号件个条](?!\w)|(?![\w:]))[\s,，:：、。]*")


def gathered(ask: Ask, but: str = "") -> list[Waiting]:
    """Everything that waits for the asker, without what the command `but` lists itself."""
    found = [
        one
        for each in ask.features
        if each.waits and each.allows(ask.person) and but not in each.words
        for one in each.waits(ask)
    ]
    return sorted(found, key=lambda one: one.since)


def decided(ask: Ask, word: str, number: str, words: str = "") -> Sequence[Reply] | None:
    """What 同意 or 退回 of a number does where another command decides on it (D20260403-01, R12); None: none does."""
    found = next((each for each in ask.features if number[0] in (each.number, each.letter if word in each.words else "")
                  and each.allows(ask.person)), None)  # fmt: skip
    if found is None:
        return None
    args = f"{number} {word if found.number else ''} {words}"
    answer = found.handler(replace(ask, args=" ".join(args.split())))
    return [answer] if isinstance(answer, Reply) else answer


def as_one(replies: list[Reply]) -> list[Reply]:
    """What the asker hears of many is one message; the letters to others stay as they are."""
    mine = [each for each in replies if each.to is None and each.at is None]
    closes = tuple(closed for each in mine for closed in each.closes)
    text = "\n".join(each.text for each in mine)
    letters = [each for each in replies if each not in mine]
    return [Reply(text, (LIST,), closes=closes), *letters] if len(mine) > 1 else replies


def one_each(letters: list[Reply]) -> list[Reply]:
    """Several letters to one person are one; what they are to decide on stands in their own list."""
    by_reader: dict[object, list[Reply]] = {}
    for each in letters:
        by_reader.setdefault((each.to, each.at), []).append(each)
    return [some[0] if len(some) == 1 else _in_one(some) for some in by_reader.values()]


def _in_one(letters: list[Reply]) -> Reply:
    if letters[0].buttons:
        return Reply(f"有 {len(letters)} 件请您确认，发「待办」看。", (LIST,), to=letters[0].to)
    return replace(letters[0], text="\n".join(each.text for each in letters))


def days(ask: Ask, since: datetime) -> int:
    """For how many days something has waited."""
    return (ask.today - since.astimezone(ask.now.tzinfo).date()).days


def page(ask: Ask, first: int) -> Reply:
    """Five of them from this place (0: the oldest), each with a button that shows it and what can be done."""
    found = gathered(ask)
    if not found:
        return Reply("没有等您办的事项。")
    if not ask.message.private:
        return Reply(f"有 {len(found)} 件等您办，请私聊我发「待办」看。")
    show(ask, [one.number for one in found])
    first = min(first, len(found) - 1)
    shown = found[first : first + _LISTED]
    left = len(found) - first - len(shown)
    more = (Button(f"后面 {min(_LISTED, left)} 件", LIST.word, f"从{first + _LISTED + 1}"),) if left else ()
    lines = [f"{place}. {_line(ask, one)}" for place, one in enumerate(shown, first + 1)]
    head = f"等您办 {len(found)} 件" + (f"，从第 {first + 1} 件起" if len(found) > len(shown) else "")
    buttons = (Button(f"看 {place}", one.opens.word, one.opens.args) for place, one in enumerate(shown, first + 1))
    return Reply("\n".join([f"{head}：", *lines]), (*buttons, *more))


def _line(ask: Ask, one: Waiting) -> str:
    waited = days(ask, one.since)
    return f"{one.number} {one.about}" + (f"，等了 {waited} 天" if waited else "")


def show(ask: Ask, numbers: list[str]) -> None:
    """Keep what a list had at which place: 同意 2 means what was seen there."""
    key_values.put(ask.db, _key(ask), " ".join(numbers), ask.now)


def shown(ask: Ask) -> list[str] | None:
    """The numbers of the list that was shown last, in its order; None when none was."""
    kept = key_values.get(ask.db, _key(ask))
    return kept.value.split() if kept else None


def places(words: str, length: int) -> tuple[list[int], str]:
    """(the places that the words begin with, the rest): 1-3, 1、3 已挂好, 全部 of this length, which may be shorter."""
    if ALL.fullmatch(words):
        return list(range(1, length + 1)), ""
    if span := RANGE.match(words):
        first, last = int(span[1]), int(span[2])
        # 1-20 of seven is all seven: how many they are is asked before anything is done.
        return list(range(first, (min(last, length) if first <= length else last) + 1)), words[span.end() :]
    found: list[int] = []
    while match := PLACE.match(words):
        found.append(int(match[1]))
        words = words[match.end() :]
    return found, words


def _key(ask: Ask) -> str:
    return f"pending-shown:{ask.me.id}"
