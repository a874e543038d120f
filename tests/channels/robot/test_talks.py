"""Every transcript of talks/ through the robot's real connection: the same words, and the same records as elsewhere."""

import asyncio
import base64
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.channels.robot import send as robot_send
from bot.channels.robot.parts import CHOOSE
from bot.clock import Clock
from bot.outbox import letters
from bot.practice import district as practice_district
from storage.reminders import deliveries
from storage.tables import account
from tests.support import recorded, stage
from tests.support.platforms import robot_stage
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import words
from tests.support.recorded import Records, Shelf, records
from tests.support.talk import TALKS, Talk

pytestmark = pytest.mark.both
shelf = recorded.shelf
# Pages are open there as they are on the practice page.
PAGES = "https://bot.example"
_NUMBERED = re.compile(r"^\d+：(.+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def leaping_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A talk's clock leaps: what was said on the way is shown, as on the practice page."""
    monkeypatch.setattr(letters, "_expiry", lambda _channel, due_at, _reply: due_at + timedelta(days=400))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRobot]:
    monkeypatch.setattr(robot_send, "LIMITS", ((10_000, 60.0),))
    with FakeRobot() as robot:
        robot.limited = False
        yield robot


class RobotBot:
    """What a talk needs of a bot, on the robot."""

    def __init__(self, running: robot_stage.Stage) -> None:
        self.stage = running
        self.fake = running.fake
        self.seen: dict[str, int] = {}

    @property
    def clock(self) -> Clock:
        return self.stage.app.engine.clock

    def body(self, who: str, text: str = "", button: str = "", file: dict[str, str] | None = None) -> dict[str, Any]:
        """The callback of a message, a press or a photo."""
        if button:
            about = {"card_type": "button_interaction", "event_key": button, "task_id": button.rpartition(".")[0]}
            return self.fake.event(who, "template_card_event", **about)
        said = {"msgtype": "text", "text": {"content": text}}
        if file is None:
            return self.fake.message(who, **said)
        image = {"msgtype": "image", "image": self.fake.photo(base64.b64decode(file["data"]))}
        return self.fake.message(
            who, msgtype="mixed", mixed={"msg_item": [said, image]} if text else {"msg_item": [image]}
        )

    async def hear(self, frame: dict[str, Any]) -> None:
        await self.stage.heard(self.fake.deliver(frame))
        await self.stage.send()

    async def move(self, then: datetime) -> None:
        """Through every tick in between, as on the practice page."""
        await self.tick()
        while self.clock.now() < then:
            with self.read() as db:
                row = deliveries.next_due(db, self.clock.now())
            step = min([then, self.clock.now() + timedelta(hours=12), *([row.due_at] if row else [])])
            self.clock.move_to(max(step, self.clock.now()))
            await self.tick()
        await self.stage.send()

    async def tick(self) -> None:
        await self.stage.tick(sends=False)

    def read(self) -> Connection:
        return self.stage.app.engine.database.read.connect()

    def people(self) -> list[str]:
        return list(dict.fromkeys(said["chat"] for said in self.fake.said))

    def all_new(self) -> list[tuple[str, dict[str, Any]]]:
        return [(who, bubble) for who in self.people() for bubble in self.new(who)]

    def new(self, who: str) -> list[dict[str, Any]]:
        """What came since the last look, as bubbles: a card or file below words belongs to them."""
        said = self.fake.said_to(who)
        bubbles: list[dict[str, Any]] = []
        for each in said[self.seen.get(who, 0) :]:
            buttons = [{"id": b["key"], "label": b["text"]} for b in each["content"].get("button_list", ())]
            text = words(each)
            if text == CHOOSE and bubbles:
                bubbles[-1]["buttons"] += buttons
            elif each["kind"] in ("image", "file") and bubbles:
                bubbles[-1]["file"] = True
            else:
                bubbles.append(
                    {"from": "bot", "text": text, "buttons": buttons, "file": each["kind"] in ("image", "file")}
                )
        self.seen[who] = len(said)
        return [_as_meant(each) for each in bubbles]


def _as_meant(bubble: dict[str, Any]) -> dict[str, Any]:
    """Long labels stand in the text; numbered lines are kept from becoming a list, masks from becoming italics."""
    bubble["text"] = bubble["text"].replace("＊", "*")
    if any(each["label"].startswith("选 ") for each in bubble["buttons"]):
        names = _NUMBERED.findall(bubble["text"])
        bubble["text"] = _NUMBERED.sub("", bubble["text"]).rstrip()
        for each, name in zip(bubble["buttons"], names, strict=True):
            each["label"] = name
    bubble["text"] = re.sub(r"^(\d+)．", r"\1. ", bubble["text"], flags=re.MULTILINE)
    return bubble


def start_of(text: str) -> datetime:
    first = re.search(r"^@ (\S+ \S+)$", text, re.MULTILINE)
    return datetime.strptime(first[1], "%Y-%m-%d %H:%M").replace(tzinfo=stage.ZONE) if first else stage.START


async def through_robot(text: str, name: str, folder: Path, fake: FakeRobot) -> Records:
    start, began = start_of(text), monotonic()
    clock = Clock(stage.ZONE, lambda: start + timedelta(seconds=monotonic() - began))
    async with robot_stage.running(folder, fake, fill=False, clock=clock, public_url=PAGES) as running:
        with running.app.engine.database.write.begin() as db:
            practice_district.fill(db, clock.now(), running.app.engine.vault)
            db.execute(account.update().values(channel="wecom_robot"))
            # Everybody has spoken to the robot some time before.
            fake._spoken.update(db.scalars(select(account.c.address)))
        await running.live()
        # A talk names the channel that it is played on.
        await Talk(RobotBot(running), text.replace("演练页面", "企业微信机器人"), name).play()  # type: ignore[arg-type]
        with running.app.engine.database.read.connect() as db:
            return records(db, running.app.engine.vault)


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_a_talk_leaves_the_same_records(path: Path, tmp_path: Path, fake: FakeRobot, shelf: Shelf) -> None:
    text = path.read_text(encoding="utf-8")
    here = shelf.get(path, tmp_path)
    there = asyncio.run(through_robot(text, path.name, tmp_path, fake))
    assert any(here.values()) and there == here
