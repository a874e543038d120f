"""Who is turned away from WeCom's callback: counted by its reason, nothing stored, nothing in the log but a hint."""

import asyncio
import base64
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.channels.wecom.callback import hook as wecom_hook
from bot.channels.wecom.callback.crypto import Crypto, Signed
from bot.channels.wecom.callback.hook import REASONS
from storage.tables import inbox
from tests.support.examples import examples
from tests.support.platforms.fake_wecom import AES_KEY, CORP, TOKEN, FakeWecom
from tests.support.platforms.wecom_stage import PATH, START, ZHANG, Platform, Stage, play

pytestmark = pytest.mark.both

CHECKIN = "三(2)中队 主题队日 38人"
XML = f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>ZhangLi</FromUserName><CreateTime>1</CreateTime></xml>"
NOW = START.timestamp()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def stored(stage: Stage) -> int:
    return int(stage.query(select(func.count()).select_from(inbox))[0][0])


def posted(platform: Platform | None = None, at: float = NOW, **parameters: str) -> tuple[str, bytes]:
    url, body = (platform or Platform()).callback(XML, at)
    for name, value in parameters.items():
        url = re.sub(rf"{name}=[^&]*", f"{name}={value}", url)
    return url, body


def wrapped(body: str | bytes, at: float = NOW) -> tuple[str, bytes]:
    """Another body under a good signature of something else."""
    return posted(at=at)[0], body.encode() if isinstance(body, str) else body


def signed(content: bytes) -> tuple[str, bytes]:
    """Something that is no cipher text, signed as by whoever knows the token."""
    encrypted = base64.b64encode(content).decode()
    given = Signed("", str(int(NOW)), "n")
    query = {"msg_signature": Platform()._cipher.signature_of(given, encrypted), "timestamp": int(NOW), "nonce": "n"}
    return f"{PATH}?{urlencode(query)}", f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()


ENTITIES = '<!ENTITY a0 "x">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
TURNED_AWAY: dict[str, tuple[str, tuple[str, bytes]]] = {
    "no signature": ("unsigned", (PATH, posted()[1])),
    "an empty signature": ("unsigned", posted(msg_signature="")),
    "a time that is none": ("unsigned", posted(timestamp="soon")),
    "an endless time": ("unsigned", posted(timestamp="9" * 5000)),
    "no nonce": ("unsigned", posted(nonce="")),
    "an endless nonce": ("unsigned", posted(nonce="n" * 129)),
    "a wrong signature": ("signature", posted(msg_signature="0" * 40)),
    "half a signature": ("signature", posted(msg_signature="5c45ff5e21c57e6ad5")),  # made-up
    "a signature that is no ASCII": ("signature", posted(msg_signature=quote("签名"))),
    "broken percent signs": ("signature", posted(msg_signature="%ff%zz%")),
    "another nonce": ("signature", posted(nonce="1372623140")),
    "another time": ("signature", posted(timestamp=str(int(NOW) - 1))),
    "another token": ("signature", posted(Platform(token="made-up-token"))),
    "another corp": ("receiver", posted(Platform(corp="ww0000000000000002"))),
    "another key": ("cipher", posted(Platform(key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"))),
    "no cipher text": ("cipher", signed(b"")),
    "an unaligned cipher text": ("cipher", signed(b"x" * 33)),
    "half a block": ("cipher", signed(b"x" * 16)),
    "noise": ("cipher", signed(b"x" * 320)),
    "an old one": ("stale", posted(at=NOW - 601)),
    "one from the future": ("stale", posted(at=NOW + 602)),
    "no body": ("envelope", wrapped("")),
    "no XML": ("envelope", wrapped("hello")),
    "another body": ("signature", wrapped("<xml><Encrypt>AAAA</Encrypt></xml>")),
    "an entity bomb": ("envelope", wrapped(f"<!DOCTYPE x [{ENTITIES}]><xml><Encrypt>&a9;</Encrypt></xml>")),
    "a file of ours": ("envelope", wrapped('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>')),
    "9,000 nested tags": ("envelope", wrapped("<a>" * 9000 + "</a>" * 9000)),
    "100,000 nested tags": ("large", wrapped("<a>" * 100_000 + "</a>" * 100_000)),
    "10 MiB": ("large", wrapped(b"x" * (10 << 20))),
}  # fmt: skip


@pytest.mark.parametrize("name", TURNED_AWAY)
def test_who_is_turned_away_is_counted_and_leaves_nothing(
    tmp_path: Path, fake: FakeWecom, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    reason, (url, body) = TURNED_AWAY[name]

    async def scene(stage: Stage) -> None:
        for _ in range(3):
            response = await stage.client.post(url, content=body)
            assert (response.status_code, response.content) == (REASONS[reason][0], b"")
            assert 400 <= response.status_code < 500
        metrics = (await stage.client.get("/metrics")).text
        counted = [line for line in metrics.splitlines() if line.startswith("bot_intake_refused_total")]
        assert [line for line in counted if not line.endswith(" 0.0")] == [
            f'bot_intake_refused_total{{channel="wecom",reason="{reason}"}} 3.0'
        ]
        assert stored(stage) == 0
        # And the next one that is good gets through.
        assert (await stage.say(ZHANG, CHECKIN))[0].startswith("已记录")

    play(tmp_path, fake, scene)
    warned = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) <= 1 and not any(record.exc_info for record in warned)


def test_the_method_and_the_length_are_looked_at_first(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        assert (await stage.client.put(PATH)).status_code == 405
        url, body = posted()

        async def endless() -> AsyncIterator[bytes]:
            # Nobody has said how long it will be.
            for _ in range(100_000):
                yield b"<a>" * 1000
            raise AssertionError("all of it was read")

        assert (await stage.client.post(url, content=endless())).status_code == 413

        async def slow() -> AsyncIterator[bytes]:
            for each in body:
                yield bytes([each])
                await asyncio.sleep(0.01)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wecom_hook, "SECONDS_TO_ANSWER", 0.1)
            response = await stage.client.post(url, content=slow())
        assert response.status_code == 408 and response.headers["connection"] == "close"
        assert stage.app._health()["wecom"]["refused"] == {
            **dict.fromkeys(REASONS, 0),
            "method": 1,
            "large": 1,
            "slow": 1,
        }

    play(tmp_path, fake, scene)


def test_a_clock_that_is_wrong_is_told(tmp_path: Path, fake: FakeWecom, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(stage: Stage) -> None:
        for _ in range(5):
            assert (await stage.post(stage.message(ZHANG, Content=CHECKIN), ahead=-700)).status_code == 403
        health = (await stage.client.get("/health")).json()
        assert "时间" in health["wecom"]["trouble"] and "消息进不来" in health["warnings"][0]
        assert await stage.say(ZHANG, CHECKIN)
        health = (await stage.client.get("/health")).json()
        assert health["wecom"]["trouble"] == "" and "warnings" not in health

    play(tmp_path, fake, scene)
    assert len([each for each in caplog.messages if "这台机器的时间可能不对" in each]) == 1


def test_what_is_turned_away_costs_no_memory(tmp_path: Path, fake: FakeWecom) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    async def scene(stage: Stage) -> None:
        async def all_of_them() -> None:
            for _, (url, body) in TURNED_AWAY.values():
                await stage.client.post(url, content=body)

        await all_of_them()
        before = resident()
        for _ in range(15):
            await all_of_them()
        assert resident() - before < 8 << 20

    play(tmp_path, fake, scene)


def test_while_token_and_key_change_both_are_good(tmp_path: Path, fake: FakeWecom) -> None:
    new_token, new_key = "new-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

    async def scene(stage: Stage) -> None:
        for platform in (Platform(), Platform(new_token, new_key)):
            stage.platform = platform
            assert len(await stage.say(ZHANG, CHECKIN)) == 1
        stage.platform = Platform("made-up", new_key)
        assert (await stage.post(stage.message(ZHANG, Content="x"))).status_code == 403

    both = {"wecom_token": f"{new_token},{TOKEN}", "wecom_aes_key": f"{new_key},{AES_KEY}"}
    play(tmp_path, fake, scene, **both)


class NotReached:
    """Nothing that is not ours gets so far."""

    async def take(self, text: str) -> None:
        raise AssertionError(text)


MADE_UP = st.one_of(st.text(max_size=60), st.from_regex(r"[0-9]{1,14}", fullmatch=True))


@settings(max_examples=examples(300))
@given(
    st.sampled_from(("GET", "POST", "HEAD", "OPTIONS", "")),
    st.dictionaries(st.sampled_from(("msg_signature", "timestamp", "nonce", "echostr", "x")), MADE_UP),
    st.one_of(st.binary(max_size=300), MADE_UP.map(lambda words: f"<xml><Encrypt>{words}</Encrypt></xml>".encode())),
)
def test_whatever_is_sent_is_turned_away_and_breaks_nothing(method: str, query: dict[str, str], body: bytes) -> None:
    hook = wecom_hook.Hook(Crypto([TOKEN], [AES_KEY], CORP), NotReached(), CORP, lambda: START)  # type: ignore[arg-type]
    events, statuses = [{"type": "http.request", "body": body}], []

    async def receive() -> Any:
        return events.pop()

    async def send(event: Any) -> None:
        statuses.append(event.get("status"))

    raw = "&".join(f"{name}={value}" for name, value in query.items()).encode("utf-8", "replace")
    scope = {"type": "http", "method": method, "query_string": raw, "headers": []}
    asyncio.run(hook(scope, receive, send))
    assert 400 <= statuses[0] < 500 and sum(hook.refused.values()) == 1
