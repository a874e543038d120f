"""One piece of a check-in (a line, a record, a header) understood by itself."""

from dataclasses import dataclass, field
from datetime import date

from handlers.reading.checkins.activities import Activity, find_activity
from handlers.reading.model import Number
from handlers.reading.quantities.counts import Counts
from handlers.reading.quantities.heads import read_counts
from handlers.reading.quantities.series import issues_in, read_again
from handlers.reading.quantities.wishes import read_wishes
from handlers.reading.text.dates import When, near_date
from handlers.reading.topics.topic import tells_what_was_held, topic_of


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
    issues: list[int] = field(default_factory=list)  # of a series
    again: bool = False
    held: bool = False  # words tell what was done, though no activity that we know
    numbers: list[Number] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)  # of each unit, said after it
    days: tuple[date | None, ...] = ()  # all that were said
    rest: str = ""  # the text without all that was understood of it, but for its topic

    def inherit(self, other: "Piece") -> None:
        """Take from a header what this piece does not say itself; a form in the header beats a theme here."""
        if other.activity.rank > self.activity.rank and (self.activity.rank < 2 or other.activity.rank > 2):
            self.activity = other.activity
        if not self.dated and other.dated:
            self.dated, self.day = True, other.day
        self.topic = self.topic or (None if self.issues else other.topic)
        self.held = self.held or other.held
        self.issues = self.issues or other.issues


def understand(scan: str, dates: list[When], received: date) -> Piece:
    """Read a piece of text whose units, dates and personal data are already taken out."""
    learned = "学" in scan or "看" in scan
    wishes, scan = read_wishes(scan)
    again, scan = read_again(scan)
    piece = Piece(wishes=wishes.kinds, again=again, numbers=wishes.numbers)
    told = scan
    piece.counts, scan = read_counts(scan)
    piece.numbers += piece.counts.numbers
    piece.sessions = piece.counts.sessions
    piece.activity, scan = find_activity(scan)
    if piece.wishes:
        piece.activity = Activity("微心愿", 4)
    if issues := issues_in(scan):
        piece.issues = [issue.value or 0 for issue in issues]
        piece.numbers += issues
        if not piece.activity.rank and learned:
            # 第5期已学 42: nothing else comes out in issues to be learned.
            piece.activity = Activity("红领巾爱学习", 1)
    piece.rest, piece.topic = scan, topic_of(scan, told, piece.activity.name)
    piece.held = not piece.activity.rank and tells_what_was_held(scan)
    if dates:
        piece.dated, piece.day, piece.days = True, dates[0].day, tuple(when.day for when in dates)
    elif piece.counts.slash:
        piece.dated, piece.day = True, near_date(*piece.counts.slash, received)
    return piece
