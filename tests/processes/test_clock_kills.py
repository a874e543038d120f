"""A machine's clock is set and the bot killed while reminders go out (libfaketime): what each recipient then has."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduling import periods
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.people.people import Role
from storage.reminders import deliveries
from storage.tables import outbox
from tests.channels.telegram.test_process import Bot
from tests.processes.test_wrong_clock import LIBRARY, Machine, serving
from tests.support.databases import POSTGRESQL
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.process import Serving
from tests.support.waiting import until

pytestmark = [
    pytest.mark.both,
    pytest.mark.skipif(LIBRARY is None or POSTGRESQL, reason="needs libfaketime, and one clock for all"),
]
HOUR = timedelta(hours=1)
DOUBTED = "机器说是"
# More than are said in one tick.
TEACHERS = range(100, 132)


class Waves(Bot):
    """A school whose teachers are counselors of several squads, and hear of them one by one."""

    def __init__(self, folder: Path, telegram: FakeTelegram) -> None:
        super().__init__(folder, telegram)
        now = self.engine.now()
        with self.engine.database.write.begin() as db:
            school = units.add(db, Kind.SCHOOL, "育红小学")
            self.squads = [units.add(db, Kind.SQUAD, f"四({n})中队", school, grade=4, class_no=n) for n in (1, 2)]
            self.teachers = [people.add(db, f"老师{user}", now) for user in TEACHERS]
            for user, id in zip(TEACHERS, self.teachers, strict=True):
                people.link(db, id, "telegram", str(user))
                for squad in self.squads:
                    people.give(db, id, Role.COUNSELOR, squad, now)

    @property
    def environment(self) -> dict[str, str]:
        """It is noon, whenever this is run."""
        east = (12 - datetime.now(UTC).hour + 12) % 24 - 12
        return {**super().environment, "TIMEZONE": f"Etc/GMT{-east:+d}"}

    def remind(self, squad: Unit) -> None:
        """As 催办 does."""
        now = self.engine.now()
        week = periods.week_of(now.date())
        row = {
            "occurrence": f"nudge:{week}:{squad.id}", "lead": 0, "kind": "nudge", "day": now.date(), "due_at": now,
            "payload": {"week": week, "unit_id": squad.id},
        }  # fmt: skip
        with self.engine.database.write.begin() as db:
            assert deliveries.put(db, [{**row, "person_id": id} for id in self.teachers]) == len(TEACHERS)

    def heard(self, squad: Unit) -> Counter[str]:
        """Who has it, and how often."""
        letters = self.telegram.sent[:]
        return Counter(sent["chat_id"] for sent in letters if squad.name in sent.get("text", ""))

    def in_flight(self) -> set[str]:
        with self.engine.database.read.connect() as db:
            return set(db.scalars(select(outbox.c.chat).where(outbox.c.state == "claimed")))


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Waves]:
    with FakeTelegram(dated=True) as telegram:
        made = Waves(tmp_path, telegram)
        yield made
        made.engine.database.close()


def test_nothing_is_lost_and_nothing_twice_but_what_was_in_flight(bot: Waves, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    first, second = bot.squads
    with serving(bot, machine) as one:
        kill_in_a_wave(bot, one, first, lambda: machine.set(24 * HOUR))
    flying = bot.in_flight()
    machine.set(-24 * HOUR)
    with serving(bot, machine) as one:
        set_right(one, machine)
        assert_heard_once(bot, first, flying)
        kill_in_a_wave(bot, one, second, lambda: machine.set(-8 * HOUR))
    flying = bot.in_flight()
    machine.set(8 * HOUR)
    with serving(bot, machine) as one:
        set_right(one, machine)
        assert_heard_once(bot, second, flying)
        one.stop()
    assert len(bot.heard(first)) == len(bot.heard(second)) == len(TEACHERS)


def kill_in_a_wave(bot: Waves, one: Serving, squad: Unit, step: Callable[[], None]) -> None:
    """The clock is set while they go out, and some more go out after that."""
    bot.remind(squad)
    until(lambda: len(bot.heard(squad)) >= 3)
    step()
    until(lambda: len(bot.heard(squad)) >= 8)
    one.stop(signal.SIGKILL)
    assert len(bot.heard(squad)) < len(TEACHERS)


def set_right(one: Serving, machine: Machine) -> None:
    """The process sees that the time is wrong; then somebody sets it."""
    told = one.log.read_text().count(DOUBTED)
    until(lambda: one.log.read_text().count(DOUBTED) > told)
    machine.set(timedelta())


def assert_heard_once(bot: Waves, squad: Unit, flying: set[str]) -> None:
    """Everybody, and twice at most where it was not known whether it had arrived."""
    until(lambda: len(bot.heard(squad)) == len(TEACHERS))
    times = bot.heard(squad)
    assert {chat for chat, count in times.items() if count > 1} <= flying and max(times.values()) <= 2
