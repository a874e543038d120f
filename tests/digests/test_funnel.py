"""The stars of a digest: the golden figures of the reports, how far they have come, and what a frozen one keeps."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, insert, select, update

from handlers.digests import stars
from handlers.digests.period import wording
from handlers.digests.period.figures import of_days
from handlers.wording.periods import named
from storage.digests import digests, figures
from storage.medals import quotas
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.tables import child, nomination

pytestmark = pytest.mark.both

NOW = datetime(2026, 4, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WEEK = "2026-W14"
NUMBERS = count(1)
# Children and collectives by star.
Rounds = Mapping[str, tuple[int, int]]


@pytest.fixture
def db(county_database: Connection) -> Iterator[Connection]:
    with county_database.begin() as transaction:
        yield county_database
        transaction.rollback()


def put(db: Connection, rounds: Rounds, state: str = "approved", presented: date | None = None) -> Unit:
    """A committee with one school and so many nominees of each star."""
    top = units.add(db, Kind.CITY, f"测试{next(NUMBERS)}市")
    school = units.add(db, Kind.SCHOOL, "测试小学", top)
    case = {"nominator_id": people.add(db, "测试", NOW), "state": state, "presented_on": presented, "term": "2026春"}
    case |= {"made_at": NOW, "week": WEEK}
    for medal, (children, collectives) in rounds.items():
        named = [{"unit_id": school.id, "name": b"x", "name_key": f"k{next(NUMBERS)}"} for _ in range(children)]
        ids = db.scalars(insert(child).returning(child.c.id), named).all() if named else []
        squads = [units.add(db, Kind.SQUAD, f"第{number}中队", school).id for number in range(collectives)]
        who = [(school.id, id_) for id_ in ids] + [(id_, None) for id_ in squads]
        rows = [
            {**case, "medal": medal, "unit_id": at, "child_id": id_, "number": f"T{next(NUMBERS)}"} for at, id_ in who
        ]
        db.execute(insert(nomination), rows)
    return top


def lines(db: Connection, top: Unit) -> list[str]:
    return stars.lines(digests.weekly(db, top, WEEK, NOW).stars)


@pytest.mark.parametrize(
    ("rounds", "said"),
    [
        (
            {"S3": (502, 0), "S4": (52, 0)},
            ["三星章：提名 502，已授予 502", "四星章：提名 52，已授予 52（三星章的 10.4%）"],
        ),
        ({"S4": (2969, 30)}, ["四星章：提名 2969，已授予 2969", "集体四星章：提名 30，已授予 30"]),
        ({"S3": (7923, 28)}, ["三星章：提名 7923，已授予 7923", "集体三星章：提名 28，已授予 28"]),
    ],
    ids=["G5", "G18 四川", "G18 昆明"],
)
def test_the_rounds_of_the_reports(db: Connection, rounds: Rounds, said: list[str]) -> None:
    assert lines(db, put(db, rounds)) == said


def test_g16_a_thousand_children_through_the_chain(db: Connection) -> None:
    top = put(db, {"S1": (300, 0), "S2": (90, 0), "S3": (18, 0), "S4": (1, 0)}, presented=NOW.date())
    who = people.add(db, "测试", NOW)
    for medal, base, percent in (("S1", 1000, 30), ("S2", 300, 30), ("S3", 90, 20), ("S4", 18, 10)):
        quotas.freeze(db, top, medal, False, "2026春", base, percent, who, NOW)
    assert lines(db, top) == [
        "一星章：提名 300，已授予 300，已颁发 300（名额 300）",
        "二星章：提名 90，已授予 90，已颁发 90（名额 90；一星章的 30.0%）",
        "三星章：提名 18，已授予 18，已颁发 18（名额 18；二星章的 20.0%）",
        "四星章：提名 1，已授予 1，已颁发 1（名额 1；三星章的 5.6%）",
    ]


def test_a_term_and_a_year_have_the_stars_that_were_nominated_in_them(db: Connection) -> None:
    top = put(db, {"S1": (300, 5), "S2": (90, 0)})
    quotas.freeze(db, top, "S2", False, "2026春", 300, 30, people.add(db, "测试", NOW), NOW)
    for words in ("2026春", "2026", "2026-04"):
        span = named(words, NOW.date())
        said = wording.text(db, top, span, of_days(db, top, span, NOW), NOW)
        assert (
            "奖章：\n· 一星章：提名 300，已授予 300\n· 集体一星章：提名 5，已授予 5\n· 二星章：提名 90，已授予 90"
            in said
        )
        assert ("（名额 90；一星章的 30.0%）" in said) == (words != "2026-04")
    for words in ("2025秋", "2026-03"):
        span = named(words, NOW.date())
        assert "奖章" not in wording.text(db, top, span, of_days(db, top, span, NOW), NOW)


def test_what_was_taken_away_or_is_over_is_not_told(db: Connection) -> None:
    assert lines(db, put(db, {"S1": (3, 0)}, "revoked")) == []
    assert lines(db, put(db, {"S1": (3, 0)}, "withdrawn")) == []
    top = put(db, {"S1": (3, 0)}, presented=NOW.date() - timedelta(days=30))
    later = "2026-W16"
    quiet = digests.weekly(db, top, later, NOW)
    assert stars.lines(quiet.stars) == [] == stars.stages(quiet.stars) and len(lines(db, top)) == 1
    # Of another school year nothing counts.
    db.execute(update(nomination).where(nomination.c.week == WEEK).values(week="2025-W14", term="2025春"))
    assert lines(db, top) == []


def test_the_funnel_narrows_and_a_frozen_digest_keeps_it(db: Connection) -> None:
    top = put(db, {"S1": (10, 0)}, "submitted")
    ids = db.scalars(select(nomination.c.id).order_by(nomination.c.id.desc()).limit(6)).all()
    db.execute(update(nomination).where(nomination.c.id.in_(ids)).values(state="approved"))
    db.execute(update(nomination).where(nomination.c.id.in_(ids[:2])).values(presented_on=NOW.date()))
    frozen = digests.freeze(db, top, WEEK, NOW)
    assert stars.stages(frozen.stars) == [("提名", 10), ("同意", 6), ("公示", 6), ("授予", 6), ("颁发", 2)]
    db.execute(update(nomination).where(nomination.c.id.in_(ids)).values(state="revoked"))
    assert digests.report(db, top, WEEK, NOW).stars == frozen.stars
    assert lines(db, top) == ["一星章：提名 4，待审 4"]
    # One that was frozen before there were any is still read.
    body = figures.as_json(frozen, digests.figures.KEYS)
    assert figures.from_json(body).stars == () and db.scalar(select(func.count()).select_from(child))
