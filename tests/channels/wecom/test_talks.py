"""Every transcript through the encrypted callback and the API of WeCom: the same text gives the same records."""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wecom import send as wecom_send
from bot.outbox import letters
from bot.practice import district as practice_district
from tests.support import recorded
from tests.support.platforms import fake_wecom, wecom_stage
from tests.support.platforms.fake_wecom import FakeWecom, labels
from tests.support.platforms.stage_talk import StageTalk
from tests.support.platforms.wecom_stage import Stage
from tests.support.recorded import Records, Shelf, records
from tests.support.stage import START, ZONE
from tests.support.talk import PHOTO, TALKS

pytestmark = pytest.mark.both
shelf = recorded.shelf
# Pages are open there as they are on the practice page.
PAGES = "https://bot.example"
# What an answer says instead of buttons, when the response to the message carries it.
SPOKEN = {
    "要改发「更正」，不算发「撤回」。": ("更正", "撤回"),
    "看全部用法，发「帮助」。": ("帮助",),
    "撤错了发「恢复」。": ("恢复",),
}


@pytest.fixture(autouse=True)
def leaping_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A talk's clock leaps: what was said on the way is shown, as on the practice page."""
    monkeypatch.setattr(letters, "_expiry", lambda _channel, due_at, _reply: due_at + timedelta(days=400))


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


class WecomTalk(StageTalk[Stage]):
    """The same talk in the app of WeCom: people hear responses, texts and cards."""

    def __init__(self, stage: Stage, text: str, name: str) -> None:
        super().__init__(stage, text, name)
        self.seen = 0

    async def _press(self, where: str, person: str, label: str) -> None:
        buttons = self.shown.get(person, {})
        assert label in buttons, f"{where}: {person} has no button {label}: {list(buttons)}"
        if not buttons[label]:
            return await self._write(person, label)
        Stage.now += timedelta(seconds=1)
        click = self.stage.fake.click(person, label)
        return await self._deliver(person, self.stage.event(person, "template_card_event", **click))

    async def _show(self, person: str, text: str) -> None:
        assert not text, "a photo has no words in WeCom"
        self.stage.fake.files["photo"] = PHOTO.read_bytes()
        await self._deliver(person, self.stage.message(person, "image", MediaId="photo", PicUrl="http://x"))

    async def _write(self, person: str, text: str) -> None:
        await self._deliver(person, self.stage.message(person, Content=text))

    async def _deliver(self, person: str, xml: str) -> None:
        said = [self.stage.platform.read((await self.stage.post(xml)).content) for _ in range(2)]
        assert said[0].get("Content") == said[1].get("Content")
        if said[0]:
            self.waiting.setdefault(person, []).append(spoken(said[0]["Content"]))
        await self.stage.fetch()

    def _collect(self) -> None:
        new, self.seen = self.stage.fake.sent[self.seen :], len(self.stage.fake.sent)
        for sent in new:
            waiting = self.waiting.setdefault(sent["to"], [])
            if sent["type"] == "text":
                # The commands of its buttons are said in words too.
                said = re.sub(r"\n也可以直接发：[^\n]+\Z", "", sent["text"])
                waiting.append({"text": said, "buttons": [], "file": None})
            elif sent["type"] == "template_card":
                for label, key in labels(sent["card"]).items():
                    waiting[-1]["buttons"].append({"label": label, "id": key})
            else:
                waiting[-1]["file"] = sent["name"]


def spoken(text: str) -> dict[str, Any]:
    """A response as a bubble with the buttons that it has in words."""
    for words, pressed in SPOKEN.items():
        if text.endswith(f"\n{words}"):
            buttons = [{"label": label, "id": ""} for label in pressed]
            return {"text": text.removesuffix(f"\n{words}"), "buttons": buttons, "file": None}
    if refused := re.fullmatch(r"(.*)\n可以发：(.*)", text, re.DOTALL):
        return {"text": refused[1], "buttons": [{"label": refused[2], "id": ""}], "file": None}
    reported = re.fullmatch(r"(.*)\n要改，发「更正 R\d+ …」；不算，发「撤回 R\d+」。", text, re.DOTALL)
    buttons = [{"label": label, "id": ""} for label in ("改", "撤回")] if reported else []
    return {"text": reported[1] if reported else text, "buttons": buttons, "file": None}


# A photo has no words in WeCom.
SAID_HERE = [path for path in TALKS if not re.search(r"<照片> \S", path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", SAID_HERE, ids=lambda path: path.stem)
def test_a_talk_goes_as_it_does_on_the_practice_page(
    path: Path, tmp_path: Path, fake: FakeWecom, monkeypatch: pytest.MonkeyPatch, shelf: Shelf
) -> None:
    # What a platform is called is the only word that differs.
    text = path.read_text(encoding="utf-8").replace("演练页面", "企业微信")
    first = re.search(r"^@ (\S+ \S+)$", text, re.MULTILINE)
    start = datetime.strptime(first[1], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE) if first else START

    async def on_wecom() -> Records:
        monkeypatch.setattr(practice_district, "CHANNEL", "wecom")
        monkeypatch.setattr(wecom_stage, "START", start)
        # As many as there are within the seconds of a talk.
        monkeypatch.setattr(wecom_send, "A_MINUTE", (10_000, 60.0))
        monkeypatch.setattr(fake_wecom, "A_MINUTE", 10_000)
        # Notices wait a few minutes for others with the same words: not in a talk.
        monkeypatch.setattr(letters, "TOGETHER", frozenset())
        async with wecom_stage.running(tmp_path / "wecom", fake, fill=False, public_url=PAGES) as stage:
            await stage.app.pipeline.do(practice_district.fill_if_empty)
            await WecomTalk(stage, text, path.name).play()
            with stage.app.engine.database.read.connect() as db:
                return records(db, stage.app.engine.vault)

    here = shelf.get(path, tmp_path)
    (tmp_path / "wecom").mkdir()
    assert asyncio.run(on_wecom()) == here
