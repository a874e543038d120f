"""A week by school: the schools add up to the whole, stay frozen, and hundreds of squads stay readable."""

from collections import Counter
from dataclasses import replace

import pytest

from handlers.digests import missing
from handlers.digests.week import wording
from storage.checkins import events, exemptions, weekly_coverage
from storage.digests import digests, periods, sums
from storage.organisation import history, units
from storage.organisation.units import Kind
from tests.support.county import MONDAY, TODAY, WEEK, County, a_week, squads_of

pytestmark = pytest.mark.both
TODAY_AT = MONDAY.replace(day=TODAY.day)


def test_the_schools_add_up_and_a_joint_event_counts_once_in_each(county: County) -> None:
    a_week(county)
    into = events.begin(county.db, "队课", TODAY)
    told = [county.report(squad, 40, activity="队课") for squad in (county.squads[3], county.others[1])]
    events.join(county.db, county.rollups, into, [each.part for each in told if each])
    county.write()
    shown = digests.weekly(county.db, county.top, WEEK)
    assert [(each.name, each.events, each.attended, each.covered, each.due) for each in shown.schools] == [
        ("实验小学", 5, 202, 4, 4), ("光明小学", 2, 70, 2, 2),
    ]  # fmt: skip
    assert shown.events == 5 + 2 - 1
    assert sum(each.attended for each in shown.schools) == shown.attendance.attended
    # The same from the check-ins themselves.
    assert periods.between(county.db, county.top, TODAY.replace(month=3, day=30), TODAY).schools == shown.schools
    for each in shown.schools:
        own = digests.weekly(county.db, units.by_id(county.db, each.id), WEEK)
        assert (own.events, own.attendance.attended, own.squads_covered) == (each.events, each.attended, each.covered)


def test_the_frozen_schools_stay(county: County) -> None:
    a_week(county)
    frozen = digests.freeze(county.db, county.top, WEEK, MONDAY)
    county.report(county.squads[3], 40, now=MONDAY)
    assert digests.report(county.db, county.top, WEEK, MONDAY).schools == frozen.schools
    assert digests.weekly(county.db, county.top, WEEK).schools != frozen.schools


def test_hundreds_of_squads_stay_readable(county: County) -> None:
    for school in [units.add(county.db, Kind.SCHOOL, f"第{place}小学", county.top) for place in range(70)]:
        squads_of(county.db, school, 12)
    a_week(county)
    (reply,) = county.digest(county.zhou)
    assert reply.text.count("\n") < 25 and "未签到 842 个中队" in reply.text and "另有 66 所" in reply.text
    assert [each.label for each in reply.buttons][:4] == ["图", "表", "未签到", "各校"]
    seen: list[str] = []
    typed = next(each.args for each in reply.buttons if each.label == "各校")
    while typed:
        (page,) = county.digest(county.zhou, typed)
        assert page.text.count("\n") < 25
        seen += [line for line in page.text.split("\n") if line.startswith("· ")]
        typed = next((each.args for each in page.buttons if each.label == "下一页"), "")
    assert len(seen) == len(set(seen)) == 72
    said = missing.missing(county.ask(county.zhou))
    assert "842 个中队没签到" in said.text and said.text.count("\n") < 25 and "· 第0小学 12 个" in said.text
    down = missing.missing(county.ask(county.zhou, next(each.args for each in said.buttons if "第" in each.label)))
    assert "12 个中队没签到" in down.text


def test_what_is_said_is_the_same_however_few_are_named(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_coverage, "_FEW", 10)
    for school in [units.add(county.db, Kind.SCHOOL, f"第{place}小学", county.top) for place in range(4)]:
        squads_of(county.db, school, 9)
    a_week(county)
    every, few = (digests.weekly(county.db, county.top, WEEK, TODAY_AT, named=named) for named in (None, 9))
    assert len(every.missing) > len(few.missing) >= 9 and few.unnamed
    assert replace(few, missing=every.missing, unnamed=0) == every
    assert few.missing == every.missing[: len(few.missing)] and few.squads_missing == every.squads_missing
    said = [wording.whole_text(county.db, each, county.top, TODAY) for each in (every, few)]
    assert said[0] == said[1] and f"未签到 {len(every.missing)} 个中队" in said[0]
    # What is kept names all.
    assert digests.freeze(county.db, county.top, WEEK, MONDAY).missing == every.missing


def test_who_is_missing_is_counted_by_school_as_they_are_listed(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weekly_coverage, "_FEW", 10)

    def same() -> int:
        part = history.part(county.db, [county.top.path], WEEK)
        every = weekly_coverage.of(county.db, part)
        silent, listed = every.named, Counter(squad.school_id or 0 for squad in every.named)
        assert weekly_coverage.missing_by_school(county.db, WEEK, [county.top.path]) == (listed, every.due)
        for most in (0, 1, 8, 100):
            few = weekly_coverage.of(county.db, part, most)
            assert (few.counts, few.exempt, few.missing) == (every.counts, every.exempt, listed)
            assert few.named == silent[: len(few.named)] and len(few.named) >= min(most, len(silent))
        then = sums.totals(county.db, part)[WEEK]
        assert then.told == sum(told for _, told in every.counts.values())
        return len(silent)

    def excuse(unit_id: int, kind: str = exemptions.EXCUSED) -> None:
        exemptions.add(
            county.db, unit_id, kind, TODAY.replace(month=3, day=30), TODAY.replace(day=5), county.zhou, MONDAY
        )

    more = [units.add(county.db, Kind.SCHOOL, f"第{place}小学", county.top) for place in range(3)]
    squads = [[units.by_id(county.db, id) for id in squads_of(county.db, school, 6)] for school in more]
    a_week(county)
    whole = same()
    # A 小队 reports for its squad; of one that has reported itself it changes nothing.
    for squad in (squads[0][0], squads[0][1]):
        county.report(units.add(county.db, Kind.TEAM, "一小队", squad), 10)
    county.report(squads[0][1], 40)
    county.write()
    assert same() == whole - 2
    # Nothing this week, twice; one that has reported all the same; a whole school; in the end the county.
    for id in (squads[0][2].id, squads[0][2].id, squads[0][1].id):
        excuse(id, exemptions.ZERO)
    assert same() == whole - 3
    excuse(more[1].id)
    assert same() == whole - 9
    excuse(county.top.id)
    assert same() == 0
