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
ISSUE = pattern(r"第?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})\s?期")


def read_again(scan: str) -> tuple[bool, str]:
    """Whether it is one more, and the text without the words that say so."""
    if _AGAIN_SIGNS.isdisjoint(scan):
        return False, scan
    return _AGAIN.search(scan) is not None, _AGAIN.sub(lambda match: GAP * len(match[0]), scan)


def issue_in(scan: str) -> Number | None:
    """The number of the issue; it stays in the topic: 第5期."""
    issue = ISSUE.search(scan) if "期" in scan else None
    return Number(issue[0], value_of(issue[1]) or 0, "number") if issue else None
