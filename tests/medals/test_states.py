"""The states of a nomination: whoever says what in whatever order, none is illegal, no quota exceeded, all audited."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.kit import Refusal, Role
from handlers.medals import returns, review
from handlers.medals.awards import exceptions, revocation
from handlers.medals.chain import award, objections
from handlers.medals.own import withdrawals
from storage.audit import audit
from storage.database import Database
from storage.medals import quotas
from storage.medals.states import DECIDED, FROM, State, deed
from storage.organisation import units
from storage.people import people
from storage.tables import nomination, nomination_step
from tests.support import nominating
from tests.support.examples import examples
from tests.support.nominating import NOW, WANG, School

pytestmark = pytest.mark.both

built = nominating.built
# Three children and one place, and a second star that the rules are against and the county awards.
NOMINEES = [*(replace(WANG, name=name) for name in ("王小明", "李小红", "周子轩")), replace(WANG, medal="S2")]
SAYINGS: dict[str, Any] = {
    "同意": lambda ask: review.approve(ask),
    "破例": lambda ask: exceptions.approve(replace(ask, args=f"{ask.args} 名额另行调剂")),
    "退回": lambda ask: returns.send_back(replace(ask, args=f"{ask.args} 材料不全")),
    "撤回": lambda ask: withdrawals.numbered_withdrawn(ask, ask.args),
    "授予": lambda ask: award.award(ask),
    "异议": lambda ask: objections.object_to(replace(ask, args=f"{ask.args} 与事实不符")),
    "成立": lambda ask: objections.object_to(replace(ask, args=f"{ask.args} 成立")),
    "不成立": lambda ask: objections.object_to(replace(ask, args=f"{ask.args} 不成立")),
    "撤销": lambda ask: revocation.revoke(replace(ask, args=f"{ask.args} 材料不实")),
    "同意撤销": lambda ask: revocation.revoke(replace(ask, args=f"{ask.args} 同意")),
}
WHO = ("zhang", "chen", "li", "zhao", "sun", "county")
MOVES = st.lists(
    st.tuples(
        st.sampled_from(sorted(SAYINGS)), st.integers(1, len(NOMINEES)), st.sampled_from(WHO),
        st.sampled_from((0, 0, 0, 4, 9)),
    ),
    min_size=8, max_size=16,
)  # fmt: skip
Move = tuple[str, int, str, int]


@pytest.fixture(scope="module")
def opened(built: tuple[Database, School]) -> Iterator[School]:
    """A school with a county admin and one place for a first star."""
    database, school = built
    with database.write.connect() as db:
        at = copy(school)
        at.db = db
        at.county = people.add(db, "王主任", NOW)  # type: ignore[attr-defined]
        people.give(db, at.county, Role.COUNTY_ADMIN, units.by_id(db, at.school.parent_id or 0), NOW)  # type: ignore[attr-defined]
        at.nominate(at.zhang, *NOMINEES)
        quotas.freeze(db, at.school, "S1", False, "2026春", 4, 30, at.zhao, NOW)
        yield at
        db.rollback()


def play(at: School, moves: Sequence[Move]) -> None:
    """Say all of it, each undone when it is refused; then look at what has come of it, and undo everything."""
    with at.db.begin_nested() as work:
        noted = len(audit.of(at.db).rows)
        for word, number, who, days in moves:
            at.now += timedelta(days=days)
            ask = at.ask(getattr(at, who), f"N20260403-0{number}")
            try:
                with at.db.begin_nested():
                    SAYINGS[word](ask)
            except Refusal as refusal:
                ask.refused(refusal)
        check(at, [row["deed"] for row in audit.of(at.db).rows[noted:]])
        work.rollback()
    at.now = NOW


def check(at: School, deeds: Sequence[str]) -> None:
    steps: dict[int, list[State]] = {}
    done = []
    for row in at.db.execute(select(nomination_step).order_by(nomination_step.c.id)):
        before = steps.setdefault(row.nomination_id, [])
        before.append(State(row.state))
        if len(before) > 1:
            done.append(deed(*before[-2:]))
            # Nobody decides on their own or elsewhere; only what waits is taken back, by whoever nominated.
            assert (row.person_id == at.zhang) == (row.state == State.WITHDRAWN)
            assert row.person_id not in (at.chen, at.sun)
    cases = at.db.execute(select(nomination)).all()
    assert all(after in FROM and before in FROM[after] for each in steps.values() for before, after in pairwise(each))
    assert all(State(case.state) is steps[case.id][-1] for case in cases)
    assert [each for each in deeds if each in set(map(deed, *zip(*TRANSITIONS, strict=True)))] == done
    assert sum(case.medal == "S1" and case.state in DECIDED and not case.exception for case in cases) <= 1


TRANSITIONS = [(before, after) for after, froms in FROM.items() for before in froms]


@settings(max_examples=6, suppress_health_check=list(HealthCheck), derandomize=True)
@given(MOVES)
def test_no_order_leads_astray(opened: School, moves: list[Move]) -> None:
    play(opened, moves)


@pytest.mark.long
@settings(max_examples=examples(400), suppress_health_check=list(HealthCheck))
@given(MOVES)
def test_no_order_leads_astray_for_long(opened: School, moves: list[Move]) -> None:
    play(opened, moves)


def test_every_state_is_reached(opened: School) -> None:
    said = [
        ("同意", 1, "li", 0), ("异议", 1, "zhao", 0), ("不成立", 1, "zhao", 4), ("同意", 2, "li", 0),
        ("授予", 1, "zhao", 9),
        ("撤销", 1, "zhao", 0), ("同意撤销", 1, "li", 0), ("退回", 2, "li", 0), ("同意", 3, "li", 0),
        ("异议", 3, "zhao", 0),
        ("成立", 3, "zhao", 0), ("破例", 4, "zhao", 0), ("破例", 4, "county", 0),
    ]  # fmt: skip
    seen: set[str] = set()
    with opened.db.begin_nested() as work:
        for move in said:
            ask = opened.ask(getattr(opened, move[2]), f"N20260403-0{move[1]}")
            opened.now += timedelta(days=move[3])
            ask = replace(ask, now=opened.now)
            try:
                SAYINGS[move[0]](ask)
            except Refusal as refusal:
                # The one place is taken.
                assert move[:2] == ("同意", 2), refusal.text
        seen = set(opened.db.scalars(select(nomination_step.c.state)))
        work.rollback()
    opened.now = NOW
    assert seen == set(State) - {State.WITHDRAWN}
