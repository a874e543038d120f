"""Who is called by a word of the language: 夏天同学, 主持人黎明, 表扬谷雨, 领誓：高山; what stands beside it tells.

Such a word is no name by itself, and most themes are such words; so only its place makes a name of it.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from handlers.privacy.names import (
    GIVEN,
    HAN,
    SAID_ALONE,
    SOUNDS,
    SURNAMES,
    TITLE,
    of_the_field,
    of_the_public,
    persons,
    words_of,
)

_DATA = tomllib.loads((Path(__file__).parent / "words" / "called.toml").read_text(encoding="utf-8"))
_NOBODY, _PETS = frozenset(_DATA["nobody"].split()), frozenset(_DATA["pets"].split())
_SIGNS = GIVEN | SOUNDS
# Of 向榜样 and 和同桌 the first is no surname.
_ALONE = SURNAMES - SAID_ALONE
_LONGEST = 3
# 奥利维亚, 阿卜杜拉赫曼: of so many characters, and words that they are taken for.
_LONGEST_ABROAD = 7


def _any(*keys: str) -> str:
    words = sorted((word for key in keys for word in _DATA[key].split()), key=len, reverse=True)
    return f"(?:{'|'.join(words)})"


WHO, _TITLE, _GROUP, _OF, _ALSO_OF = (
    _any(*keys) for keys in (("who",), ("titles",), ("groups",), ("said_of", "doers"), ("also_of",))
)
_WHEN = "(?:今[天早]|昨天|[这本上]周|最近|刚才)?(?:都|也|还|又|来|全程|上台|代表|升旗|上课)?"
DEED, _MAY_DO, MAY_DO = (
    _WHEN + _any(*keys) for keys in (("deeds", "misdeeds"), ("deeds", "misdeeds", "weak"), ("deeds", "weak"))
)
# Without any of these nothing is to be looked for.
_CUE = re.compile(_any("who", "deeds", "misdeeds", "weak", "titles", "groups", "said_of", "doers", "also_of", "labels"))
_RUN = re.compile(rf"[{HAN}]+")
# 主持人：黎明、高山
_LISTED = re.compile(
    rf"{_any('labels', 'titles')}(?:是|为|有)?\s?[:：]\s?([{HAN}]{{2,3}}(?:[、和/ ][{HAN}]{{2,3}}){{0,9}})(?![{HAN}])"
)
_AND = ("和", "与", "跟", "及", "以及")
_PARTS = re.compile("[、和/ ]")
_BARE = f"(?![和与跟])[{HAN}]"
_PAIR_CUE = re.compile("[姐兄][妹弟]|双胞|龙凤")
# 古月明月两姐妹, 古月、明月姐妹俩: both, though only the second stands beside what tells.
_PAIR = re.compile(
    rf"(?<![{HAN}])(?:{_any('said_of')}|[由请让给向为])?((?:{_BARE}){{2,3}})[、和与跟 ]?((?:{_BARE}){{2,3}})"
    r"(?=(?:这|那)?(?:两个?|一对)小?(?:姐妹|兄弟|姐弟|兄妹)|小?(?:姐妹|兄弟|姐弟|兄妹)[俩两]|双胞胎|龙凤胎)"
)
_IS = "(?:是|为|有|叫)?"
# 小组长黎明: whatever is behind; 队员黎明朗诵, 给黎明捐款: only what is done by one, or nothing.
_TITLED = re.compile(rf"{_TITLE}{_IS}$")
_MEANT = re.compile(rf"(?:{_GROUP}{_IS}|{_OF}了?)$")
_ENDS = re.compile(rf"$|[和与及跟等的]|{WHO}|{_MAY_DO}")
# 黎明同学, 由黎明主持.
_BEGINS = re.compile(r"(?:^|[由请让和与跟及给向为的是])$")
_MAY_BE_MEANT = re.compile(rf"{_ALSO_OF}了?$")
_DOES, _MAY_BE_DONE = (re.compile(rf"(?:等|他们)?{WHO}|{deed}") for deed in (DEED, _MAY_DO))


def named_in(text: str) -> tuple[str, ...]:
    """All who may be named in the text: whom no list of the language knows, and whom only the place tells."""
    of_runs = [name for run in _RUN.findall(text) for name in _of_run(run)]
    return tuple(dict.fromkeys([*persons(text), *listed(text), *of_runs]))


def listed(text: str) -> Iterator[str]:
    """Who stands behind a colon, or is one of two: 主持人：黎明、高山; 古月、明月两姐妹."""
    for match in _LISTED.finditer(text) if ":" in text or "：" in text else ():
        yield from (word for word in _PARTS.split(match[1]) if could_be(word) and not TITLE.search(word))
    for match in _PAIR.finditer(text) if _PAIR_CUE.search(text) else ():
        if _NOBODY.isdisjoint(match.groups()) and any(map(could_be, match.groups())):
            yield from match.groups()


@lru_cache(4096)
def _of_run(run: str) -> tuple[str, ...]:
    if not _CUE.search(run):
        return ()
    found: list[str] = []
    last = 0
    for start, end in _candidates(run):
        # 黎明和海棠: who is listed with somebody is somebody.
        if _is_meant(run, start, end) or (last and run[last:start] in _AND):
            found.append(run[start:end])
            last = end
    return tuple(found)


def _is_meant(run: str, start: int, end: int) -> bool:
    if _TITLED.search(run, 0, start) or (_MEANT.search(run, 0, start) and _ENDS.match(run, end)):
        return True
    # 夏天朗诵 and 帮助农民 are more often themes.
    theme = run[start:end] in of_the_field()
    if _MAY_BE_MEANT.search(run, 0, start):
        return not theme and _ENDS.match(run, end) is not None
    return bool(_BEGINS.search(run, 0, start) and (_DOES if theme and not start else _MAY_BE_DONE).match(run, end))


def _candidates(run: str) -> Iterator[tuple[int, int]]:
    """Words that somebody may be called by, alone or as they sound abroad: 夏天, 贺新年, 奥利弗, 奥利维亚."""
    spans = words_of(run)
    for place, (start, first) in enumerate(spans):
        ends = [first]
        for _, end in spans[place + 1 : place + _LONGEST_ABROAD]:
            sounds = end - start <= _LONGEST_ABROAD and SOUNDS.issuperset(run[start:end])
            if not sounds and (len(ends) > 1 or not _has_surname(run, start, first, end)):
                break
            ends.append(end)
        fitting = (end for end in ends if end - start >= 2 and not TITLE.match(run, end))
        for end in fitting:
            if (end - start <= _LONGEST or SOUNDS.issuperset(run[start:end])) and could_be(run[start:end]):
                yield start, end


def _has_surname(run: str, start: int, first: int, end: int) -> bool:
    """贺|新年, 小|葡萄; 旗手有云|飞扬: where a title tells, whatever names are made of will do."""
    if run[start] in "小阿" and run[first:end] in _PETS:
        return True
    if run[start:first] in _ALONE:
        return not TITLE.match(run, first)
    signs = first - start == 1 and end - start == _LONGEST and _SIGNS.issuperset(run[start:end])
    return signs and _TITLED.search(run, 0, start) is not None


def ends_a_theme(run: str, word: str) -> bool:
    """Whether a word that somebody may be called by ends what was done: 守望麦田, 保卫黄河; not 今天高山, 队员高山."""
    spans = words_of(run)
    if not run.endswith(word) or len(spans) < 2 or spans[-1] != (len(run) - len(word), len(run)) or named_in(run):
        return False
    before = run[slice(*spans[-2])]
    return len(before) > 1 and before not in _NOBODY and not could_be(before)


def could_be(word: str) -> bool:
    """Whether somebody may be called by this word of the language: 毛豆, 夏天, but not 取消."""
    shaped = word[0] in SURNAMES or word[0] in "小阿" or word[0] == word[-1] or _SIGNS.issuperset(word)
    # 小书虫, 小主播; 白血病小朋友
    thing = (
        word[-1] in "病症炎"
        or word in _NOBODY
        or word in of_the_public()
        or (word[0] == "小" and word in of_the_field())
    )
    return (shaped or word in _PETS) and not thing
