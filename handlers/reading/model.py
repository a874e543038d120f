"""What the reading of a message is told (Context) and what it answers (Reading): plain frozen records."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Intent = Literal[
    "checkin",
    "nomination",
    "correct",
    "cancel",
    "query",
    "command",
    "question",
    "chat",
    "unknown",
    "nomination_replace",
    "nomination_cancel",
    "nomination_query",
    "review",
]
Status = Literal["ok", "confirm", "clarify", "partial", "reject", "ignore"]


@dataclass(frozen=True, slots=True)
class Existing:
    """Something stored: a check-in (unit, activity, date, attended) or a nomination (unit, name, medal, state)."""

    unit: str
    activity: str | None = None
    date: datetime.date | None = None
    attended: int | None = None
    name: str | None = None
    medal: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """Places for one medal in one unit: at most `limit` persons, `used` of them taken."""

    limit: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the text. Everything but the day of receipt has a default that claims nothing.

    Keys of persons (holdings, not_members, basic_complete) are "4-1/王小明"; those of quota are "S1/4-1".
    """

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
    holdings: Mapping[str, Collection[str]] = field(default_factory=dict)
    quota: Mapping[str, Quota] = field(default_factory=dict)
    feature_medals: Collection[str] = ()
    not_members: Collection[str] = ()
    basic_complete: Mapping[str, bool] = field(default_factory=dict)  # "*" holds for everyone not named
    role: str | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Nomination:
    """One person or collective proposed for one medal ("S1", "B:红星章/向阳章", "F:阅读章", "H:优秀少先队员")."""

    target: Literal["individual", "collective", "adult"] = "individual"
    name: str | None = None
    unit: str | None = None
    medal: str | None = None
    award_level: str | None = None
    reason: str | None = None
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
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
    private: tuple[str, ...] = ()
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # an unknown name -> who may be meant
