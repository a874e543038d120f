"""What the rules of medals say of nominations as read, from what is known of children, awards and places."""

from dataclasses import replace

import pytest

from handlers.medals.awards.rules import Quota, Register, judged
from handlers.reading import Existing, Nomination, Reading
from handlers.reading.model import Status

WANG = Nomination("individual", "王小明", "4-1", "S1", "school")
LI = replace(WANG, name="李小红")
SQUAD = Nomination("collective", None, "4-1", "S2")
HELD = {"4-1/王小明": ["S1", "S2"], "4-1": ["S1"]}


def said(known: Register, *wishes: Nomination, issues: tuple[str, ...] = ()) -> tuple[Status, tuple[str, ...]]:
    reading = judged(Reading("nomination", "ok", issues, nominations=wishes), known)
    assert [each.name for each in reading.nominations] == [each.name for each in wishes]
    return reading.status, reading.issues


@pytest.mark.parametrize(
    ("known", "wish", "issue"),
    [
        (Register(not_members=["4-1/王小明"]), WANG, "NOT_MEMBER"),
        (Register(not_members=["4-1/王小明"]), replace(WANG, medal="B:向阳章"), ""),
        (Register(basic_complete={"*": True, "4-1/王小明": False}), WANG, "BASIC_INCOMPLETE"),
        (Register(basic_complete={"*": False, "4-1/王小明": True}), WANG, ""),
        (Register(holdings=HELD), WANG, "ALREADY_AWARDED"),
        (Register(holdings=HELD), replace(WANG, medal="S3"), ""),
        (Register(holdings=HELD), replace(WANG, medal="S4"), "LEVEL_SKIP"),
        (Register(), replace(WANG, medal="S2"), "LEVEL_SKIP"),
        (Register(holdings=HELD), SQUAD, ""),
        (Register(), SQUAD, "LEVEL_SKIP"),
        (Register(existing=[Existing("4-1", name="王小明", medal="S1", state="awarded")]), WANG, "ALREADY_AWARDED"),
        # What was not read needs no rule; a collective that cannot have the medal gets no second answer.
        (Register(not_members=["4-1/王小明"]), replace(WANG, medal=None), ""),
        (Register(), replace(SQUAD, unit="4-1#1"), ""),
    ],
)
def test_what_is_not_allowed(known: Register, wish: Nomination, issue: str) -> None:
    assert said(known, wish) == (("reject", (issue,)) if issue else ("ok", ()))


@pytest.mark.parametrize("state", ["submitted", "approved", "returned", "rejected", "withdrawn", "revoked"])
def test_a_second_one_is_asked_about_while_the_first_stands(state: str) -> None:
    known = Register(existing=[Existing("4-1", name="王小明", medal="S1", state=state)])
    stands = state in ("submitted", "approved")
    assert said(known, WANG) == (("confirm", ("DUPLICATE",)) if stands else ("ok", ()))
    assert said(known, LI) == ("ok", ())


@pytest.mark.parametrize("key", ["S1/4-1", "S1/ALL", "S1"])
def test_places_are_counted_in_the_order_of_the_message(key: str) -> None:
    for used, status, issues in ((0, "ok", ()), (1, "confirm", ("QUOTA_EXCEEDED",))):
        reading = judged(
            Reading("nomination", "ok", nominations=(WANG, LI)), Register(quota={key: Quota(limit=2, used=used)})
        )
        assert (reading.status, [each.issues for each in reading.nominations]) == (status, [(), issues])


def test_what_the_reading_asked_stays_asked() -> None:
    known = Register(not_members=["4-1/王小明"])
    assert said(known, WANG, LI, issues=("PII_PHONE",)) == ("partial", ("NOT_MEMBER", "PII_PHONE"))
    assert said(known, WANG, issues=("NAME_MISSING",)) == ("clarify", ("NOT_MEMBER", "NAME_MISSING"))
    unread = replace(LI, issues=("UNIT_MISSING",), unit=None)
    assert said(known, WANG, unread, issues=("UNIT_MISSING",)) == ("reject", ("NOT_MEMBER", "UNIT_MISSING"))


@pytest.mark.parametrize(("role", "status"), [(None, "ok"), ("brigade", "ok"), ("counselor", "reject")])
def test_who_may_not_review_is_told_so(role: str | None, status: str) -> None:
    decides = Reading("review", "ok", review={"id": "N20260403-07", "decision": "approve"})
    assert judged(decides, Register(role=role)).status == status


def test_what_is_no_nomination_is_not_judged() -> None:
    plain = Reading("checkin", "ok")
    assert judged(plain, Register(role="counselor", quota={"S1": Quota(0)})) is plain
