"""Transcripts through Telegram's webhook and API, where the operator lets children be named: the same words again."""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.practice import district as practice_district
from storage.tables import account
from tests.support.platforms.fake_telegram import FakeTelegram, message
from tests.support.platforms.stage_talk import StageTalk
from tests.support.platforms.telegram_stage import Stage, buttons, running
from tests.support.stage import START, ZONE
from tests.support.talk import PHOTO, TALKS

pytestmark = pytest.mark.both
# What counselors do; how children may not be named here is in test_nameless.py.
PLAYED = ("checkins", "questions", "late", "together", "campaigns", "study", "mine", "nominations", "short_answers")


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


class TelegramTalk(StageTalk[Stage]):
    """The same talk on Telegram, where everybody is a number."""

    def __init__(self, stage: Stage, text: str, name: str) -> None:
        super().__init__(stage, text, name)
        self.seen = self.heard = 0
        self.numbers: dict[str, int] = {}

    def number(self, who: str) -> int:
        return self.numbers.setdefault(who, 1000 + len(self.numbers))

    def join(self) -> None:
        """The people of the district have an account here."""
        with self.stage.app.engine.database.write.begin() as db:
            practice_district.fill(db, Stage.now, self.stage.app.engine.vault)
            for address in db.scalars(select(account.c.address)).all():
                mine = account.c.address == address
                db.execute(account.update().where(mine).values(channel="telegram", address=str(self.number(address))))

    async def _press(self, where: str, person_: str, label: str) -> None:
        data = self.shown.get(person_, {}).get(label)
        assert data, f"{where}: {person_} has no button {label}: {list(self.shown.get(person_, {}))}"
        card = self._message(person_, "card")
        query = {"id": "q", "from": card["from"], "chat_instance": "1", "data": data}
        await self._heard(callback_query={**query, "message": card})

    async def _show(self, person_: str, text: str) -> None:
        self.stage.fake.files["p"] = PHOTO.read_bytes()
        photo = {"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}
        words = {"caption": text} if text else {}
        await self._heard(message=self._message(person_, photo=[photo], **words))

    async def _write(self, person_: str, text: str) -> None:
        await self._heard(message=self._message(person_, text))

    def _message(self, who: str, text: str = "", **more: Any) -> dict[str, Any]:
        self.heard += 1
        sender = {"id": self.number(who), "is_bot": False, "first_name": who}
        about = {"message_id": self.heard, "date": int(Stage.now.timestamp()), "from": sender}
        return message(self.number(who), text, **about, **more)

    async def _heard(self, **content: Any) -> None:
        Stage.now += timedelta(seconds=1)
        await self.stage.put(**content)
        await self.stage.send()

    def _collect(self) -> None:
        names = {str(number): name for name, number in self.numbers.items()}
        new, self.seen = self.stage.fake.sent[self.seen :], len(self.stage.fake.sent)
        for sent in new:
            waiting = self.waiting.setdefault(names[sent["chat_id"]], [])
            shown = [{"label": label, "id": data} for label, data in buttons(sent).items()]
            text = sent.get("text") or sent.get("caption", "")
            waiting.append({"text": text, "buttons": shown, "file": "kind" in sent})


@pytest.mark.parametrize("path", [path for path in TALKS if path.stem in PLAYED], ids=lambda path: path.stem)
def test_a_talk_is_the_same_on_telegram(path: Path, tmp_path: Path, fake: FakeTelegram) -> None:
    text = path.read_text(encoding="utf-8").replace("演练页面", "Telegram")
    first = re.search(r"^@ (\S+ \S+)$", text, re.MULTILINE)

    async def played() -> None:
        fake.sent.clear()
        async with running(tmp_path, fake, fill=False, telegram_names=True) as stage:
            Stage.now = datetime.strptime(first[1], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE) if first else START
            talk = TelegramTalk(stage, text, path.name)
            talk.join()
            await talk.play()

    asyncio.run(played())
