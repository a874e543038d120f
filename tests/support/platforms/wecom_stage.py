"""The whole bot as a WeCom app inside this process: encrypted callbacks in, a scripted API out, a clock to move."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import select

from bot import web
from bot.app import App
from bot.channels.wecom import send as wecom_send
from bot.channels.wecom.callback.crypto import Crypto, Signed, fields
from bot.clock import Clock
from bot.files.fetcher import Fetcher
from bot.outbox import outage
from bot.pipeline.turn import Turn
from bot.settings import load
from bot.startup import open_engine
from handlers.kit import Reply
from storage.people import people
from storage.tables import outbox
from tests.support.databases import new_url
from tests.support.platforms.fake_wecom import AES_KEY, AGENT, CORP, TOKEN, FakeWecom
from tests.support.platforms.platform_stage import START, PlatformStage
from tests.support.stage import ZONE
from tests.support.waiting import PATIENCE

PATH = "/wecom/callback"
# As the address book writes them; the roster keeps them in small letters.
ZHANG, LI, WANG, STRANGER = "ZhangLi", "li.na", "wangzhuren", "mosheng"


class Platform:
    """WeCom's side of the callback: what it posts, and how it reads what is answered."""

    def __init__(self, token: str = TOKEN, key: str = AES_KEY, corp: str = CORP) -> None:
        self._crypto = Crypto([token], [key], corp)
        self._cipher = self._crypto._ciphers[0][0]
        self.corp = corp

    def seal(self, xml: str, at: float, nonce: str = "1372623149") -> tuple[dict[str, str], str]:
        """(the parameters, the cipher text)."""
        sealed = fields(self._cipher.encrypt_message(xml, nonce, str(int(at))))
        query = {"msg_signature": sealed["MsgSignature"], "timestamp": str(int(at)), "nonce": nonce}
        return query, sealed["Encrypt"]

    def callback(self, xml: str, at: float) -> tuple[str, bytes]:
        """(the address with its parameters, the body)."""
        query, encrypted = self.seal(xml, at)
        inner = f"<ToUserName><![CDATA[{self.corp}]]></ToUserName><AgentID><![CDATA[{AGENT}]]></AgentID>"
        body = f"<xml>{inner}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return f"{PATH}?{urlencode(query)}", body.encode()

    def read(self, content: bytes) -> dict[str, Any]:
        """The elements of a passive reply; empty when there is none."""
        if not content:
            return {}
        sealed = fields(content.decode())
        signed = Signed(sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
        return fields(self._crypto.open(signed, sealed["Encrypt"]).text)


def xml_of(values: Mapping[str, Any]) -> str:
    """The elements, nested and repeated as the values are."""
    return "".join(
        xml_of({name: each})
        if isinstance(value, list) and not isinstance(each, list)
        else f"<{name}>{xml_of(each)}</{name}>"
        if isinstance(each, Mapping)
        else f"<{name}><![CDATA[{each}]]></{name}>"
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
    )


class Stage(PlatformStage):
    """The bot behind its callback, and what the platform and people do."""

    def __init__(self, app: App, fake: FakeWecom, fill: bool = True) -> None:
        self.app = app
        self.fake = fake
        self.platform = Platform()
        self.numbers = count(4561255354251345929)
        if fill:
            self.fill(*(("wecom", user.lower()) for user in (ZHANG, LI, WANG)))

    # --- what the platform does ---------------------------------------------------------------------------

    def message(self, user: str, kind: str = "text", **content: Any) -> str:
        """A message as the platform writes it, with a number of its own."""
        head = {"ToUserName": CORP, "FromUserName": user, "CreateTime": int(self.now.timestamp()), "MsgType": kind}
        return f"<xml>{xml_of({**head, **content, 'MsgId': next(self.numbers), 'AgentID': AGENT})}</xml>"

    def event(self, user: str, event: str, **content: Any) -> str:
        head = {"ToUserName": CORP, "FromUserName": user, "CreateTime": int(self.now.timestamp())}
        return f"<xml>{xml_of({**head, 'MsgType': 'event', 'Event': event, **content, 'AgentID': AGENT})}</xml>"

    async def post(self, xml: str, ahead: float = 0) -> httpx.Response:
        """One delivery; `ahead`: seconds by which the platform's clock differs from ours."""
        address, body = self.platform.callback(xml, self.now.timestamp() + ahead)
        return await self.client.post(address, content=body, headers={"content-type": "text/xml"})

    async def deliver(self, xml: str) -> list[str]:
        """What is answered to it at once, by the response and by the API; delivered twice as a platform may."""
        user = fields(xml)["FromUserName"]
        before = len(self.fake.sent_to(user))
        responses = [await self.post(xml) for _ in range(2)]
        assert [response.status_code for response in responses] == [200, 200]
        replies = [self.platform.read(response.content) for response in responses]
        assert replies[0].get("Content") == replies[1].get("Content")
        assert not replies[0] or (replies[0]["ToUserName"], replies[0]["MsgType"]) == (user.lower(), "text")
        await self.send()
        passive = [replies[0]["Content"]] if replies[0] else []
        return passive + [sent["text"] for sent in self.fake.sent_to(user)[before:] if sent["type"] == "text"]

    async def say(self, user: str, text: str) -> list[str]:
        """What somebody is answered who writes this."""
        return await self.deliver(self.message(user, Content=text))

    async def happen(self, user: str, event: str, **content: Any) -> list[str]:
        """What an event is answered with; a second later than whatever came before it."""
        Stage.now += timedelta(seconds=1)
        return await self.deliver(self.event(user, event, **content))

    async def press(self, user: str, label: str, card: int = -1) -> list[str]:
        return await self.happen(user, "template_card_event", **self.fake.click(user, label, card))

    async def send(self) -> None:
        # What comes after an answer in a response waits until that is noted.
        await self.noted()
        await super().send()

    async def noted(self) -> None:
        """Return when every answer that has been written is noted."""
        await self.app.channels["wecom"]._intake.answers.finish()  # type: ignore[attr-defined]

    async def fetch(self) -> None:
        """Fetch what people have sent, and send what is to be said of it."""
        app = self.app
        clock, read = (lambda: self.now, app.engine.clock.real), app.engine.database.read
        fetcher = Fetcher(app.channels, app.pipeline, read, app.settings.files, clock, app.owner)
        await fetcher.once()
        await self.send()


@asynccontextmanager
async def running(folder: Path, fake: FakeWecom, fill: bool = True, **settings: Any) -> AsyncIterator[Stage]:
    """The bot without its loops, on a filled database."""
    given = {"data_dir": folder, **fake.settings, **settings}
    # The members of another stage have had their messages of this minute.
    fake._times.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "now", START)
        patch.setattr(outage, "monotonic", lambda: Stage.now.timestamp())
        patch.setattr(wecom_send, "CALLS_A_SECOND", 1e9)
        app = App(
            open_engine(load(**given), new_url(folder), Clock(ZONE, lambda: Stage.now, lambda: Stage.now.timestamp()))
        )
        app.pipeline.start()
        await app.add_channels()
        try:
            stage = Stage(app, fake, fill)
            front = web.application(app._health, app._metrics, app.routes, app.hooks)
            transport = httpx.ASGITransport(front)
            async with httpx.AsyncClient(transport=transport, base_url="http://bot", timeout=PATIENCE) as stage.client:
                yield stage
        finally:
            for channel in app.channels.values():
                await channel.close()
            await app.pipeline.stop()
            app.engine.database.close()


def play(folder: Path, fake: FakeWecom, scene: Callable[[Stage], Awaitable[None]], **settings: Any) -> None:
    """Let something happen on a stage of its own."""

    async def run() -> None:
        async with running(folder, fake, **settings) as stage:
            await scene(stage)

    asyncio.run(run())


def crowd(stage: Stage, number: int) -> list[int]:
    """So many more counselors, u1 …; their ids."""
    ids = []
    with stage.app.engine.database.write.begin() as db:
        for each in range(1, number + 1):
            person_id = people.add(db, f"老师{each}", stage.now)
            people.link(db, person_id, "wecom", f"u{each}")
            ids.append(person_id)
    return ids


async def tell(stage: Stage, ids: list[int], *replies: Reply, gather: bool = False) -> None:
    """The same notices to all of these."""

    def task(turn: Turn) -> None:
        said = [Reply(each.text, each.buttons, each.file, to, about=each.about) for to in ids for each in replies]
        turn.letters.notify(said, gather)

    await stage.app.pipeline.do(task)


def sent(fake: FakeWecom, path: str = "message/send") -> list[dict[str, Any]]:
    return fake.paths(path)


def states(stage: Stage) -> dict[str, str]:
    rows = stage.query(select(outbox.c.chat, outbox.c.state).where(outbox.c.lane == "notice").order_by(outbox.c.id))
    return dict(rows)


def people_added(stage: Stage, address: str) -> int:
    with stage.app.engine.database.write.begin() as db:
        person_id = people.add(db, address, stage.now)
        people.link(db, person_id, "wecom", address)
    return person_id


async def arranged(stage: Stage) -> None:
    await stage.app.channels["wecom"]._setup.once()  # type: ignore[attr-defined]
