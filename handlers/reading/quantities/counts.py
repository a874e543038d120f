"""What a text says about heads, completed and checked: due, attended, absent and others."""

from dataclasses import dataclass, field

from handlers.reading.model import Hedge, Number
from handlers.reading.quantities.words import FEW

LARGEST_CLASS = 65
# Of a class so few are mostly somebody in particular: 晕倒1个.
_TOO_FEW = 3


@dataclass(slots=True)
class Counts:
    """What a piece of text says about heads. `given` lists its plain numbers in order, for 分别."""

    due: int | None = None
    attended: int | None = None
    absent: int | None = None
    apart: int = 0  # how many were elsewhere meanwhile, and may be among those who came
    added: bool = False  # 20+22: of the numbers of a squad the sum
    named: int = 0  # who is told by name to be missing, of whom there may be more
    others: dict[str, int] = field(default_factory=dict)
    issue: str | None = None
    full: bool = False
    alls: int = 0  # how often it is said that all came
    each: bool = False
    alike: bool = False  # 都是40人: of several each
    guessed: bool = False  # that `due` is the whole class, of the place where it stands
    certain: bool = False  # that those counted came: 实到44 请假1, and not 44人 请假1
    firm: bool = False  # said with a label or with 人, not by a bare number alone
    given: list[int] = field(default_factory=list)
    slash: tuple[int, int] | None = None  # 4/3 beside another count: a date
    rough: tuple[int, Hedge] | None = None  # 20余万人: heads that are not said exactly
    hedges: dict[str, Hedge] = field(default_factory=dict)
    sessions: int | None = None
    numbers: list[Number] = field(default_factory=list)

    @property
    def together(self) -> int:
        """The children with the grown-ups."""
        return (self.attended or 0) + sum(self.others.values())

    def likely(self, size: int) -> tuple[int, ...]:
        """What may have come: 扫地15人、浇花14人 each of them, and all together where so many are in the squad.

        40人,另有2名插班生: 40 or 42; not the few beside the many.
        """
        whole, many = sum(self.given), max(self.given, default=0) > FEW
        if not 0 < whole <= size + FEW * self.added:
            return tuple(dict.fromkeys(self.given))
        return tuple(dict.fromkeys([*(number for number in self.given if number > FEW or not many), whole]))

    @property
    def said(self) -> bool:
        """Whether any head count was said at all."""
        return self.full or self.issue is not None or (self.due, self.attended, self.absent) != (None, None, None)


def settle(counts: Counts, roster_size: int | None, of_class: bool) -> None:
    """Complete a count: 全勤 from the roster, the third of due, attended and absent; say what is wrong with it.

    A class has an exact number of heads; of a school or a team 20余万 is as exact as it will be.
    """
    if counts.rough and counts.issue == "COUNT_VAGUE" and not of_class:
        counts.attended, counts.hedges["attended"] = counts.rough
        counts.issue = None
    if counts.added and counts.issue == "COUNT_AMBIGUOUS" and roster_size:
        _add(counts, roster_size)
    if counts.apart and counts.due is counts.absent is None and counts.attended and counts.attended == roster_size:
        counts.issue, counts.given = "COUNT_AMBIGUOUS", [counts.attended, counts.attended - counts.apart]
        counts.attended = None
    told = (counts.due is not None) + (counts.attended is not None)
    if counts.named and counts.absent is None and (told == 1 or (counts.full and not told)):
        counts.absent = counts.named
    if roster_size and counts.absent and not counts.certain:
        _by_roster(counts, counts.absent, roster_size)
    if counts.full and not counts.absent:
        number = counts.due or counts.attended or roster_size
        if number is None:
            counts.issue = counts.issue or "COUNT_VAGUE"
            return
        counts.issue = None
        counts.due = counts.due or number
        counts.attended = number if counts.attended is None else counts.attended
    if counts.attended is None and counts.due is None and counts.absent is not None:
        counts.due = roster_size  # 缺1
    _derive(counts)
    if counts.issue is None:
        counts.issue = _fault(counts, of_class)


def _add(counts: Counts, size: int) -> None:
    """20+22 of a squad of 44; of 41+2 the second may be of somebody else."""
    if min(counts.given) > FEW and sum(counts.given) <= size:
        counts.attended, counts.issue = sum(counts.given), None


def _by_roster(counts: Counts, absent: int, size: int) -> None:
    """Of a squad of 44: 44个孩子嘛…缺了三个 are 44 due; 43名体验了…1名未参加 are 43 who came."""
    if counts.guessed and counts.attended is None and counts.due == size - absent:
        counts.attended, counts.due = counts.due, size
    elif counts.due is None and counts.attended == size:
        counts.attended, counts.due = size - absent, size


def _derive(counts: Counts) -> None:
    """Any two of due, attended and absent give the third."""
    due, attended, absent = counts.due, counts.attended, counts.absent
    doubtful = counts.issue == "COUNT_AMBIGUOUS"
    if attended is None and due is not None and absent is not None and absent <= due and not doubtful:
        counts.attended = due - absent
        counts.issue = None
    elif due is None and attended is not None and absent is not None:
        counts.due = attended + absent
    elif absent is None and due is not None and attended is not None and attended <= due:
        counts.absent = due - attended


def _fault(counts: Counts, of_class: bool) -> str | None:
    due, attended, absent = counts.due, counts.attended, counts.absent
    if attended is None:
        return "COUNT_CONFLICT" if due is not None and absent is not None else "COUNT_MISSING"
    if due is not None and (attended > due or attended + (absent or 0) != due):
        return "COUNT_CONFLICT"
    most = LARGEST_CLASS * (counts.sessions or 1)
    if attended <= 0 or (of_class and not _TOO_FEW < max(attended, due or 0) <= most):
        return "COUNT_RANGE"
    return None
