"""为什么: the parts of a figure add up to what the digest says at every node; every check-in is listed once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.digests.why import measures
from handlers.digests.why.explanation import PAGE, why
from handlers.kit import NotMeant, Refusal
from storage.checkins import events
from storage.digests import digests, parts, periods
from tests.support.county import FRIDAY, TODAY, WEEK, County, a_week

pytestmark = pytest.mark.both
MONDAY, SUNDAY = date(2026, 3, 30), date(2026, 4, 5)


def test_the_parts_add_up_at_every_node(county: County) -> None:
    a_week(county)
    one, two, _, four = county.squads
    into = events.begin(county.db, "队课", TODAY)
    told = [county.report(squad, 40, activity="队课") for squad in (four, county.others[1])]
    events.join(county.db, county.rollups, into, [each.part for each in told if each])
    events.name(county.db, county.rollups, into, [two.id])
    county.report(county.first, 170, activity="升旗仪式")
    county.report(one, 41, activity="升旗仪式")
    county.write()
    for of in (county.top, county.first, county.second, *county.squads, *county.others):
        shown = periods.between(county.db, of, MONDAY, SUNDAY)
        found = parts.of(county.db, parts.Which(of, MONDAY, SUNDAY))
        assert found.events == shown.events == digests.weekly(county.db, of, WEEK).events
        assert (found.rated_due, found.rated_attended) == (shown.attendance.rated_due, shown.attendance.rated_attended)
        assert found.heads >= shown.attendance.attended >= found.heads_alone
        for each in shown.by_activity:
            assert parts.of(county.db, parts.Which(of, MONDAY, SUNDAY, each.activity)).events == each.events
    top = parts.of(county.db, parts.Which(county.top, MONDAY, SUNDAY))
    assert (top.alone, top.shared, top.reports, top.repeated, top.named) == (5, 2, 9, 2, frozenset())
    assert parts.of(county.db, parts.Which(two, MONDAY, SUNDAY, "队课")).named == {two.id}


def test_every_check_in_is_on_one_page(county: County) -> None:
    for place in range(2 * PAGE + 3):
        county.report(county.squads[place % 4], 30 + place, day=MONDAY + timedelta(days=place % 5), sequence=place)
    seen: list[str] = []
    reply = why(county.ask(county.zhou, "场次"))
    while True:
        seen += [line for line in reply.text.split("\n") if line.startswith("· ")]
        forward = next((each for each in reply.buttons if each.label == "下一页"), None)
        if forward is None:
            break
        reply = why(county.ask(county.zhou, forward.args))
    assert len(seen) == len(set(seen)) == 2 * PAGE + 3
    assert seen[0].startswith("· 实验小学")


def test_nobody_sees_more_than_their_own(county: County) -> None:
    a_week(county)
    assert "光明小学" in why(county.ask(county.zhou, "场次")).text
    assert "光明小学" not in why(county.ask(county.li, "场次")).text
    assert "三(2)" not in why(county.ask(county.zhang, "场次")).text
    for who in (county.li, county.zhang):
        with pytest.raises(Refusal, match="没有「光明小学」"):
            why(county.ask(who, "场次 光明小学"))


def test_a_child_in_a_topic_is_not_listed(county: County) -> None:
    county.report(county.squads[0], 40, topic="王小明的故事")
    assert "王小明" not in why(county.ask(county.li, "场次")).text


@pytest.mark.parametrize(
    ("words", "measure", "value", "rest"),
    [
        ("38场", "events", 38, ""), ("是38场活动", "events", 38, "活动"), ("场次 上周", "events", None, "上周"),
        ("36/40个中队", "squads", 36, ""), ("5人次", "heads", 5, ""), ("签到率 8.3%", "coverage", 8.3, ""),
        ("95.2%", "rate", 95.2, ""), ("到场率95.2%", "rate", 95.2, ""), ("迟报5条", "late", 5, ""),
        ("补报", "backfilled", None, ""), ("人次 本月 实验小学", "heads", None, "本月 实验小学"),
        ("未签到 9 个", "missing", 9, ""), ("缺报", "missing", None, ""), ("三(2)中队 1场", "events", 1, "三(2)中队"),
        ("1场 三2中队", "events", 1, "三2中队"), ("签到率", "coverage", None, ""), ("4月 38 场", "events", 38, "4月"),
        ("主题队日3场", "events", 3, "主题队日"), ("签到中队数", "squads", None, ""), ("118人", "heads", 118, ""),
    ],
)  # fmt: skip
def test_figures_in_words(words: str, measure: str, value: float | None, rest: str) -> None:
    assert measures.wanted(words) == (measures.Wanted(measure, value), rest)


@pytest.mark.parametrize("words", ["没收到", "", "三(2)中队", "我报了38人没记录", "昨天没提醒"])
def test_what_is_no_figure_is_read_as_ever(county: County, words: str) -> None:
    with pytest.raises(NotMeant):
        why(replace(county.ask(county.li, words), now=FRIDAY))
