"""Who is told to be missing where a topic might stand."""

import re

from handlers.privacy.names import HAN
from handlers.reading.checkins.activities import names_activity
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.patterns import pattern

# What is beside 请假, 少 or 没来 and as short as a name is somebody, whatever its shape: 缺 高兴, 事假:向阳、安全;
# beside a count, 缺1 爱鸟, only behind a colon. And in one with it: 少高兴, 差和平一个.
_MISSING = pattern(f"[{SECRET}少差缺]")
_AWAY = pattern(rf"{SECRET}+(?:的|同学|名单)?|(?:还|就|只)?[少差缺](?:了|的是)?")
# 请假, 没来, 事假: of characters.
_WORD = 2
_COUNT = pattern(r"[\d一两二三四五六]")
_SAID = pattern(rf"[{HAN}]+")
_SOMEBODY = pattern(rf"[{HAN}]{{2,3}}(?:[、/][{HAN}]{{2,3}})*")
_ONE_LESS = pattern(
    r"(?:还|就|只)?[少差缺](?!先队|年|儿|数|林|工委|代会|[吃玩用说看扔丢异别距])了?"
    rf"[{HAN}]{{2,3}}(?:[一两1]个?人?)?(?:没[来到])?"
)


def away(scan: str, told: str, chunks: list[re.Match[str]]) -> set[int]:
    """Which of these pieces of `scan` are who is not there."""
    if not _MISSING.search(scan):
        return set()
    found = {place for place, each in enumerate(chunks) if _ONE_LESS.fullmatch(each[0])}
    for place, each in enumerate(chunks):
        bare = _AWAY.fullmatch(each[0]) and not _COUNT.search(told, *each.span())
        listed = SECRET in each[0] and scan[each.end() : each.end() + 1] == ":"
        # 高兴 请假 as well as 请假 高兴; of 爱鸟 王小明请假 only what is behind.
        steps = ((-1, 1) if each[0].count(SECRET) == _WORD else (1,)) if bare else (1,) if listed else ()
        said_of = each[0].count(SECRET) not in (0, _WORD)
        for step in steps:
            beside = place + step
            # 请假 爱国主义教育: of 高兴 请假 somebody is told already.
            if bare and step > 0 and not said_of and place - 1 not in found and _is_beside(scan, chunks, beside):
                found.add(beside)
                beside += step
            while 0 <= beside < len(chunks) and _is_somebody(scan, chunks, beside, step, listed):
                found.add(beside)
                beside += step
    return found


def _is_beside(scan: str, chunks: list[re.Match[str]], place: int) -> bool:
    if place >= len(chunks) or names_activity(chunks[place][0]) or not _SAID.fullmatch(chunks[place][0]):
        return False
    return not scan[chunks[place - 1].end() : chunks[place].start()].strip(" ,:")


def _is_somebody(scan: str, chunks: list[re.Match[str]], place: int, step: int, listed: bool) -> bool:
    words, nearer = chunks[place], chunks[place - step]
    between = scan[nearer.end() : words.start()] if step > 0 else scan[words.end() : nearer.start()]
    return bool(_SOMEBODY.fullmatch(words[0])) and not between.strip(" ,:") and (listed or not names_activity(words[0]))
