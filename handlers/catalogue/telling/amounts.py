"""The quantities of a report: each number with its hedge, its scale and the measure word behind it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from re import Pattern

from handlers.reading.model import Hedge
from handlers.reading.quantities.tokens import MEASURES
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.reading.text.patterns import pattern

_SCALES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# domain §1.4: 余/多/以上 → ge, 近 → lt, 约 → approx, 不超过 → le.
_BEFORE: dict[str, Hedge] = {
    **dict.fromkeys(("不超过", "至多", "最多"), "le"),
    **dict.fromkeys(("不少于", "不低于", "至少"), "ge"),
    **dict.fromkeys(("超过", "突破"), "gt"),
    **dict.fromkeys(("将近", "接近", "不足", "不到", "近"), "lt"),
    **dict.fromkeys(("大约", "大概", "约"), "approx"),
}
_AFTER: dict[str, Hedge] = {"余": "ge", "多": "ge", "以上": "ge", "左右": "approx", "上下": "approx"}
COMMON = ("人次", "场次", "课时", "学时", "人", "名", "位", "个", "场", "次", "节", "篇", "项", "条", "件", "%")
# 10支小分队, 3万元: counted in what no field of the row counts in; 40家长 are people.
_THINGS = re.compile(rf"(?!家[长委属]|本[校班级])[{MEASURES}]")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a text at [start, end); `measure` is empty for a bare one, and `things` says that another follows."""

    value: Decimal
    hedge: Hedge
    measure: str
    start: int
    end: int
    text: str
    things: bool = False


@cache
def _amount(measures: tuple[str, ...]) -> Pattern[str]:
    units = "|".join(sorted({*measures, *COMMON}, key=len, reverse=True))
    # A Chinese numeral counts with a measure only, not 统一 and 一起, or behind 实到, nor is 几十 ten; a measure begins
    # no label: 集体37 个人117.
    return pattern(
        rf"(?:(?P<before>{'|'.join(_BEFORE)})\s?)?"
        rf"(?:(?P<digits>\d{{1,9}}(?:,\d{{3}})*(?:\.\d{{1,4}})?)|(?<![几数])(?P<han>[{CHINESE}]{{1,9}})(?=[余多]?[百千万亿]?[余多]?(?:{units}))"
        rf"|(?<=[实应]到)(?P<came>[{CHINESE}]{{1,9}}))"
        rf"\s?(?P<within>[余多])?(?P<scale>[百千万亿])?(?P<after>[余多])?\s?(?:(?!个人\s?\d)(?P<measure>{units}))?(?P<up>以上|左右|上下)?"
    )


def amounts(text: str, measures: Iterable[str]) -> Iterator[Amount]:
    """Every quantity of `text`, in order; `measures` are the measure words of the row beside the common ones."""
    for match in _amount(tuple(sorted(set(measures)))).finditer(text):
        written = match["digits"].replace(",", "") if match["digits"] else value_of(match["han"] or match["came"])
        if written is None:
            continue
        value = Decimal(written)
        hedge: Hedge = _BEFORE.get(match["before"] or "", "eq")
        behind = match["within"] or match["after"] or match["up"]
        if behind:
            hedge = _AFTER[behind]
        value *= _SCALES.get(match["scale"] or "", 1)
        things = not match["measure"] and bool(_THINGS.match(text, match.end()))
        yield Amount(value, hedge, match["measure"] or "", *match.span(), match[0].strip(), things)


def vague(text: str, measures: Iterable[str]) -> bool:
    """Whether something is counted in one of these measures without being a number: 几十人, 上百人, 百来人."""
    units = "|".join(map(re.escape, measures))
    numeral = f"[{CHINESE}百千万]"
    return bool(units) and bool(re.search(rf"(?:[几数]{numeral}{{0,2}}|上[百千万]|{numeral}[几来])(?:{units})", text))
