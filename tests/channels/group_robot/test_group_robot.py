"""Group robots of WeCom: which group is whose, Monday's digest, lists on demand, the platform's limits and refusals."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels import Failure, Outgoing, SendError
from bot.channels.group_robot.binding import NAME, chat_of
from bot.channels.group_robot.channel import GroupRobots
from bot.logs import _Redacting
from storage.organisation import units
from storage.organisation.units import Kind
from storage.tables import group_chat, outbox
from tests.support.platforms.fake_group_robot import FakeGroupRobots
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.platforms.telegram_stage import LI, WANG, ZHANG, Stage, running
from tests.support.stage import ZONE
from tests.support.waiting import happens

pytestmark = pytest.mark.both
SCHOOL, COUNTY = "key-of-the-school", "key-of-the-county"
SENDING = "正在发到 1 个群：实验小学（企业微信群）。两分钟后告诉您收到了几个。"
MONDAY = datetime(2026, 4, 6, 8, 0, tzinfo=ZONE)
WEBHOOKS = f"青禾区少工委/实验小学={SCHOOL}; 青禾区少工委={COUNTY}"
CHECKIN = "三(2)中队 主题队日 应到42实到40 清明祭英烈"


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def robots() -> Iterator[FakeGroupRobots]:
    with FakeGroupRobots(SCHOOL, COUNTY) as fake:
        yield fake


Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path, telegram: FakeTelegram, robots: FakeGroupRobots) -> Play:
    def played(talk: Callable[[Stage], Awaitable[None]], webhooks: str = WEBHOOKS, fill: bool = True) -> None:
        async def run() -> None:
            telegram.sent.clear()
            given = {"wecom_group_webhooks": webhooks, "wecom_api_url": robots.url}
            async with running(tmp_path, telegram, fill, **given) as stage, bound(stage):
                await talk(stage)

        asyncio.run(run())

    return played


def channel(stage: Stage) -> GroupRobots:
    found = stage.app.channels[NAME]
    assert isinstance(found, GroupRobots)
    return found


@asynccontextmanager
async def bound(stage: Stage) -> AsyncIterator[None]:
    """The groups are bound, as they are a moment after the start."""
    listening = asyncio.create_task(channel(stage).listen())
    await happens(lambda: groups(stage) or channel(stage).state()["trouble"])
    yield
    await channel(stage).stop()
    await listening


def groups(stage: Stage) -> dict[str, tuple[int, int | None]]:
    query = select(group_chat.c.chat, group_chat.c.unit_id, group_chat.c.bound_by)
    return {chat: (unit_id, by) for chat, unit_id, by in stage.query(query.where(group_chat.c.channel == NAME))}


def letters(stage: Stage) -> list[tuple[str, str]]:
    query = select(outbox.c.state, outbox.c.error).where(outbox.c.channel == NAME).order_by(outbox.c.id)
    return [tuple(row) for row in stage.query(query)]


# --- whose group it is --------------------------------------------------------------------------------------


@pytest.mark.sqlite("searches the bytes of the file")
def test_each_key_is_bound_to_its_unit_and_stored_nowhere(play: Play, tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        unit_ids = {unit_id for unit_id, by in groups(stage).values() if by is None}
        assert unit_ids == {stage.school.id, stage.school.parent_id}
        assert set(groups(stage)) == {chat_of(SCHOOL), chat_of(COUNTY)}

    play(talk)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("bot.db*"))
    assert chat_of(SCHOOL).encode() in stored
    assert SCHOOL.encode() not in stored and COUNTY.encode() not in stored


def test_what_is_no_longer_in_the_settings_is_let_go(play: Play) -> None:
    async def both(stage: Stage) -> None:
        assert len(groups(stage)) == 2

    async def one(stage: Stage) -> None:
        await happens(lambda: set(groups(stage)) == {chat_of(COUNTY)})

    play(both)
    play(one, f"青禾区少工委={COUNTY}", fill=False)


def test_a_path_that_leads_nowhere_is_said(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        assert groups(stage) == {}
        assert "没有的小学" in channel(stage).state()["trouble"]
        assert "没有（或不止一个）单位叫 青禾区少工委/没有的小学" in caplog.text
        # Once there is such a unit its group is bound, without a restart.
        with stage.app.engine.database.write.begin() as db:
            county = units.by_id(db, stage.school.parent_id or 0)
            units.add(db, Kind.SCHOOL, "没有的小学", county)
            units.changed(db, stage.now)
        await stage.app.pipeline.do(channel(stage)._binding.bind)
        assert set(groups(stage)) == {chat_of(SCHOOL)}

    play(talk, f"青禾区少工委/没有的小学={SCHOOL}")


# --- what the groups get ------------------------------------------------------------------------------------


def test_monday_s_digest_is_put_into_the_groups_once(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        await stage.say(ZHANG, "提名 三(2)中队 7号 一星章 家长已书面同意3月1日")
        Stage.now = MONDAY
        for _ in range(3):
            await stage.later(seconds=5)
        (school,), (county,) = robots.texts(SCHOOL), robots.texts(COUNTY)
        assert school.startswith("实验小学第14周：1 场活动，1/2 个中队签到（50.0%），40 人次")
        assert county.startswith("青禾区少工委第14周：1 场活动") and "7号" not in school + county

    play(talk)


def test_a_list_is_pushed_when_an_admin_says_so(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        assert "您目前不能用" in (await stage.say(ZHANG, "推送 周报"))[0]
        assert await stage.say(LI, "推送 未签到") == [SENDING]
        assert robots.texts(SCHOOL) == ["本周还有 1 个中队没签到（共 2 个）：\n三(1)中队"]
        assert robots.texts(COUNTY) == []
        assert await stage.say(LI, "推送 周报 图") == [SENDING]
        assert (await stage.say(LI, "推送周报 表 上级检查"))[0] == SENDING
        kinds = [(kind, content) for key, kind, content in robots.said if key == SCHOOL]
        assert [kind for kind, _ in kinds] == ["markdown", "markdown", "image", "markdown", "file"]
        assert kinds[2][1].startswith(b"\x89PNG")
        name, content = kinds[4][1]
        assert name == "周报-实验小学-2026年3月30日至4月5日.xlsx" and content.startswith(b"PK")

    play(talk)


def test_whoever_pushes_hears_how_many_have_it(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "推送 周报 上周 全部")
        await stage.later(seconds=125)
        assert stage.fake.texts(WANG)[-1] == "刚才推送的，2 个群都收到了。"
        robots.faults.append("93000")
        await stage.say(WANG, "推送 周报 上周 全部")
        await stage.later(seconds=125)
        assert stage.fake.texts(WANG)[-1].startswith("刚才推送的，2 个群里 1 个收到了。\n没有发进去：")

    play(talk)


def test_whoever_has_several_groups_is_asked_which(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        (said,) = await stage.say(WANG, "推送 周报")
        assert said == "您负责的单位里，青禾区少工委、实验小学有群。发到哪个？"
        assert await stage.press(WANG, "实验小学") == [SENDING]
        assert robots.texts(SCHOOL)[-1].startswith("实验小学第14周")
        assert (await stage.say(WANG, "推送 周报 上周 全部"))[0].startswith("正在发到 2 个群")
        assert robots.texts(COUNTY)[-1].startswith("青禾区少工委第13周")
        assert "没有「三(9)」" in (await stage.say(WANG, "推送 周报 三(9)"))[0]
        assert "还没有群" in (await stage.say(LI, "推送 周报 三(1)"))[0]
        assert "请写明推送什么" in (await stage.say(LI, "推送"))[0]

    play(talk)


# --- limits and refusals --------------------------------------------------------------------------------------


def outgoing(text: str, number: int = 1, key: str = SCHOOL, file: tuple[str, bytes] | None = None) -> Outgoing:
    return Outgoing(number, chat_of(key), text, file=file)


def test_more_than_twenty_a_minute_wait(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        for number in range(20):
            await channel(stage).send(outgoing(f"第 {number} 条", number))
        with pytest.raises(SendError) as held:
            await channel(stage).send(outgoing("太多了", 20))
        assert 50 < held.value.retry_after <= 60 and not held.value.permanent and len(robots.said) == 20
        await channel(stage).send(outgoing("另一个群", 21, COUNTY))

    play(talk)


def test_a_long_list_goes_on_where_it_stopped(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        lines = [f"第{number:03}行 三(2)中队" for number in range(400)]
        robots.faults.extend(["", "html"])
        with pytest.raises(SendError) as lost:
            await channel(stage).send(outgoing("\n".join(lines)))
        assert lost.value.kind is Failure.UNCERTAIN and len(robots.texts(SCHOOL)) == 1
        await channel(stage).send(outgoing("\n".join(lines)))
        assert "\n".join(robots.texts(SCHOOL)).splitlines() == lines

    play(talk)


@pytest.mark.parametrize(("fault", "state", "reachable"), [("93000", "dead", False), ("93004", "dead", False),
                                                            ("45009", "new", True), ("-1", "new", True)])  # fmt: skip
def test_refusals(play: Play, robots: FakeGroupRobots, fault: str, state: str, reachable: bool) -> None:
    async def talk(stage: Stage) -> None:
        robots.faults.append(fault)
        await stage.say(LI, "推送 未签到")
        ((found, error),) = letters(stage)
        assert found == state and fault in error and SCHOOL not in error
        alive = stage.query(select(group_chat.c.reachable).where(group_chat.c.chat == chat_of(SCHOOL)))
        assert alive == [(reachable,)]
        await stage.send()
        told = [text for text in stage.fake.texts(LI) if "群机器人发不出消息了" in text]
        assert len(told) == (not reachable)
        if not reachable:
            assert "现在发不进去" in (await stage.say(LI, "推送 未签到"))[0]
            # After a restart it is tried again: the operator has put it right.
            await stage.app.pipeline.do(channel(stage)._binding.bind)
            assert (await stage.say(LI, "推送 未签到"))[0].startswith("正在发到 1 个群")

    play(talk)


def test_a_lost_answer_is_tried_until_it_is_heard_of(play: Play, robots: FakeGroupRobots) -> None:
    async def talk(stage: Stage) -> None:
        robots.faults.extend(["lost", "lost"])
        await stage.say(LI, "推送 未签到")
        for _ in range(10):
            await stage.later(seconds=30)
        assert [state for state, _ in letters(stage)] == ["uncertain"] and len(robots.texts(SCHOOL)) == 3

    play(talk)


def test_no_error_and_no_log_line_holds_the_key(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(stage: Stage) -> None:
        api = channel(stage)._api
        api._base = "http://127.0.0.1:1/webhook"
        with pytest.raises(SendError) as nobody:
            await channel(stage).send(outgoing("有人吗"))
        assert nobody.value.kind is Failure.AWAY and SCHOOL not in repr(nobody.value) + str(nobody.value.__cause__)
        with caplog.at_level(logging.DEBUG):
            await stage.say(LI, "推送 未签到")
        formatter = _Redacting(logging.Formatter(), stage.app.settings.secrets)
        assert all(SCHOOL not in formatter.format(record) for record in caplog.records)

    play(talk)
