"""A list of adults who are put forward, one by one: 老教师卜长河、老专家伍秀兰; 王建国和李芳两位同志; pure."""

import re
from collections.abc import Collection

from handlers.privacy import names

TITLE = "(?:老师|同志|先生|女士|校长|主任)"
HAN = "[\u4e00-\u9fff·]"
LONGEST_NAME, _USUAL = 4, 3
_SEPARATOR = r"\s*(?P<sign>[、，,;；\n和及与])\s*"
# 2名：王建国、李芳; 王建国、李芳两位同志
_HOW_MANY = re.compile(
    rf"(?:等|共)?(?<!第)[两二三四五六七八九十\d]{{1,2}}[名位人]{TITLE}?(?:候选人)?(?:[:：]|(?![\u4e00-\u9fff]))"
)


def one_by_one(words: str, kinds: Collection[str]) -> list[str]:
    """The words once for each of a list of names, with the kind that stands ahead of each or of those before it."""
    told = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True))) or "(?!)"
    item = re.compile(
        rf"\s*(?P<kind>(?:{told})[ :：]*)?(?P<name>{HAN}{{2,{LONGEST_NAME}}}?){TITLE}?"
        r"(?:\s*[(（](?P<said>[^()（）]{1,60})[)）])?(?=[、，,;；\s和及与]|$)"
    )
    # Without how many there are, where a list begins: 2名：王建国、李芳.
    plain = _HOW_MANY.sub(" ", words)
    for start in re.finditer(rf"(?<!{HAN})(?={HAN})", plain):
        found, end = _list_at(plain, start.start(), item)
        if len(found) > 1:
            return [f"{plain[: start.start()]} {each} {plain[end:].lstrip(' ，,;；')}" for each in found]
    return [words]


def _list_at(words: str, at: int, item: re.Pattern[str]) -> tuple[list[str], int]:
    """(the names that stand in a list from here on, each behind its kind; where it ends)."""
    found: list[str] = []
    kind, sign = "", ""
    end = at
    while (one := item.match(words, at)) and (_is_person(one["name"]) or sign == "、"):
        kind = (one["kind"] or kind).strip(" :：")
        found.append(f"{kind} {one['name']} {one['said'] or ''}".strip())
        end = one.end()
        more = re.compile(_SEPARATOR).match(words, end)
        if more is None:
            break
        at, sign = more.end(), more["sign"]
    return found, end


def _is_person(name: str) -> bool:
    usual = len(name) <= _USUAL or "·" in name or names.DOUBLE.match(name) is not None
    return usual and (bool(names.persons(name)) or (len(name) == _USUAL and name[0] in names.SURNAMES))
