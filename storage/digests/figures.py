"""The figures of a weekly digest, and their JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from storage.digests.digest_changes import Correction, Figures, correction_from
from storage.digests.funnel import Star
from storage.records import record

# The order in which the states of a nomination are told.
STATES = ("submitted", "returned", "approved", "withdrawn")


@dataclass(frozen=True, slots=True)
class Attendance:
    """`attended` is all 人次; `rate` is per cent of the heads due, over the `rated` records that have both numbers.

    What was frozen before these were counted has 0 of them.
    """

    attended: int
    rated_due: int
    rated_attended: int
    rate: float | None
    rated: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: distinct events (场), distinct squads, 人次, attendance rate in per cent."""

    activity: str
    events: int
    squads: int
    attended: int
    rate: float | None


@record
class Part:
    """What a school (or another part) comes to: distinct events, 人次, squads that are due and that have reported.

    The rated heads are those of records with both numbers.
    """

    name: str
    id: int = 0
    events: int = 0
    attended: int = 0
    due: int = 0
    covered: int = 0
    rated_due: int = 0
    rated_attended: int = 0


@dataclass(frozen=True, slots=True)
class Previous:
    """The week before as it stands now, with what was reported late."""

    week: str
    events: int
    squads_covered: int
    attended: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Digest:
    """
    A week of a unit. `revision` 0 is as of `at`; 1 was frozen then; each check-in that came or changed since adds one.

    `correction` says what those come to, `correction_before` the same of the week before, up to when this one was
    frozen. `late` and `backfilled` count check-ins that were not in time. `unit` is the path of names, `title` a short
    clear name; `missing` are names of squads, `unnamed` is how many more are missing.
    """

    unit: str
    week: str
    revision: int
    events: int
    squads_due: int
    squads_covered: int
    attendance: Attendance
    by_activity: tuple[Activity, ...]
    missing: tuple[str, ...]
    nominations: Mapping[str, int]
    previous: Previous
    title: str = ""
    at: datetime | None = None
    late: int = 0
    backfilled: int = 0
    # Check-ins at which fewer than half of those due were.
    doubtful: int = 0
    # Squads that said that there was nothing, and those that are excused.
    zero: int = 0
    excused: int = 0
    correction: Correction | None = None
    correction_before: Correction | None = None
    # How far the stars of the school year have come.
    stars: tuple[Star, ...] = ()
    # Of what is above schools: its schools, the least covered first.
    schools: tuple[Part, ...] = ()
    # The week as far into the term a year before.
    last_year: Previous | None = None
    # Of a frozen week of a school: the squads with the most events then, at most three.
    best: tuple[Part, ...] = ()
    unnamed: int = 0

    @property
    def squads_missing(self) -> int:
        """How many squads have neither reported nor need not."""
        return len(self.missing) + self.unnamed

    @property
    def figures(self) -> Figures:
        """What it says first."""
        return Figures(self.events, self.squads_covered, self.attendance.attended)


# What programs rely on; the snapshots hold some more.
KEYS = tuple(Digest.__slots__[:11])


def as_json(digest: Digest, keys: Sequence[str] = KEYS) -> dict[str, Any]:
    """What `digest --format json` prints."""
    whole = asdict(digest)
    return {key: list(whole[key]) if isinstance(whole[key], tuple) else whole[key] for key in keys}


def from_json(body: Mapping[str, Any]) -> Digest:
    """The digest that `as_json` wrote."""
    before = body.get("correction_before")
    return Digest(
        **{
            **body,
            "correction_before": correction_from(before) if before else None,
            "attendance": Attendance(**body["attendance"]),
            "by_activity": tuple(Activity(**each) for each in body["by_activity"]),
            "missing": tuple(body["missing"]),
            "previous": Previous(**body["previous"]),
            # What was frozen before there were any has none.
            "last_year": Previous(**body["last_year"]) if body.get("last_year") else None,
            "best": tuple(Part(**each) for each in body.get("best", ())),
            "schools": tuple(Part(**each) for each in body.get("schools", ())),
            "stars": tuple(Star(**each) for each in body.get("stars", ())),
        }
    )


def percent(part: int, whole: int) -> float | None:
    """Per cent with one decimal, half up (130 of 143 → 90.9, domain §1.4); None of nothing."""
    return (2000 * part + whole) // (2 * whole) / 10 if whole else None
