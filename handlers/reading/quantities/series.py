"""又开了一次, 第5期: one more besides what was held before, and which of a series it is."""

from handlers.reading.model import Number
from handlers.reading.text.normalise import GAP, HELD
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern

_VERB = "开展|举行|组织|进行|召开|举办|参加|搞|开|上|办|做|去|来|有"
# 下午又开了一次, 另开一场, 当天第二场: besides what was held before on that day.
_AGAIN = pattern(
    rf"(?:又|还|再|另外?|加)(?:{_VERB}|补|加)?[了的]?[一1两2][次场节堂]|又(?:{_VERB})了(?=[{HELD}\s\u4e00-\u9fff])"
    r"|第[二三四2-4][场节堂](?!比赛)|再次(?:开展|举行|组织|召开|举办)了?"
)
_AGAIN_SIGNS = frozenset("又还再另加第")
_N = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
ISSUE = pattern(rf"第?\s?({_N})\s?期")
# 第5、6期, 第5期和第6期, 5-7期
_ISSUES = pattern(rf"第?\s?{_N}(?:\s?期?\s?(?:、|[、,]?第|[和与及跟至到~\-]第?)\s?{_N}){{0,5}}\s?期")
_ONE, _TO = pattern(_N), pattern(r"[至到~\-]")
_MOST_ISSUES = 6


def read_again(scan: str) -> tuple[bool, str]:
    """Whether it is one more, and the text without the words that say so."""
    if _AGAIN_SIGNS.isdisjoint(scan):
        return False, scan
    return _AGAIN.search(scan) is not None, _AGAIN.sub(lambda match: GAP * len(match[0]), scan)


def issues_in(scan: str) -> list[Number]:
    """The numbers of the issues; they stay in the topic: 第5期."""
    told = _ISSUES.search(scan) if "期" in scan else None
    if not told:
        return []
    named = [value_of(each[0]) or 0 for each in _ONE.finditer(told[0])]
    if len(named) == 2 and 0 < named[1] - named[0] < _MOST_ISSUES and _TO.search(told[0]):
        named = list(range(named[0], named[1] + 1))
    return [Number(told[0], issue, "number") for issue in dict.fromkeys(named)]
