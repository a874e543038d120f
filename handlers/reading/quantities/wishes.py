"""微心愿: how many wishes were collected, claimed or fulfilled; they are no persons."""

import re
from dataclasses import dataclass, field

from handlers.reading.model import Number
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern

_WISH = pattern(
    r"(?P<what>认领|实现|完成|圆梦|征集|收集)(?:了|微心愿|心愿|[:\s]){0,4}"
    r"(?P<n>\d{1,5}|[一二两三四五六七八九十百]{1,5})(?![人名位\d])个?"
)
_WISHES = pattern(r"微?心愿(?:[:\s]|共|有|了){0,3}(?P<n>\d{1,5})\s?[个条份](?!\s?[人名位]|同学|队员|孩子|学生)")
_WISH_KIND = {
    "认领": "claimed",
    "实现": "fulfilled",
    "完成": "fulfilled",
    "圆梦": "fulfilled",
    "征集": "collected",
    "收集": "collected",
}


@dataclass(slots=True)
class Wishes:
    """How many of each kind, and the numbers that said so."""

    kinds: dict[str, int] = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)


def read_wishes(scan: str) -> tuple[Wishes, str]:
    """The wishes that are told, and the text without them."""
    found = Wishes()
    if "心愿" not in scan:
        return found, scan
    scan = _WISH.sub(lambda match: _wish(match, found), scan)
    return found, scan if found.kinds else _WISHES.sub(lambda match: _some_wishes(match, found), scan, count=1)


def _wish(match: re.Match[str], found: Wishes) -> str:
    """认领12个, 实现了微心愿9个."""
    number = value_of(match["n"])
    if number is None:
        return match[0]
    found.kinds[_WISH_KIND[match["what"]]] = number
    found.numbers.append(Number(match[0], number, _WISH_KIND[match["what"]]))
    return GAP * len(match[0])


def _some_wishes(match: re.Match[str], found: Wishes) -> str:
    """微心愿 3个: wishes, not persons."""
    found.kinds["collected"] = int(match["n"])
    found.numbers.append(Number(match[0], int(match["n"]), "collected"))
    return GAP * len(match[0])
