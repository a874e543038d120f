"""Cases: whoever says what in whatever order, no state is reached but by a step of the row, and each is in the log."""

import asyncio
import base64
import random
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter
from sqlalchemy import Connection, func, select

from bot.practice.channel import decode
from handlers.catalogue import catalogue, chain, loader
from handlers.catalogue.model import Row
from handlers.general.exports import WHY
from handlers.programmes.cases.case_rights import ABOVE, LEVELS, OWN
from handlers.wording import days
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.programmes import cases
from storage.programmes.cases import Case, CaseStep
from storage.retention.reports import old_cases
from storage.tables import audit, row_case, row_case_step
from tests.checkins.test_photos import fetcher
from tests.programmes.test_coverage import NOW
from tests.support.stage import Bot, running
from tests.support.talk import PHOTO

ROWS = {row.key: row for row in catalogue.shipped() if row.shape == "case" and not row.is_medal}
OPENERS = {
    "dudao": "方老师", "keti": "刘校长", "zhidu": "王主任", "dianke": "魏站长", "shijia": "魏站长",
    "youxiu_fudaoyuan": "李老师", "chuangjian": "陶老师", "biaoyang": "李老师", "liangnian": "李老师",
    "dushu_liuxiang": "李老师",
}  # fmt: skip
PEOPLE = ("方老师", "刘校长", "李老师", "王主任", "林老师", "魏站长", "戚主任", "陶老师", "罗主任", "贺主任", "张老师")
DECIDERS = {
    "上级": ("王主任", "罗主任"), "县": ("王主任", "林老师"), "市": ("罗主任",), "省": ("贺主任",), "学校": ("刘校长",),
    "关工委": ("戚主任",), "教办": ("戚主任",), "街道": ("戚主任",), "协作组": ("谢组长",),
}  # fmt: skip
# What is no step of a row, and to which state it leads; None: to any.
BESIDE = {"立": None, "更正": None, "撤回": chain.WITHDRAWN, "恢复": None}


@pytest.mark.both
def test_no_state_is_reached_but_by_a_step_and_each_is_audited(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            chance = random.Random(4)
            await _submit(bot, [(who, ROWS[key].example) for key, who in OPENERS.items()])
            numbers = _numbers(bot)
            assert len(numbers) == len(OPENERS)
            for _ in range(9):
                await _submit(bot, [_order(bot, chance, *each) for each in numbers.items()])
            _check(bot)

    asyncio.run(play())


async def _submit(bot: Bot, said: list[tuple[str, str]]) -> None:
    for who, text in said:
        message = decode(bot.body(who, text), bot.clock.now(), bot.channel.spool)
        assert (await bot.app.pipeline.submit(message)).state == "done"


def _order(bot: Bot, chance: random.Random, number: str, key: str) -> tuple[str, str]:
    """Mostly what is possible in its state, by whoever may, sometimes any word by anybody."""
    with bot.read() as db:
        one = cases.by_number(db, number)
    step = chance.choice([*chain.steps_at(ROWS[key], one.state if one else ""), None])
    if step is None or chance.random() < 0.2:
        word = chance.choice([*chain.actions(ROWS[key]), "更正", "撤回", "恢复", "销号"])
        return chance.choice(PEOPLE), f"{word} {number} 请补充材料"
    return chance.choice(DECIDERS.get(step.by, (OPENERS[key], "刘校长", "林老师"))), f"{step.action} {number} 材料不全"


def _numbers(bot: Bot) -> dict[str, str]:
    with bot.read() as db:
        return dict(db.execute(select(row_case.c.number, row_case.c.row)).all())


def _check(bot: Bot) -> None:
    moved = 0
    with bot.read() as db:
        for number, key in _numbers(bot).items():
            one = cases.by_number(db, number)
            assert one is not None
            done = cases.steps(db, one.id)
            _lawful(ROWS[key], one.person_id, done)
            assert one.state == done[-1].state and (one.closed_at is not None) == chain.is_closed(ROWS[key], one.state)
            logged = select(func.count()).where(audit.c.subject == f"case:{number}", audit.c.deed.like("case-%"))
            assert db.scalar(logged) == len(done)
            moved += len(done) - 1
        assert db.scalar(select(func.count()).select_from(row_case_step)) == moved + len(OPENERS)
    assert moved > 20


def _lawful(row: Row, opener: int, done: list[CaseStep]) -> None:
    assert done[0].action == cases.OPENED and done[0].state == chain.first(row)
    for before, step in zip(done, done[1:], strict=False):
        assert step.before["state"] == before.state
        if not step.level:
            wanted = BESIDE.get(step.action, step.state if step.action.endswith("一级略过") else "no such step")
            assert wanted in (None, step.state), step
            continue
        told = (before.state, step.action, step.state, step.level)
        lines = [each for each in row.chain if (each.state, each.action, each.to, each.by) == told]
        assert lines, told
        assert opener != step.person_id or any(each.self_approval for each in lines)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.key)
def test_every_state_leads_on_or_is_an_end_and_every_level_is_known(row: Row) -> None:
    ends = {each.to for each in row.chain} - {each.state for each in row.chain}
    assert ends and ends <= chain.FAILED | {"已销号", "结题", "印发", "已上", "presented"}
    assert {each.by for each in row.chain} <= {OWN, ABOVE, *LEVELS}
    assert row.example and any(row.example.startswith(word) for word in (row.name, *row.words))


@pytest.mark.parametrize(
    ("ran", "last"),
    [
        # Golden case G17: five working days from 22 September 2023 (a Friday) end on 28 September.
        ([(22, None)], "2023-09-28"),
        ([(23, None)], "2023-10-07"),
        # Objected to on Monday, settled on Wednesday: one day had run.
        ([(22, 25), (27, None)], "2023-10-08"),
        ([(22, 22), (22, None)], "2023-09-28"),
        ([(20, 22), (25, 25), (26, None)], "2023-09-28"),
    ],
)
def test_the_notice_counts_its_own_day_and_an_objection_stops_the_clock(
    ran: list[tuple[int, int | None]], last: str
) -> None:
    days = [(date(2023, 9, first), stopped and date(2023, 9, stopped)) for first, stopped in ran]
    assert chain.notice_ends(5, loader.shipped().workdays, days).isoformat() == last


@pytest.mark.parametrize(
    ("said", "day", "rest"),
    [
        ("12月10日前整改", "2026-12-10", "前整改"), ("2027-05-01", "2027-05-01", ""), ("明天", "2026-04-04", ""),
        ("下周五前", "2026-04-10", "前"), ("本周日", "2026-04-05", ""), ("10天内", "2026-04-13", ""),
        ("两周内", "2026-04-17", ""), ("三个月内", "2026-07-03", ""), ("本月底", "2026-04-30", ""),
        ("下月底", "2026-05-31", ""), ("6月底", "2026-06-30", ""), ("3月", "2027-03-31", ""),
        ("明年6月1日", "2027-06-01", ""), ("2027年2月", "2027-02-28", ""), ("年底", "2026-12-31", ""),
        ("学期末", "2026-08-31", ""), ("队室没有队旗", "None", "队室没有队旗"), ("1月2日", "2027-01-02", ""),
    ],
)  # fmt: skip
def test_the_day_by_which_something_is_to_be_done(said: str, day: str, rest: str) -> None:
    assert (str(days.last_day_in(said, date(2026, 4, 3))[0]), days.last_day_in(said, date(2026, 4, 3))[1]) == (
        day,
        rest,
    )


def test_a_reviewer_opens_the_photo_and_nobody_else(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            await bot.say("方老师", "督导 实验小学 队室没有队旗 12月10日前整改")
            (number,) = _numbers(bot)
            await bot.say("刘校长", f"整改 {number}")
            photo = {"name": "a.jpg", "type": "image/jpeg", "data": base64.b64encode(PHOTO.read_bytes()).decode()}
            await bot.hear(bot.body("刘校长", "", file=photo))
            assert "还没有能看的照片" in (await bot.say("王主任", f"照片 {number}"))[-1]
            await fetcher(bot, bot.app.engine.settings.files).once()
            bot.new("王主任")
            assert (await bot.say("王主任", f"照片 {number}")) == [WHY.asks]
            assert "第 1 个，共 1 个" in (await bot.say("王主任", "上级检查"))[0]
            (sent,) = (bot.channel.folder / "sent").iterdir()
            assert sent.read_bytes().startswith(b"\xff\xd8\xff")
            assert (await bot.say("马老师", f"照片 {number}"))[0].startswith(f"没有找到事项 {number}")

    asyncio.run(play())


def test_the_document_of_a_report_is_opened_by_whoever_takes_it(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            plan = PdfWriter()
            plan.add_blank_page(width=200, height=200)
            plan.write(data := BytesIO())
            pdf = {"name": "方案.pdf", "type": "application/pdf", "data": base64.b64encode(data.getvalue()).decode()}
            await bot.hear(bot.body("魏站长", "月方案 已交", file=pdf))
            (told,) = bot.new("魏站长")
            assert "1 个附件已附上" in told["text"]
            assert "还没有能看的照片" in (await bot.say("王主任", "附件 R1"))[-1]
            await fetcher(bot, bot.app.engine.settings.files).once()
            assert (await bot.say("王主任", "附件 R1")) == [WHY.asks]
            assert "第 1 个，共 1 个" in (await bot.say("王主任", "上级检查"))[0]
            (sent,) = (bot.channel.folder / "sent").iterdir()
            assert sent.read_bytes().startswith(b"%PDF-")

    asyncio.run(play())


def test_more_than_the_places_are_put_forward_but_not_decided(tmp_path: Path) -> None:
    """Golden case G7: of fifteen kinds with ten places the eleventh in a kind is one too many."""

    async def play() -> None:
        async with running(tmp_path) as bot:
            names = [f"王{first}{last}" for first in "建国志军" for last in "华强勇"][:11]
            said = [await bot.say("魏站长", f"十佳 老教师 {name} 二十年") for name in names]
            numbers = list(_numbers(bot))
            assert ["超额" in each[0] for each in said] == [False] * 10 + [True] and len(numbers) == 11
            bot.new("戚主任")
            told = [(await bot.say("戚主任", f"同意 {number}"))[0] for number in numbers]
            assert [each.startswith("已同意") for each in told] == [True] * 10 + [False]
            assert "老教师 已满 10/10，可以换一类，可以退回，或者选一个理由破例" in told[-1]
            assert (await bot.say("戚主任", f"同意 {numbers[-1]} 破例 因为很好"))[0].count("已满 10/10")
            assert (await bot.say("戚主任", f"同意 {numbers[-1]} 破例 名额另行调剂"))[0].startswith("已同意")
            # Another kind that has places, by who decides or who opened it; of what is decided nobody.
            await bot.say("魏站长", "十佳 老教师 陈志远 三十年")
            last = f"{numbers[-1][:-2]}12"
            offered = (await bot.say("戚主任", f"办 {last} 换一类"))[-1]
            assert "空位：老干部 10 个、老模范 10 个" in offered and "社区关工委" not in offered
            moved = (await bot.say("魏站长", f"办 {last} 换一类 老干部"))[-1]
            assert moved == f"已换一类：老教师 → {last} 瑞景辅导站 十佳 老干部 陈志远，初审通过：三十年"
            assert (await bot.say("戚主任", f"办 {last} 换一类 老模范"))[-1].startswith("已换一类：老干部 → ")
            assert (await bot.say("戚主任", f"同意 {last}"))[-1].startswith("已同意")
            assert "已经有人审过，没有改" in (await bot.say("魏站长", f"办 {last} 换一类 老干部"))[-1]
            seen = (await bot.say("王主任", "看 十佳"))[0]
            assert "已报 12/150 位，超额 1 类" in seen

    asyncio.run(play())


@pytest.mark.both
def test_names_go_after_a_year_and_everything_after_three_school_years(county_database: Connection) -> None:
    db = county_database
    with db.begin() as transaction:
        unit = units.add(db, Kind.CARE, "关工委")
        person_id = people.add(db, "测试", NOW)
        new = Case("shijia", unit.id, "老教师", True, {}, None, "2026", "submitted", b"name", b"words", "v")

        def decided(years: int, to: str) -> Case:
            then = NOW - timedelta(days=365 * years + 1)
            one = cases.add(db, new, person_id, then)
            assert cases.move(db, one, CaseStep(person_id, "退回", to, "街道", None, then), to == "returned")
            return one

        old, late, open_one, fresh = (
            decided(4, "returned"), decided(1, "returned"), decided(1, "ok_1"), decided(0, "returned"),
        )  # fmt: skip
        # Of two at the same moment the second is told.
        step = CaseStep(person_id, "同意", "ok_1", "街道", None, NOW)
        assert not cases.move(db, fresh, step, False)
        assert old_cases(db, NOW, 10) == 2 and old_cases(db, NOW, 10) == 0
        assert cases.by_number(db, old.number) is None and cases.steps(db, old.id) == []
        kept = [cases.by_id(db, each.id) for each in (late, open_one, fresh)]
        assert [each and each.name for each in kept] == [None, b"name", b"name"]
        transaction.rollback()
