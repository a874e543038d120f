"""What is past its time goes at night, all of it and nothing else; the counts stay right (domain §7)."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.pipeline.turn import Turn
from storage.audit import audit, audit_check, audit_years
from storage.audit.audit import Wanted
from storage.children import children
from storage.digests import digests
from storage.medals import nominations
from storage.messages import files
from storage.organisation import units
from storage.people import people
from storage.retention.people import GONE
from storage.tables import child, consent, inbox, metadata, nomination, nomination_step
from tests.support.nights import count, day, night, play
from tests.support.process import ROOT
from tests.support.stage import START, Bot

pytestmark = pytest.mark.both

WEEK = "2026-W14"


async def nominate(bot: Bot, name: str, medal: str = "一星章") -> str:
    said = await bot.say("张老师", f"提名 三(2)中队 {name} {medal} 学雷锋 家长已书面同意3月1日")
    return said[0].partition(" ")[2].partition("：")[0]


def name_of(bot: Bot, number: str) -> str:
    with bot.read() as db:
        case = nominations.by_number(db, number)
        assert case is not None and case.child_id is not None
        return children.names(db, bot.app.engine.vault, [case.child_id])[case.child_id]


def test_a_failed_nomination_is_forgotten_after_half_a_year(tmp_path: Path) -> None:
    numbers: dict[str, str] = {}

    async def spring(bot: Bot) -> None:
        for name in ("周子轩", "吴雨桐", "孙若涵", "郑一诺"):
            numbers[name] = await nominate(bot, name)
        await bot.say("李老师", f"退回 {numbers['周子轩']} 材料不全")
        await bot.say("张老师", f"撤回提名 {numbers['吴雨桐']}")
        await bot.say("李老师", f"同意 {numbers['孙若涵']}")

    async def too_early(bot: Bot) -> None:
        await night(bot)
        assert name_of(bot, numbers["周子轩"]) == "周子轩"

    async def autumn(bot: Bot) -> None:
        before = digest_of(bot)
        gone = await night(bot)
        assert gone["failed_nominations"] == 2 and gone["names"] >= 2
        assert [name_of(bot, numbers[name]) for name in numbers] == ["（已删除）", "（已删除）", "孙若涵", "郑一诺"]
        with bot.read() as db:
            kept = dict(db.execute(select(nomination.c.number, nomination.c.reason.is_not(None))).all())
            whys = db.scalars(select(nomination_step.c.reason).where(nomination_step.c.reason.is_not(None))).all()
        assert kept == {numbers["周子轩"]: 0, numbers["吴雨桐"]: 0, numbers["孙若涵"]: 1, numbers["郑一诺"]: 1}
        assert whys == [] and digest_of(bot) == {**before, "submitted": 0, "withdrawn": before["withdrawn"] + 1}
        said = [each["text"] for each in await said_to(bot, "张老师")]
        assert f"提名 {numbers['郑一诺']} 半年没有人审核，已自动撤回。还要争这枚奖章，请重新提名。" in said
        # What was withdrawn that night begins its own half year.
        assert name_of(bot, numbers["郑一诺"]) == "郑一诺"

    async def next_spring(bot: Bot) -> None:
        await night(bot)
        assert [name_of(bot, numbers[name]) for name in ("孙若涵", "郑一诺")] == ["孙若涵", "（已删除）"]

    play(tmp_path, (START, spring), (day(2026, 9, 25), too_early), (day(2026, 10), autumn), (day(2027, 5), next_spring))


def digest_of(bot: Bot) -> dict[str, int]:
    with bot.read() as db:
        at = units.find(db, "三(2)中队", ["/"])
        counted = [digests.weekly(db, unit, WEEK).nominations for unit in at]
    return {
        state: sum(each.get(state, 0) for each in counted)
        for state in ("submitted", "approved", "returned", "withdrawn")
    }


async def said_to(bot: Bot, who: str) -> list[dict]:
    await bot.send()
    return [bubble for bubble in bot.new(who) if bubble["from"] == "bot"]


def test_an_awarded_childs_name_goes_a_year_after_school(tmp_path: Path) -> None:
    numbers: list[str] = []

    async def award(bot: Bot) -> None:
        numbers.append(await nominate(bot, "孙若涵"))
        await bot.say("李老师", f"同意 {numbers[0]}")

    async def noticed(bot: Bot) -> None:
        await bot.say("李老师", f"授予 {numbers[0]}")

    async def still_there(bot: Bot) -> None:
        await night(bot)
        assert name_of(bot, numbers[0]) == "孙若涵"

    async def gone(bot: Bot) -> None:
        before = digest_of(bot)
        await night(bot)
        assert name_of(bot, numbers[0]) == "（已删除）" and digest_of(bot) == before and before["approved"] == 1
        with bot.read() as db:
            assert db.scalars(select(nomination.c.reason)).all() == [None]

    # Grade 3 in spring 2026 leaves in August 2029.
    in_spring = (START, award), (day(2026, 4, 20), noticed)
    play(tmp_path, *in_spring, (day(2030, 8, 30), still_there), (day(2030, 9, 2), gone))


@pytest.mark.parametrize(
    ("today", "grade", "highest", "until"),
    [
        (date(2026, 4, 3), 3, 6, date(2030, 8, 31)),
        (date(2026, 9, 1), 3, 6, date(2031, 8, 31)),
        (date(2026, 4, 3), 6, 6, date(2027, 8, 31)),
        (date(2026, 4, 3), 7, 9, date(2029, 8, 31)),
        (date(2026, 4, 3), 3, 9, date(2033, 8, 31)),
        (date(2026, 4, 3), None, 6, date(2029, 8, 31)),
    ],
)
def test_until_when_a_name_is_kept(tmp_path: Path, today: date, grade: int | None, highest: int, until: date) -> None:
    async def scene(bot: Bot) -> None:
        def known(turn: Turn) -> date:
            school = units.add(turn.db, units.Kind.SCHOOL, "城关小学")
            squad = units.add(turn.db, units.Kind.SQUAD, "雏鹰中队", school, grade=grade, class_no=1)
            units.add(turn.db, units.Kind.SQUAD, "毕业班", school, grade=highest, class_no=1)
            return children.keep_until(turn.db, squad.id, today)

        assert await bot.app.pipeline.do(known) == until

    play(tmp_path, (START, scene))


def test_a_consent_without_a_nomination_is_forgotten_after_half_a_year(tmp_path: Path) -> None:
    async def agree(bot: Bot) -> None:
        await bot.say("张老师", "家长同意 三(2)中队 周子轩 书面 3月1日 编号12")

    async def look(bot: Bot) -> None:
        await night(bot)
        with bot.read() as db:
            # The two of the examples, and this one.
            assert db.scalar(select(func.count()).where(child.c.erased_at.is_not(None))) == 3
            assert {row.reference for row in db.execute(select(consent.c.reference))} == {""}
            assert db.scalar(select(func.count()).where(consent.c.ended_at.is_(None))) == 0

    play(tmp_path, (START, agree), (day(2026, 10), look))


def test_check_ins_and_their_photos_go_after_three_school_years(tmp_path: Path) -> None:
    folder = tmp_path / "practice-files"

    async def report(bot: Bot) -> None:
        await bot.say("张老师", "三(2)中队 主题队日 应到42实到40")
        await bot.say("张老师", "更正 实到39")

        def photo(turn: Turn) -> None:
            at = {"channel": "practice", "chat": "张老师", "ref": "r", "kind": "photo", "album": None}
            files.want(turn.db, [{**at, "inbox_id": 1, "person_id": 10, "checkin_id": 1}], turn.now)
            files.settle(turn.db, 1, state="stored", sha256="ab" * 32, size=1, mime="image/jpeg")

        await bot.app.pipeline.do(photo)
        for name, old in (("ab" * 32, True), ("cd" * 32, True), ("ef" * 32, False)):
            path = folder / name[:2] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
            if old:
                os.utime(path, (START.timestamp() - 1e6, START.timestamp() - 1e6))
        os.utime(folder / "ef" / ("ef" * 32), (START.timestamp(), START.timestamp()))

    async def next_day(bot: Bot) -> None:
        assert (await night(bot))["photos"] == 1
        kept = sorted(path.name[:2] for path in folder.rglob("*") if path.is_file())
        assert kept == ["ab", "ef"], "of a row, and too young to be sure"

    async def last_year(bot: Bot) -> None:
        await night(bot)
        assert count(bot, "checkin") == 1 and count(bot, "checkin_version") == 1

    async def over(bot: Bot) -> None:
        assert (await night(bot))["checkins"] == 1
        for table in ("checkin", "checkin_version", "file", "inbox", "place", "album"):
            assert count(bot, table) == 0, table
        assert not any(path.is_file() for path in folder.rglob("*"))
        with bot.read() as db:
            at = units.find(db, "三(2)中队", ["/"])
            events = sum(digests.weekly(db, unit, WEEK).events for unit in at)
        assert events == 1, "the sums of the week stay"

    # Of the school year 2025/26: kept in 2026/27 and 2027/28.
    scenes = (
        (START, report),
        (START + timedelta(hours=20), next_day),
        (day(2028, 8, 31), last_year),
        (day(2028, 9), over),
    )
    play(tmp_path, *scenes)


def test_traffic_goes_after_half_a_year_and_failed_words_after_a_month(tmp_path: Path) -> None:
    async def talk(bot: Bot) -> None:
        await bot.say("张老师", "帮助")
        await bot.say("张老师", "三(2)中队 主题队日 38人")
        await bot.say("李老师", "邀请 中队辅导员 三(1)中队")

        def fail(turn: Turn) -> None:
            row = {"channel": "practice", "batch": "", "chat": "c", "sender": "s", "received_at": turn.now}
            for number, state in enumerate(("failed", "unreadable")):
                sealed = {"payload": turn.vault.seal("王小明"), "error": turn.vault.seal("x")}
                turn.db.execute(insert(inbox).values(**row, message_id=f"f{number}", state=state, **sealed))

        await bot.app.pipeline.do(fail)

    async def next_month(bot: Bot) -> None:
        assert (await night(bot))["failed_messages"] == 2
        with bot.read() as db:
            assert db.scalars(select(inbox.c.payload).where(inbox.c.state == "expired")).all() == [None, None]

    async def half_a_year(bot: Bot) -> None:
        gone = await night(bot)
        assert gone["letters"] >= 3 and gone["messages"] >= 4 and gone["invites"] == 1 and gone["reminders"] >= 1
        with bot.read() as db:
            assert db.scalar(select(func.count()).select_from(inbox)) == 1, "only that of the check-in"
        assert count(bot, "invite") == 0 and count(bot, "outbox WHERE due_at < '2026-05-01'") == 0

    play(tmp_path, (START, talk), (day(2026, 5), next_month), (day(2026, 11, 20), half_a_year))


def test_former_people_and_settled_records_go_after_three_years(tmp_path: Path) -> None:
    async def leave(bot: Bot) -> None:
        await bot.say("刘校长", "家长申请 更正 三(2)中队 王小明 改为 王晓明")
        await bot.say("刘校长", "结案 G20260403-01 不是监护人")
        await bot.say("张老师", "泄露 手机丢了")
        for step in range(1, 7):
            await bot.say("刘校长", f"泄露 X20260403-01 完成 {step}")
        await bot.say("刘校长", "泄露 X20260403-01 结案")
        await bot.say("李老师", "免去 张老师 中队辅导员 三(2)中队")

    async def three_years(bot: Bot) -> None:
        gone = await night(bot)
        assert gone["people"] == 1 and gone["records"] == 2
        with bot.read() as db:
            assert people.named(db, "张老师") == [] and len(people.named(db, GONE)) == 1
            assert people.by_addresses(db, "practice", ["张老师"], bot.clock.now()) == {}
        assert count(bot, "incident WHERE what IS NOT NULL") == 0
        assert count(bot, "guardian_request WHERE wish IS NOT NULL OR outcome IS NOT NULL") == 0

    async def two_years(bot: Bot) -> None:
        await night(bot)
        with bot.read() as db:
            assert len(people.named(db, "张老师")) == 1
        assert count(bot, "incident WHERE what IS NOT NULL") == 1

    play(tmp_path, (START, leave), (day(2028, 5), two_years), (day(2029, 5), three_years))


def test_the_audit_log_of_a_year_is_closed_by_itself(tmp_path: Path) -> None:
    async def refused(bot: Bot) -> None:
        await bot.say("张老师", "催办")

    async def later(bot: Bot) -> None:
        await night(bot)
        with bot.read() as db:
            assert [row.deed for row in audit.entries(db, Wanted(until=day(2027, 1, 1)), 9)] == []
            assert {each.year for each in audit_years.anchors(db)} == {2026}
            assert audit_check.check(db).broken is None

    play(tmp_path, (START, refused), (day(2030, 1, 2), later))


def test_every_table_has_its_time() -> None:
    """A new table has to be thought of: here, in `retention` and in docs/privacy.md."""
    kept = {
        # As long as there is the thing itself, and without an end of its own.
        "unit", "person", "account", "role_grant", "group_chat", "moved_chat", "fact", "lease", "rollup", "digest",
        "school_rollup",
        "access_token", "unit_past", "tally", "holding", "appointment", "catalogue_version", "unit_group",
        "child_badge",
        "medal_quota", "medal_revocation", "special_badge",
        # Purged elsewhere, within days: bot/ticker.py, storage/invites.py; the practice page.
        "dialogue", "card", "album", "sent_file", "wrong_code", "daily_count", "screen",
        "card_code", "link_code", "page_link", "roster_batch", "staged",
        # Here.
        "inbox", "outbox", "delivery", "invite", "checkin", "checkin_version", "place", "file", "child", "child_note",
        "consent",
        "nomination", "nomination_step", "guardian_request", "incident", "incident_step", "audit", "audit_anchor",
        "event", "participation", "campaign", "report", "report_step", "exemption",
        "row_case", "row_case_step", "wish", "preparation", "own_date", "school_day", "form",
    }  # fmt: skip
    assert {table.name for table in metadata.sorted_tables} == kept
    said = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert [name for name in sorted(kept) if f"`{name}`" not in said] == []
