"""One piece of a check-in (a line, a record, a header) understood by itself."""

import re
from dataclasses import dataclass, field
from datetime import date

from handlers.reading.checkins.activities import Activity, find_activity
from handlers.reading.checkins.topic import tells_what_was_held, topic_of
from handlers.reading.model import Number
from handlers.reading.quantities.counts import Counts
from handlers.reading.quantities.heads import read_counts
from handlers.reading.text import fixed
from handlers.reading.text.dates import When, near_date
from handlers.reading.text.normalise import GAP, HELD
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
_VERB = "开展|举行|组织|进行|召开|举办|参加|搞|开|上|办|做|去|来|有"
# 下午又开了一次, 另开一场, 当天第二场: besides what was held before on that day.
_AGAIN = pattern(
    rf"(?:又|还|再|另外?|加)(?:{_VERB})?[了的]?[一1两2][次场节堂]|又(?:{_VERB})了(?=[{HELD}\s\u4e00-\u9fff])"
    r"|第[二三四2-4][场节堂](?!比赛)|再次(?:开展|举行|组织|召开|举办)了?"
)
_AGAIN_SIGNS = frozenset("又还再另加第")
ISSUE = pattern(r"第?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})\s?期")


@dataclass(slots=True)
class Piece:
    """What one piece says; `day` is None unless a date was said, `dated` tells a date that does not exist."""

    activity: Activity = field(default_factory=Activity)
    topic: str | None = None
    counts: Counts = field(default_factory=Counts)
    dated: bool = False
    day: date | None = None
    sessions: int | None = None
    wishes: dict[str, int] = field(default_factory=dict)
    number: int = 0
    again: bool = False
    held: bool = False  # words tell what was done, though no activity that we know
    numbers: list[Number] = field(default_factory=list)
    rest: str = ""  # the text without all that was understood of it, but for its topic

    def inherit(self, other: "Piece") -> None:
        """Take from a header what this piece does not say itself; a form in the header beats a theme here."""
        if other.activity.rank > self.activity.rank and (self.activity.rank < 2 or other.activity.rank > 2):
            self.activity = other.activity
        if not self.dated and other.dated:
            self.dated, self.day = True, other.day
        self.topic = self.topic or other.topic
        self.held = self.held or other.held
        self.number = self.number or other.number


def understand(scan: str, dates: list[When], received: date) -> Piece:
    """Read a piece of text whose units, dates and personal data are already taken out."""
    piece, learned = Piece(), "学" in scan
    if "心愿" in scan:
        scan = _WISH.sub(lambda match: _wish(match, piece), scan)
        scan = scan if piece.wishes else _WISHES.sub(lambda match: _some_wishes(match, piece), scan, count=1)
    if not _AGAIN_SIGNS.isdisjoint(scan):
        piece.again = _AGAIN.search(scan) is not None
        scan = _AGAIN.sub(lambda match: GAP * len(match[0]), scan)
    told = scan
    piece.counts, scan = read_counts(scan)
    piece.numbers += piece.counts.numbers
    piece.sessions = piece.counts.sessions
    piece.activity, scan = find_activity(scan)
    if piece.wishes:
        piece.activity = Activity("微心愿", 4)
    if "期" in scan and (issue := ISSUE.search(scan)):
        # It stays in the topic: 第5期.
        piece.number = value_of(issue[1]) or 0
        piece.numbers.append(Number(issue[0], piece.number, "number"))
        if not piece.activity.rank and learned:
            # 第5期已学 42: nothing else comes out in issues to be learned.
            piece.activity = Activity("红领巾爱学习", 1)
    piece.rest, piece.topic = scan, _besides(fixed.shown(topic_of(scan, told) or ""), piece.activity)
    piece.held = not piece.activity.rank and tells_what_was_held(scan)
    if dates:
        piece.dated, piece.day = True, dates[0].day
    elif piece.counts.slash:
        piece.dated, piece.day = True, near_date(*piece.counts.slash, received)
    return piece


def _besides(topic: str, activity: Activity) -> str | None:
    """祭扫 清明祭英烈: the activity itself is no topic of it."""
    return f"{topic} ".removeprefix(f"{activity.name} ").strip() or None


def _wish(match: re.Match[str], piece: Piece) -> str:
    """认领12个, 实现了微心愿9个."""
    number = value_of(match["n"])
    if number is None:
        return match[0]
    piece.wishes[_WISH_KIND[match["what"]]] = number
    piece.numbers.append(Number(match[0], number, _WISH_KIND[match["what"]]))
    return GAP * len(match[0])


def _some_wishes(match: re.Match[str], piece: Piece) -> str:
    """微心愿 3个: wishes, not persons."""
    piece.wishes["collected"] = int(match["n"])
    piece.numbers.append(Number(match[0], int(match["n"]), "collected"))
    return GAP * len(match[0])
