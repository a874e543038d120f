"""Reminders from the calendar to the ledger: laid out once, merged, capped, late, chased only while it is missing."""

from collections import Counter
from datetime import date, datetime, timedelta
from datetime import time as clock

import pytest
from sqlalchemy import select, text

from handlers.catalogue.loader import FESTIVE, shipped
from scheduling.occurrences import lay_out
from storage.organisation import units
from storage.people import people
from storage.people.people import Role
from storage.reminders import deliveries, wishes
from storage.tables import delivery
from tests.support.reminding import OCCASIONS, START, ZONE, School, at, school

pytestmark = pytest.mark.both

__all__ = ["school"]


def test_laid_out_twice_is_once(school: School) -> None:
    now = at("05-31 09:00")
    first = lay_out(school.db, now, shipped(), OCCASIONS)
    rows = school.db.execute(text("select * from delivery order by id")).all()
    assert first.rows == len(rows) > 0 and not first.more
    assert lay_out(school.db, now + timedelta(seconds=10), shipped(), OCCASIONS).rows == 0
    # As another process would, that knows nothing of the first.
    school.db.execute(text("delete from fact"))
    lay_out(school.db, now, shipped(), OCCASIONS)
    assert [
        row[1:] for row in school.db.execute(text("select * from delivery order by occurrence, lead, person_id"))
    ] == [row[1:] for row in sorted(rows, key=lambda row: row[1:4])]


def test_rows_have_day_and_channel(school: School) -> None:
    lay_out(school.db, at("05-31 09:00"), shipped(), OCCASIONS)
    now = at("05-31 09:00")
    row = deliveries.next_due(school.db, now)
    assert row
    assert (row.occurrence, row.lead, row.day) == ("children:2026-06-01", 0, date(2026, 6, 1))
    assert (row.channel, row.due_at, row.state) == ("practice", at("06-01 07:40"), "new")


def test_in_small_chunks_as_in_one(school: School) -> None:
    now, made = at("05-31 09:00"), 0
    for _ in range(9):
        done = lay_out(school.db, now, shipped(), OCCASIONS, chunk=1)
        made += done.rows
        if not done.more:
            break
    assert not done.more
    count = Counter(school.db.scalars(select(delivery.c.person_id)))
    school.db.execute(text("delete from delivery"))
    school.db.execute(text("delete from fact"))
    assert lay_out(school.db, now, shipped(), OCCASIONS).rows == made == count.total()
    assert Counter(school.db.scalars(select(delivery.c.person_id))) == count


def test_a_newcomer_gets_what_is_to_come_but_not_what_has_passed(school: School) -> None:
    school.tick(at("06-01 09:00"))
    school.add("新老师", Role.COUNSELOR, school.other, at("06-01 09:30"))
    assert school.tick(at("06-01 10:00")) == []
    assert school.ledger("children:2026-06-01", "新老师") == {-1: "new"}
    assert len(school.texts(at("06-02 08:10"), "新老师")) == 1


def test_who_begins_on_a_later_day_gets_what_falls_on_it(school: School) -> None:
    school.add("新老师", Role.COUNSELOR, school.other, at("06-02 00:00"))
    # What only a second role gets comes from its own first day on.
    county = units.by_id(school.db, 1)
    school.add("代老师", Role.COUNSELOR, school.other, at("05-01 00:00"))
    people.give(school.db, school.ids["代老师"], Role.COUNTY_ADMIN, county, at("05-01 00:00"), since=at("06-01 00:00"))
    school.run_on(at("05-24 09:00"), at("06-02 12:00"))
    assert school.ledger("children:2026-06-01", "新老师")[-1] == "sent"
    letters = [each.rows for each in school.said if each.rows[0].person_id == school.ids["新老师"]]
    assert [[row.occurrence for row in rows] for rows in letters] == [["children:2026-06-01"]]
    assert school.ledger("digest:2026-W21", "代老师") == {}
    assert school.ledger("digest:2026-W22", "代老师") == {0: "merged"}


def test_somebody_unreachable_or_gone_gets_none(school: School) -> None:
    people.mark_reachable(school.db, "practice", "李老师", False)
    school.db.execute(text("update role_grant set until = '2026-05-01 00:00:00' where person_id = 3"))
    lay_out(school.db, at("05-31 09:00"), shipped(), OCCASIONS)
    assert set(school.db.scalars(select(delivery.c.person_id))) == {school.ids["张老师"], school.ids["赵主任"]}


def test_who_left_meanwhile_hears_nothing(school: School) -> None:
    school.tick(at("05-31 09:00"))
    school.db.execute(text("update role_grant set until = '2026-05-31 12:00:00'"))
    assert school.tick(at("06-01 07:40")) == []
    assert school.ledger("children:2026-06-01")[0] == "skipped"


def test_a_year_of_reminders(school: School) -> None:
    school.run_on(at("01-02 00:00"), at("12-31 23:00"))
    days = Counter(
        (each.rows[0].person_id, when.astimezone(ZONE).date())
        for each, when in zip(school.said, school.times, strict=True)
    )
    assert max(days.values()) == 1
    states = Counter(school.db.scalars(select(delivery.c.state).where(delivery.c.due_at < at("12-31 17:00"))))
    assert set(states) <= {"sent", "merged", "cleared"} and states["sent"] == len(school.said)
    for each in school.said:
        text = each.words.text
        if any(row.payload.get("solemn") for row in each.rows):
            assert not FESTIVE.search(text), text
        assert len(text.encode()) < 2048
    heard = {name: {row.occurrence for row in school.rows(name)} for name in school.ids}
    assert heard["孙志愿"] == set() and "leifeng:2026-03-05" in heard["张老师"] & heard["李老师"]
    principal = {one for one in heard["王校长"] if not one.startswith("digest")}
    assert principal == {f"{one}:2026-{day}" for one, day in _CEREMONIES.items()} | {"promotion-soon:2026"}


_CEREMONIES = {
    "qingming": "04-05", "children": "06-01", "martyrs": "09-30", "founding": "10-13", "memorial": "12-13",
}  # fmt: skip


def test_digests_are_pushed_on_monday(school: School) -> None:
    school.tick(at("04-04 09:00"))
    said = [row for each in school.tick(at("04-06 08:00")) for row in each.rows if row.kind == "digest"]
    assert {row.person_id for row in said} == {school.ids[name] for name in ("李老师", "王校长", "赵主任")}
    assert {(row.occurrence, row.lead, row.payload["week"]) for row in said} == {("digest:2026-W14", 0, "2026-W14")}


def test_a_digest_is_due_however_late_so_that_its_week_is_frozen(school: School) -> None:
    school.tick(at("04-04 09:00"))
    said = [row for each in school.tick(at("04-17 09:00")) for row in each.rows if row.kind == "digest"]
    assert {row.occurrence for row in said} == {"digest:2026-W14", "digest:2026-W15"}
    assert all(row.late for row in said)


def test_equal_days_are_one_message(school: School) -> None:
    school.tick(at("05-28 09:00"))
    said = [text for text in school.texts(at("05-29 08:10")) if "六一" in text]
    assert len(said) == 1 and "雨天" in said[0] and "出旗、唱队歌" in said[0]
    assert school.texts(at("05-29 16:00")) == []
    assert school.ledger("children:2026-06-01") == {1: "sent"}


def test_nothing_festive_stands_beside_something_solemn(school: School) -> None:
    school.tick(at("09-22 09:00"))
    school.run_on(at("09-22 10:00"), at("10-01 15:00"))
    both = [
        each.words.text
        for each in school.said
        if len({bool(row.payload.get("solemn")) for row in each.rows if row.kind == "key_date"}) == 2
    ]
    assert any("烈士纪念日" in text and "国庆节" in text for text in both)
    assert not any(FESTIVE.search(text) for text in both)


def nudges(school: School, *due: datetime) -> None:
    common = {"lead": 0, "person_id": school.ids["张老师"], "kind": "nudge", "day": date(2026, 6, 1)}
    rows = [{**common, "occurrence": f"nudge:{n}", "due_at": each} for n, each in enumerate(due)]
    assert deliveries.put(school.db, rows) == len(due) and deliveries.put(school.db, rows) == 0


def test_one_letter_a_day_and_a_nudge_at_once(school: School) -> None:
    school.tick(at("05-31 09:00"))
    nudges(school, at("06-01 07:30"), at("06-01 07:30"))
    assert school.texts(at("06-01 07:30")) == ["nudge\n另外：\n· nudge"]
    assert len(school.texts(at("06-01 07:40"))) == 1
    row = {"occurrence": "eye:2026-06-06", "lead": 9, "kind": "key_date", "day": date(2026, 6, 6)}
    deliveries.put(school.db, [{**row, "person_id": school.ids["张老师"], "due_at": at("06-01 12:00")}])
    assert school.texts(at("06-01 12:00")) == []
    assert school.ledger("eye:2026-06-06")[9] == "new"
    late = {"occurrence": "party:2026-06-01", "lead": 9, "kind": "key_date", "day": date(2026, 6, 1)}
    deliveries.put(school.db, [{**late, "person_id": school.ids["张老师"], "due_at": at("06-01 13:00")}])
    school.tick(at("06-01 13:00"))
    assert school.ledger("party:2026-06-01")[9] == "capped"


def test_a_letter_waits_for_the_digest_that_is_not_to_be_early(school: School) -> None:
    school.tick(at("05-31 09:00"))
    school.db.execute(text("update delivery set person_id = 2 where kind = 'key_date' and lead = 0 and person_id = 1"))
    assert school.texts(at("06-01 07:40"), "李老师") == []
    assert "digest" in school.texts(at("06-01 08:00"), "李老师")[0]


def test_own_hours(school: School) -> None:
    wishes.put_hours(school.db, school.ids["张老师"], clock(9), clock(17, 30), START)
    school.tick(at("05-31 09:00"))
    nudges(school, at("06-01 18:00"))
    assert school.texts(at("06-01 07:40")) == school.texts(at("06-01 08:59")) == []
    assert "今天（6月1日 周一）是六一" in school.texts(at("06-01 09:00"))[0]
    assert school.texts(at("06-01 18:00")) == []
    assert school.texts(at("06-02 08:10")) == [] and "nudge" in school.texts(at("06-02 09:00"))


def test_muted(school: School) -> None:
    wishes.mute(school.db, school.ids["张老师"], "children:2026-06-01", START)
    school.tick(at("05-31 09:00"))
    assert school.texts(at("06-01 07:40")) == []
    assert school.ledger("children:2026-06-01")[0] == "muted"


def test_quiet_at_night(school: School) -> None:
    row = {
        "occurrence": "nudge:1", "lead": 0, "person_id": school.ids["张老师"], "kind": "nudge",
        "day": date(2026, 6, 1), "due_at": at("05-31 21:40"),
    }  # fmt: skip
    deliveries.put(school.db, [row])
    assert school.tick(at("05-31 21:40")) == school.tick(at("06-01 06:59")) == []
    (said, *_) = school.tick(at("06-01 07:00"))
    assert said.rows[0].channel == "practice" and not said.rows[0].late


def test_after_downtime_the_newest_is_said_late_and_the_older_expire(school: School) -> None:
    school.tick(at("05-10 09:00"))
    said = [each.words.text for each in school.tick(at("05-26 09:00"))]
    assert len(said) == 4 and all(text.startswith("【补发】六一国际儿童节（6月1日 周一）还有 6 天") for text in said)
    assert school.ledger("children:2026-06-01") == {7: "sent late"}
    assert school.ledger("children:2026-06-01", "王校长") == {14: "expired", 7: "sent late"}
    # What is of no use any more is not said at all.
    assert school.ledger("mother:2026-05-10") == {} and school.ledger("disabled:2026-05-17") == {1: "expired"}
    assert school.tick(at("05-26 09:01")) == []


def test_a_short_stop_is_caught_up_the_next_morning_in_one_message(school: School) -> None:
    school.tick(at("06-02 08:10"))
    assert school.tick(at("06-05 07:05")) == []
    texts = school.texts(at("06-05 08:10"))
    assert len(texts) == 1 and "【补发】" in texts[0] and "爱眼日" in texts[0]


def test_on_the_day_itself_nothing_older_is_said(school: School) -> None:
    school.tick(at("06-23 08:10"))
    school.tick(at("06-29 22:00"))
    texts = school.texts(at("07-01 09:00"))
    assert school.ledger("party:2026-07-01")[1] == "sent late" and school.ledger("party:2026-07-01")[7] == "expired"
    assert any("【补发】今天（7月1日 周三）是建党纪念日" in text for text in texts)


def test_the_chase_stops_after_the_check_in(school: School) -> None:
    school.tick(at("06-01 07:40"))
    school.check_in(school.squad, date(2026, 6, 1), state="withdrawn")
    assert "还没收到三(1)中队的六一" in school.texts(at("06-02 08:10"))[0]
    school.check_in(school.squad, date(2026, 6, 1))
    assert all("还没收到三(1)中队的六一" not in text for text in school.texts(at("06-04 08:10")))
    # What else was due is said all the same.
    assert any("环境日" in each.words.text for each in school.said)


def test_an_ordinary_check_in_does_not_end_the_chase(school: School) -> None:
    school.tick(at("06-01 07:40"))
    school.check_in(school.squad, date(2026, 6, 1), "升旗仪式")
    school.check_in(school.other, date(2026, 6, 1))
    assert "还没收到三(1)中队的六一" in school.texts(at("06-02 08:10"))[0]


def test_a_check_in_of_the_whole_school_ends_the_chase(school: School) -> None:
    primary = units.by_id(school.db, school.squad.school_id or 0)
    school.check_in(primary, date(2026, 5, 29))
    school.tick(at("06-01 07:40"))
    assert all("六一" not in text for text in school.texts(at("06-02 08:10")))


def test_the_chase_names_the_missing_squads_only(school: School) -> None:
    people.give(school.db, school.ids["张老师"], Role.COUNSELOR, school.other, START)
    school.tick(at("06-01 07:40"))
    school.check_in(school.squad, date(2026, 6, 1))
    words = school.texts(at("06-02 08:10"))[0]
    assert "三(2)中队 入队仪式 6月1日 六一 应到42 实到" in words and "三(1)" not in words
