"""Kill -9 against the bot on the robot, beside a server that delivers again what was not answered.

`make faults` runs it; `besiege` is one round with a fresh database.
"""

import asyncio
import random
from pathlib import Path

from tests.bench.load import FIRST_USER, said
from tests.faults import siege
from tests.faults.ledger import Ledger
from tests.faults.siege import Siege
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import ROBOT, SECRET, Frame
from tests.support.platforms.robot_stage import words


def environment(fake: FakeRobot) -> dict[str, str]:
    """The settings of a bot that talks to this server."""
    robot = {"WECOM_ROBOT_ID": ROBOT, "WECOM_ROBOT_SECRET": SECRET, "WECOM_ROBOT_URL": fake.url}
    return {**robot, "LOG_LEVEL": "WARNING"}


class RobotSiege(Siege):
    """One bot and its server."""

    channel = "wecom_robot"
    to_drain = 150

    def __init__(self, folder: Path, number: int, chance: random.Random, fake: FakeRobot) -> None:
        super().__init__(folder, chance)
        self.fake = fake
        self.frames = [self._frame(place) for place in range(number)]
        self.names = [frame["body"]["msgid"] for frame in self.frames]
        fake.is_stored = lambda msgid: self.rows(f"SELECT 1 FROM inbox WHERE message_id = '{msgid}'") != []

    def _frame(self, place: int) -> Frame:
        squad, text = said(place, self.today)
        about = {"msgtype": "text", "text": {"content": text}}
        return self.fake.message(str(FIRST_USER + squad), msgid=f"k{place}", **about)

    def environment(self) -> dict[str, str]:
        return environment(self.fake)

    async def write(self) -> None:
        """People write a little at a time, whether the bot is there or not; now and then it comes twice."""
        for frame in self.frames:
            twice = self.chance.random() < 0.1
            for _ in range(1 + twice):
                await asyncio.to_thread(self.fake.deliver, frame)
            self.ledger.sent += 1 + twice
            self.ledger.repeats += twice
            await asyncio.sleep(self.chance.uniform(0, 0.02))

    def look(self) -> None:
        super().look()
        ledger = self.ledger
        ledger.acknowledged = len(self.names) - len(self.fake.unanswered)
        ledger.lost += [f"{msgid} was answered before it was stored" for msgid in self.fake.answered_too_early]
        ledger.wrong += [f"said: {words(each)}" for each in self.fake.said if not words(each).startswith("已记录")]
        ledger.wrong += self.fake.wrong


def besiege(folder: Path, number: int, kills: int, seed: int, stops: int = 0) -> Ledger:
    """One round with a fresh database."""
    with FakeRobot() as fake:
        fake.repeats = True
        return siege.besiege(RobotSiege(folder, number, random.Random(seed), fake), kills, stops)
