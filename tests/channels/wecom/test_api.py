"""The 企业微信 API as it misbehaves: tokens, secrets, refusals, proxies' pages, lost answers, media."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.channels.wecom import tokens as wecom_tokens
from bot.channels.wecom.api import Api, probe
from bot.channels.wecom.errors import Fault, Remedy
from bot.channels.wecom.tokens import Tokens
from bot.clock import Clock
from bot.pipeline.writer import Pipeline
from bot.settings import load
from bot.startup import open_engine
from storage.tables import access_token, lease
from tests.support.databases import new_url
from tests.support.platforms.fake_wecom import AGENT, CORP, SECRET, FakeWecom
from tests.support.stage import START, ZONE

pytestmark = pytest.mark.both
HELLO = {"touser": "zhang", "msgtype": "text", "agentid": AGENT, "text": {"content": "您好"}}


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


@pytest.fixture(autouse=True)
def asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wecom_tokens, "SECONDS_AFTER_A_REFUSAL", 0.0)


class Process:
    """One process of the bot, as far as it calls the API."""

    now = START

    def __init__(self, folder: Path, fake: FakeWecom, name: str, **settings: Any) -> None:
        chosen = load(**{"data_dir": folder, **fake.settings, **settings})
        self.engine = open_engine(
            chosen, new_url(folder), Clock(ZONE, lambda: Process.now, lambda: Process.now.timestamp())
        )
        self.pipeline = Pipeline(self.engine.transactions(), lambda: None)
        self.pipeline.start()
        self.api = Api(chosen, Tokens(chosen, self.pipeline, self.engine, name))

    async def hello(self) -> dict[str, Any]:
        return await self.api.call("message/send", HELLO)

    async def close(self) -> None:
        await self.api.close()
        await self.pipeline.stop()
        self.engine.database.close()


def play(folder: Path, fake: FakeWecom, *scenes: Callable[[Process], Awaitable[None]], **settings: Any) -> None:
    """Each scene in a process of its own, all at the same time."""

    async def run() -> None:
        processes = [Process(folder, fake, f"p{place}", **settings) for place, _ in enumerate(scenes)]
        try:
            await asyncio.gather(*(scene(each) for scene, each in zip(scenes, processes, strict=True)))
        finally:
            for each in processes:
                await each.close()

    Process.now = START
    asyncio.run(run())


async def fails(doing: Awaitable[Any]) -> Fault:
    with pytest.raises(Fault) as caught:
        await doing
    return caught.value


# --- the token ----------------------------------------------------------------------------------------------


def test_one_token_serves_all_tasks_of_all_processes(tmp_path: Path, fake: FakeWecom) -> None:
    fake.delay = 0.02

    together = asyncio.Barrier(3)

    async def scene(process: Process) -> None:
        await asyncio.gather(*(process.hello() for _ in range(10)))
        await together.wait()
        fake.forget_tokens()
        await together.wait()
        await asyncio.gather(*(process.hello() for _ in range(10)))

    play(tmp_path, fake, scene, scene, scene)
    assert len(fake.sent) + len(fake.dropped) == 60
    # Once at the start, and once when it was voided.
    assert len(fake.paths("gettoken")) == 2


def test_the_token_is_kept_sealed_and_outlives_a_restart(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(process: Process) -> None:
        await process.hello()

    play(tmp_path, fake, scene)
    play(tmp_path, fake, scene)
    assert len(fake.paths("gettoken")) == 1

    async def look(process: Process) -> None:
        with process.engine.database.read.connect() as db:
            name, sealed = db.execute(select(access_token.c.name, access_token.c.sealed)).one()
            assert b"made-up-access-token" not in sealed and SECRET not in name
            assert db.scalar(select(lease.c.name)) is None

    play(tmp_path, fake, look)


def test_a_token_is_renewed_before_its_end(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(process: Process) -> None:
        await process.hello()
        Process.now += timedelta(seconds=6850)
        await process.hello()
        assert len(fake.paths("gettoken")) == 1
        Process.now += timedelta(seconds=100)
        fake.ahead = 6950
        fake.forget_tokens()
        await process.hello()
        assert len(fake.paths("gettoken")) == 2 and len(fake.paths("message/send")) == 3

    play(tmp_path, fake, scene)


@pytest.mark.parametrize("code", ["40001", "40014", "41001", "42001"])
def test_a_refused_token_is_renewed_once(tmp_path: Path, fake: FakeWecom, code: str) -> None:
    async def scene(process: Process) -> None:
        fake.faults["message/send"].append(code)
        await process.hello()
        assert len(fake.sent_to("zhang")) == 1 and len(fake.paths("gettoken")) == 2
        # Refused for ever: one new token for everybody who is refused at the same time, one more try each, no storm.
        fake.always["message/send"] = code
        faults = await asyncio.gather(*(fails(process.hello()) for _ in range(20)))
        assert {fault.code for fault in faults} == {int(code)}
        assert len(fake.paths("gettoken")) <= 4 and len(fake.paths("message/send")) == 2 + 40

    play(tmp_path, fake, scene)


def test_a_wrong_secret_is_never_a_reason_for_a_new_token(
    tmp_path: Path, fake: FakeWecom, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wecom_tokens, "SECONDS_AFTER_A_REFUSAL", 60.0)
    fake.secrets = ["another"]

    async def scene(process: Process) -> None:
        for _ in range(5):
            fault = await fails(process.hello())
            assert (fault.code, fault.remedy) == (40001, Remedy.SETUP)
        assert len(fake.paths("gettoken")) == 1 and fake.paths("message/send") == []
        assert "WECOM_SECRET" in process.api.trouble

    play(tmp_path, fake, scene)
    assert caplog.text.count("WECOM_SECRET 不对") == 1


def test_of_two_secrets_the_good_one_is_found(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(process: Process) -> None:
        for _ in range(3):
            await process.hello()
            fake.forget_tokens()

    play(tmp_path, fake, scene, wecom_secret=f"old-one-no-longer-good,{SECRET}")
    secrets = [asked["corpsecret"] for asked in fake.paths("gettoken")]
    assert secrets == ["old-one-no-longer-good", SECRET, SECRET, SECRET]


# --- refusals -----------------------------------------------------------------------------------------------


def test_the_operator_hears_once_which_ip_to_add(
    tmp_path: Path, fake: FakeWecom, caplog: pytest.LogCaptureFixture
) -> None:
    fake.trusted = False

    async def scene(process: Process) -> None:
        for _ in range(3):
            fault = await fails(process.hello())
        assert fault.remedy is Remedy.SETUP
        assert process.api.trouble == fault.advice and "企业可信IP」里加上 203.0.113.7，" in fault.advice
        fake.trusted = True
        await process.hello()
        assert process.api.trouble == ""

    play(tmp_path, fake, scene)
    assert caplog.text.count("203.0.113.7") == 1


@pytest.mark.parametrize(("script", "remedy", "lost"), [
    ("-1", Remedy.AGAIN, False), ("45033", Remedy.AGAIN, False), ("45009", Remedy.WAIT, False),
    ("81013", Remedy.PERSON, False),
    ("60011", Remedy.RIGHT, False), ("43012", Remedy.CARD, False), ("42014", Remedy.TASK, False),
    ("82004", Remedy.REFUSED, False), ("99999", Remedy.UNKNOWN, False), ("48002", Remedy.SETUP, False),
    ("html", Remedy.AGAIN, True), ("html 200", Remedy.AGAIN, True), ("html 403", Remedy.AGAIN, False),
    ("lost", Remedy.AGAIN, True), ("cut", Remedy.AGAIN, True),
])  # fmt: skip
def test_every_failure_says_what_it_asks_of_us(
    tmp_path: Path, fake: FakeWecom, script: str, remedy: Remedy, lost: bool
) -> None:
    async def scene(process: Process) -> None:
        fake.faults["message/send"].append(script)
        fault = await fails(process.hello())
        assert (fault.remedy, fault.lost) == (remedy, lost)
        assert len(fake.sent) == (script == "lost")

    play(tmp_path, fake, scene)


def test_nobody_there_is_not_lost(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(process: Process) -> None:
        fault = await fails(process.hello())
        assert fault.remedy is Remedy.AGAIN and not fault.lost

    play(tmp_path, fake, scene, wecom_api_url="http://127.0.0.1:9/cgi-bin")


def test_no_secret_is_ever_shown(tmp_path: Path, fake: FakeWecom, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    # As bot.logs sets them: these two write whole addresses.
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.WARNING, logger=name)
    shown: list[str] = []

    async def scene(process: Process) -> None:
        await process.hello()
        for script in ("40014", "html", "cut", "60020", "-1"):
            fake.faults["message/send"] += [script, script]
            fault = await fails(process.hello()) if script != "40014" else await fails(process.hello())
            shown.append(repr(fault) + fault.advice)
            logging.getLogger("bot").error("failed", exc_info=fault)
            fake.faults["message/send"].clear()

    play(tmp_path, fake, scene)
    everything = caplog.text + "".join(shown)
    assert "failed" in everything and SECRET not in everything and "made-up-access-token" not in everything


# --- media --------------------------------------------------------------------------------------------------


def test_media_go_up_and_come_down(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(process: Process) -> None:
        media_id = await process.api.upload("file", "签到表.xlsx", b"PK\x03\x04 a table")
        assert fake.names[media_id] == "签到表.xlsx"
        assert await process.api.download(media_id, 100) == b"PK\x03\x04 a table"
        # A failure comes with status 200.
        assert (await fails(process.api.download("unknown", 100))).code == 40007
        fake.files["long"] = b"x" * 101
        assert (await fails(process.api.download("long", 100))).remedy is Remedy.FILE
        fake.files["huge"] = bytes(21 << 20)
        assert (await fails(process.api.download("huge", 100))).code == 830002
        fake.ahead = 3 * 86_400 + 1
        Process.now += timedelta(days=4)
        assert (await fails(process.api.download(media_id, 100))).code == 40007
        assert (await fails(process.api.upload("image", "a.png", b"no picture"))).remedy is Remedy.FILE

    play(tmp_path, fake, scene)


# --- doctor -------------------------------------------------------------------------------------------------


def test_a_probe_needs_no_database(tmp_path: Path, fake: FakeWecom) -> None:
    async def run() -> None:
        settings = load(data_dir=tmp_path, **fake.settings)
        await probe(settings)
        fake.trusted = False
        assert "203.0.113.7" in (await fails(probe(settings))).advice
        assert (await fails(probe(load(data_dir=tmp_path, **{**fake.settings, "wecom_corp_id": "ww9"})))).code == 40013
        fake.secrets = []
        assert "WECOM_SECRET" in (await fails(probe(settings))).advice
        assert CORP in fake.paths("gettoken")[0]["corpid"]

    asyncio.run(run())
    assert not (tmp_path / "bot.db").exists()


def test_a_fact_may_have_a_long_name(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(process: Process) -> None:
        statement = text("INSERT INTO fact VALUES (:name, '', '2026-04-03 00:00:00')")
        await process.pipeline.do(lambda turn: turn.db.execute(statement, {"name": f"hold wecom {'x' * 64}"}))

    play(tmp_path, fake, scene)
