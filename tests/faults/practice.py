"""Sieges of the practice page: check-ins, and messages that the audit log holds.

Clients report as the page does: the same id until it is acknowledged, sometimes once more.
"""

import asyncio
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

from handlers.wording.places import squad_name
from storage.audit import audit_check
from storage.database import Database, open_database
from tests.faults.siege import ONCE, Siege

CLIENTS = 12
_ACTIVITIES = ("主题队日", "主题队会", "队课", "志愿服务", "升旗仪式", "读书活动")


def messages(number: int, today: date) -> list[dict[str, str]]:
    """Distinct check-ins of 实验小学, each for another squad, activity or day: some by its own counselor."""
    squads = [(grade, class_no) for grade in range(1, 7) for class_no in (1, 2)]
    found = []
    for place in range(number):
        turn, which = divmod(place, len(squads))
        day, (grade, class_no) = today - timedelta(days=1 + turn // len(_ACTIVITIES)), squads[which]
        person = "张老师" if (grade, class_no) == (3, 2) and place % 24 < 12 else "李老师"
        heads = f"应到42实到{30 + place % 9}" if place % 3 else f"{30 + place % 9}人"
        text = f"{squad_name(grade, class_no)} {_ACTIVITIES[turn % len(_ACTIVITIES)]} {heads} {day.month}月{day.day}日"
        found.append({"id": f"k{place}", "person": person, "text": text})
    return found


class PracticeSiege(Siege):
    """One bot and its clients."""

    to_drain = 20
    once = ONCE | {
        "the phone (own words)": "SELECT substr(key, 2), count(*) FROM screen WHERE key LIKE 'm%' GROUP BY 1",
        "the phone (answer)": """SELECT message_id, count(*) FROM screen JOIN outbox ON screen.key = 'o' || outbox.id
            JOIN inbox ON inbox.id = outbox.inbox_id WHERE screen.person = inbox.chat GROUP BY 1""",
    }

    def __init__(self, folder: Path, number: int, chance: random.Random) -> None:
        super().__init__(folder, chance)
        self.waiting = self.messages(number)
        self.names = [body["id"] for body in self.waiting]
        chance.shuffle(self.waiting)
        self.answers: dict[str, dict[str, Any]] = {}

    def messages(self, number: int) -> list[dict[str, str]]:
        """What is written."""
        return messages(number, self.today)

    def prepare(self) -> Database:
        return open_database(f"sqlite:///{self.folder / 'practice.db'}")

    def environment(self) -> dict[str, str]:
        return {}

    def arrived(self) -> int:
        return len(self.answers)

    async def write(self) -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            await asyncio.gather(*(self._client(http) for _ in range(CLIENTS)))

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

    def look(self) -> None:
        super().look()
        ledger = self.ledger
        ledger.acknowledged = len(self.answers)
        ledger.answered = self.count("screen WHERE key LIKE 'o%'")
        told = [f"{name} is not stored: {said['replies']}" for name, said in self.answers.items() if not _stored(said)]
        ledger.wrong += told


class AuditedSiege(PracticeSiege):
    """What a counselor may not do: refused, and kept."""

    def messages(self, number: int) -> list[dict[str, str]]:
        return [{"id": f"d{place}", "person": "张老师", "text": "催办"} for place in range(number)]

    def look(self) -> None:
        ledger = self.ledger
        ledger.acknowledged = ledger.answered = len(self.answers)
        ledger.stored = self.count("audit WHERE deed = 'refused'")
        short = ledger.stored - len(self.names)
        (ledger.lost if short < 0 else ledger.double).extend([f"{abs(short)} rows of the audit log"] if short else [])
        with self.database.read.connect() as db:
            walk = audit_check.check(db)
        ledger.wrong += [str(walk.broken)] if walk.broken else []
        if not 1 < len(walk.heads) <= ledger.kills + 1:
            ledger.wrong.append(f"{len(walk.heads)} chains after {ledger.kills} kills")


def _stored(said: dict[str, Any]) -> bool:
    return said["state"] == "done" and any(reply["text"].startswith("已记录") for reply in said["replies"])
