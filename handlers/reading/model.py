"""What the reading of a message is told (Context) and what it answers (Reading): plain frozen records."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Literal, NamedTuple

from storage.records import record

Intent = Literal[
    "checkin",
    "nomination",
    "correct",
    "cancel",
    "restore",  # 恢复: brings back what was withdrawn, as far as `target` names it
    "query",
    "command",
    "question",
    "chat",
    "unknown",
    "nomination_replace",
    "nomination_cancel",
    "nomination_query",
    "review",
    "zero",  # 本周没有活动: a unit reports that nothing took place; `records` has the unit and the day
    "excuse",  # 请假到4月10日: a unit need not report; the date of its record is the last such day
]
_CHANGES = frozenset({"correct", "cancel", "restore", "nomination_cancel", "nomination_replace"})
Status = Literal["ok", "confirm", "clarify", "partial", "reject", "ignore"]
# What a message does with what it says. Only what it states as a fact is stored without asking.
Claim = Literal[
    "fact",
    "plan",  # 预计40人, 明天开队会
    "question",  # 40人够不够?
    "negation",  # 队会没开成
    "kept",  # 不要撤回: what stands shall stay
    "condition",  # 如果, 希望, 至少要
    "notice",  # 请各中队, 通知
    "example",  # 格式如:
    "quotation",  # 王老师说「…」, words of the bot itself
    "summary",  # 上学期平均38人
    "elsewhere",  # 隔壁班, 听说
    "other",  # about something else: 费用, 照片, 考试
]
# How exact a number is: 余, 多, 以上 are ge; 近, 不足 are lt; 不超过 is le; 约, 左右 are approx.
Hedge = Literal["eq", "ge", "gt", "le", "lt", "approx"]


@record
class Existing:
    """Something stored: a check-in (unit, activity, date, attended) or a nomination (unit, name, medal, state)."""

    unit: str
    activity: str | None = None
    date: datetime.date | None = None
    attended: int | None = None
    name: str | None = None
    medal: str | None = None
    state: str | None = None


@record
class Context:
    """What is known beside the text. Everything but the day of receipt has a default that claims nothing."""

    received: datetime.date
    grades: tuple[int, int] = (1, 6)
    classes: int = 8
    aliases: Mapping[str, str] = field(default_factory=dict)  # "雷锋中队" -> "4-3"
    bound_unit: str | None = None
    units: frozenset[str] | None = None  # known squads, "3-2"; None: any within grades and classes
    roster_size: Mapping[str, int] = field(default_factory=dict)
    communities: Collection[str] = ()
    stations: Collection[str] = ()
    teams: Collection[str] = ()
    existing: Sequence[Existing] = ()
    roster: Mapping[str, Sequence[str]] = field(default_factory=dict)  # "4-1" -> names
    feature_medals: Collection[str] = ()
    history: Mapping[str, Sequence[int]] = field(default_factory=dict)  # "3-2" -> heads of its latest check-ins


class Number(NamedTuple):
    """A number of the message and what it was taken for.

    `taken`: due, attended, absent, sessions, number (第5期), claimed, fulfilled, collected, an owner (家长), part (some
    of those who were there), thing (30棵, 50名老人), open (nothing explains it: to be asked about), or the claim of
    its clause.
    """

    text: str
    value: int | None
    taken: str
    hedge: Hedge = "eq"


@record
class Record:
    """One check-in of one unit; what was not said is None. Counts are heads, `wishes` has claimed and fulfilled."""

    unit: str | None = None
    activity: str | None = None
    attended: int | None = None
    due: int | None = None
    absent: int | None = None
    date: datetime.date | None = None
    topic: str | None = None
    others: Mapping[str, int] = field(default_factory=dict)
    media: int | None = None
    sessions: int | None = None
    wishes: Mapping[str, int] = field(default_factory=dict)
    number: int = 0  # 第5期 of 红领巾爱学习
    choices: tuple[str, ...] = ()  # the squads that 二班 may mean
    heads: tuple[int, ...] = ()  # the numbers among which the heads are, when it is not clear which
    issues: tuple[str, ...] = ()  # what is open or unusual about this very record
    dated: bool = False  # the text named a date, also 今天; else `date` is the day of receipt
    again: bool = False  # 又开了一次: besides what the unit held on that day already
    hedges: Mapping[str, Hedge] = field(default_factory=dict)  # of attended, due …: what is not said exactly
    usual: int | None = None  # with COUNT_UNUSUAL: what the squad mostly has


@record
class Nomination:
    """One person or collective proposed for one medal ("S1", "B:红星章/向阳章", "F:阅读章", "H:优秀少先队员")."""

    target: Literal["individual", "collective", "adult"] = "individual"
    name: str | None = None
    unit: str | None = None
    medal: str | None = None
    award_level: str | None = None
    reason: str | None = None
    issues: tuple[str, ...] = ()


@record
class Reading:
    """What a message asks for. `private` holds what was said and must not be stored, word for word."""

    intent: Intent
    status: Status
    issues: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    joint: bool = False  # the records are of one event: 联合, 合办
    nominations: tuple[Nomination, ...] = ()
    query: Mapping[str, object] | None = None
    command: Mapping[str, object] | None = None
    replace: Mapping[str, object] | None = None
    cancel: Mapping[str, object] | None = None
    review: Mapping[str, object] | None = None
    # Of a correction, withdrawal or restoring: the check-in as far as it is named, by unit, activity, day or heads.
    target: Record | None = None
    private: tuple[str, ...] = ()
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # an unknown name -> who may be meant
    claim: Claim = "fact"
    # What would be recorded if the message stated it as a fact: for 「是报今天的签到吗?」. Empty for plain talk.
    offered: tuple[Record, ...] = ()
    help: str | None = None  # of a question: which page of the help answers it
    numbers: tuple[Number, ...] = ()
    more: tuple["Reading", ...] = ()  # what else the message asks for: a nomination beside a check-in, a question
    words: str = ""  # of a question in `more`: how it was asked

    @property
    def changes(self) -> bool:
        """Whether something that is stored is to be changed, taken back or brought back."""
        return self.intent in _CHANGES
