"""After a rest those who may have written meanwhile are asked to send it again: who, when, and who is left in peace."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.jobs.absence import WORDS, Absence
from bot.jobs.clock_guard import LAST
from bot.settings import Settings
from storage.base import key_values
from storage.messages import chats
from storage.organisation import units
from storage.tables import account, inbox, outbox, unit
from tests.reminders.test_wrong_clock import Machine
from tests.support.stage import START, running

pytestmark = pytest.mark.both
WECOM = {
    "wecom_corp_id": "ww1", "wecom_agent_id": "1", "wecom_secret": "made-up", "wecom_token": "made-up-token",
    "wecom_aes_key": "a" * 43,
}  # fmt: skip
ROBOT = {"wecom_robot_id": "r", "wecom_robot_secret": "made-up"}
TELEGRAM = {"telegram_token": "1:made-up"}
NAMES = {"wecom": WECOM, "wecom_robot": ROBOT, "telegram": TELEGRAM}
MINUTES, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT, MORNING = START.replace(hour=23), START.replace(day=4, hour=9)
# What is configured, when it stopped, when it began again; who is told.
CASES = {
    "a quarter of an hour": ("wecom", START, START + 15 * MINUTES, ["张老师"]),
    "a restart": ("wecom", START, START + 2 * MINUTES, []),
    "the robot's groups too": ("wecom_robot", START, START + 15 * MINUTES, ["a group", "张老师"]),
    "Telegram keeps it": ("telegram", START, START + 20 * HOUR, []),
    "not for ever": ("telegram", START, START + 25 * HOUR, ["a group", "张老师"]),
    "at night": ("wecom", NIGHT, START.replace(day=4, hour=5), []),
    "from night on": ("wecom", NIGHT, MORNING, ["张老师"]),
    "a clock that is behind": ("wecom", START + 2 * HOUR, START, []),
    "nobody for months": ("wecom", START + timedelta(days=90), START + timedelta(days=91), []),
}


@pytest.mark.parametrize("case", CASES)
def test_who_may_have_written_is_asked_to_send_it_again(tmp_path: Path, case: str) -> None:
    channel, since, until, concerned = CASES[case]
    assert asyncio.run(told(tmp_path, channel, since, until)) == concerned


async def told(folder: Path, channel: str, since: datetime, until: datetime) -> list[str]:
    """Whom a bot that was away in between writes to; of the people only 张老师 has written before, and a stranger."""
    machine = Machine(until)
    async with running(folder, clock=machine.clock) as bot:
        settings = Settings(_env_file=None, data_dir=folder, **NAMES[channel])  # type: ignore[arg-type]
        absence = Absence(settings, bot.app.ticker.calendar, machine.clock)
        with bot.app.engine.database.write.begin() as db:
            row = {"batch": "", "received_at": START - HOUR, "state": "done"}
            said = [{"channel": channel, "message_id": who, "chat": who, "sender": who} for who in ("张老师", "谁")]
            db.execute(insert(inbox), [{**row, **each} for each in said])
            db.execute(update(account).values(channel=channel))
            key_values.put(db, "channels", channel, since)
            key_values.put(db, LAST, since.isoformat(), since)
            school = units.by_id(db, db.scalar(select(unit.c.id).where(unit.c.name == "实验小学(演示)")) or 0)
            if channel != "wecom":
                chats.bind(db, chats.Group(channel, "a group", "", school.id, 1, True, "2026-W01"), START)
        await bot.app.pipeline.do(absence.guard.look)
        # It takes a moment until a platform has said what time it is.
        machine.on(timedelta(seconds=20))
        for _ in range(2):
            await bot.app.pipeline.do(lambda turn: absence.step(turn))
        with bot.read() as db:
            letters = db.execute(select(outbox.c.chat, outbox.c.body).where(outbox.c.lane == "notice")).all()
        for _, body in letters:
            text = bot.app.engine.vault.open(body)["text"]
            assert text == WORDS.format(since=_moment(since), until=_moment(until))
        return sorted(chat for chat, _ in letters)


def _moment(at: datetime) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def test_at_night_it_waits_for_the_morning_even_over_a_restart(tmp_path: Path) -> None:
    async def run(machine: Machine) -> int:
        async with running(tmp_path, clock=machine.clock) as bot:
            settings = Settings(_env_file=None, data_dir=tmp_path, **WECOM)  # type: ignore[arg-type]
            absence = Absence(settings, bot.app.ticker.calendar, machine.clock)
            with bot.app.engine.database.write.begin() as db:
                row = {"channel": "wecom", "batch": "", "received_at": START, "state": "done"}
                if machine.at < MORNING:
                    db.execute(insert(inbox), [{**row, "message_id": "m", "chat": "张老师", "sender": "张老师"}])
                    db.execute(update(account).values(channel="wecom"))
                    key_values.put(db, LAST, START.isoformat(), START)
                key_values.put(db, "channels", "wecom", START)
            await bot.app.pipeline.do(absence.guard.look)
            await bot.app.pipeline.do(lambda turn: absence.step(turn))
            with bot.read() as db:
                return len(db.execute(select(outbox.c.id).where(outbox.c.lane == "notice")).all())

    async def both() -> list[int]:
        return [await run(Machine(NIGHT)), await run(Machine(MORNING))]

    assert asyncio.run(both()) == [0, 1]
