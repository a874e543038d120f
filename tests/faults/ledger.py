"""Kill -9 against the real process, with a ledger: `python -m tests.faults --minutes 5`, or `make faults`.

Rounds on the practice page, of the audit log, on Telegram by polling and by webhook (`faults_telegram`), on the WeCom
app (`faults_wecom`, `faults_fanout`) and robot (`faults_robot`), and with a platform that is away (`outage`), take
turns.

Clients report check-ins, as the page does: the same id until it is acknowledged, sometimes once more. Meanwhile the
bot is killed and started again. What was acknowledged must be there, once, and be counted and answered once.
"""

import argparse
import asyncio
import random
import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine

from handlers.wording.places import squad_name
from storage.audit import audit_check
from storage.database import open_database
from tests.support.process import Serving
from tests.support.stage import ZONE
from tests.support.sums import broken

CLIENTS = 12
# Of tests/faults/seen.py, judged by what people saw.
SCENES = ("killed", "repeated", "powerless", "away", "without_room")
SECONDS_TO_DRAIN = 20
WAYS = ("practice", "polling", "webhook", "audit", "wecom", "fanout", "robot", "outage", "restore", "replica", *SCENES)
# Of an outage: the channel, how it is cut, to how many people, for how many seconds.
OUTAGES = (
    ("wecom", "502", 1250, 6), ("telegram", "502", 420, 20), ("telegram", "closed", 100, 60),
    ("wecom", "lost", 1250, 60), ("telegram", "silent", 100, 150), ("wecom", "mixed", 3400, 180),
    ("telegram", "mixed", 420, 60),
)  # fmt: skip


@dataclass
class Ledger:
    """What came of it; everything under `lost` and `double` is a broken promise."""

    kills: int = 0
    sent: int = 0
    repeats: int = 0
    acknowledged: int = 0
    stored: int = 0
    answered: int = 0
    # Letters that were on their way when the bot died: a real platform may show them twice, the practice page does not.
    uncertain: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    # Figures beside the counts; of several rounds the worst.
    took: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Ledger") -> None:
        self.took |= {name: max(each, self.took.get(name, each)) for name, each in other.took.items()}
        for each in (each for each in fields(self) if each.name != "took"):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def clean(self) -> bool:
        return not (self.lost or self.double or self.wrong)

    def __str__(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in asdict(self).items())


def messages(number: int, today: date) -> list[dict[str, str]]:
    """Distinct check-ins of 实验小学, each for another squad or day: some by its own counselor."""
    squads = [(grade, class_no) for grade in range(1, 7) for class_no in (1, 2)]
    found = []
    for place in range(number):
        day = today - timedelta(days=1 + place // len(squads))
        grade, class_no = squads[place % len(squads)]
        person = "张老师" if (grade, class_no) == (3, 2) and place % 24 < 12 else "李老师"
        heads = f"应到42实到{30 + place % 9}" if place % 3 else f"{30 + place % 9}人"
        text = f"{squad_name(grade, class_no)} 主题队日 {heads} {day.month}月{day.day}日"
        found.append({"id": f"k{place}", "person": person, "text": text})
    return found


class Siege:
    """One bot, its clients, and who kills it."""

    def __init__(self, folder: Path, number: int, chance: random.Random) -> None:
        self.folder = folder
        self.chance = chance
        self.ledger = Ledger()
        self.waiting = self._messages(number)
        self.everything = list(self.waiting)
        self.answers: dict[str, dict[str, Any]] = {}
        self.bot = Serving(folder)
        self.up = asyncio.Event()

    def _messages(self, number: int) -> list[dict[str, str]]:
        return messages(number, datetime.now(ZONE).date())

    async def run(self, kills: int) -> Ledger:
        """Kill so often, spread over the messages; then look."""
        self.up.set()
        self.chance.shuffle(self.waiting)
        places = sorted(self.chance.sample(range(5, len(self.waiting) - 10), kills))
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            clients = [asyncio.create_task(self._client(http)) for _ in range(CLIENTS)]
            for place in places:
                await self._kill_after(place)
            await asyncio.gather(*clients)
            await self._drained()
        self.bot.stop()
        self._look()
        return self.ledger

    async def _kill_after(self, acknowledged: int) -> None:
        while len(self.answers) < acknowledged:
            await asyncio.sleep(0.005)
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        self.up.clear()
        await asyncio.to_thread(self.bot.stop, signal.SIGKILL)
        self.ledger.kills += 1
        self.bot = await asyncio.to_thread(Serving, self.folder)
        self.up.set()

    async def _client(self, http: httpx.AsyncClient) -> None:
        while self.waiting:
            body = self.waiting.pop()
            while body["id"] not in self.answers or self.chance.random() < 0.1:
                await self._post(http, body)

    async def _post(self, http: httpx.AsyncClient, body: dict[str, str]) -> None:
        await self.up.wait()
        self.ledger.sent += 1
        try:
            answer = await http.post(f"{self.bot.url}/practice/messages", json=body)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            return
        if answer.status_code != 200:
            await asyncio.sleep(0.02)
            return
        said = answer.json()
        self.ledger.repeats += said["repeat"]
        first = self.answers.setdefault(body["id"], said)
        if [each["text"] for each in said["replies"]] != [each["text"] for each in first["replies"]]:
            self.ledger.wrong.append(f"{body['id']} was answered {said} after {first}")

    async def _drained(self) -> None:
        """All letters have gone out."""
        deadline = time.monotonic() + SECONDS_TO_DRAIN
        while self._one("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'uncertain')"):
            if time.monotonic() > deadline:
                states = self._rows("SELECT state, count(*), min(error) FROM outbox GROUP BY state")
                self.ledger.wrong.append(f"letters did not go out: {states}")
                return
            await asyncio.sleep(0.05)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "practice.db")) as db:
            return db.execute(query).fetchall()

    def _one(self, query: str) -> Any:
        return self._rows(query)[0][0]

    def _look(self) -> None:
        ledger = self.ledger
        ledger.acknowledged = len(self.answers)
        ids = {body["id"] for body in self.everything}
        told = [f"{name} is not stored: {said['replies']}" for name, said in self.answers.items() if not _stored(said)]
        ledger.wrong += told
        for table, query in _ONCE.items():
            times = dict(self._rows(query))
            ledger.lost += [f"{name} in {table}" for name in sorted(ids) if times.get(name, 0) < 1]
            ledger.double += [f"{name} in {table}" for name in sorted(ids) if times.get(name, 0) > 1]
        ledger.stored = self._one("SELECT count(*) FROM checkin WHERE state = 'valid'")
        ledger.answered = self._one("SELECT count(*) FROM screen WHERE key LIKE 'o%'")
        ledger.uncertain = self._one("SELECT count(*) FROM outbox WHERE state = 'uncertain'")
        database = open_database(f"sqlite:///{self.folder / 'practice.db'}")
        ledger.wrong += broken(database)
        database.close()


class Audited(Siege):
    """Messages that the audit log holds: what a counselor may not do, refused and kept."""

    def _messages(self, number: int) -> list[dict[str, str]]:
        return [{"id": f"d{place}", "person": "张老师", "text": "催办"} for place in range(number)]

    def _look(self) -> None:
        ledger = self.ledger
        ledger.acknowledged = ledger.answered = len(self.answers)
        ledger.stored = self._one("SELECT count(*) FROM audit WHERE deed = 'refused'")
        short = ledger.stored - len(self.everything)
        (ledger.lost if short < 0 else ledger.double).extend([f"{abs(short)} rows of the audit log"] if short else [])
        with create_engine(f"sqlite:///{self.folder / 'practice.db'}").connect() as db:
            walk = audit_check.check(db)
        ledger.wrong += [str(walk.broken)] if walk.broken else []
        if not 1 < len(walk.heads) <= ledger.kills + 1:
            ledger.wrong.append(f"{len(walk.heads)} chains after {ledger.kills} kills")


def _stored(said: dict[str, Any]) -> bool:
    return said["state"] == "done" and any(reply["text"].startswith("已记录") for reply in said["replies"])


# How often each message's id is in each place; always once.
_ONCE = {
    "inbox": "SELECT message_id, count(*) FROM inbox GROUP BY 1",
    "check-ins": "SELECT message_id, count(*) FROM checkin JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
    "answers": "SELECT message_id, count(*) FROM outbox JOIN inbox ON inbox.id = inbox_id GROUP BY 1",
    "the phone (own words)": "SELECT substr(key, 2), count(*) FROM screen WHERE key LIKE 'm%' GROUP BY 1",
    "the phone (answer)": """SELECT message_id, count(*) FROM screen JOIN outbox ON screen.key = 'o' || outbox.id
        JOIN inbox ON inbox.id = outbox.inbox_id WHERE screen.person = inbox.chat GROUP BY 1""",
}


def besiege(folder: Path, number: int, kills: int, seed: int, siege: type[Siege] = Siege) -> Ledger:
    """One round with a fresh database."""
    return asyncio.run(siege(folder, number, random.Random(seed)).run(kills))


def _round(way: str, folder: Path, seed: int) -> Any:
    from tests.faults import drill, replica, seen
    from tests.faults import fanout as faults_fanout
    from tests.faults import outage as faults_outage
    from tests.faults import robot as faults_robot
    from tests.faults import telegram as faults_telegram
    from tests.faults import wecom as faults_wecom

    sieges = {"practice": Siege, "audit": Audited}
    if way in sieges:
        return besiege(folder, 240, 8, seed, sieges[way])
    others = {"wecom": faults_wecom.besiege, "robot": faults_robot.besiege}
    if way in SCENES:
        return Ledger(lost=seen.play(folder, way), kills=int(way in ("killed", "powerless")), acknowledged=seen.PEOPLE)
    if way == "restore":
        return drill.besiege(folder, 60)
    if way == "replica":
        return replica.besiege(folder, seed)
    if way == "fanout":
        return faults_fanout.besiege(folder, 2500, 4, seed)
    if way == "outage":
        channel, cut, number, seconds = OUTAGES[seed // len(WAYS) % len(OUTAGES)]
        return faults_outage.besiege(folder, channel, cut, number, seconds, seed)
    if way in others:
        return others[way](folder, 200, 5, seed)
    return faults_telegram.besiege(folder, way, 200, 5, seed)


def main(argv: list[str]) -> int:
    """Rounds until the time is over; 1 when a promise was broken."""
    from tests.faults import replica, report

    parser = argparse.ArgumentParser("python -m tests.faults")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, help="only this")
    parser.add_argument("--report", type=Path, help="write what came of it there")
    arguments = parser.parse_args(argv)
    end = time.monotonic() + arguments.minutes * 60
    found: dict[str, tuple[int, Ledger]] = {}
    seed, ways = arguments.seed, [each for each in WAYS if each != "replica" or replica.PROGRAM]
    while time.monotonic() < end:
        way = arguments.way or ways[seed % len(ways)]
        with tempfile.TemporaryDirectory() as folder:
            ledger = _round(way, Path(folder), seed)
        print(f"seed {seed}, {way}: {ledger}", flush=True)
        rounds, of_way = found.setdefault(way, (0, Ledger()))
        of_way.add(ledger)
        found[way] = rounds + 1, of_way
        seed += 1
    whole = Ledger()
    for _, ledger in found.values():
        whole.add(ledger)
    print(f"all: {whole}")
    well = not arguments.report or report.write(arguments.report, found, arguments.minutes, arguments.seed)
    return 0 if whole.clean and well else 1
